// Colours and sizes: the tokens that all clients share.
#pragma once
#include <QColor>
#include <QFont>
#include <QString>

namespace plausch {

struct Theme {
    bool dark = false;
    QColor bg, surface, surface2, text, text2, border, edge, accent, onAccent;
    QColor danger, ok, away, mention, mentionBar, own;
};

const Theme &theme();

// Sets the palette and the style sheet of the program: "light", "dark", or as the
// desktop has it.
void applyTheme(const QString &name);

// One of the twelve colours of names.
QColor nameColor(int hue);

// A colour between two, with so much of the second.
QColor mix(const QColor &a, const QColor &b, double share);

// The font of the program in pixels at its usual size of 15, larger or smaller with it.
QFont textFont(double pixels, bool bold = false);
QFont codeFont(double pixels);

QColor presenceColor(const QString &presence);

} // namespace plausch
