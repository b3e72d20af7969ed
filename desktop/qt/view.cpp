#include "view.h"

#include "event.h"
#include "icons.h"
#include "texts.h"
#include "theme.h"

#include <QHBoxLayout>
#include <QResizeEvent>
#include <QScrollBar>
#include <QToolTip>

namespace plausch {

namespace {

class Delegate : public QStyledItemDelegate {
public:
    explicit Delegate(View *view) : QStyledItemDelegate(view), view_(view) {}

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override {
        const int width = view_->viewport()->width();
        Row &row = view_->rows().row(index.row());
        if (row.heightFor != width) {
            row.height = RowLayout(row, width, view_->pictures()).height();
            row.heightFor = width;
        }
        return {width, row.height};
    }

    void paint(QPainter *p, const QStyleOptionViewItem &option, const QModelIndex &index) const override {
        p->save();
        p->translate(option.rect.topLeft());
        const int i = index.row();
        view_->layoutOf(i).paint(*p, view_->rows().row(i), view_->pictures(), i == view_->hovered(), i == view_->current(), false);
        p->restore();
    }

private:
    View *view_;
};

} // namespace

View::View(QWidget *parent) : QListView(parent) {
    setObjectName("messages");
    setModel(&model_);
    setItemDelegate(new Delegate(this));
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setResizeMode(Adjust);
    setMouseTracking(true);
    verticalScrollBar()->setSingleStep(24);

    bar_ = new QFrame(viewport());
    bar_->setProperty("role", "card");
    auto *box = new QHBoxLayout(bar_);
    box->setContentsMargins(3, 2, 3, 2);
    box->setSpacing(0);
    const auto button = [&](const char *name, auto act) {
        auto *b = new QToolButton(bar_);
        b->setIcon(icon(name));
        b->setIconSize({18, 18});
        b->setObjectName(QStringLiteral("hover_") + name);
        b->setFocusPolicy(Qt::NoFocus);
        connect(b, &QToolButton::clicked, this, act);
        box->addWidget(b);
    };
    button("react", [this] { if (hovered() >= 0) chooseEmoji(model_.row(hovered()), bar_->mapToGlobal(QPoint(0, bar_->height()))); });
    button("reply", [this] { if (hovered() >= 0) emitEvent("reply", {{"seq", model_.row(hovered()).seq}}); });
    button("more", [this] { if (hovered() >= 0) showMenu(hovered(), bar_->mapToGlobal(QPoint(0, bar_->height()))); });
    bar_->hide();

    newer_ = new QPushButton(this);
    newer_->setObjectName("newer");
    newer_->setProperty("primary", true);
    newer_->setProperty("newer", true);
    newer_->setFocusPolicy(Qt::NoFocus);
    newer_->hide();
    connect(newer_, &QPushButton::clicked, this, [this] { showEnd(); });

    seen_.setSingleShot(true);
    seen_.setInterval(150);
    connect(&seen_, &QTimer::timeout, this, [this] { reportSeen(); });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { scrolled(); });
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this](int, int max) {
        if (following_)
            verticalScrollBar()->setValue(max);
        verticalScrollBar()->setEnabled(max > 0);
        placeNewer();
    });
}

RowLayout &View::layoutOf(int i) {
    const Row &row = model_.row(i);
    RowLayout *layout = layouts_.object(row.key);
    if (layout == nullptr) {
        layout = new RowLayout(row, viewport()->width(), pictures_);
        layouts_.insert(row.key, layout); // owns it
    }
    return *layout;
}

void View::open() {
    layouts_.clear();
    bar_->hide();
    hovered_ = selected_ = QPersistentModelIndex();
    unseen_ = 0;
    following_ = true;
    model_.clear();
    placeNewer();
}

bool View::atEnd() const { return verticalScrollBar()->maximum() - verticalScrollBar()->value() < 100; }

