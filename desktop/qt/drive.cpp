//go:build drive

// Tests use the window as a person does: by key strokes and clicks of QTest, and by
// looking at what the widgets show.
#include "drive.h"

#include "event.h"
#include "theme.h"
#include "window.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMimeData>
#include <QScrollBar>
#include <QTest>
#include <QUrl>
#include <cstdlib>
#include <cstring>
#include <map>

namespace plausch {

Window *guiWindow(); // border.cpp

namespace {

using Command = QJsonObject;

// The widget that a command names; a dialog's if one is open.
QWidget *widget(const Command &c) {
    const QString name = c["object"].toString();
    if (name.isEmpty())
        return guiWindow();
    for (QWidget *top : QApplication::topLevelWidgets()) {
        if (auto *w = top->findChild<QWidget *>(name))
            return w;
    }
    return nullptr;
}

QAbstractItemView *view(const Command &c) { return dynamic_cast<QAbstractItemView *>(widget(c)); }

Qt::KeyboardModifiers modifiers(const Command &c) {
    Qt::KeyboardModifiers m;
    const QString s = c["modifiers"].toString();
    m.setFlag(Qt::ShiftModifier, s.contains("Shift"));
    m.setFlag(Qt::ControlModifier, s.contains("Ctrl"));
    m.setFlag(Qt::AltModifier, s.contains("Alt"));
    return m;
}

// What a widget shows: of a view, the texts that it tells a screen reader.
QJsonValue shown(QWidget *w) {
    if (auto *v = dynamic_cast<QAbstractItemView *>(w)) {
        QJsonArray rows;
        for (int i = 0; i < v->model()->rowCount(); i++)
            rows.append(v->model()->index(i, 0).data(Qt::AccessibleTextRole).toString());
        return rows;
    }
    if (auto *e = dynamic_cast<QPlainTextEdit *>(w))
        return e->toPlainText();
    if (auto *e = dynamic_cast<QLineEdit *>(w))
        return e->text();
    if (auto *e = dynamic_cast<QComboBox *>(w))
        return e->currentText();
    if (auto *e = dynamic_cast<QAbstractButton *>(w))
        return e->text();
    if (auto *e = dynamic_cast<QLabel *>(w))
        return e->isVisible() ? e->text() : QString();
    return w->windowTitle();
}

// Types a text: ASCII by keys, all else as an input method does.
QJsonObject keys(const Command &c) {
    QWidget *w = widget(c);
    QString other;
    const auto commit = [&] {
        QInputMethodEvent e;
        e.setCommitString(other);
        if (!other.isEmpty())
            QApplication::sendEvent(w, &e);
        other.clear();
    };
    for (const QChar ch : c["text"].toString()) {
        if (ch.unicode() >= 0x80) {
            other += ch;
            continue;
        }
        commit();
        QTest::keyClick(w, ch.toLatin1(), modifiers(c));
    }
    commit();
    return {};
}

QJsonObject clickItem(const Command &c) {
    QAbstractItemView *v = view(c);
    for (int i = 0; v != nullptr && i < v->model()->rowCount(); i++) {
        const QModelIndex index = v->model()->index(i, 0);
        if (!index.flags().testFlag(Qt::ItemIsSelectable))
            continue; // a heading
        if (!index.data(Qt::AccessibleTextRole).toString().contains(c["text"].toString()))
            continue;
        v->scrollTo(index);
        const QPoint at = v->visualRect(index).topLeft() + QPoint(c["x"].toInt(70), c["y"].toInt(10));
        QTest::mouseClick(v->viewport(), Qt::LeftButton, {}, at);
        if (c["double"].toBool())
            QTest::mouseDClick(v->viewport(), Qt::LeftButton, {}, at);
        return {{"found", true}};
    }
    return {{"found", false}};
}

QJsonObject drop(const Command &c) {
    QMimeData data;
    QList<QUrl> urls;
    for (const auto &path : c["paths"].toArray())
        urls.append(QUrl::fromLocalFile(path.toString()));
    data.setUrls(urls);
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(guiWindow(), &enter);
    QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(guiWindow(), &event);
    return {{"accepted", enter.isAccepted()}};
}

// Names and roles as a screen reader finds them, for widgets that can have the focus.
QJsonArray accessible(QWidget *root) {
    QJsonArray all;
    for (QWidget *w : root->findChildren<QWidget *>()) {
        QAccessibleInterface *a = QAccessible::queryAccessibleInterface(w);
        if (a == nullptr || !w->isVisible() || w->focusPolicy() == Qt::NoFocus)
            continue;
        all.append(QJsonObject{{"class", w->metaObject()->className()}, {"object", w->objectName()}, {"name", a->text(QAccessible::Name)}, {"role", int(a->role())}});
    }
    return all;
}

const std::map<QString, QJsonObject (*)(const Command &)> commands = {
    {"keys", keys},
    {"key", [](const Command &c) -> QJsonObject { QString key = c["key"].toString();
         if (key == "+")
             QTest::keyClick(widget(c), '+');
         else
             QTest::keyClick(widget(c), Qt::Key(QKeySequence(key)[0].key()), modifiers(c));
         return {}; }},
    {"click", [](const Command &c) -> QJsonObject { QTest::mouseClick(widget(c), Qt::LeftButton, modifiers(c)); return {}; }},
    {"click_at", [](const Command &c) -> QJsonObject { QTest::mouseClick(view(c)->viewport(), Qt::LeftButton, {}, QPoint(c["x"].toInt(), c["y"].toInt())); return {}; }},
    {"move_to", [](const Command &c) -> QJsonObject { QTest::mouseMove(view(c)->viewport(), QPoint(c["x"].toInt(), c["y"].toInt())); return {}; }},
    {"click_item", clickItem},
    {"menu_button", [](const Command &c) -> QJsonObject { // in the menu that is open
         QWidget *menu = QApplication::activePopupWidget();
         for (QToolButton *b : menu == nullptr ? QList<QToolButton *>() : menu->findChildren<QToolButton *>()) {
             if (b->text() == c["text"].toString()) {
                 QTest::mouseClick(b, Qt::LeftButton);
                 return {};
             }
         }
         return {{"error", "there is no such button"}};
     }},
    {"drop", drop},
    {"shown", [](const Command &c) -> QJsonObject { QWidget *w = widget(c); return {{"shown", w == nullptr ? QJsonValue() : shown(w)}, {"visible", w != nullptr && w->isVisible()}}; }},
    {"focus", [](const Command &) -> QJsonObject { QWidget *w = QApplication::focusWidget(); return {{"shown", w == nullptr ? QString() : w->objectName()}}; }},
    {"grab", [](const Command &c) -> QJsonObject { return {{"saved", widget(c)->grab().save(c["path"].toString())}}; }},
    {"resize", [](const Command &c) -> QJsonObject { guiWindow()->resize(c["width"].toInt(), c["height"].toInt()); return {}; }},
    {"activate", [](const Command &) -> QJsonObject { guiWindow()->raiseWindow(); return {}; }},
    {"paste", [](const Command &c) -> QJsonObject { QApplication::clipboard()->setText(c["text"].toString()); return {}; }},
    {"copied", [](const Command &) -> QJsonObject { return {{"shown", QApplication::clipboard()->text()}}; }},
    {"accessible", [](const Command &) -> QJsonObject { return {{"all", accessible(guiWindow())}}; }},
    {"scroll", [](const Command &c) -> QJsonObject {
         QScrollBar *bar = view(c)->verticalScrollBar();
         QElapsedTimer timer;
         timer.start();
         if (c.contains("to"))
             bar->setValue(c["to"].toInt() < 0 ? bar->maximum() : c["to"].toInt());
         bar->setValue(bar->value() + c["by"].toInt());
         view(c)->viewport()->repaint();
         return {{"value", bar->value()}, {"max", bar->maximum()}, {"micros", timer.nsecsElapsed() / 1000}};
     }},
    {"top", [](const Command &c) -> QJsonObject { // where a row stands
         QAbstractItemView *v = view(c);
         for (int i = 0; i < v->model()->rowCount(); i++) {
             const QModelIndex x = v->model()->index(i, 0);
             if (x.data(Qt::AccessibleTextRole).toString().contains(c["text"].toString()))
                 return {{"found", true}, {"value", v->visualRect(x).top()}, {"bottom", v->visualRect(x).bottom()}, {"height", v->viewport()->height()}};
         }
         return {{"found", false}};
     }},
};

} // namespace

QJsonObject drive(const QJsonObject &c) {
    const auto it = commands.find(c["do"].toString());
    const bool fine = it != commands.end() && guiWindow() != nullptr && (!c.contains("object") || widget(c) != nullptr);
    return fine ? it->second(c) : QJsonObject{{"error", "cannot " + QString::fromUtf8(QJsonDocument(c).toJson(QJsonDocument::Compact))}};
}

} // namespace plausch

char *pl_drive(const char *json, int size) {
    const QJsonObject command = QJsonDocument::fromJson(QByteArray(json, size)).object();
    QJsonObject answer{{"error", "there is no window"}};
    if (qApp != nullptr && command["later"].toBool()) { // it opens a menu or a dialog, and ends with that
        QMetaObject::invokeMethod(qApp, [command] { plausch::drive(command); }, Qt::QueuedConnection);
        answer = {};
    } else if (qApp != nullptr)
        QMetaObject::invokeMethod(qApp, [&] { answer = plausch::drive(command); }, Qt::BlockingQueuedConnection);
    const QByteArray text = QJsonDocument(answer).toJson(QJsonDocument::Compact);
    char *out = static_cast<char *>(std::malloc(size_t(text.size()) + 1)); // freed by Go
    std::memcpy(out, text.constData(), size_t(text.size()) + 1);
    return out;
}
