#include "lists.h"

#include "event.h"
#include "texts.h"
#include "theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QFontMetricsF>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

namespace plausch {

namespace {

// Gives a model as many rows as there are items, and fills each anew. What does not
// change stays the same item, so that the view keeps its place.
template <typename Fill> void fillRows(QStandardItemModel &model, int rows, int columns, const Fill &fill) {
    model.setColumnCount(columns);
    model.setRowCount(rows);
    for (int i = 0; i < rows; i++) {
        for (int c = 0; c < columns; c++) {
            if (model.item(i, c) == nullptr)
                model.setItem(i, c, new QStandardItem); // the model owns it
        }
        fill(i);
    }
}

void paintBadge(QPainter *p, const QRectF &row, int unread, bool mention) {
    const QString text = unread > 99 ? QStringLiteral("99+") : QString::number(unread);
    const QFont f = textFont(12, true);
    const double w = std::max(20.0, QFontMetricsF(f).horizontalAdvance(text) + 12);
    const QRectF badge(row.right() - w - 10, row.center().y() - 10, w, 20);
    p->setPen(Qt::NoPen);
    p->setBrush(mention ? theme().danger : theme().accent);
    p->drawRoundedRect(badge, 10, 10);
    p->setPen(mention ? theme().bg : theme().onAccent);
    p->setFont(f);
    p->drawText(badge, Qt::AlignCenter, text);
}

// A circle with the initial, and a dot for the presence if there is one.
void paintFace(QPainter *p, const QRectF &box, const QString &initial, int hue, const QString &presence, const QColor &back) {
    const QColor color = nameColor(hue);
    p->setPen(Qt::NoPen);
    p->setBrush(mix(theme().bg, color, theme().dark ? 0.28 : 0.16));
    p->drawEllipse(box);
    p->setPen(color);
    p->setFont(textFont(12, true));
    p->drawText(box, Qt::AlignCenter, initial.left(1).toUpper());
    if (presence.isEmpty())
        return;
    const QRectF dot(box.right() - 8, box.bottom() - 8, 10, 10);
    p->setPen(QPen(back, 2));
    p->setBrush(presence == "offline" ? back : presenceColor(presence));
    p->drawEllipse(dot);
    if (presence == "offline") {
        p->setPen(QPen(theme().edge, 1.4));
        p->setBrush(back);
        p->drawEllipse(dot.adjusted(1.5, 1.5, -1.5, -1.5));
    }
}

// Draws entries of the room list, the user table and the chooser.
class EntryDelegate : public QStyledItemDelegate {
public:
    EntryDelegate(QAbstractItemView *view, bool marksOpen) : QStyledItemDelegate(view), marksOpen_(marksOpen) {}

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override {
        const QString kind = index.data(KindRole).toString();
        return {80, kind == "server" ? 44 : kind == "section" ? 32 : 36};
    }

