#include "row.h"

#include "texts.h"

#include <QJsonArray>

namespace plausch {

namespace {

Block blockOf(const QJsonObject &o) {
    Block b;
    b.kind = o["kind"].toString();
    b.indent = o["indent"].toInt();
    b.quotes = o["quotes"].toInt();
    b.spoiler = o["spoiler"].toBool();
    b.mark = o["mark"].toString();
    b.text = o["text"].toString();
    for (const auto &v : o["spans"].toArray()) {
        const QJsonObject s = v.toObject();
        b.spans.append({s["start"].toInt(), s["length"].toInt(), s["kind"].toString(), s["url"].toString()});
    }
    return b;
}

} // namespace

Row Row::fromJson(const QJsonObject &o) {
    Row r;
    r.key = o["key"].toString();
    r.kind = o["kind"].toString();
    r.seq = o["seq"].toInteger();
    r.send = o["send"].toString();
    r.name = o["name"].toString();
    r.time = o["time"].toString();
    r.fullTime = o["full_time"].toString();
    r.text = o["text"].toString();
    r.hue = o["hue"].toInt();
    r.grouped = o["grouped"].toBool();
    r.mine = o["mine"].toBool();
    r.mention = o["mention"].toBool();
    r.edited = o["edited"].toBool();
    r.deleted = o["deleted"].toBool();
    r.big = o["big"].toBool();
    r.pinned = o["pinned"].toBool();
    r.canEdit = o["can_edit"].toBool();
    r.canDelete = o["can_delete"].toBool();
    r.state = o["state"].toString();
    r.error = o["error"].toString();
    for (const auto &v : o["blocks"].toArray())
        r.blocks.append(blockOf(v.toObject()));
    for (const auto &v : o["reactions"].toArray()) {
        const QJsonObject x = v.toObject();
        r.reactions.append({x["emoji"].toString(), x["who"].toString(), x["count"].toInt(), x["mine"].toBool()});
    }
    for (const auto &v : o["files"].toArray()) {
        const QJsonObject x = v.toObject();
        r.files.append({x["id"].toString(), x["name"].toString(), x["info"].toString(), x["picture"].toBool(), x["width"].toInt(), x["height"].toInt()});
    }
    const QJsonObject q = o["quote"].toObject();
    r.quoteSeq = q["seq"].toInteger();
    r.quoteName = q["name"].toString();
    r.quoteText = q["text"].toString();
    r.quoteHue = q["hue"].toInt();
    return r;
}

QString Row::spoken() const {
    if (kind != "message")
        return text;
    QString s = name + ", " + time + ": " + text;
    for (const File &f : files)
        s += (s.endsWith(' ') ? "" : " ") + f.name;
    for (const Reaction &r : reactions)
        s += ", " + r.emoji + " " + QString::number(r.count);
    if (edited)
        s += ", " + say("edited");
    if (!error.isEmpty())
        s += ", " + error;
    return s;
}

} // namespace plausch
