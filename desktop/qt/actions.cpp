// The menu, the keys, the tray icon, and how the window ends.
#include "window.h"

#include "event.h"
#include "icons.h"
#include "lightbox.h"
#include "texts.h"

#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>

namespace plausch {

void Window::makeMenu() {
    menuBar()->clear();
    const auto item = [this](QMenu *menu, const char *text, const QList<QKeySequence> &keys, auto act) {
        QAction *a = menu->addAction(say(text));
        a->setShortcuts(keys);
        a->setObjectName(text);
        connect(a, &QAction::triggered, this, act);
        return a;
    };
    QMenu *program = menuBar()->addMenu("&Plausch");
    item(program, "add_server", {}, [] { emitEvent("add_server"); });
    item(program, "settings", {QKeySequence("Ctrl+,")}, [] { emitEvent("open_settings"); });
    program->addSeparator();
    item(program, "sign_out", {}, [] { emitEvent("sign_out"); });
    item(program, "quit", {QKeySequence("Ctrl+Q")}, [this] { quit(); });

    QMenu *room = menuBar()->addMenu(say("menu_room"));
    item(room, "go_to", {QKeySequence("Ctrl+K")}, [this] { composer_->chooser()->choose(); });
    item(room, "previous_room", {QKeySequence("Alt+Up")}, [this] { rooms_->step(-1, false); });
    item(room, "next_room", {QKeySequence("Alt+Down")}, [this] { rooms_->step(1, false); });
    item(room, "next_unread", {QKeySequence("Ctrl+J"), QKeySequence("Alt+Shift+Down")}, [this] { rooms_->step(1, true); });
    item(room, "previous_unread", {QKeySequence("Alt+Shift+Up")}, [this] { rooms_->step(-1, true); });
    room->addSeparator();
    item(room, "first_unread", {QKeySequence("Shift+PgUp")}, [] { emitEvent("first_unread"); });
    item(room, "newest", {QKeySequence("Ctrl+End")}, [this] { view_->showEnd(); });
    item(room, "search", {QKeySequence("Ctrl+F")}, [this] { search(false); });
    item(room, "search_everywhere", {QKeySequence("Ctrl+Shift+F")}, [this] { search(true); });
    item(room, "attach", {QKeySequence("Ctrl+O")}, [this] {
        if (auto *b = findChild<QToolButton *>("attach"))
            b->click();
    });

    QMenu *show = menuBar()->addMenu(say("menu_view"));
    item(show, "people", {QKeySequence("Ctrl+Shift+M")}, [this] { usersSide_->setVisible(!usersSide_->isVisible()); });
    item(show, "next_region", {QKeySequence("F6")}, [this] { nextRegion(); });

    QMenu *help = menuBar()->addMenu(say("menu_help"));
    item(help, "keys", {QKeySequence("F1")}, [this] { QMessageBox::information(this, say("keys"), say("keys_text")); });
    item(help, "about", {}, [] { emitEvent("about"); });
}

void Window::makeTray() {
    if (!QSystemTrayIcon::isSystemTrayAvailable())
        return;
    tray_ = new QSystemTrayIcon(appIcon(64), this);
    trayMenu_ = new QMenu(this);
    trayMenu_->addAction("Plausch", [this] { raiseWindow(); });
    trayMenu_->addAction("×", [this] { quit(); });
    tray_->setContextMenu(trayMenu_);
    connect(tray_, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger)
            raiseWindow();
    });
    tray_->show();
}

void Window::raiseWindow() {
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void Window::nextRegion() {
    QWidget *const regions[] = {rooms_, view_, composer_->edit(), users_};
    const int n = int(std::size(regions));
    int at = n - 1;
    for (int i = 0; i < n; i++) {
        if (regions[i]->hasFocus())
            at = i;
    }
    for (int k = 1; k <= n; k++) {
        QWidget *next = regions[(at + k) % n];
        if (!next->isVisible())
            continue;
        next->setFocus(Qt::TabFocusReason);
        if (next == view_ && !view_->currentIndex().isValid() && view_->rows().rowCount() > 0)
            view_->setCurrentIndex(view_->rows().index(view_->rows().rowCount() - 1));
        return;
    }
}

void Window::quit() {
    if (quitting_)
        return;
    quitting_ = true;
    composer_->flushDraft();
    hide();
    emitEvent("quit", {{"width", width()}, {"height", height()}}); // Go ends the program
}

void Window::closeEvent(QCloseEvent *e) {
    e->ignore();
    if (tray_ != nullptr && closeToTray_) {
        composer_->flushDraft();
        hide();
        emitEvent("focus", {{"on", false}});
        return;
    }
    quit();
}

void Window::changeEvent(QEvent *e) {
    QMainWindow::changeEvent(e);
    if (e->type() != QEvent::ActivationChange)
        return;
    emitEvent("focus", {{"on", isActiveWindow()}});
    if (isActiveWindow() && chatShown())
        view_->reportSeen();
}

void Window::dragEnterEvent(QDragEnterEvent *e) {
    if (chatShown() && (e->mimeData()->hasUrls() || e->mimeData()->hasImage()))
        e->acceptProposedAction();
}

void Window::dropEvent(QDropEvent *e) {
    composer_->takeFiles(e->mimeData());
    e->acceptProposedAction();
}

// What is typed anywhere goes into the composer.
void Window::keyPressEvent(QKeyEvent *e) {
    if (e->key() == Qt::Key_Escape && chatShown()) {
        if (search_->isVisible()) {
            search_->clear();
            search_->hide();
            results_->hide();
        }
        composer_->edit()->setFocus();
        return;
    }
    const bool plain = !(e->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (chatShown() && plain && !e->text().isEmpty() && e->text().at(0).isPrint() && !composer_->edit()->hasFocus() && !search_->hasFocus()) {
        composer_->edit()->setFocus();
        composer_->edit()->insertPlainText(e->text());
        return;
    }
    QMainWindow::keyPressEvent(e);
}

void Window::resizeEvent(QResizeEvent *e) {
    QMainWindow::resizeEvent(e);
    lightbox_->setGeometry(rect());
    empty_->setGeometry(0, 0, view_->width(), view_->height());
    if (width() < 800)
        usersSide_->hide();
    else if (e->oldSize().width() < 800)
        usersSide_->show();
}

} // namespace plausch
