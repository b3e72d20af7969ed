// The list of rooms, the user table and the chooser of recipients.
#pragma once
#include <QComboBox>
#include <QJsonArray>
#include <QListView>
#include <QStandardItemModel>
#include <QTableView>

namespace plausch {

// What items of these models hold beside their text.
enum ItemRole { KeyRole = Qt::UserRole + 1, ServerRole, KindRole, UnreadRole, MentionsRole, PresenceRole, HueRole, DraftRole, NoteRole };

class RoomList : public QListView {
public:
    explicit RoomList(QWidget *parent);
    void setServers(const QJsonArray &servers); // []screen.Server
    void markOpen();
    // Opens the room so many places after the open one; of those with something new if unread.
    void step(int by, bool unread);

protected:
    void keyPressEvent(QKeyEvent *e) override;
    void contextMenuEvent(QContextMenuEvent *e) override;

private:
    void openItem(const QModelIndex &index);
    QStandardItemModel model_;
};

class UserTable : public QTableView {
public:
    explicit UserTable(QWidget *parent);
    void setPeople(const QJsonArray &people); // []screen.Person

protected:
    void keyPressEvent(QKeyEvent *e) override;

private:
    void openItem(const QModelIndex &index);
    QStandardItemModel model_;
};

// A combo box whose arrow is drawn in the colours of the theme.
class Combo : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void paintEvent(QPaintEvent *e) override;
};

class Chooser : public Combo {
public:
    explicit Chooser(QWidget *parent);
    void setTargets(const QJsonArray &targets); // []screen.Target
    void showOpen();                            // the open room is what is chosen
    void choose();                              // takes the focus to choose another

protected:
    void focusOutEvent(QFocusEvent *e) override;

private:
    QStandardItemModel model_;
};

} // namespace plausch
