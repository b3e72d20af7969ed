#include "theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <cmath>

namespace plausch {

namespace {

Theme light() {
    Theme t;
    t.bg = "#FFFFFF", t.surface = "#F5F6F8", t.surface2 = "#E9ECF1";
    t.text = "#15181D", t.text2 = "#4B5361", t.border = "#D3D8E0", t.edge = "#78818F";
    t.accent = "#1B5FC9", t.onAccent = "#FFFFFF";
    t.danger = "#B3261E", t.ok = "#1A7447", t.away = "#8A5A00";
    t.mention = "#FFF3D1", t.mentionBar = "#8F6400", t.own = "#E7F0FE";
    return t;
}

Theme dark() {
    Theme t;
    t.dark = true;
    t.bg = "#111418", t.surface = "#181C22", t.surface2 = "#232A33";
    t.text = "#E9ECF1", t.text2 = "#A7B0BE", t.border = "#343D49", t.edge = "#7C8798";
    t.accent = "#82B1FF", t.onAccent = "#0A1A33";
    t.danger = "#FF8F85", t.ok = "#62D492", t.away = "#F0B84C";
    t.mention = "#32280E", t.mentionBar = "#E3B341", t.own = "#17263D";
    return t;
}

Theme current = light();

// The palette that the desktop gave the program at its start.
const QPalette &desktopPalette() {
    static const QPalette palette = QApplication::palette();
    return palette;
}

QPalette paletteOf(const Theme &t) {
    QPalette p;
    p.setColor(QPalette::Window, t.bg);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.bg);
    p.setColor(QPalette::AlternateBase, t.surface);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.text2);
    p.setColor(QPalette::Button, t.surface2);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.danger);
    p.setColor(QPalette::ToolTipBase, t.surface2);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.surface);
    p.setColor(QPalette::Mid, t.border);
    p.setColor(QPalette::Dark, t.edge);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, mix(t.text2, t.bg, 0.35));
    return p;
}

