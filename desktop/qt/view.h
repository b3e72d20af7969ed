// The message view: a list whose rows are drawn by RowLayout.
#pragma once
#include "layout.h"
#include "model.h"

#include <QCache>
#include <QFrame>
#include <QListView>
#include <QPersistentModelIndex>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QToolButton>

namespace plausch {

class View : public QListView {
public:
    explicit View(QWidget *parent);

    void open();                                                  // another room
    void splice(int at, int remove, const QVector<Row> &rows, bool older);
    void showRow(qint64 seq, bool flash);                         // in the middle, or at the top
    void showEnd();
    void setPicture(const QString &id, const QPixmap &picture);
    void restyle();                                               // after a change of the theme
    bool atEnd() const;
    RowModel &rows() { return model_; }
    RowLayout &layoutOf(int row);
    const Pictures &pictures() const { return pictures_; }
    int hovered() const { return hovered_.isValid() ? hovered_.row() : -1; }
    int current() const; // drawn with a frame, -1 if none
    void reportSeen();   // tells Go up to where the user has seen the room
    void copy();         // what is selected, or else the current message

protected:
    bool viewportEvent(QEvent *e) override;
    void mousePressEvent(QMouseEvent *e) override;
    void mouseMoveEvent(QMouseEvent *e) override;
    void mouseReleaseEvent(QMouseEvent *e) override;
    void contextMenuEvent(QContextMenuEvent *e) override;
    void keyPressEvent(QKeyEvent *e) override;
    void resizeEvent(QResizeEvent *e) override;
    void focusInEvent(QFocusEvent *e) override;
    void focusOutEvent(QFocusEvent *e) override;

private:
    void scrolled();
    void fetchOlder(); // if the first rows are near
    void setHovered(const QModelIndex &index);
    void placeBar();
    void placeNewer();
    void act(const Hit &hit, int row);
    void chooseEmoji(const Row &row, const QPoint &at);
    void showMenu(int row, const QPoint &at);
    Hit hitAt(const QPoint &at, int *row);
    QPointF inRow(const QPoint &at, int row) const;

    RowModel model_;
    QCache<QString, RowLayout> layouts_{400};
    Pictures pictures_;
    QPersistentModelIndex hovered_;
    QFrame *bar_;            // what can be done with the hovered message
    QPushButton *newer_;     // leads to the end
    int unseen_ = 0;         // messages that came while the end was out of sight
    bool following_ = true;  // the view stays at the end
    bool anchoring_ = false; // the scroll bar is moved by the view itself
    QTimer seen_;
    int pressed_ = -1;       // the row that the mouse was pressed on
    QPoint pressedAt_;
    bool selecting_ = false;
    bool byKeys_ = false; // the current message was chosen by keys, and is marked
    QPersistentModelIndex selected_;
};

} // namespace plausch
