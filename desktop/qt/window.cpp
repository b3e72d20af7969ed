#include "window.h"

#include "event.h"
#include "icons.h"
#include "lightbox.h"
#include "texts.h"
#include "theme.h"

#include <QApplication>
#include <QFileDialog>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QMimeData>
#include <QStatusBar>
#include <QStyle>
#include <QVBoxLayout>

namespace plausch {

Window::Window(const QJsonObject &options) {
    setObjectName("window");
    setAcceptDrops(true);
    setWindowIcon(appIcon(64));
    resize(options["width"].toInt(1120), options["height"].toInt(740));
    setMinimumSize(480, 360);
    closeToTray_ = options["close_to_tray"].toBool();
    pages_ = new QStackedWidget(this);
    signIn_ = new SignInPage(pages_);
    pages_->addWidget(signIn_);
    pages_->addWidget(makeChat());
    setCentralWidget(pages_);
    dot_ = new QLabel(this);
    state_ = new QLabel(this);
    state_->setObjectName("state");
    account_ = new QLabel(this);
    for (QLabel *l : {state_, account_})
        l->setTextFormat(Qt::PlainText);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(10, 2, 10, 2);
    statusBar()->addWidget(dot_);
    statusBar()->addWidget(state_);
    statusBar()->addPermanentWidget(account_);
    lightbox_ = new Lightbox(this);
    makeTray();
    title_ = "Plausch";
    setTitle();
}

QWidget *Window::makeChat() {
    splitter_ = new QSplitter(Qt::Horizontal, pages_);
    splitter_->setHandleWidth(1);
    splitter_->setChildrenCollapsible(false);
    const auto side = [this](QLabel **title) {
        auto *frame = new QFrame(splitter_);
        frame->setProperty("role", "side");
        auto *box = new QVBoxLayout(frame);
        box->setContentsMargins(0, 8, 0, 8);
        box->setSpacing(4);
        if (title != nullptr) {
            *title = new QLabel(frame);
            (*title)->setProperty("role", "section");
            box->addWidget(*title);
        }
        return frame;
    };
    QFrame *left = side(nullptr);
    rooms_ = new RoomList(left);
    left->layout()->addWidget(rooms_);

    auto *middle = new QWidget(splitter_);
    auto *rows = new QVBoxLayout(middle);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto *head = new QFrame(middle);
    head->setProperty("role", "head");
    head->setFixedHeight(52);
    auto *line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 10, 0);
    room_ = new QLabel(head);
    room_->setProperty("role", "room");
    topic_ = new QLabel(head);
    topic_->setProperty("role", "hint");
    topic_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (QLabel *l : {room_, topic_})
        l->setTextFormat(Qt::PlainText);
    search_ = new QLineEdit(head);
    search_->setObjectName("search");
    search_->setFixedWidth(220);
    search_->setClearButtonEnabled(true);
    search_->hide();
    auto *find = new QToolButton(head);
    find->setIcon(icon("search"));
    find->setObjectName("find");
    auto *showPeople = new QToolButton(head);
    showPeople->setIcon(icon("people"));
    showPeople->setObjectName("showPeople");
    line->addWidget(room_);
    line->addSpacing(8);
    line->addWidget(topic_, 1);
    line->addWidget(search_);
    line->addWidget(find);
    line->addWidget(showPeople);
    rows->addWidget(head);
    results_ = new QListView(middle);
    results_->setObjectName("results");
    results_->setModel(&resultModel_);
    results_->setEditTriggers(QListView::NoEditTriggers);
    results_->setWordWrap(true);
    results_->setMaximumHeight(260);
    results_->hide();
    rows->addWidget(results_);
    view_ = new View(middle);
    rows->addWidget(view_, 1);
    empty_ = new QLabel(view_);
    empty_->setProperty("role", "hint");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->hide();

    auto *below = new QVBoxLayout;
    below->setContentsMargins(14, 2, 14, 12);
    below->setSpacing(4);
    notice_ = new QLabel(middle);
    notice_->setObjectName("notice");
    notice_->setTextFormat(Qt::PlainText);
    notice_->setProperty("role", "hint");
    notice_->setWordWrap(true);
    notice_->hide();
    typing_ = new QLabel(middle);
    typing_->setObjectName("typing");
    typing_->setTextFormat(Qt::PlainText);
    typing_->setProperty("role", "hint");
    typing_->setFont(textFont(13));
    typing_->setFixedHeight(QFontMetrics(textFont(13)).height() + 2);
    composer_ = new Composer(middle);
    below->addWidget(notice_);
    below->addWidget(typing_);
    below->addWidget(composer_);
    rows->addLayout(below);

