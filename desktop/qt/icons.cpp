#include "icons.h"

#include "theme.h"

#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace plausch {

namespace {

void drawPath(QPainter &p, const QString &name) {
    QPainterPath s;
    if (name == "react") {
        s.addEllipse(QRectF(3, 3, 14, 14));
        s.moveTo(6.5, 11.5);
        s.quadTo(10, 15.5, 13.5, 11.5);
        s.addEllipse(QPointF(7.6, 8), 0.5, 0.5);
        s.addEllipse(QPointF(12.4, 8), 0.5, 0.5);
    } else if (name == "reply") {
        s.moveTo(8, 5);
        s.lineTo(3.5, 9.5);
        s.lineTo(8, 14);
        s.moveTo(3.5, 9.5);
        s.lineTo(11, 9.5);
        s.quadTo(16.5, 9.5, 16.5, 15.5);
    } else if (name == "more") {
        for (double x : {5.0, 10.0, 15.0})
            s.addEllipse(QPointF(x, 10), 0.9, 0.9);
    } else if (name == "send") {
        s.moveTo(3, 3.5);
        s.lineTo(17.5, 10);
        s.lineTo(3, 16.5);
        s.lineTo(5.2, 10);
        s.closeSubpath();
        s.moveTo(5.2, 10);
        s.lineTo(11, 10);
    } else if (name == "attach") {
        s.moveTo(15.5, 9.5);
        s.lineTo(9.8, 15.2);
        s.cubicTo(7.6, 17.4, 4.0, 13.8, 6.2, 11.6);
        s.lineTo(12.2, 5.6);
        s.cubicTo(13.7, 4.1, 16.1, 6.5, 14.6, 8.0);
        s.lineTo(9.0, 13.6);
        s.cubicTo(8.2, 14.4, 7.0, 13.2, 7.8, 12.4);
        s.lineTo(12.6, 7.6);
    } else if (name == "search") {
        s.addEllipse(QPointF(9, 9), 5, 5);
        s.moveTo(12.8, 12.8);
        s.lineTo(17, 17);
    } else if (name == "close") {
        s.moveTo(5.5, 5.5);
        s.lineTo(14.5, 14.5);
        s.moveTo(14.5, 5.5);
        s.lineTo(5.5, 14.5);
    } else if (name == "down") {
        s.moveTo(10, 4);
        s.lineTo(10, 15.5);
        s.moveTo(5, 10.8);
        s.lineTo(10, 15.8);
        s.lineTo(15, 10.8);
    } else if (name == "edit") {
        s.moveTo(4, 16);
        s.lineTo(4.8, 12.6);
        s.lineTo(13.4, 4);
        s.lineTo(16, 6.6);
        s.lineTo(7.4, 15.2);
        s.closeSubpath();
    } else if (name == "people") {
        s.addEllipse(QPointF(8, 7), 2.8, 2.8);
        s.moveTo(2.8, 16);
        s.cubicTo(3, 10.6, 13, 10.6, 13.2, 16);
        s.moveTo(12.5, 4.6);
        s.cubicTo(15.6, 5, 15.6, 9, 12.9, 9.6);
        s.moveTo(14.6, 11.8);
        s.cubicTo(16.4, 12.6, 17.2, 14, 17.3, 16);
    } else if (name == "settings") {
        for (double y : {5.5, 10.0, 14.5}) {
            s.moveTo(3, y);
            s.lineTo(17, y);
        }
        s.addEllipse(QPointF(13, 5.5), 1.7, 1.7);
        s.addEllipse(QPointF(7, 10), 1.7, 1.7);
        s.addEllipse(QPointF(12, 14.5), 1.7, 1.7);
    }
    p.drawPath(s);
}

// Draws at whatever size and in the colours of the moment.
class Engine : public QIconEngine {
public:
    explicit Engine(const QString &name) : name_(name) {}
    QIconEngine *clone() const override { return new Engine(name_); }
    void paint(QPainter *p, const QRect &rect, QIcon::Mode mode, QIcon::State) override {
        const Theme &t = theme();
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        p->translate(rect.topLeft());
        p->scale(rect.width() / 20.0, rect.height() / 20.0);
        const QColor color = mode == QIcon::Disabled ? t.border : mode == QIcon::Active ? t.text : name_ == "send" ? t.accent : t.text2;
        p->setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        p->setBrush(Qt::NoBrush);
        drawPath(*p, name_);
        p->restore();
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap map(size);
        map.fill(Qt::transparent);
        QPainter p(&map);
        paint(&p, QRect(QPoint(), size), mode, state);
        return map;
    }

private:
    QString name_;
};

} // namespace

QIcon icon(const char *name) { return QIcon(new Engine(QString::fromLatin1(name))); } // owned by the icon

QPixmap appIcon(int size, int unread) {
    QPixmap map(size, size);
    map.fill(Qt::transparent);
    QPainter p(&map);
    p.setRenderHint(QPainter::Antialiasing);
    p.scale(size / 64.0, size / 64.0);
    QPainterPath bubble;
    bubble.addRoundedRect(QRectF(4, 6, 56, 44), 16, 16);
    QPainterPath tail;
    tail.moveTo(16, 44);
    tail.lineTo(14, 60);
    tail.lineTo(34, 48);
    tail.closeSubpath();
    p.setPen(Qt::NoPen);
    p.setBrush(QColor("#1B5FC9"));
    p.drawPath(bubble.united(tail));
    p.setBrush(QColor("#FFFFFF"));
    for (double x : {18.0, 32.0, 46.0})
        p.drawEllipse(QPointF(x, 28), 4.6, 4.6);
    if (unread > 0) {
        const QRectF badge(28, 26, 36, 36);
        p.setBrush(QColor("#B3261E"));
        p.drawEllipse(badge);
        QFont f = textFont(15, true);
        f.setPixelSize(unread > 99 ? 16 : 22);
        p.setFont(f);
        p.setPen(QColor("#FFFFFF"));
        p.drawText(badge, Qt::AlignCenter, unread > 99 ? QStringLiteral("99+") : QString::number(unread));
    }
    return map;
}

} // namespace plausch