void View::splice(int at, int remove, const QVector<Row> &rows, bool older) {
    const bool first = model_.rowCount() == 0;
    // The anchor is a row that stays, and where it stands.
    QPersistentModelIndex anchor;
    int top = 0;
    for (QModelIndex i = indexAt(QPoint(viewport()->width() / 2, 1)); i.isValid(); i = model_.index(i.row() + 1)) {
        if (model_.row(i.row()).seq == 0)
            continue; // the line of a day stays at the beginning, whatever comes below it
        if (i.row() < at || i.row() >= at + remove || (i.row() < at + rows.size() && model_.row(i.row()).key == rows[i.row() - at].key)) {
            anchor = i;
            top = visualRect(i).top();
            break;
        }
    }
    for (int i = at; i < std::min(at + remove, model_.rowCount()); i++)
        layouts_.remove(model_.row(i).key);
    for (const Row &r : rows)
        layouts_.remove(r.key);
    if (!first && !following_ && at + remove >= model_.rowCount()) {
        for (qsizetype i = remove; i < rows.size(); i++)
            unseen_ += rows[i].kind == "message" && !rows[i].mine;
    }
    model_.older = older;
    const bool following = following_;
    anchoring_ = true;
    model_.splice(at, remove, rows);
    doItemsLayout();
    if (following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else if (anchor.isValid())
        verticalScrollBar()->setValue(verticalScrollBar()->value() + visualRect(anchor).top() - top);
    anchoring_ = false;
    following_ = following;
    placeBar();
    placeNewer();
    seen_.start();
    viewport()->update();
    fetchOlder();
}

void View::fetchOlder() {
    model_.nearTop = verticalScrollBar()->value() < 2 * viewport()->height();
    if (model_.canFetchMore({}))
        model_.fetchMore({});
    model_.nearTop = false;
}

void View::showEnd() {
    following_ = true;
    unseen_ = 0;
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    placeNewer();
    emitEvent("end");
}

void View::showRow(qint64 seq, bool flash) {
    const int i = model_.find(seq);
    if (i < 0)
        return;
    following_ = false;
    const int first = i > 0 && model_.row(i - 1).kind == "new" ? i - 1 : i;
    scrollTo(model_.index(first), flash ? PositionAtCenter : PositionAtTop);
    following_ = atEnd();
    if (flash) {
        byKeys_ = true;
        setCurrentIndex(model_.index(i));
        setFocus();
    }
    placeNewer();
}

void View::scrolled() {
    if (!anchoring_) {
        following_ = atEnd();
        if (following_)
            unseen_ = 0;
    }
    setHovered({});
    placeNewer();
    seen_.start();
    fetchOlder();
}

void View::reportSeen() {
    if (!window()->isActiveWindow() || !isVisible() || model_.rowCount() == 0)
        return;
    const QPoint end(viewport()->width() / 2, viewport()->height() - 2);
    QModelIndex last = indexAt(end);
    int i = last.isValid() ? last.row() : model_.rowCount() - 1;
    for (; i >= 0; i--) {
        const Row &r = model_.row(i);
        if (r.seq > 0 && visualRect(model_.index(i)).bottom() <= viewport()->height() + 8) {
            emitEvent("seen", {{"seq", r.seq}});
            return;
        }
    }
}

void View::setPicture(const QString &id, const QPixmap &picture) {
    pictures_.insert(id, picture);
    for (int i = 0; i < model_.rowCount(); i++) {
        for (const File &f : model_.row(i).files) {
            if (f.id != id)
                continue;
            if (picture.isNull()) { // the box becomes a card
                layouts_.remove(model_.row(i).key);
                model_.row(i).heightFor = 0;
                scheduleDelayedItemsLayout();
            }
        }
    }
    viewport()->update();
}

void View::restyle() {
    layouts_.clear();
    model_.forgetHeights();
    doItemsLayout();
    viewport()->update();
}

void View::resizeEvent(QResizeEvent *e) {
    const bool following = following_;
    if (e->oldSize().width() != e->size().width())
        layouts_.clear();
    QListView::resizeEvent(e);
    following_ = following;
    if (following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    placeBar();
    placeNewer();
}

int View::current() const { return hasFocus() && byKeys_ && currentIndex().isValid() ? currentIndex().row() : -1; }

void View::setHovered(const QModelIndex &index) {
    if (index == hovered_)
        return;
    const QModelIndex old = hovered_;
    hovered_ = index;
    if (old.isValid())
        update(old);
    if (index.isValid())
        update(index);
    placeBar();
}

void View::placeBar() {
    const int i = hovered();
    if (i < 0 || model_.row(i).kind != "message" || model_.row(i).seq == 0 || model_.row(i).deleted) {
        bar_->hide();
        return;
    }
    const QRect at = visualRect(hovered_);
    bar_->adjustSize();
    bar_->move(at.right() - bar_->width() - 18, std::max(2, at.top() - bar_->height() / 2 + 4));
    bar_->show();
    bar_->raise();
}

void View::placeNewer() {
    const bool shown = !following_ && !atEnd() && model_.rowCount() > 0;
    newer_->setVisible(shown);
    if (!shown)
        return;
    newer_->setText("↓ " + (unseen_ > 0 ? say(unseen_ == 1 ? "new_message" : "new_messages").replace("{n}", QString::number(unseen_)) : say("newest")));
    newer_->adjustSize();
    newer_->move((width() - newer_->width()) / 2, height() - newer_->height() - 12);
    newer_->raise();
}

} // namespace plausch