    usersSide_ = side(&usersTitle_);
    users_ = new UserTable(usersSide_);
    usersSide_->layout()->addWidget(users_);

    splitter_->addWidget(left);
    splitter_->addWidget(middle);
    splitter_->addWidget(usersSide_);
    splitter_->setSizes({250, 640, 220});
    splitter_->setStretchFactor(1, 1);
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(2, 0);
    left->setMinimumWidth(160);
    middle->setMinimumWidth(300);
    usersSide_->setMinimumWidth(150);

    connect(showPeople, &QToolButton::clicked, this, [this] { usersSide_->setVisible(!usersSide_->isVisible()); });
    connect(find, &QToolButton::clicked, this, [this] { search(false); });
    connect(search_, &QLineEdit::returnPressed, this, [this] { emitEvent("search", {{"text", search_->text()}, {"mode", searchAll_ ? "all" : "room"}}); });
    connect(search_, &QLineEdit::textChanged, this, [this](const QString &s) { results_->setVisible(results_->isVisible() && !s.isEmpty()); });
    connect(results_, &QListView::activated, this, [this](const QModelIndex &i) { emitEvent("jump", {{"server", i.data(ServerRole).toString()}, {"room", i.data(KeyRole).toString()}, {"seq", i.data(UnreadRole).toLongLong()}}); });
    connect(results_, &QListView::clicked, results_, &QListView::activated);
    return splitter_;
}

void Window::texts(const QJsonObject &o) {
    setTexts(o);
    makeMenu();
    signIn_->retranslate();
    composer_->retranslate();
    rooms_->setAccessibleName(say("rooms"));
    users_->setAccessibleName(say("people"));
    view_->setAccessibleName(say("messages"));
    usersTitle_->setText(say("people"));
    search_->setPlaceholderText(say("search_room"));
    search_->setAccessibleName(say("search"));
    empty_->setText(say("empty_room"));
    const std::pair<const char *, const char *> tips[] = {{"find", "search"}, {"showPeople", "people"}, {"hover_react", "react"}, {"hover_reply", "reply"}, {"hover_more", "more"}};
    for (const auto &[name, text] : tips) {
        if (auto *b = findChild<QToolButton *>(name)) {
            b->setToolTip(say(text));
            b->setAccessibleName(say(text));
        }
    }
}

void Window::setTheme(const QJsonObject &o) {
    applyTheme(o["name"].toString());
    view_->restyle();
    composer_->restyle();
    update();
}

void Window::signIn(const QJsonObject &o) {
    pages_->setCurrentIndex(0);
    statusBar()->hide();
    signIn_->show(o);
}

void Window::certificate(const QJsonObject &o) {
    pages_->setCurrentIndex(0);
    signIn_->askCertificate(o);
}

void Window::chat() {
    if (chatShown())
        return;
    pages_->setCurrentIndex(1);
    statusBar()->show();
    composer_->edit()->setFocus();
}

void Window::servers(const QJsonArray &a) { rooms_->setServers(a); }

void Window::people(const QJsonObject &o) {
    users_->setPeople(o["people"].toArray());
    composer_->chooser()->setTargets(o["targets"].toArray());
    QStringList names;
    for (const auto &v : o["names"].toArray())
        names.append(v.toString());
    composer_->edit()->names = names;
}

void Window::status(const QJsonObject &o) {
    const Theme &t = theme();
    const QString phase = o["phase"].toString();
    QPixmap map(24, 24);
    map.setDevicePixelRatio(2);
    map.fill(Qt::transparent);
    QPainter p(&map);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(phase == "online" ? t.ok : phase == "connecting" ? t.away : t.danger);
    p.drawEllipse(QRectF(1, 1, 10, 10));
    p.end();
    dot_->setPixmap(map);
    dot_->setAccessibleName(o["spoken"].toString());
    dot_->setToolTip(o["spoken"].toString());
    state_->setText(o["text"].toString());
    account_->setText(o["account"].toString());
}

