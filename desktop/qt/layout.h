// One row of the message view, laid out for a width: what is drawn where, and what can
// be clicked.
#pragma once
#include "row.h"

#include <QHash>
#include <QPainter>
#include <QPixmap>
#include <QRectF>
#include <QTextLayout>
#include <memory>
#include <vector>

namespace plausch {

// Pictures by the id of their file. One without pixels cannot be had.
using Pictures = QHash<QString, QPixmap>;

// What is under the mouse.
struct Hit {
    enum Kind { Nothing, Link, Jump, Picture, FileCard, ReactionPill, Quote, Retry, Discard, Reveal, Time };
    Kind kind = Nothing;
    QString data;
    qint64 seq = 0;
    QString tip;
};

class RowLayout {
public:
    RowLayout(const Row &row, int width, const Pictures &pictures);

    int height() const { return height_; }
    // Draws it with its top left corner at (0, 0).
    void paint(QPainter &p, const Row &row, const Pictures &pictures, bool hovered, bool current, bool selected) const;
    Hit hit(const QPointF &at) const;

    // The text between two points, and how it is marked: see select.
    void select(const QPointF &from, const QPointF &to);
    void clearSelection();
    QString selection() const { return selection_; }

    static constexpr int pictureBox = 300;

private:
    struct Piece { // a block of text
        std::unique_ptr<QTextLayout> text;
        QPointF at;
        QRectF box; // code has a background, quotes a bar
        const char *kind = "text";
        int quotes = 0;
        QString mark;
        QVector<Span> spans;
        bool covered = false; // a spoiler that was not revealed
        int from = 0, to = 0; // selected
    };
    struct Area {
        QRectF box;
        Hit hit;
    };

    void layoutMessage(const Row &row, const Pictures &pictures);
    void layoutQuote(const Row &row);
    void layoutBlock(const Row &row, const Block &b);
    void layoutFile(const File &f, const Pictures &pictures);
    void layoutReactions(const Row &row);
    void layoutState(const Row &row);
    QList<QTextLayout::FormatRange> formats(const Row &row, const Block &b) const;
    void paintMessage(QPainter &p, const Row &row, const Pictures &pictures, bool hovered) const;
    void paintPieces(QPainter &p) const;
    void paintFile(QPainter &p, const File &f, const QRectF &box, const Pictures &pictures) const;
    std::pair<int, int> position(const QPointF &at) const; // piece and character

    int width_ = 0, height_ = 0;
    double y_ = 0; // while laying out
    double left_ = 0, textWidth_ = 0;
    std::vector<Piece> pieces_;
    std::vector<Area> areas_;
    std::vector<QRectF> files_, reactions_;
    QRectF quote_, state_;
    QString selection_;
};

} // namespace plausch
