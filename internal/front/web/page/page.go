// Package page is what people open in a browser to look after their account and
// their server: to claim a new server, to come in by an invite or a passkey, to
// see their devices, to invite others. The pages are forms that work without
// script; script.js makes them handier, and is needed for passkeys alone.
//
// Each request is a caller of its own to the table of package api, which signs in
// by the cookie, asks, and is gone with the answer; so the permissions are those
// of any other client.
//
// The rules that keep other sites out (docs/security.md has the why):
//
//   - the cookie goes to no other site and to no script, and every sign-in makes
//     a new token: none is ever taken from outside;
//   - every change is a POST, whose Origin has to be this very site;
//   - no secret is in an address: codes stand behind the # of a link, which a
//     browser keeps to itself;
//   - a page loads from this site only, and has no script or style in it;
//   - where a browser is sent to is written here, and comes from nobody's request.
//
// The package has no goroutines of its own. What is safe for concurrent use is
// the [Server].
package page

import (
	"cmp"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/link"
)

const (
	maxBody       = 16 << 10
	writeDeadline = 10 * time.Second
)

// Arrival is how a request came.
type Arrival struct {
	Remote netip.Addr // the zero Addr counts as one of this network
	// Encrypted is whether the browser speaks TLS, with us or with a proxy that is
	// trusted.
	Encrypted bool
	Host      string // that the browser asked for, see [CanonicalHost]
}

// Origin returns the origin of the pages, such as https://chat.example.org.
func (a Arrival) Origin() string { return link.Origin(a.Encrypted, a.Host) }

func (a Arrival) scheme() string {
	if a.Encrypted {
		return "https"
	}
	return "http"
}

// chat is where a program of the native protocol connects to.
func (a Arrival) chat() string {
	if a.Encrypted {
		return "wss://" + a.Host
	}
	return "ws://" + a.Host
}

// Options are those of a [Server]. All are required, but for Admit, Links, LastBackup,
// Downloads and BodyDeadline.
type Options struct {
	API *api.API
	// Arrival tells how a request came.
	Arrival func(*http.Request) Arrival
	// Admit is [api.Caller]'s for a request.
	Admit func(r *http.Request, account plausch.AccountID, byAddress bool) bool
	// Links is the base of links to this server, for visitors by an address that others
	// cannot use.
	Links link.Base
	// LastBackup tells when the last good backup was made, in a line. Nil means that
	// it is not known.
	LastBackup func() string
	// Downloads is a folder with the files of make release, offered to accounts. It may be
	// empty, or missing.
	Downloads string
	// BodyDeadline is how long the body of a request may take after its head; 0
	// means 10 s.
	BodyDeadline time.Duration
	Log          *slog.Logger
}

// Server answers for the pages.
type Server struct {
	opts Options
}

// route is a page, or the target of a form.
type route struct {
	pattern string
	access  access
	serve   func(*request) error
}

// access is the kind of visitor that a route admits.
type access uint8

const (
	signed access = iota // for those who have signed in; others are asked to
	open                 // for anyone, once the server has been claimed
	always               // for anyone
)

// unknown is the pattern of all addresses that there are not.
const unknown = "/"

