// How a laid out row is drawn.
#include "layout.h"

#include "texts.h"
#include "theme.h"

#include <QFontMetricsF>
#include <QPainterPath>

namespace plausch {

namespace {

constexpr double margin = 16, avatarSize = 36;

void paintAvatar(QPainter &p, const QRectF &box, const QString &name, int hue) {
    const QColor color = nameColor(hue);
    p.setPen(Qt::NoPen);
    p.setBrush(mix(theme().bg, color, theme().dark ? 0.28 : 0.16));
    p.drawEllipse(box);
    p.setPen(color);
    p.setFont(textFont(16, true));
    p.drawText(box, Qt::AlignCenter, name.left(1).toUpper());
}

// A label in the middle of a line over the whole width.
void paintDivider(QPainter &p, const QRectF &box, const QString &text, const QColor &line, const QColor &color, bool pill) {
    const QFont f = textFont(12, true);
    const double w = QFontMetricsF(f).horizontalAdvance(text) + 24;
    const QRectF label(box.center().x() - w / 2, box.center().y() - 11, w, 22);
    p.setPen(QPen(line, 1));
    p.drawLine(QPointF(box.left() + margin, box.center().y()), QPointF(label.left() - 8, box.center().y()));
    p.drawLine(QPointF(label.right() + 8, box.center().y()), QPointF(box.right() - margin, box.center().y()));
    if (pill) {
        p.setPen(Qt::NoPen);
        p.setBrush(line);
        p.drawRoundedRect(label, 11, 11);
    }
    p.setPen(color);
    p.setFont(f);
    p.drawText(label, Qt::AlignCenter, text);
}

} // namespace

void RowLayout::paint(QPainter &p, const Row &row, const Pictures &pictures, bool hovered, bool current, bool) const {
    const Theme &t = theme();
    const QRectF box(0, 0, width_, height_);
    p.setRenderHint(QPainter::Antialiasing);
    if (row.kind == "day")
        return paintDivider(p, box, row.text, t.border, t.text2, false);
    if (row.kind == "new")
        return paintDivider(p, box, row.text, t.danger, t.onAccent, true);
    if (row.kind == "line") {
        p.setFont(textFont(13));
        p.setPen(t.text2);
        const QFontMetricsF m(p.font());
        p.drawText(box.adjusted(left_, 0, -margin, 0), Qt::AlignVCenter, m.elidedText(row.text, Qt::ElideRight, width_ - left_ - margin));
        return;
    }
    const QRectF back = box.adjusted(6, row.grouped ? 0 : 6, -6, 0);
    p.setPen(Qt::NoPen);
    if (row.mention) {
        p.setBrush(t.mention);
        p.drawRoundedRect(back, 6, 6);
        p.setBrush(t.mentionBar);
        p.drawRoundedRect(QRectF(back.left(), back.top(), 3, back.height()), 1.5, 1.5);
    } else if (row.mine) {
        p.setBrush(t.own);
        p.drawRoundedRect(back, 8, 8);
    }
    if (hovered && !row.mention) {
        p.setBrush(row.mine ? mix(t.own, t.text, 0.04) : t.surface);
        p.drawRoundedRect(back, 8, 8);
    }
    if (current) {
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(t.accent, 2));
        p.drawRoundedRect(back.adjusted(1, 1, -1, -1), 8, 8);
    }
    if (row.state == "sending")
        p.setOpacity(0.55);
    paintMessage(p, row, pictures, hovered);
}

