package page

import (
	"net/http"

	"plausch"
	"plausch/internal/link"
	"plausch/protocol"
)

// serverData is the data of the page about the server itself.
type serverData struct {
	Version    string
	Links      link.Base
	LastBackup string // in a line, empty if it is not known
}

// serverPage shows admins how the server is.
func (q *request) serverPage() error {
	data, err := q.serverData()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "server", data)
}

func (q *request) updateServerName() error {
	_, err := ask[protocol.ServerInfo](q, protocol.MethodServerUpdate, protocol.ServerUpdate{Name: q.PostForm.Get("server")})
	if err == nil {
		return q.goTo("/admin/server", "server")
	}
	data, hidden := q.serverData()
	if hidden != nil {
		return hidden
	}
	return q.showError("server", data, err)
}

func (q *request) serverData() (serverData, error) {
	if role := plausch.Role(q.me.Role); role != plausch.RoleOwner && role != plausch.RoleAdmin {
		return serverData{}, plausch.Errorf(plausch.Forbidden, "this page is for admins")
	}
	data := serverData{Version: plausch.Version, Links: q.server.opts.Links}
	if tell := q.server.opts.LastBackup; tell != nil {
		data.LastBackup = tell()
	}
	return data, nil
}
