#include "emoji.h"

#include "theme.h"

#include <QGridLayout>
#include <QMenu>
#include <QToolButton>
#include <QWidgetAction>

namespace plausch {

void showEmojiMenu(QWidget *parent, const QPoint &at, const std::function<void(const QString &)> &chosen) {
    static const char *const emoji[] = {"👍", "❤️", "😂", "😮", "😢", "🎉", "🙏", "👎", "😀", "😅", "😉", "😍", "🤔", "😎", "🙄", "😴",
                                        "🔥", "✅", "❌", "👀", "💪", "👏", "🤝", "🚀", "☕", "🍰", "🌞", "🌈", "🐱", "💡", "🎂", "💯"};
    QMenu menu(parent);
    auto *grid = new QWidget(&menu);
    auto *layout = new QGridLayout(grid);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(2);
    int i = 0;
    for (const char *e : emoji) {
        auto *b = new QToolButton(grid);
        b->setText(QString::fromUtf8(e));
        b->setFont(textFont(20));
        b->setFixedSize(38, 36);
        QObject::connect(b, &QToolButton::clicked, &menu, [&menu, &chosen, e] {
            menu.close();
            chosen(QString::fromUtf8(e));
        });
        layout->addWidget(b, i / 8, i % 8);
        i++;
    }
    auto *action = new QWidgetAction(&menu);
    action->setDefaultWidget(grid);
    menu.addAction(action);
    layout->itemAt(0)->widget()->setFocus();
    menu.exec(at);
}

} // namespace plausch
