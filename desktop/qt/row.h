// A row of the message view, as Go describes it (screen.Row).
#pragma once
#include <QJsonObject>
#include <QString>
#include <QVector>

namespace plausch {

// Part of a block's text with a style of its own; positions count UTF-16 units.
struct Span {
    int start = 0, length = 0;
    QString kind; // bold italic strike code link mention me spoiler jump
    QString url;
};

struct Block {
    QString kind; // text code quote item
    int indent = 0, quotes = 0;
    bool spoiler = false;
    QString mark; // before an item
    QString text;
    QVector<Span> spans;
};

struct Reaction {
    QString emoji, who;
    int count = 0;
    bool mine = false;
};

struct File {
    QString id, name, info;
    bool picture = false;
    int width = 0, height = 0; // of the picture, 0 if that is not known
};

struct Row {
    QString key;
    QString kind; // message day new line
    qint64 seq = 0;
    QString send; // the id of a message that is on its way
    QString name, time, fullTime, text; // text: of days and lines; the plain text of messages
    int hue = 0;
    bool grouped = false, mine = false, mention = false, edited = false, deleted = false, big = false, pinned = false, canEdit = false, canDelete = false;
    QString state; // sending sent failed, or empty
    QString error;
    QVector<Block> blocks;
    QVector<Reaction> reactions;
    QVector<File> files;
    qint64 quoteSeq = 0;
    QString quoteName, quoteText;
    int quoteHue = 0;

    // What the view adds.
    bool revealed = false; // spoilers are shown
    int height = 0, heightFor = 0; // at a width

    static Row fromJson(const QJsonObject &o);
    QString spoken() const; // for screen readers
};

} // namespace plausch
