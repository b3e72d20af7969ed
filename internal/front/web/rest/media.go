package rest

import (
	"net/http"

	"plausch"
)

// The web client asks for files and pictures by elements such as <img>, <video> and <a download>,
// which cannot send a token. Below /media/ the cookie of the pages is enough. These routes are served
// by the same functions as those below /api/, so that nobody gets anything more by them.

// mediaRoutes is what there is below /media/.
var mediaRoutes = []Route{
	{Method: "GET", Path: "/media/attachments/{id}", serve: (*request).download},
	{Method: "GET", Path: "/media/attachments/{id}/thumbnail", Query: []string{"size"}, serve: (*request).thumbnail},
	{Method: "GET", Path: "/media/accounts/{name}/avatar", Query: []string{"v"}, serve: (*request).getAvatar},
	{Method: "GET", Path: "/media/rooms/{room}/picture", Query: []string{"v"}, serve: (*request).getRoomPicture},
	{Method: "POST", Path: "/media/attachments", Query: []string{"name", "client_id", "thumbnail", "duration", "waveform"}, serve: (*request).upload},
	{Method: "GET", Path: "/media/limit", serve: (*request).fileLimit},
	{Method: "PUT", Path: "/media/me/avatar", serve: (*request).setAvatar},
	{Method: "DELETE", Path: "/media/me/avatar", serve: (*request).removeAvatar},
}

// Browser tells the server about requests of the pages.
type Browser struct {
	// Token returns the token in the cookie of a request, empty if it has none.
	Token func(*http.Request) string
	// CheckOrigin returns an error if a page of another site may have sent a request.
	CheckOrigin func(*http.Request) error
}

// RegisterMedia makes mux answer for the paths below /media/.
func (s *Server) RegisterMedia(mux *http.ServeMux, b Browser) {
	token := func(r *http.Request) (string, error) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if err := b.CheckOrigin(r); err != nil {
				return "", err
			}
		}
		token := b.Token(r)
		if token == "" {
			return "", plausch.Errorf(plausch.SignInNeeded, "sign in first, at /")
		}
		return token, nil
	}
	for _, route := range mediaRoutes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			protect(w.Header())
			w.Header().Set("Referrer-Policy", "same-origin")
			s.serve(w, withBody(r), route, token)
		})
	}
}

// fileLimit tells how large a file may be, so that one that is larger need not be sent.
func (q *request) fileLimit() error {
	return q.json(http.StatusOK, struct {
		Size int64 `json:"size"` // in bytes
	}{q.server.api.MaxFile()})
}
