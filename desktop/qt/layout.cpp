#include "layout.h"

#include "texts.h"
#include "theme.h"

#include <QFontMetricsF>
#include <QTextOption>
#include <algorithm>

namespace plausch {

namespace {

constexpr double margin = 16, avatar = 36, gap = 12, maxText = 760, cardHeight = 52;

double lineHeight(const QFont &f) { return QFontMetricsF(f).height(); }

} // namespace

RowLayout::RowLayout(const Row &row, int width, const Pictures &pictures) : width_(width) {
    left_ = margin + avatar + gap;
    textWidth_ = std::max(80.0, std::min(maxText, width - left_ - margin));
    if (row.kind == "message") {
        layoutMessage(row, pictures);
        return;
    }
    const double padding = row.kind == "line" ? 3 : 10;
    height_ = int(lineHeight(textFont(13)) + 2 * padding + 2);
}

void RowLayout::layoutMessage(const Row &row, const Pictures &pictures) {
    y_ = row.grouped ? 2 : 10;
    if (!row.grouped) {
        y_ += lineHeight(textFont(15, true)) + 1;
    }
    if (row.quoteSeq > 0)
        layoutQuote(row);
    for (const Block &b : row.blocks)
        layoutBlock(row, b);
    for (const File &f : row.files)
        layoutFile(f, pictures);
    if (!row.reactions.isEmpty())
        layoutReactions(row);
    if (row.state == "failed")
        layoutState(row);
    height_ = std::max(int(std::ceil(y_ + 3)), row.grouped ? 0 : int(10 + avatar + 2));
}

void RowLayout::layoutQuote(const Row &row) {
    const double h = lineHeight(textFont(13)) + 8;
    quote_ = QRectF(left_, y_ + 2, textWidth_, h);
    areas_.push_back({quote_, {Hit::Quote, {}, row.quoteSeq, {}}});
    y_ += h + 6;
}

QList<QTextLayout::FormatRange> RowLayout::formats(const Row &row, const Block &b) const {
    const Theme &t = theme();
    QList<QTextLayout::FormatRange> ranges;
    for (const Span &s : b.spans) {
        QTextCharFormat f;
        if (s.kind == "bold")
            f.setFontWeight(QFont::Bold);
        else if (s.kind == "italic")
            f.setFontItalic(true);
        else if (s.kind == "strike")
            f.setFontStrikeOut(true);
        else if (s.kind == "code") {
            f.setFontFamilies(codeFont(14).families());
            f.setBackground(t.surface2);
        } else if (s.kind == "link" || s.kind == "jump")
            f.setForeground(t.accent), f.setFontUnderline(true);
        else if (s.kind == "mention")
            f.setForeground(t.accent), f.setFontWeight(QFont::DemiBold);
        else if (s.kind == "me")
            f.setForeground(t.mentionBar), f.setFontWeight(QFont::DemiBold);
        else if (s.kind == "quiet")
            f.setForeground(t.text2);
        else if (s.kind == "spoiler" && !row.revealed)
            f.setForeground(t.edge), f.setBackground(t.edge);
        else if (s.kind == "spoiler")
            f.setBackground(t.surface2);
        ranges.append({s.start, s.length, f});
    }
    return ranges;
}

void RowLayout::layoutBlock(const Row &row, const Block &b) {
    Piece piece;
    const bool code = b.kind == "code";
    piece.kind = code ? "code" : b.kind == "item" ? "item" : "text";
    piece.quotes = b.quotes;
    piece.mark = b.mark;
    piece.spans = b.spans;
    piece.covered = b.spoiler && !row.revealed;
    const double x = left_ + 14 * b.quotes + (b.kind == "item" ? 22 * (b.indent + 1) : 0) + (code ? 10 : 0);
    const double width = std::max(40.0, left_ + textWidth_ - x - (code ? 10 : 0));
    const QFont font = code ? codeFont(13) : textFont(row.big ? 32 : 15);
    piece.text = std::make_unique<QTextLayout>(QString(b.text).replace('\n', QChar::LineSeparator), font);
    QTextOption option;
    option.setWrapMode(code ? QTextOption::WrapAnywhere : QTextOption::WrapAtWordBoundaryOrAnywhere);
    piece.text->setTextOption(option);
    piece.text->setFormats(formats(row, b));
    const double top = y_ + (code ? 8 : 0);
    double h = 0;
    piece.text->beginLayout();
    for (QTextLine line = piece.text->createLine(); line.isValid(); line = piece.text->createLine()) {
        line.setLineWidth(width);
        line.setPosition(QPointF(0, h));
        h += std::max(line.height(), lineHeight(font)) * (code ? 1.1 : 1.12);
    }
    piece.text->endLayout();
    piece.at = QPointF(x, top);
    const double pad = code ? 10 : 0;
    piece.box = QRectF(x - pad, y_ + (code ? 2 : 0), width + 2 * pad, h + (code ? 12 : 0));
    y_ = piece.box.bottom() + (code ? 4 : 3);
    pieces_.push_back(std::move(piece));
}

void RowLayout::layoutFile(const File &f, const Pictures &pictures) {
    QSizeF size(std::min(340.0, textWidth_), cardHeight);
    if (f.picture) {
        // The box is fixed before the picture is there: by its size if that is known.
        size = QSizeF(std::min<double>(pictureBox, textWidth_), 200);
        if (f.width > 0 && f.height > 0) {
            QSizeF whole(f.width, f.height);
            if (whole.width() > pictureBox || whole.height() > pictureBox)
                whole.scale(QSizeF(pictureBox, pictureBox), Qt::KeepAspectRatio);
            size = QSizeF(std::max(48.0, whole.width()), std::max(48.0, whole.height()));
        }
        const auto it = pictures.find(f.id);
        if (it != pictures.end() && it->isNull())
            size.setHeight(cardHeight); // it cannot be shown
    }
    const QRectF box(QPointF(left_, y_ + 4), size);
    files_.push_back(box);
    areas_.push_back({box, {f.picture ? Hit::Picture : Hit::FileCard, f.id, 0, f.name}});
    y_ = box.bottom() + 4;
}

void RowLayout::layoutReactions(const Row &row) {
    const QFontMetricsF m(textFont(13));
    double x = left_;
    const double h = m.height() + 8;
    for (const Reaction &r : row.reactions) {
        const double w = m.horizontalAdvance(r.emoji + " " + QString::number(r.count)) + 18;
        if (x + w > left_ + textWidth_ && x > left_)
            x = left_, y_ += h + 4;
        const QRectF box(x, y_ + 4, w, h);
        reactions_.push_back(box);
        areas_.push_back({box, {Hit::ReactionPill, r.emoji, row.seq, r.who}});
        x += w + 6;
    }
    y_ += h + 6;
}

void RowLayout::layoutState(const Row &row) {
    const QFont f = textFont(13);
    const QFontMetricsF m(f);
    state_ = QRectF(left_, y_ + 2, textWidth_, m.height() + 2);
    double x = left_ + m.horizontalAdvance(say("not_sent") + " ");
    double w = m.horizontalAdvance(say("retry"));
    areas_.push_back({QRectF(x, state_.top(), w, state_.height()), {Hit::Retry, row.send, 0, row.error}});
    x += w + m.horizontalAdvance(" · ");
    w = m.horizontalAdvance(say("delete"));
    areas_.push_back({QRectF(x, state_.top(), w, state_.height()), {Hit::Discard, row.send, 0, {}}});
    y_ += m.height() + 6;
}

std::pair<int, int> RowLayout::position(const QPointF &at) const {
    for (size_t i = 0; i < pieces_.size(); i++) {
        const Piece &piece = pieces_[i];
        const bool last = i + 1 == pieces_.size();
        if (at.y() >= piece.box.bottom() + 3 && !last)
            continue;
        const QPointF in = at - piece.at;
        for (int l = 0; l < piece.text->lineCount(); l++) {
            const QTextLine line = piece.text->lineAt(l);
            const double bottom = l + 1 < piece.text->lineCount() ? piece.text->lineAt(l + 1).y() : 1e9;
            if (in.y() < bottom)
                return {int(i), line.xToCursor(in.x())};
        }
        return {int(i), 0};
    }
    return {-1, 0};
}

void RowLayout::clearSelection() {
    selection_.clear();
    for (Piece &piece : pieces_)
        piece.from = piece.to = 0;
}

void RowLayout::select(const QPointF &from, const QPointF &to) {
    clearSelection();
    auto a = position(from), b = position(to);
    if (a.first < 0 || b.first < 0)
        return;
    if (b < a)
        std::swap(a, b);
    for (int i = a.first; i <= b.first; i++) {
        Piece &piece = pieces_[size_t(i)];
        piece.from = i == a.first ? a.second : 0;
        piece.to = i == b.first ? b.second : int(piece.text->text().size());
        if (i > a.first)
            selection_ += '\n';
        selection_ += piece.text->text().mid(piece.from, piece.to - piece.from).replace(QChar::LineSeparator, '\n');
    }
}

Hit RowLayout::hit(const QPointF &at) const {
    for (const Area &area : areas_)
        if (area.box.contains(at))
            return area.hit;
    for (const Piece &piece : pieces_) {
        if (!piece.box.contains(at))
            continue;
        if (piece.covered)
            return {Hit::Reveal, {}, 0, {}};
        const QPointF in = at - piece.at;
        for (int l = 0; l < piece.text->lineCount(); l++) {
            const QTextLine line = piece.text->lineAt(l);
            if (!line.naturalTextRect().contains(in))
                continue;
            const int c = line.xToCursor(in.x(), QTextLine::CursorOnCharacter);
            for (const Span &s : piece.spans) {
                if (c < s.start || c >= s.start + s.length)
                    continue;
                if (s.kind == "link")
                    return {Hit::Link, s.url, 0, s.url};
                if (s.kind == "jump")
                    return {Hit::Jump, s.url, 0, {}};
                if (s.kind == "spoiler")
                    return {Hit::Reveal, {}, 0, {}};
            }
        }
    }
    return {};
}

} // namespace plausch
