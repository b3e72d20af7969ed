#include "model.h"

#include "event.h"

#include <algorithm>

namespace plausch {

QVariant RowModel::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= rows_.size())
        return {};
    const Row &r = rows_[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return r.spoken();
    case Qt::ToolTipRole:
        return {};
    }
    return {};
}

void RowModel::fetchMore(const QModelIndex &) {
    asked_ = true;
    emitEvent("older");
}

int RowModel::find(qint64 seq) const {
    const auto it = std::find_if(rows_.begin(), rows_.end(), [seq](const Row &r) { return r.seq == seq && r.kind != "new" && r.kind != "day"; });
    return it == rows_.end() ? -1 : int(it - rows_.begin());
}

void RowModel::splice(int at, int remove, const QVector<Row> &rows) {
    asked_ = false;
    at = std::clamp(at, 0, int(rows_.size()));
    remove = std::clamp(remove, 0, int(rows_.size()) - at);
    // What stands in the place of another row is a change, the rest comes or goes.
    const int both = std::min(remove, int(rows.size()));
    for (int i = 0; i < both; i++) {
        const bool revealed = rows_[at + i].key == rows[i].key && rows_[at + i].revealed;
        rows_[at + i] = rows[i];
        rows_[at + i].revealed = revealed;
    }
    if (both > 0)
        emit dataChanged(index(at), index(at + both - 1));
    if (remove > both) {
        beginRemoveRows({}, at + both, at + remove - 1);
        rows_.remove(at + both, remove - both);
        endRemoveRows();
    }
    if (rows.size() > both) {
        beginInsertRows({}, at + both, at + int(rows.size()) - 1);
        rows_.insert(at + both, rows.size() - both, Row());
        std::copy(rows.begin() + both, rows.end(), rows_.begin() + at + both);
        endInsertRows();
    }
}

void RowModel::clear() {
    beginResetModel();
    rows_.clear();
    asked_ = older = false;
    endResetModel();
}

void RowModel::forgetHeights() {
    for (Row &r : rows_)
        r.heightFor = 0;
}

} // namespace plausch