    void paint(QPainter *p, const QStyleOptionViewItem &o, const QModelIndex &index) const override {
        const Theme &t = theme();
        const QString kind = index.data(KindRole).toString(), text = index.data(Qt::DisplayRole).toString();
        const QRectF row = o.rect;
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        if (kind == "server" || kind == "section") {
            p->setFont(kind == "server" ? textFont(15, true) : textFont(12, true));
            p->setPen(kind == "server" ? t.text : t.text2);
            const QRectF words = row.adjusted(16, kind == "section" ? 8 : 0, -16, 0);
            p->drawText(words, Qt::AlignVCenter, QFontMetricsF(p->font()).elidedText(text, Qt::ElideRight, words.width()));
            p->restore();
            return;
        }
        const bool open = marksOpen_ && index.data(KeyRole) == openRoom() && index.data(ServerRole) == openServer();
        const QRectF back = row.adjusted(6, 1, -6, -1);
        const bool focused = o.state & QStyle::State_HasFocus;
        QColor ground = t.surface;
        if (open)
            ground = mix(t.surface, t.accent, t.dark ? 0.22 : 0.14);
        else if (o.state & (QStyle::State_MouseOver | QStyle::State_Selected))
            ground = t.surface2;
        p->setPen(focused ? QPen(t.accent, 2) : QPen(Qt::NoPen));
        p->setBrush(ground);
        if (ground != t.surface || focused)
            p->drawRoundedRect(focused ? back.adjusted(1, 1, -1, -1) : back, 6, 6);
        const QRectF face(row.left() + 14, row.center().y() - 12, 24, 24);
        const int unread = index.data(UnreadRole).toInt(), mentions = index.data(MentionsRole).toInt();
        if (kind == "person") {
            paintFace(p, face, text, index.data(HueRole).toInt(), index.data(PresenceRole).toString(), ground);
        } else {
            p->setFont(textFont(17));
            p->setPen(open ? t.accent : t.text2);
            p->drawText(face, Qt::AlignCenter, kind == "private" ? QStringLiteral("⌂") : QStringLiteral("#"));
        }
        const QRectF words = row.adjusted(48, 0, unread > 0 ? -52 : -14, 0);
        p->setFont(textFont(15, unread > 0 || open));
        p->setPen(unread > 0 || open ? t.text : kind == "person" && index.data(PresenceRole) == "offline" ? t.text2 : mix(t.text, t.text2, 0.4));
        const QFontMetricsF m(p->font());
        const QString name = m.elidedText(text, Qt::ElideRight, words.width());
        p->drawText(words, Qt::AlignVCenter, name);
        QString note = index.data(NoteRole).toString();
        if (index.data(DraftRole).toBool())
            note = say("draft");
        if (!note.isEmpty()) {
            const double x = m.horizontalAdvance(name) + 8;
            p->setFont(textFont(12));
            p->setPen(t.text2);
            p->drawText(words.adjusted(x, 1, 0, 0), Qt::AlignVCenter, QFontMetricsF(p->font()).elidedText(note, Qt::ElideRight, std::max(0.0, words.width() - x)));
        }
        if (unread > 0)
            paintBadge(p, row, unread, mentions > 0);
        p->restore();
    }

private:
    bool marksOpen_;
};

// What a screen reader says of an entry.
QString spoken(const QJsonObject &o) {
    QString s = o["title"].toString();
    if (const QString presence = o["presence"].toString(); !presence.isEmpty())
        s += ", " + say(qPrintable(presence));
    if (const int unread = o["unread"].toInt(); unread > 0)
        s += ", " + say(unread == 1 ? "new_message" : "new_messages").replace("{n}", QString::number(unread));
    return s;
}

void fillEntry(QStandardItemModel &model, int row, const QJsonObject &o) {
    QStandardItem *item = model.item(row, 0);
    item->setText(o["title"].toString());
    item->setData(o["key"].toString(), KeyRole);
    item->setData(o["server"].toString(), ServerRole);
    item->setData(o["kind"].toString(), KindRole);
    item->setData(o["unread"].toInt(), UnreadRole);
    item->setData(o["mentions"].toInt(), MentionsRole);
    item->setData(o["presence"].toString(), PresenceRole);
    item->setData(o["hue"].toInt(), HueRole);
    item->setData(o["draft"].toBool(), DraftRole);
    item->setData(o["note"].toString(), NoteRole);
    item->setData(spoken(o), Qt::AccessibleTextRole);
    const QString kind = o["kind"].toString();
    item->setFlags(kind == "server" || kind == "section" ? Qt::ItemIsEnabled : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
}

QJsonObject target(const QModelIndex &index) {
    return {{"server", index.data(ServerRole).toString()}, {"room", index.data(KeyRole).toString()}};
}

} // namespace

RoomList::RoomList(QWidget *parent) : QListView(parent) {
    setObjectName("rooms");
    setModel(&model_);
    setItemDelegate(new EntryDelegate(this, true));
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    connect(this, &QListView::clicked, this, [this](const QModelIndex &i) { openItem(i); });
}

void RoomList::openItem(const QModelIndex &index) {
    if (index.isValid() && !index.data(KeyRole).toString().isEmpty())
        emitEvent("open", target(index));
}

void RoomList::setServers(const QJsonArray &servers) {
    QVector<QJsonObject> entries;
    for (const auto &v : servers) {
        const QJsonObject server = v.toObject();
        entries.append({{"kind", "server"}, {"title", server["title"]}, {"server", server["id"]}});
        QString section;
        for (const auto &r : server["rooms"].toArray()) {
            QJsonObject room = r.toObject();
            if (room["section"].toString() != section) {
                section = room["section"].toString();
                entries.append({{"kind", "section"}, {"title", say(qPrintable("section_" + section))}, {"server", server["id"]}});
            }
            room["server"] = server["id"];
            entries.append(room);
        }
    }
    fillRows(model_, int(entries.size()), 1, [&](int i) { fillEntry(model_, i, entries[i]); });
}

void RoomList::markOpen() { viewport()->update(); }

void RoomList::step(int by, bool unread) {
    const int n = model_.rowCount();
    int at = -1;
    for (int i = 0; i < n; i++) {
        const QModelIndex x = model_.index(i, 0);
        if (x.data(KeyRole) == openRoom() && x.data(ServerRole) == openServer() && !openRoom().isEmpty())
            at = i;
    }
    for (int k = 1; k <= n; k++) {
        const QModelIndex x = model_.index(((at + by * k) % n + n) % n, 0);
        if (!x.data(KeyRole).toString().isEmpty() && (!unread || x.data(UnreadRole).toInt() > 0))
            return openItem(x);
    }
}

void RoomList::keyPressEvent(QKeyEvent *e) {
    if (e->key() == Qt::Key_Return || e->key() == Qt::Key_Enter)
        return openItem(currentIndex());
    QListView::keyPressEvent(e);
}

void RoomList::contextMenuEvent(QContextMenuEvent *e) {
    const QModelIndex i = indexAt(viewport()->mapFromGlobal(e->globalPos()));
    if (i.data(KindRole) != "server")
        return;
    QMenu menu(this);
    menu.addAction(say("sign_out"), [i] { emitEvent("sign_out", {{"server", i.data(ServerRole).toString()}}); });
    menu.exec(e->globalPos());
}

UserTable::UserTable(QWidget *parent) : QTableView(parent) {
    setObjectName("people");
    setModel(&model_);
    setItemDelegate(new EntryDelegate(this, false));
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->hide();
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(36);
    setShowGrid(false);
    setEditTriggers(NoEditTriggers);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    connect(this, &QTableView::doubleClicked, this, [this](const QModelIndex &i) { openItem(i); });
}

void UserTable::openItem(const QModelIndex &index) {
    if (index.isValid() && !index.data(KeyRole).toString().isEmpty())
        emitEvent("open", target(index));
}

void UserTable::setPeople(const QJsonArray &people) {
    fillRows(model_, int(people.size()), 1, [&](int i) {
        QJsonObject o = people[i].toObject();
        fillEntry(model_, i, o);
        model_.item(i, 0)->setToolTip(o["tip"].toString());
    });
}

void UserTable::keyPressEvent(QKeyEvent *e) {
    if (e->key() == Qt::Key_Return || e->key() == Qt::Key_Enter)
        return openItem(currentIndex());
    QTableView::keyPressEvent(e);
}

void Combo::paintEvent(QPaintEvent *e) {
    QComboBox::paintEvent(e);
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(theme().text2, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QPointF c(width() - 16, height() / 2.0);
    p.drawPolyline(QPolygonF{c + QPointF(-4, -2), c + QPointF(0, 2.5), c + QPointF(4, -2)});
}

Chooser::Chooser(QWidget *parent) : Combo(parent) {
    setObjectName("recipient");
    setEditable(true);
    setInsertPolicy(NoInsert);
    setMinimumWidth(180);
    setMaxVisibleItems(16);
    setModel(&model_);
    auto *completer = new QCompleter(&model_, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setCompletionMode(QCompleter::PopupCompletion);
    setCompleter(completer);
    connect(this, &QComboBox::activated, this, [this](int i) {
        const QModelIndex index = model_.index(i, 0);
        if (!index.data(KeyRole).toString().isEmpty())
            emitEvent("open", target(index));
        emitEvent("chosen");
    });
}

void Chooser::setTargets(const QJsonArray &targets) {
    if (view()->isVisible() || lineEdit()->isModified())
        return; // the user is choosing
    const QSignalBlocker quiet(this);
    fillRows(model_, int(targets.size()), 1, [&](int i) { fillEntry(model_, i, targets[i].toObject()); });
    showOpen();
}

void Chooser::showOpen() {
    const QSignalBlocker quiet(this);
    setCurrentIndex(-1);
    for (int i = 0; i < model_.rowCount(); i++) {
        const QModelIndex x = model_.index(i, 0);
        if (x.data(KeyRole) == openRoom() && x.data(ServerRole) == openServer())
            setCurrentIndex(i);
    }
    lineEdit()->setModified(false);
    lineEdit()->setCursorPosition(0);
}

void Chooser::choose() {
    setFocus();
    lineEdit()->selectAll();
}

void Chooser::focusOutEvent(QFocusEvent *e) {
    QComboBox::focusOutEvent(e);
    if (!view()->isVisible())
        showOpen();
}

} // namespace plausch
