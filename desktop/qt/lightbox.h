// A picture over the whole window.
#pragma once
#include <QPixmap>
#include <QToolButton>
#include <QWidget>

namespace plausch {

class Lightbox : public QWidget {
public:
    explicit Lightbox(QWidget *parent);
    void open(const QString &id, const QPixmap &picture);

protected:
    void paintEvent(QPaintEvent *) override;
    void mousePressEvent(QMouseEvent *) override { hide(); }
    void keyPressEvent(QKeyEvent *e) override;

private:
    QString id_;
    QPixmap picture_;
    QToolButton *save_;
};

} // namespace plausch