void Window::typing(const QJsonObject &o) { typing_->setText(o["text"].toString()); }

void Window::notice(const QJsonObject &o) {
    notice_->setText(o["text"].toString());
    notice_->setVisible(!notice_->text().isEmpty());
    notice_->setProperty("role", o["error"].toBool() ? "error" : "hint");
    notice_->style()->unpolish(notice_);
    notice_->style()->polish(notice_);
}

void Window::open(const QJsonObject &o) {
    composer_->flushDraft();
    setOpenRoom(o["server"].toString(), o["key"].toString());
    view_->open();
    room_->setText(o["title"].toString());
    topic_->setText(o["topic"].toString());
    title_ = o["title"].toString();
    setTitle();
    rooms_->markOpen();
    composer_->chooser()->showOpen();
    composer_->open(o["draft"].toString(), o["placeholder"].toString(), o["writable"].toBool());
    typing_->clear();
    empty_->hide();
    if (composer_->chooser()->hasFocus() || rooms_->hasFocus() || users_->hasFocus() || focusWidget() == nullptr)
        composer_->edit()->setFocus();
}

void Window::splice(const QJsonObject &o) {
    QVector<Row> rows;
    const QJsonArray a = o["rows"].toArray();
    rows.reserve(a.size());
    for (const auto &v : a)
        rows.append(Row::fromJson(v.toObject()));
    view_->splice(o["at"].toInt(), o["remove"].toInt(), rows, o["older"].toBool());
    empty_->setVisible(view_->rows().rowCount() == 0);
    empty_->setGeometry(0, 0, view_->width(), view_->height());
}

void Window::showRow(const QJsonObject &o) {
    if (o["end"].toBool())
        return view_->showEnd();
    view_->showRow(o["seq"].toInteger(), o["flash"].toBool());
}

void Window::search(bool everywhere) {
    searchAll_ = everywhere;
    search_->setPlaceholderText(say(everywhere ? "search_all" : "search_room"));
    search_->show();
    search_->setFocus();
    search_->selectAll();
}

void Window::results(const QJsonObject &o) {
    resultModel_.clear();
    for (const auto &v : o["results"].toArray()) {
        const QJsonObject r = v.toObject();
        auto *item = new QStandardItem(r["text"].toString()); // the model owns it
        item->setData(r["text"].toString(), Qt::AccessibleTextRole);
        item->setData(r["room"].toString(), KeyRole);
        item->setData(r["server"].toString(), ServerRole);
        item->setData(r["seq"].toInteger(), UnreadRole);
        resultModel_.appendRow(item);
    }
    if (resultModel_.rowCount() == 0) {
        auto *none = new QStandardItem(o["none"].toString());
        none->setEnabled(false);
        resultModel_.appendRow(none);
    }
    results_->show();
}

void Window::save(const QJsonObject &o) {
    const QString id = o["id"].toString();
    const QString path = QFileDialog::getSaveFileName(this, say("save"), o["path"].toString());
    if (!path.isEmpty())
        emitEvent("save", {{"id", id}, {"text", path}});
}

void Window::confirm(const QJsonObject &o) {
    QMessageBox box(QMessageBox::Question, "Plausch", o["text"].toString(), QMessageBox::Cancel, this);
    box.setTextFormat(Qt::PlainText);
    QPushButton *yes = box.addButton(o["button"].toString(), QMessageBox::AcceptRole);
    box.button(QMessageBox::Cancel)->setText(say("cancel"));
    box.setDefaultButton(yes);
    box.exec();
    if (box.clickedButton() == yes)
        emitEvent("confirmed", {{"id", o["id"].toString()}});
}

void Window::lightbox(const QString &id, const QPixmap &picture) { lightbox_->open(id, picture); }

void Window::badge(const QJsonObject &o) {
    unread_ = o["unread"].toInt();
    const QPixmap map = appIcon(64, unread_);
    setWindowIcon(map);
    if (tray_ != nullptr) {
        tray_->setIcon(map);
        tray_->setToolTip(o["tip"].toString());
    }
    setTitle();
}

void Window::setTitle() {
    const QString name = title_.isEmpty() || title_ == "Plausch" ? "Plausch" : title_ + " – Plausch";
    setWindowTitle(unread_ > 0 ? QStringLiteral("(%1) ").arg(unread_) + name : name);
}

} // namespace plausch
