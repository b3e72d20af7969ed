// The text field of the composer.
#include "composer.h"

#include <QAbstractItemView>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QTextBlock>

namespace plausch {

TextEdit::TextEdit(QWidget *parent) : QPlainTextEdit(parent) {
    setObjectName("composer");
    setTabChangesFocus(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    document()->setDocumentMargin(4);
}

QSize TextEdit::sizeHint() const { return {200, 40}; }

// The window's keys for the newest and the first unread message hold here, too.
bool TextEdit::event(QEvent *e) {
    if (e->type() == QEvent::ShortcutOverride) {
        auto *key = static_cast<QKeyEvent *>(e);
        if (key->matches(QKeySequence::MoveToEndOfDocument) || (key->key() == Qt::Key_PageUp && key->modifiers() == Qt::ShiftModifier)) {
            e->ignore();
            return false;
        }
    }
    return QPlainTextEdit::event(e);
}

void TextEdit::keyPressEvent(QKeyEvent *e) {
    const bool enter = e->key() == Qt::Key_Return || e->key() == Qt::Key_Enter;
    // While an input method composes, its Enter does not come here.
    if (enter && !(e->modifiers() & (Qt::ShiftModifier | Qt::AltModifier)))
        return sent();
    if (e->key() == Qt::Key_Escape)
        return cancelled();
    if (e->key() == Qt::Key_Up && e->modifiers() == Qt::NoModifier && toPlainText().isEmpty())
        return editLast();
    if (e->key() == Qt::Key_Tab && e->modifiers() == Qt::NoModifier && complete())
        return;
    QPlainTextEdit::keyPressEvent(e);
}

// Completes a name behind an @ before the cursor; chooses by a menu among several.
bool TextEdit::complete() {
    QTextCursor cursor = textCursor();
    const QString before = cursor.block().text().left(cursor.positionInBlock());
    const qsizetype at = before.lastIndexOf('@');
    if (at < 0 || (at > 0 && !before[at - 1].isSpace()) || before.mid(at).contains(' '))
        return false;
    const QString begun = before.mid(at + 1);
    QStringList matches;
    for (const QString &name : names) {
        if (name.startsWith(begun, Qt::CaseInsensitive))
            matches.append(name);
    }
    if (matches.isEmpty())
        return false;
    const auto accept = [this, begun](const QString &name) {
        QTextCursor c = textCursor();
        c.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, int(begun.size()));
        c.insertText(name + " ");
    };
    if (matches.size() == 1) {
        accept(matches.first());
        return true;
    }
    QMenu menu(this);
    for (const QString &name : matches.mid(0, 12))
        menu.addAction("@" + name, [accept, name] { accept(name); });
    menu.setActiveAction(menu.actions().first());
    menu.exec(mapToGlobal(cursorRect().topLeft()) - QPoint(0, menu.sizeHint().height()));
    return true;
}

bool TextEdit::canInsertFromMimeData(const QMimeData *source) const {
    return source->hasUrls() || source->hasImage() || QPlainTextEdit::canInsertFromMimeData(source);
}

void TextEdit::insertFromMimeData(const QMimeData *source) {
    bool local = false;
    for (const QUrl &url : source->urls())
        local = local || url.isLocalFile();
    // Text beats a picture where a paste has both.
    if (local || (source->hasImage() && !source->hasText()))
        return dropped(source);
    QPlainTextEdit::insertFromMimeData(source);
}

void TextEdit::focusInEvent(QFocusEvent *e) {
    QPlainTextEdit::focusInEvent(e);
    focused();
}

void TextEdit::focusOutEvent(QFocusEvent *e) {
    QPlainTextEdit::focusOutEvent(e);
    focused();
}

} // namespace plausch
