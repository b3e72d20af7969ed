// What the mouse and the keyboard do in the message view.
#include "view.h"

#include "emoji.h"
#include "event.h"
#include "texts.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QUrl>

namespace plausch {

QPointF View::inRow(const QPoint &at, int row) const { return at - visualRect(model_.index(row)).topLeft(); }

Hit View::hitAt(const QPoint &at, int *row) {
    const QModelIndex index = indexAt(at);
    *row = index.isValid() ? index.row() : -1;
    return *row < 0 ? Hit{} : layoutOf(*row).hit(inRow(at, *row));
}

bool View::viewportEvent(QEvent *e) {
    switch (e->type()) {
    case QEvent::Leave:
        if (!bar_->underMouse())
            setHovered({});
        break;
    case QEvent::ToolTip: {
        const auto *help = static_cast<QHelpEvent *>(e);
        int row = -1;
        const Hit hit = hitAt(help->pos(), &row);
        QString tip = hit.tip;
        if (tip.isEmpty() && row >= 0 && help->pos().x() < 64)
            tip = model_.row(row).fullTime;
        if (tip.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), tip, this);
        return true;
    }
    default:
        break;
    }
    return QListView::viewportEvent(e);
}

void View::mousePressEvent(QMouseEvent *e) {
    int row = -1;
    hitAt(e->pos(), &row);
    if (selected_.isValid())
        layoutOf(selected_.row()).clearSelection();
    selected_ = QPersistentModelIndex();
    selecting_ = byKeys_ = false;
    pressed_ = row;
    pressedAt_ = e->pos();
    QListView::mousePressEvent(e);
    viewport()->update();
}

void View::mouseMoveEvent(QMouseEvent *e) {
    int row = -1;
    const Hit hit = hitAt(e->pos(), &row);
    viewport()->setCursor(hit.kind == Hit::Nothing ? Qt::ArrowCursor : Qt::PointingHandCursor);
    if (e->buttons() & Qt::LeftButton) {
        if (pressed_ >= 0 && pressed_ < model_.rowCount() && (selecting_ || (e->pos() - pressedAt_).manhattanLength() >= QApplication::startDragDistance())) {
            selecting_ = true;
            selected_ = model_.index(pressed_);
            layoutOf(pressed_).select(inRow(pressedAt_, pressed_), inRow(e->pos(), pressed_));
            update(selected_);
        }
        return; // dragging selects text, not rows
    }
    setHovered(indexAt(e->pos()));
}

void View::mouseReleaseEvent(QMouseEvent *e) {
    QListView::mouseReleaseEvent(e);
    int row = -1;
    const Hit hit = hitAt(e->pos(), &row);
    if (selecting_ && selected_.isValid()) {
        QClipboard *board = QApplication::clipboard();
        if (board->supportsSelection())
            board->setText(layoutOf(selected_.row()).selection(), QClipboard::Selection);
    } else if (e->button() == Qt::LeftButton && row >= 0 && row == pressed_) {
        act(hit, row);
    }
    selecting_ = false;
    pressed_ = -1;
}

void View::act(const Hit &hit, int row) {
    switch (hit.kind) {
    case Hit::Link: {
        const QUrl url(hit.data);
        if (url.scheme() == "https" || url.scheme() == "http" || url.scheme() == "mailto")
            QDesktopServices::openUrl(url);
        break;
    }
    case Hit::Jump:
        return emitEvent("link", {{"text", hit.data}});
    case Hit::Picture:
        return emitEvent("picture", {{"id", hit.data}});
    case Hit::FileCard:
        return emitEvent("file", {{"id", hit.data}});
    case Hit::ReactionPill:
        return emitEvent("react", {{"seq", hit.seq}, {"text", hit.data}});
    case Hit::Quote:
        return emitEvent("jump", {{"seq", hit.seq}});
    case Hit::Retry:
        return emitEvent("retry", {{"id", hit.data}});
    case Hit::Discard:
        return emitEvent("discard", {{"id", hit.data}});
    case Hit::Reveal:
        model_.row(row).revealed = true;
        layouts_.remove(model_.row(row).key);
        update(model_.index(row));
        break;
    default:
        break;
    }
}

