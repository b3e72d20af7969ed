package page

import (
	"net/http"

	"plausch"
	"plausch/internal/link"
)

// serverData is the data of the page about the server itself.
type serverData struct {
	Version    string
	Links      link.Base
	LastBackup string // in a line, empty if it is not known
}

// serverPage shows admins how the server is.
func (q *request) serverPage() error {
	if role := plausch.Role(q.me.Role); role != plausch.RoleOwner && role != plausch.RoleAdmin {
		return plausch.Errorf(plausch.Forbidden, "this page is for admins")
	}
	data := serverData{Version: plausch.Version, Links: q.server.opts.Links}
	if tell := q.server.opts.LastBackup; tell != nil {
		data.LastBackup = tell()
	}
	return q.show(http.StatusOK, "server", data)
}