void RowLayout::paintMessage(QPainter &p, const Row &row, const Pictures &pictures, bool hovered) const {
    const Theme &t = theme();
    const QFont small = textFont(12);
    const QString marks = (row.pinned ? say("pinned") + "  " : QString()) + (row.edited ? say("edited") + "  " : QString());
    if (!row.grouped) {
        paintAvatar(p, QRectF(margin, 12, avatarSize, avatarSize), row.name, row.hue);
        const QFont bold = textFont(15, true);
        const QFontMetricsF m(bold);
        const double baseline = 10 + m.ascent();
        const QString name = m.elidedText(row.name, Qt::ElideRight, textWidth_ * 0.7);
        p.setFont(bold);
        p.setPen(nameColor(row.hue));
        p.drawText(QPointF(left_, baseline), name);
        p.setFont(small);
        p.setPen(t.text2);
        p.drawText(QPointF(left_ + m.horizontalAdvance(name) + 8, baseline), row.time + "  " + marks);
    } else if (hovered) {
        p.setFont(textFont(11));
        p.setPen(t.text2);
        p.drawText(QRectF(0, 2, left_ - 10, QFontMetricsF(textFont(15)).height()), Qt::AlignRight | Qt::AlignVCenter, row.time);
    }
    if (row.grouped && !marks.isEmpty()) {
        p.setFont(small);
        p.setPen(t.text2);
        p.drawText(QRectF(left_, 2, width_ - left_ - margin, QFontMetricsF(small).height() + 4), Qt::AlignRight | Qt::AlignVCenter, marks.trimmed());
    }
    if (row.state == "sent") {
        p.setPen(QPen(t.ok, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const QPointF at(width_ - margin - 12, height_ - 11);
        p.drawPolyline(QPolygonF{QPointF(at.x(), at.y()), QPointF(at.x() + 3.5, at.y() + 3.5), QPointF(at.x() + 10, at.y() - 4)});
    }
    if (!quote_.isNull()) {
        p.setPen(Qt::NoPen);
        p.setBrush(nameColor(row.quoteHue));
        p.drawRoundedRect(QRectF(quote_.left(), quote_.top(), 3, quote_.height()), 1.5, 1.5);
        const QFont bold = textFont(13, true);
        const QFontMetricsF m(bold);
        p.setFont(bold);
        p.setPen(nameColor(row.quoteHue));
        p.drawText(quote_.adjusted(12, 0, 0, 0), Qt::AlignVCenter, row.quoteName);
        const double x = 12 + m.horizontalAdvance(row.quoteName) + 8;
        p.setFont(textFont(13));
        p.setPen(t.text2);
        p.drawText(quote_.adjusted(x, 0, 0, 0), Qt::AlignVCenter, QFontMetricsF(p.font()).elidedText(row.quoteText, Qt::ElideRight, quote_.width() - x));
    }
    paintPieces(p);
    for (size_t i = 0; i < files_.size(); i++)
        paintFile(p, row.files[int(i)], files_[i], pictures);
    p.setFont(textFont(13));
    for (size_t i = 0; i < reactions_.size(); i++) {
        const Reaction &r = row.reactions[int(i)];
        p.setPen(QPen(r.mine ? t.accent : t.border, 1));
        p.setBrush(r.mine ? mix(t.bg, t.accent, 0.14) : t.surface2);
        p.drawRoundedRect(reactions_[i].adjusted(0.5, 0.5, -0.5, -0.5), reactions_[i].height() / 2, reactions_[i].height() / 2);
        p.setPen(r.mine ? t.accent : t.text2);
        p.drawText(reactions_[i], Qt::AlignCenter, r.emoji + " " + QString::number(r.count));
    }
    if (!state_.isNull()) {
        p.setFont(textFont(13));
        const QFontMetricsF m(p.font());
        double x = state_.left();
        const auto word = [&](const QString &s, const QColor &c) {
            p.setPen(c);
            p.drawText(QPointF(x, state_.top() + m.ascent()), s);
            x += m.horizontalAdvance(s);
        };
        word(say("not_sent") + " ", t.danger);
        word(say("retry"), t.accent);
        word(" · ", t.text2);
        word(say("delete"), t.accent);
        word(row.error.isEmpty() ? QString() : "  " + row.error, t.text2);
    }
}

void RowLayout::paintPieces(QPainter &p) const {
    const Theme &t = theme();
    for (const Piece &piece : pieces_) {
        for (int q = 0; q < piece.quotes; q++)
            p.fillRect(QRectF(left_ + 14 * q, piece.box.top() - 1, 3, piece.box.height() + 4), t.border);
        if (qstrcmp(piece.kind, "code") == 0) {
            p.setPen(QPen(t.border, 1));
            p.setBrush(t.surface);
            p.drawRoundedRect(piece.box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
        }
        if (!piece.mark.isEmpty()) {
            p.setFont(textFont(15));
            p.setPen(t.text2);
            p.drawText(QRectF(piece.at.x() - 40, piece.at.y(), 32, QFontMetricsF(p.font()).height()), Qt::AlignRight | Qt::AlignVCenter, piece.mark);
        }
        if (piece.covered) {
            p.setPen(Qt::NoPen);
            p.setBrush(t.surface2);
            p.drawRoundedRect(piece.box, 4, 4);
            p.setFont(textFont(13));
            p.setPen(t.text2);
            p.drawText(piece.box, Qt::AlignCenter, say("spoiler"));
            continue;
        }
        p.setPen(piece.quotes > 0 ? t.text2 : t.text);
        QList<QTextLayout::FormatRange> marked;
        if (piece.to > piece.from) {
            QTextCharFormat f;
            f.setBackground(t.accent);
            f.setForeground(t.onAccent);
            marked.append({piece.from, piece.to - piece.from, f});
        }
        piece.text->draw(&p, piece.at, marked);
    }
}

void RowLayout::paintFile(QPainter &p, const File &f, const QRectF &box, const Pictures &pictures) const {
    const Theme &t = theme();
    const auto it = pictures.find(f.id);
    if (f.picture && it != pictures.end() && !it->isNull()) {
        QSizeF size = it->deviceIndependentSize();
        if (size.width() > box.width() || size.height() > box.height())
            size.scale(box.size(), Qt::KeepAspectRatio);
        const QRectF at(box.topLeft(), size);
        QPainterPath round;
        round.addRoundedRect(at, 8, 8);
        p.save();
        p.setClipPath(round, Qt::IntersectClip);
        p.setRenderHint(QPainter::SmoothPixmapTransform);
        p.drawPixmap(at, *it, QRectF(it->rect()));
        p.restore();
        return;
    }
    p.setPen(QPen(t.border, 1));
    p.setBrush(t.surface);
    p.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    if (f.picture && it == pictures.end()) {
        p.setFont(textFont(13));
        p.setPen(t.text2);
        p.drawText(box, Qt::AlignCenter, QFontMetricsF(p.font()).elidedText(f.name, Qt::ElideMiddle, box.width() - 24));
        return;
    }
    // A sheet of paper with a folded corner.
    const QPointF c(box.left() + 16, box.top() + 14);
    p.setPen(QPen(t.accent, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    p.setBrush(Qt::NoBrush);
    p.drawPolygon(QPolygonF{c, c + QPointF(11, 0), c + QPointF(17, 6), c + QPointF(17, 24), c + QPointF(0, 24)});
    p.drawPolyline(QPolygonF{c + QPointF(11, 0), c + QPointF(11, 6), c + QPointF(17, 6)});
    const QRectF words = box.adjusted(46, 7, -12, -7);
    p.setFont(textFont(14, true));
    p.setPen(t.text);
    p.drawText(words, Qt::AlignTop, QFontMetricsF(p.font()).elidedText(f.name, Qt::ElideMiddle, words.width()));
    p.setFont(textFont(12));
    p.setPen(t.text2);
    p.drawText(words, Qt::AlignBottom, f.info);
}

} // namespace plausch
