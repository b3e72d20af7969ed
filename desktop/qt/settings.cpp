// The dialog of settings.
#include "window.h"

#include "event.h"
#include "texts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>

namespace plausch {

void Window::settings(const QJsonObject &o) {
    QDialog dialog(this);
    dialog.setObjectName("settingsDialog");
    dialog.setWindowTitle(say("settings"));
    auto *form = new QFormLayout(&dialog);
    form->setContentsMargins(24, 20, 24, 16);
    form->setSpacing(12);
    const auto choice = [&](const char *name, std::initializer_list<std::pair<const char *, QString>> values) {
        auto *box = new Combo(&dialog);
        box->setObjectName(name);
        for (const auto &[value, text] : values)
            box->addItem(text, QString::fromLatin1(value));
        box->setCurrentIndex(std::max(0, box->findData(o[QLatin1String(name)].toString())));
        form->addRow(say(name), box);
        return box;
    };
    const auto check = [&](const char *name) {
        auto *box = new QCheckBox(say(name), &dialog);
        box->setObjectName(name);
        box->setChecked(o[QLatin1String(name)].toBool());
        form->addRow(box);
        return box;
    };
    QComboBox *themes = choice("theme", {{"system", say("theme_system")}, {"light", say("theme_light")}, {"dark", say("theme_dark")}});
    QComboBox *languages = choice("language", {{"", say("language_system")}, {"en", "English"}, {"de", "Deutsch"}, {"nb", "Norsk bokmål"}});
    QCheckBox *notify = check("notify"), *text = check("notify_text"), *start = check("autostart"), *tray = check("close_to_tray");
    tray->setEnabled(tray_ != nullptr);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
    buttons->button(QDialogButtonBox::Cancel)->setText(say("cancel"));
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    if (dialog.exec() != QDialog::Accepted)
        return;
    closeToTray_ = tray->isChecked();
    emitEvent("settings", {{"settings", QJsonObject{{"theme", themes->currentData().toString()}, {"language", languages->currentData().toString()}, {"notify", notify->isChecked()}, {"notify_text", text->isChecked()}, {"autostart", start->isChecked()}, {"close_to_tray", tray->isChecked()}}}});
}

} // namespace plausch
