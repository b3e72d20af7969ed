#include "composer.h"

#include "emoji.h"
#include "event.h"
#include "icons.h"
#include "lists.h"
#include "texts.h"
#include "theme.h"

#include <QAbstractTextDocumentLayout>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QImage>
#include <QJsonObject>
#include <QKeyEvent>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QStandardPaths>
#include <QStyle>
#include <QTemporaryFile>
#include <QUrl>

namespace plausch {

Composer::Composer(QWidget *parent) : QFrame(parent) {
    setProperty("role", "compose");
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(8, 6, 8, 6);
    rows->setSpacing(4);

    context_ = new QFrame(this);
    context_->setProperty("role", "reply");
    auto *line = new QHBoxLayout(context_);
    line->setContentsMargins(10, 4, 4, 4);
    contextText_ = new QLabel(context_);
    contextText_->setTextFormat(Qt::PlainText);
    contextText_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    close_ = new QToolButton(context_);
    close_->setIcon(icon("close"));
    line->addWidget(contextText_, 1);
    line->addWidget(close_);
    context_->hide();
    rows->addWidget(context_);

    transfers_ = new QFrame(this);
    transferRows_ = new QVBoxLayout(transfers_);
    transferRows_->setContentsMargins(4, 2, 4, 2);
    transfers_->hide();
    rows->addWidget(transfers_);

    edit_ = new TextEdit(this);
    rows->addWidget(edit_);

    auto *tools = new QHBoxLayout;
    tools->setSpacing(4);
    to_ = new QLabel(this);
    to_->setProperty("role", "hint");
    chooser_ = new Chooser(this);
    to_->setBuddy(chooser_);
    const auto button = [this](const char *name) {
        auto *b = new QToolButton(this);
        b->setIcon(icon(name));
        b->setIconSize({20, 20});
        b->setObjectName(name);
        return b;
    };
    attach_ = button("attach");
    emoji_ = button("react");
    send_ = button("send");
    tools->addWidget(to_);
    tools->addWidget(chooser_);
    tools->addStretch(1);
    tools->addWidget(attach_);
    tools->addWidget(emoji_);
    tools->addWidget(send_);
    rows->addLayout(tools);

    connect(send_, &QToolButton::clicked, this, [this] { send(); });
    connect(close_, &QToolButton::clicked, this, [this] { cancel(); });
    connect(attach_, &QToolButton::clicked, this, [this] {
        const QStringList paths = QFileDialog::getOpenFileNames(this, say("attach"));
        if (!paths.isEmpty())
            emitEvent("files", {{"paths", QJsonArray::fromStringList(paths)}});
    });
    connect(emoji_, &QToolButton::clicked, this, [this] {
        showEmojiMenu(this, emoji_->mapToGlobal(QPoint(0, -180)), [this](const QString &e) { edit_->insertPlainText(e); });
        edit_->setFocus();
    });
    edit_->sent = [this] { send(); };
    edit_->cancelled = [this] { cancel(); };
    edit_->editLast = [] { emitEvent("edit_last"); };
    edit_->dropped = [this](const QMimeData *data) { takeFiles(data); };
    edit_->focused = [this] {
        setProperty("focused", edit_->hasFocus());
        style()->unpolish(this);
        style()->polish(this);
    };
    draft_.setSingleShot(true);
    draft_.setInterval(800);
    connect(&draft_, &QTimer::timeout, this, [this] { flushDraft(); });
    connect(edit_, &QPlainTextEdit::textChanged, this, [this] {
        grow();
        if (loading_)
            return;
        if (!edit_->toPlainText().isEmpty())
            emitEvent("typing");
        draft_.start();
    });
    grow();
}

void Composer::grow() {
    const double lines = edit_->document()->size().height(); // in lines
    const double h = QFontMetricsF(edit_->font()).lineSpacing();
    const int most = std::max(120, window()->height() * 2 / 5);
    edit_->setFixedHeight(std::clamp(int(lines * h) + 14, int(h) + 14, most));
}

void Composer::flushDraft() {
    draft_.stop();
    if (mode_ != "edit")
        emitEvent("draft", {{"text", edit_->toPlainText()}, {"seq", mode_ == "reply" ? seq_ : 0}});
}

void Composer::send() {
    const QString text = edit_->toPlainText();
    if (text.trimmed().isEmpty() || edit_->isReadOnly())
        return;
    draft_.stop();
    emitEvent("send", {{"text", text}, {"mode", mode_}, {"seq", seq_}});
    loading_ = true;
    edit_->clear();
    loading_ = false;
    mode_.clear();
    seq_ = 0;
    context_->hide();
}

void Composer::cancel() {
    if (mode_.isEmpty())
        return emitEvent("escape");
    const bool wasEdit = mode_ == "edit";
    mode_.clear();
    seq_ = 0;
    context_->hide();
    emitEvent("cancel", {{"mode", wasEdit ? "edit" : "reply"}});
    edit_->setFocus();
}

void Composer::open(const QString &draft, const QString &placeholder, bool writable) {
    loading_ = true;
    draft_.stop();
    mode_.clear();
    seq_ = 0;
    context_->hide();
    edit_->setPlainText(draft);
    edit_->moveCursor(QTextCursor::End);
    edit_->setPlaceholderText(placeholder);
    edit_->setReadOnly(!writable);
    attach_->setEnabled(writable);
    send_->setEnabled(writable);
    loading_ = false;
    grow();
}

void Composer::compose(const QJsonObject &o) {
    mode_ = o["mode"].toString();
    seq_ = o["seq"].toInteger();
    context_->setVisible(!mode_.isEmpty());
    contextText_->setText(o["context"].toString());
    if (o["set_text"].toBool()) {
        loading_ = true;
        edit_->setPlainText(o["text"].toString());
        edit_->moveCursor(QTextCursor::End);
        loading_ = false;
    }
    if (!o["quiet"].toBool())
        edit_->setFocus();
    grow();
}

void Composer::setTransfers(const QJsonArray &files) {
    while (QLayoutItem *item = transferRows_->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    for (const auto &v : files) {
        const QJsonObject f = v.toObject();
        auto *row = new QWidget(transfers_);
        auto *line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        auto *name = new QLabel(row);
        name->setTextFormat(Qt::PlainText);
        name->setText(f["text"].toString());
        line->addWidget(name, 1);
        const QString id = f["id"].toString();
        if (!f["failed"].toBool()) {
            auto *bar = new QProgressBar(row);
            bar->setTextVisible(false);
            bar->setRange(0, 1000);
            bar->setValue(f["permille"].toInt());
            bar->setAccessibleName(f["text"].toString());
            line->addWidget(bar, 1);
        } else {
            name->setProperty("role", "error");
        }
        auto *stop = new QToolButton(row);
        stop->setIcon(icon("close"));
        stop->setAccessibleName(say("cancel"));
        stop->setToolTip(say("cancel"));
        connect(stop, &QToolButton::clicked, this, [id] { emitEvent("stop", {{"id", id}}); });
        line->addWidget(stop);
        transferRows_->addWidget(row);
    }
    transfers_->setVisible(!files.isEmpty());
}

void Composer::restyle() {
    edit_->setFont(textFont(15));
    grow();
}

void Composer::retranslate() {
    to_->setText(say("to"));
    chooser_->setAccessibleName(say("recipient"));
    edit_->setAccessibleName(say("message"));
    const std::pair<QToolButton *, const char *> buttons[] = {{attach_, "attach"}, {emoji_, "emoji"}, {send_, "send"}, {close_, "cancel"}};
    for (const auto &[button, text] : buttons) {
        button->setAccessibleName(say(text));
        button->setToolTip(say(text));
    }
}

void Composer::takeFiles(const QMimeData *data) {
    QStringList paths;
    for (const QUrl &url : data->urls()) {
        if (url.isLocalFile())
            paths.append(url.toLocalFile());
    }
    if (!paths.isEmpty())
        return emitEvent("files", {{"paths", QJsonArray::fromStringList(paths)}});
    const QImage image = qvariant_cast<QImage>(data->imageData());
    QTemporaryFile file(QStandardPaths::writableLocation(QStandardPaths::TempLocation) + "/plausch-XXXXXX.png");
    file.setAutoRemove(false); // Go removes it
    if (!image.isNull() && file.open() && image.save(&file, "PNG")) {
        file.close();
        emitEvent("pasted", {{"paths", QJsonArray{file.fileName()}}});
    }
}

} // namespace plausch
