// What the widgets say, in the language that Go has chosen (screen.Texts).
#pragma once
#include <QJsonObject>
#include <QString>

namespace plausch {

void setTexts(const QJsonObject &texts);

// The text of a name; the name itself if there is none.
QString say(const char *name);

} // namespace plausch
