// What the user does goes to Go.
#pragma once
#include <QJsonObject>

namespace plausch {

// Sends screen.Event; the server and room that are open go with it unless it names others.
void emitEvent(const char *kind, QJsonObject o = {});

void setOpenRoom(const QString &server, const QString &room);
QString openServer();
QString openRoom();

} // namespace plausch
