#include "texts.h"

#include <QHash>
#include <QJsonValue>

namespace plausch {

namespace {
QHash<QString, QString> &all() {
    static QHash<QString, QString> texts;
    return texts;
}
} // namespace

void setTexts(const QJsonObject &texts) {
    all().clear();
    for (auto it = texts.begin(); it != texts.end(); ++it)
        all().insert(it.key(), it.value().toString());
}

QString say(const char *name) {
    const QString key = QString::fromLatin1(name);
    return all().value(key, key);
}

} // namespace plausch