void View::chooseEmoji(const Row &row, const QPoint &at) {
    const qint64 seq = row.seq;
    showEmojiMenu(this, at, [seq](const QString &emoji) { emitEvent("react", {{"seq", seq}, {"text", emoji}}); });
}

void View::showMenu(int i, const QPoint &at) {
    const Row row = model_.row(i);
    if (row.kind != "message")
        return;
    const QString selected = selected_.isValid() && selected_.row() == i ? layoutOf(i).selection() : QString();
    QMenu menu(this);
    const auto send = [&menu, &row](const char *text, const char *event, bool on = true) {
        QAction *a = menu.addAction(say(text), [event, seq = row.seq] { emitEvent(event, {{"seq", seq}}); });
        a->setEnabled(on);
    };
    const bool there = row.seq > 0 && !row.deleted;
    if (there) {
        send("reply", "reply");
        menu.addAction(say("react"), [this, row, at] { chooseEmoji(row, at); });
        if (row.canEdit)
            send("edit", "edit");
        menu.addSeparator();
    }
    menu.addAction(say(selected.isEmpty() ? "copy_text" : "copy_selection"), [row, selected] { QApplication::clipboard()->setText(selected.isEmpty() ? row.text : selected); });
    if (row.seq > 0) {
        send("copy_link", "copy_link");
        send("mark_unread", "unread");
    }
    if (there && row.canDelete) {
        menu.addSeparator();
        send("delete", "delete");
    }
    menu.exec(at);
}

void View::contextMenuEvent(QContextMenuEvent *e) {
    const QModelIndex index = e->reason() == QContextMenuEvent::Keyboard ? currentIndex() : indexAt(e->pos());
    if (index.isValid())
        showMenu(index.row(), e->reason() == QContextMenuEvent::Keyboard ? viewport()->mapToGlobal(visualRect(index).center()) : e->globalPos());
}

void View::copy() {
    QString text;
    if (selected_.isValid())
        text = layoutOf(selected_.row()).selection();
    if (text.isEmpty() && currentIndex().isValid())
        text = model_.row(currentIndex().row()).text;
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

void View::keyPressEvent(QKeyEvent *e) {
    byKeys_ = true;
    const int i = current();
    if (e->matches(QKeySequence::Copy))
        return copy();
    if (e->matches(QKeySequence::MoveToEndOfDocument))
        return showEnd();
    const bool there = i >= 0 && model_.row(i).kind == "message" && model_.row(i).seq > 0 && !model_.row(i).deleted;
    if (there && !(e->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
        const Row &row = model_.row(i);
        const QPoint at = viewport()->mapToGlobal(visualRect(model_.index(i)).topLeft() + QPoint(64, 24));
        if (e->text() == "r")
            return emitEvent("reply", {{"seq", row.seq}});
        if (e->text() == "e" && row.canEdit)
            return emitEvent("edit", {{"seq", row.seq}});
        if (e->text() == "+")
            return chooseEmoji(row, at);
        if (e->key() == Qt::Key_Delete && row.canDelete)
            return emitEvent("delete", {{"seq", row.seq}});
        if (e->key() == Qt::Key_Return && !row.files.isEmpty())
            return emitEvent(row.files.first().picture ? "picture" : "file", {{"id", row.files.first().id}});
    }
    if (!e->text().isEmpty() && e->text().at(0).isPrint() && !(e->modifiers() & (Qt::ControlModifier | Qt::AltModifier)))
        return e->ignore(); // the window gives it to the composer
    QListView::keyPressEvent(e);
}

void View::focusInEvent(QFocusEvent *e) {
    byKeys_ = e->reason() != Qt::MouseFocusReason;
    QListView::focusInEvent(e);
    viewport()->update();
}

void View::focusOutEvent(QFocusEvent *e) {
    QListView::focusOutEvent(e);
    viewport()->update();
}

} // namespace plausch
