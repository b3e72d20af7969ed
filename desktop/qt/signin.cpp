#include "signin.h"

#include "event.h"
#include "icons.h"
#include "texts.h"
#include "theme.h"

#include <QFontMetrics>
#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

namespace plausch {

SignInPage::SignInPage(QWidget *parent) : QWidget(parent) {
    setObjectName("signIn");
    setAttribute(Qt::WA_StyledBackground);
    auto *outer = new QVBoxLayout(this);
    outer->addStretch(1);
    auto *row = new QHBoxLayout;
    row->addStretch(1);
    auto *card = new QFrame(this);
    card->setProperty("role", "card");
    card->setFixedWidth(440);
    row->addWidget(card);
    row->addStretch(1);
    outer->addLayout(row);
    outer->addStretch(2);

    auto *form = new QVBoxLayout(card);
    form->setContentsMargins(32, 28, 32, 28);
    form->setSpacing(6);
    const auto label = [&](const char *role) {
        auto *l = new QLabel(card);
        l->setTextFormat(Qt::PlainText);
        l->setProperty("role", role);
        l->setWordWrap(true);
        return l;
    };
    auto *head = new QHBoxLayout;
    logo_ = new QLabel(card);
    logo_->setPixmap(appIcon(48));
    title_ = label("title");
    head->addWidget(logo_);
    head->addSpacing(8);
    head->addWidget(title_, 1);
    form->addLayout(head);
    hint_ = label("hint");
    hint_->setMinimumHeight(QFontMetrics(hint_->font()).height() * 2 + 4);
    form->addWidget(hint_);
    form->addSpacing(10);
    const auto field = [&](QLabel **name, const char *object) {
        *name = label("");
        form->addWidget(*name);
        auto *edit = new QLineEdit(card);
        edit->setObjectName(object);
        (*name)->setBuddy(edit);
        form->addWidget(edit);
        form->addSpacing(6);
        connect(edit, &QLineEdit::textChanged, this, [this] { change(); });
        connect(edit, &QLineEdit::returnPressed, this, [this] { submit(); });
        return edit;
    };
    address_ = field(&addressLabel_, "address");
    address_->setPlaceholderText("chat.example.org");
    name_ = field(&nameLabel_, "name");
    password_ = field(&passwordLabel_, "password");
    password_->setEchoMode(QLineEdit::Password);
    error_ = label("error");
    error_->setObjectName("error");
    form->addWidget(error_);

    certificate_ = new QFrame(card);
    certificate_->setProperty("role", "warning");
    auto *ask = new QVBoxLayout(certificate_);
    warning_ = label("");
    fingerprint_ = label("");
    fingerprint_->setObjectName("fingerprint");
    fingerprint_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    ask->addWidget(warning_);
    ask->addWidget(fingerprint_);
    auto *answers = new QHBoxLayout;
    trust_ = new QPushButton(certificate_);
    trust_->setObjectName("trust");
    distrust_ = new QPushButton(certificate_);
    answers->addWidget(distrust_);
    answers->addWidget(trust_);
    ask->addLayout(answers);
    form->addWidget(certificate_);
    certificate_->hide();

    form->addSpacing(4);
    auto *buttons = new QHBoxLayout;
    cancel_ = new QPushButton(card);
    submit_ = new QPushButton(card);
    submit_->setObjectName("signInButton");
    submit_->setProperty("primary", true);
    submit_->setDefault(true);
    buttons->addWidget(cancel_);
    buttons->addWidget(submit_, 1);
    form->addLayout(buttons);

    connect(submit_, &QPushButton::clicked, this, [this] { submit(); });
    connect(cancel_, &QPushButton::clicked, this, [] { emitEvent("sign_in_cancel"); });
    connect(distrust_, &QPushButton::clicked, this, [this] { certificate_->hide(); });
    connect(trust_, &QPushButton::clicked, this, [this] {
        certificate_->hide();
        emitEvent("trust", {{"text", shown_}, {"address", address_->text()}, {"name", name_->text()}, {"password", password_->text()}});
    });
}

void SignInPage::change() {
    const bool invite = address_->text().contains('#');
    submit_->setText(busy_ ? say("signing_in") : say(invite ? "join" : "sign_in"));
    submit_->setEnabled(!busy_ && !address_->text().trimmed().isEmpty());
    passwordLabel_->setText(say(invite ? "new_password" : "password"));
    nameLabel_->setText(say(invite ? "new_name" : "name"));
}

void SignInPage::submit() {
    if (submit_->isEnabled())
        emitEvent("sign_in", {{"address", address_->text()}, {"name", name_->text()}, {"password", password_->text()}});
}

void SignInPage::show(const QJsonObject &o) {
    busy_ = o["busy"].toBool();
    if (o.contains("address"))
        address_->setText(o["address"].toString());
    if (o.contains("name"))
        name_->setText(o["name"].toString());
    if (o["clear_password"].toBool())
        password_->clear();
    error_->setText(o["error"].toString());
    error_->setVisible(!error_->text().isEmpty());
    cancel_->setVisible(o["can_cancel"].toBool());
    certificate_->hide();
    for (QLineEdit *edit : {address_, name_, password_})
        edit->setEnabled(!busy_);
    change();
    if (!busy_)
        (address_->text().isEmpty() ? address_ : name_->text().isEmpty() ? name_ : password_)->setFocus();
}

void SignInPage::askCertificate(const QJsonObject &o) {
    QJsonObject rest = o;
    rest["busy"] = false;
    rest.remove("error");
    show(rest);
    shown_ = o["fingerprint"].toString();
    const bool changed = o["changed"].toBool();
    warning_->setText(say(changed ? "certificate_changed" : "certificate_unknown").replace("{server}", o["server"].toString()));
    QString grouped; // pairs of digits, eight to a line's half
    for (int i = 0; i + 2 <= shown_.size(); i += 2)
        grouped += shown_.mid(i, 2).toUpper() + (i % 32 == 30 ? "\n" : " ");
    fingerprint_->setText(grouped.trimmed());
    fingerprint_->setFont(codeFont(12));
    certificate_->show();
    trust_->setFocus();
}

void SignInPage::retranslate() {
    title_->setText("Plausch");
    hint_->setText(say("sign_in_hint"));
    addressLabel_->setText(say("address"));
    cancel_->setText(say("cancel"));
    trust_->setText(say("trust"));
    distrust_->setText(say("cancel"));
    change();
    const std::pair<QLineEdit *, QLabel *> fields[] = {{address_, addressLabel_}, {name_, nameLabel_}, {password_, passwordLabel_}};
    for (const auto &[edit, label] : fields)
        edit->setAccessibleName(label->text());
}

} // namespace plausch
