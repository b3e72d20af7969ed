// A small menu of emoji.
#pragma once
#include <QPoint>
#include <QWidget>
#include <functional>

namespace plausch {

void showEmojiMenu(QWidget *parent, const QPoint &at, const std::function<void(const QString &)> &chosen);

} // namespace plausch
