// The rows of the open room, a part of which Go gives and changes.
#pragma once
#include "row.h"

#include <QAbstractListModel>

namespace plausch {

class RowModel : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(rows_.size()); }
    QVariant data(const QModelIndex &index, int role) const override;

    // Older rows are asked for at the beginning, not, as views do by themselves, at the end.
    bool canFetchMore(const QModelIndex &) const override { return nearTop && older && !asked_; }
    void fetchMore(const QModelIndex &) override;

    Row &row(int i) { return rows_[i]; }
    const Row &row(int i) const { return rows_[i]; }
    int find(qint64 seq) const;            // the message's row, or -1
    void splice(int at, int remove, const QVector<Row> &rows);
    void clear();
    void forgetHeights(); // all rows are laid out anew

    bool older = false;   // there is more before the first row
    bool nearTop = false; // the view shows the first rows

private:
    QVector<Row> rows_;
    bool asked_ = false;
};

} // namespace plausch
