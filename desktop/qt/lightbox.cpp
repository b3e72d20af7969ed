#include "lightbox.h"

#include "event.h"
#include "texts.h"

#include <QKeyEvent>
#include <QPainter>

namespace plausch {

Lightbox::Lightbox(QWidget *parent) : QWidget(parent) {
    setObjectName("lightbox");
    setFocusPolicy(Qt::StrongFocus);
    save_ = new QToolButton(this);
    save_->setStyleSheet("QToolButton { background: #FFFFFF; color: #15181D; padding: 8px 18px; border-radius: 6px; }");
    connect(save_, &QToolButton::clicked, this, [this] { emitEvent("file", {{"id", id_}}); });
    hide();
}

void Lightbox::open(const QString &id, const QPixmap &picture) {
    id_ = id;
    picture_ = picture;
    save_->setText(say("save"));
    save_->adjustSize();
    setAccessibleName(say("picture"));
    setGeometry(parentWidget()->rect());
    show();
    raise();
    setFocus();
}

void Lightbox::paintEvent(QPaintEvent *) {
    QPainter p(this);
    p.setRenderHint(QPainter::SmoothPixmapTransform);
    p.fillRect(rect(), QColor(0, 0, 0, 215));
    QSizeF size = picture_.deviceIndependentSize();
    const QSizeF room(width() - 64, height() - 120);
    if (size.width() > room.width() || size.height() > room.height())
        size.scale(room, Qt::KeepAspectRatio);
    const QRectF at((width() - size.width()) / 2, (height() - 56 - size.height()) / 2, size.width(), size.height());
    p.drawPixmap(at, picture_, QRectF(picture_.rect()));
    save_->move((width() - save_->width()) / 2, height() - save_->height() - 16);
}

void Lightbox::keyPressEvent(QKeyEvent *e) {
    if (e->key() == Qt::Key_Escape || e->key() == Qt::Key_Space) {
        hide();
        return;
    }
    if (e->key() == Qt::Key_S)
        return emitEvent("file", {{"id", id_}});
}

} // namespace plausch
