// Small pictures that are drawn in the colours of the theme.
#pragma once
#include <QIcon>

namespace plausch {

// Names: react reply more send attach search close down edit people settings.
QIcon icon(const char *name);

// The icon of the program, with a number of unread messages, 0 for none.
QPixmap appIcon(int size, int unread = 0);

} // namespace plausch
