// The page on which a server is chosen: address or invite link, name, password, and
// whether to trust a certificate that nobody vouches for.
#pragma once
#include <QFrame>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace plausch {

class SignInPage : public QWidget {
public:
    explicit SignInPage(QWidget *parent);
    void show(const QJsonObject &o);            // screen.SignIn
    void askCertificate(const QJsonObject &o);  // screen.Certificate
    void retranslate();

private:
    void submit();
    void change();

    QLabel *logo_, *title_, *hint_, *addressLabel_, *nameLabel_, *passwordLabel_, *error_, *warning_, *fingerprint_;
    QLineEdit *address_, *name_, *password_;
    QPushButton *submit_, *cancel_, *trust_, *distrust_;
    QFrame *certificate_;
    QString shown_; // the fingerprint that is asked about
    bool busy_ = false;
};

} // namespace plausch
