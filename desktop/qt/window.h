// The window: the list of rooms, the messages, the user table, the status bar, the menu.
#pragma once
#include "composer.h"
#include "lists.h"
#include "signin.h"
#include "view.h"

#include <QCloseEvent>
#include <QLabel>
#include <QMainWindow>
#include <QSplitter>
#include <QStackedWidget>
#include <QSystemTrayIcon>

namespace plausch {

class Lightbox;

class Window : public QMainWindow {
public:
    explicit Window(const QJsonObject &options);

    // Each is what the function of the same name in border.h asks for.
    void texts(const QJsonObject &o);
    void setTheme(const QJsonObject &o);
    void settings(const QJsonObject &o);
    void signIn(const QJsonObject &o);
    void certificate(const QJsonObject &o);
    void chat();
    void servers(const QJsonArray &a);
    void people(const QJsonObject &o);
    void status(const QJsonObject &o);
    void typing(const QJsonObject &o);
    void notice(const QJsonObject &o);
    void badge(const QJsonObject &o);
    void open(const QJsonObject &o);
    void splice(const QJsonObject &o);
    void showRow(const QJsonObject &o);
    void save(const QJsonObject &o);
    void confirm(const QJsonObject &o);
    void lightbox(const QString &id, const QPixmap &picture);
    void results(const QJsonObject &o);
    Composer *composer() { return composer_; }
    View *view() { return view_; }
    void raiseWindow();

protected:
    void closeEvent(QCloseEvent *e) override;
    void changeEvent(QEvent *e) override;
    void dragEnterEvent(QDragEnterEvent *e) override;
    void dropEvent(QDropEvent *e) override;
    void keyPressEvent(QKeyEvent *e) override;
    void resizeEvent(QResizeEvent *e) override;

private:
    QWidget *makeChat();
    void makeMenu();
    void makeTray();
    void nextRegion();
    void setTitle();
    void quit();
    bool chatShown() const { return pages_->currentIndex() == 1; }

    QStackedWidget *pages_;
    SignInPage *signIn_;
    QSplitter *splitter_;
    RoomList *rooms_;
    UserTable *users_;
    View *view_;
    Composer *composer_;
    Lightbox *lightbox_;
    QLabel *room_, *topic_, *typing_, *notice_, *dot_, *state_, *account_, *usersTitle_, *empty_;
    QFrame *usersSide_;
    QLineEdit *search_;
    QListView *results_;
    QStandardItemModel resultModel_;
    QSystemTrayIcon *tray_ = nullptr;
    QMenu *trayMenu_ = nullptr;
    QString title_;
    int unread_ = 0;
    void search(bool everywhere);
    bool searchAll_ = false; // in all rooms
    bool closeToTray_ = false, quitting_ = false;
};

} // namespace plausch