var routes = []route{
	{"GET /claim", always, form("claim")},
	{"POST /claim", always, (*request).claim},
	{"POST /claim/code", always, checkCode("claim")},
	{"GET /invite", open, (*request).invited},
	{"POST /invite", open, (*request).redeem},
	{"POST /invite/code", open, checkCode("invite")},
	{"POST /invite/link", signed, (*request).inviteLink},
	{"GET /reset", open, form("reset")},
	{"POST /reset", open, (*request).reset},
	{"POST /reset/code", open, checkCode("reset")},
	{"GET /sign-in", open, form("sign-in")},
	{"POST /sign-in", open, (*request).signInPassword},
	{"POST /sign-in/passkey/begin", open, (*request).beginSignInPasskey},
	{"POST /sign-in/passkey", open, (*request).signInPasskey},
	{"GET /link", always, goTo("/")}, // which keeps the code behind the #
	{"POST /sign-in/link/begin", open, (*request).beginLink},
	{"POST /sign-in/link", open, (*request).signInLink},
	{"POST /sign-out", open, (*request).signOut},
	{"GET /welcome", signed, (*request).welcome},
	{"GET /downloads/{name}", signed, (*request).download},
	{"GET /account", signed, (*request).account},
	{"POST /account/name", signed, (*request).setDisplay},
	{"POST /account/password", signed, (*request).changePassword},
	{"POST /account/device/revoke", signed, confirm("Sign out this device?", (*request).revokeDevice)},
	{"POST /account/passkey/begin", signed, (*request).beginPasskey},
	{"POST /account/passkey/add", signed, (*request).addPasskey},
	{"POST /account/passkey/delete", signed, confirm("Delete this passkey?", (*request).deletePasskey)},
	{"GET /webhooks", signed, (*request).webhooks},
	{"POST /webhooks", signed, (*request).createWebhook},
	{"POST /webhooks/delete", signed, confirm("Delete this webhook?", (*request).deleteWebhook)},
	{"GET /admin", signed, goTo("/admin/invites")},
	{"GET /admin/invites", signed, (*request).invites},
	{"POST /admin/invites", signed, (*request).createInvite},
	{"POST /admin/invites/revoke", signed, confirm("Revoke this invite?", (*request).revokeInvite)},
	{"GET /admin/accounts", signed, (*request).accounts},
	{"POST /admin/accounts/role", signed, (*request).setRole},
	{"POST /admin/accounts/deactivate", signed, confirm("Deactivate this account?", (*request).deactivate)},
	{"POST /admin/accounts/activate", signed, (*request).activate},
	{"POST /admin/accounts/reset", signed, (*request).createReset},
	{"GET /admin/audit", signed, (*request).audit},
	{"GET /admin/server", signed, (*request).serverPage},
	{"POST /admin/server/name", signed, (*request).updateServerName},
	{unknown, always, (*request).notFound},
	// Where a form ends that was not right; somebody may open that anew.
	{"GET /claim/code", always, goTo("/claim")},
	{"GET /invite/code", open, goTo("/invite")},
	{"GET /reset/code", open, goTo("/reset")},
	{"GET /account/", signed, goTo("/account")},
	{"GET /webhooks/", signed, goTo("/webhooks")},
	{"GET /admin/server/", signed, goTo("/admin/server")},
	{"GET /admin/invites/", signed, goTo("/admin/invites")},
	{"GET /admin/accounts/", signed, goTo("/admin/accounts")},
}

// New returns a server.
func New(opts Options) *Server {
	opts.BodyDeadline = cmp.Or(opts.BodyDeadline, 10*time.Second)
	return &Server{opts}
}

// Register makes mux answer for the pages.
func (s *Server) Register(mux *http.ServeMux) {
	for _, route := range routes {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route) })
	}
	registerApp(mux)
	for name, kind := range map[string]string{"style.css": "text/css", "script.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		mux.HandleFunc("GET /page/"+name, static(name, kind))
	}
}

var (
	//go:embed template static
	files     embed.FS
	templates = parse()
)

// parse returns the pages by their names: each template within base.html.
func parse() map[string]*template.Template {
	funcs := template.FuncMap{"time": showTime, "uses": inviteUses, "shown": displayName, "guest": isForGuest, "qr": qrPath}
	base := template.Must(template.New("base.html").Funcs(funcs).ParseFS(files, "template/base.html", "template/part.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{
		"account", "accounts", "audit", "claim", "confirm", "error", "invite", "invites", "link", "reset", "server", "setup", "sign-in", "webhook", "webhooks", "welcome",
	} {
		all[name] = template.Must(template.Must(base.Clone()).ParseFS(files, "template/"+name+".html"))
	}
	return all
}

// static serves a file that belongs to this version of the program: browsers ask
// each time whether theirs is still it.
func static(name, kind string) http.HandlerFunc {
	body, err := files.ReadFile("static/" + name)
	if err != nil {
		panic(err) // it is in the binary
	}
	tag := etag(body)
	return func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		h := w.Header()
		h.Set("Content-Type", kind+"; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		send(w, http.StatusOK, body)
	}
}