const char *sheet = R"(
QMainWindow, QDialog { background: @bg; }
QToolTip { background: @surface2; color: @text; border: 1px solid @border; padding: 4px 8px; }
QMenuBar { background: @surface; border-bottom: 1px solid @border; padding: 2px 8px; }
QMenuBar::item { padding: 4px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: @surface2; }
QMenu { background: @bg; border: 1px solid @border; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 14px; border-radius: 6px; }
QMenu::item:selected { background: @surface2; color: @text; }
QMenu::item:disabled { color: @edge; }
QMenu::separator { height: 1px; background: @border; margin: 6px 8px; }
QStatusBar { background: @surface; border-top: 1px solid @border; color: @text2; }
QStatusBar::item { border: none; }
QLineEdit, QComboBox { background: @bg; border: 1px solid @edge; border-radius: 6px; padding: 7px 10px;
  selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit:focus, QComboBox:focus { border: 2px solid @accent; padding: 6px 9px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox QLineEdit, QComboBox QLineEdit:focus { border: none; padding: 0; background: transparent; }
QComboBox QAbstractItemView { background: @bg; border: 1px solid @border; outline: none; padding: 4px; }
QPushButton { background: @surface2; border: 1px solid @border; border-radius: 6px; padding: 7px 16px; color: @text; }
QPushButton:hover { background: @border; }
QPushButton:focus { border: 2px solid @accent; padding: 6px 15px; }
QPushButton:disabled { color: @edge; }
QPushButton[primary="true"] { background: @accent; color: @onAccent; border: 1px solid @accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @strong; }
QPushButton[primary="true"]:focus { border: 2px solid @text; }
QPushButton[primary="true"]:disabled { background: @surface2; color: @edge; border-color: @border; }
QPushButton[newer="true"] { border-radius: 17px; padding: 8px 18px; }
QToolButton { border: none; border-radius: 6px; padding: 6px; color: @text2; background: transparent; }
QToolButton:hover { background: @surface2; color: @text; }
QToolButton:focus { border: 2px solid @accent; padding: 4px; }
QCheckBox { spacing: 8px; }
QLabel[role="title"] { font-size: @f26px; font-weight: 700; }
QLabel[role="room"] { font-size: @f17px; font-weight: 700; }
QLabel[role="hint"] { color: @text2; }
QLabel[role="error"] { color: @danger; }
QLabel[role="section"] { color: @text2; font-size: @f12px; font-weight: 600; padding: 6px 16px; }
QFrame[role="card"] { background: @bg; border: 1px solid @border; border-radius: 10px; }
QFrame[role="warning"] { background: @mention; border: 1px solid @mentionBar; border-radius: 10px; }
QFrame[role="compose"] { background: @bg; border: 1px solid @edge; border-radius: 10px; }
QFrame[role="compose"][focused="true"] { border: 2px solid @accent; }
QFrame[role="reply"] { background: @surface; border: none; border-left: 3px solid @accent; border-radius: 4px; }
QFrame[role="side"] { background: @surface; border: none; }
QFrame[role="head"] { background: @bg; border: none; border-bottom: 1px solid @border; }
QFrame[role="notice"] { background: @surface2; border: none; border-radius: 8px; }
QWidget#signIn { background: @surface; }
QPlainTextEdit#composer { background: transparent; border: none; }
QListView, QTableView { background: transparent; border: none; outline: none; }
QProgressBar { background: @surface2; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QSplitter::handle { background: @border; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: @border; border-radius: 4px; min-height: 36px; margin: 2px; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar::handle:vertical:hover { background: @edge; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

QString sheetOf(const Theme &t) {
    QString s = QString::fromLatin1(sheet);
    const std::pair<const char *, QColor> tokens[] = {
        {"@bg", t.bg}, {"@surface2", t.surface2}, {"@surface", t.surface}, {"@text2", t.text2}, {"@text", t.text},
        {"@border", t.border}, {"@edge", t.edge}, {"@accent", t.accent}, {"@onAccent", t.onAccent},
        {"@danger", t.danger}, {"@mentionBar", t.mentionBar}, {"@mention", t.mention}, {"@strong", mix(t.accent, t.text, 0.2)},
    };
    for (const auto &[name, color] : tokens)
        s.replace(QLatin1String(name), color.name());
    for (int size : {12, 17, 26})
        s.replace(QStringLiteral("@f%1").arg(size), QString::number(textFont(size).pixelSize()));
    return s;
}

// sRGB of a colour in OKLCH (Björn Ottosson's OKLab).
QColor oklch(double l, double c, double degrees) {
    const double h = degrees * M_PI / 180, a = c * std::cos(h), b = c * std::sin(h);
    const double l1 = std::pow(l + 0.3963377774 * a + 0.2158037573 * b, 3);
    const double m1 = std::pow(l - 0.1055613458 * a - 0.0638541728 * b, 3);
    const double s1 = std::pow(l - 0.0894841775 * a - 1.2914855480 * b, 3);
    const auto gamma = [](double x) {
        x = std::min(std::max(x, 0.0), 1.0);
        return x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
    };
    return QColor::fromRgbF(gamma(4.0767416621 * l1 - 3.3077115913 * m1 + 0.2309699292 * s1),
                            gamma(-1.2684380046 * l1 + 2.6097574011 * m1 - 0.3413193965 * s1),
                            gamma(-0.0041960863 * l1 - 0.7034186147 * m1 + 1.7076147010 * s1));
}

} // namespace

const Theme &theme() { return current; }

void applyTheme(const QString &name) {
    const bool desktopDark = desktopPalette().color(QPalette::Window).lightness() < 128;
    current = name == "dark" || (name != "light" && desktopDark) ? dark() : light();
    QApplication::setPalette(paletteOf(current));
    qApp->setStyleSheet(sheetOf(current));
}

QColor nameColor(int hue) {
    static const double hues[] = {20, 45, 70, 100, 130, 155, 185, 220, 250, 280, 310, 345};
    const double h = hues[(hue % 12 + 12) % 12];
    return current.dark ? oklch(0.80, 0.11, h) : oklch(0.46, 0.13, h);
}

QColor mix(const QColor &a, const QColor &b, double share) {
    const auto part = [share](int x, int y) { return int(std::lround(x + (y - x) * share)); };
    return QColor(part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue()));
}

QFont textFont(double pixels, bool bold) {
    QFont f = QApplication::font();
    f.setPixelSize(int(std::lround(pixels * QApplication::font().pixelSize() / 15)));
    f.setWeight(bold ? QFont::DemiBold : QFont::Normal);
    return f;
}

QFont codeFont(double pixels) {
    QFont f = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    f.setPixelSize(textFont(pixels).pixelSize());
    return f;
}

QColor presenceColor(const QString &presence) {
    return presence == "online" ? current.ok : presence == "away" ? current.away : current.edge;
}

} // namespace plausch
