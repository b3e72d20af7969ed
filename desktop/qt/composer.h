// Where messages are written: the text, whom it goes to, what it answers, files under way.
#pragma once
#include <QFrame>
#include <QJsonArray>
#include <QLabel>
#include <QPlainTextEdit>
#include <QStringList>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace plausch {

class Chooser;

class TextEdit : public QPlainTextEdit {
public:
    explicit TextEdit(QWidget *parent);
    QStringList names; // of people, without the @

    std::function<void()> sent, cancelled, editLast, focused;
    std::function<void(const QMimeData *)> dropped;
    QSize sizeHint() const override;

protected:
    bool event(QEvent *e) override;
    void keyPressEvent(QKeyEvent *e) override;
    void insertFromMimeData(const QMimeData *source) override;
    bool canInsertFromMimeData(const QMimeData *source) const override;
    void focusInEvent(QFocusEvent *e) override;
    void focusOutEvent(QFocusEvent *e) override;

private:
    bool complete();
};

class Composer : public QFrame {
public:
    explicit Composer(QWidget *parent);

    Chooser *chooser() { return chooser_; }
    TextEdit *edit() { return edit_; }
    void open(const QString &draft, const QString &placeholder, bool writable);
    void compose(const QJsonObject &o);        // screen.Compose
    void setTransfers(const QJsonArray &files); // []screen.Transfer
    void restyle();
    void retranslate();
    void flushDraft(); // tells Go what is written now
    void takeFiles(const QMimeData *data);

private:
    void send();
    void cancel();
    void grow();

    TextEdit *edit_;
    Chooser *chooser_;
    QLabel *to_;
    QFrame *context_; // what is answered or edited
    QLabel *contextText_;
    QFrame *transfers_;
    QVBoxLayout *transferRows_;
    QToolButton *attach_, *emoji_, *send_, *close_;
    QString mode_; // reply, edit or empty
    qint64 seq_ = 0;
    QTimer draft_;
    bool loading_ = false;
};

} // namespace plausch
