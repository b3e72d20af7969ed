#include "event.h"

#include "border.h"

#include <QJsonDocument>

namespace plausch {

namespace {
struct Open {
    QString server, room;
} open;
} // namespace

void setOpenRoom(const QString &server, const QString &room) { open = {server, room}; }
QString openServer() { return open.server; }
QString openRoom() { return open.room; }

void emitEvent(const char *kind, QJsonObject o) {
    o["kind"] = QString::fromLatin1(kind);
    if (!o.contains("server"))
        o["server"] = open.server;
    if (!o.contains("room"))
        o["room"] = open.room;
    QByteArray json = QJsonDocument(o).toJson(QJsonDocument::Compact);
    plausch_event(json.data(), int(json.size()));
}

} // namespace plausch
