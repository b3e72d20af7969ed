package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/api"
	"plausch/protocol"
)

// request is one request on its way through its handler.
type request struct {
	*http.Request
	w       http.ResponseWriter
	server  *Server
	arrival Arrival
	caller  api.Caller
	host    protocol.Welcome    // what the server says of itself
	me      protocol.OwnAccount // the caller; zero if not signed in
	body    []byte              // if it is JSON
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, route route) {
	protect(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	q := &request{Request: r, w: w, server: s, arrival: s.opts.Arrival(r)}
	q.caller.Remote, q.caller.Admit = q.arrival.Remote, q.admitAccount
	defer q.caller.Close()
	err := q.prepare(route)
	if err == nil {
		err = q.admit(route)
	}
	if err != nil {
		q.fail(err)
	}
}

// protect sets the headers that every answer has.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	h.Set("X-Content-Type-Options", "nosniff")
	// Nothing to others. To ourselves it is needed: with no-referrer, browsers
	// send forms with "Origin: null" (Fetch, section 3.2.2).
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// prepare reads the request, and finds out whose it is.
func (q *request) prepare(route route) error {
	// A request to an unknown address changes nothing, whatever its origin.
	if q.Method == http.MethodPost && route.pattern != unknown {
		if err := q.sameOrigin(); err != nil {
			return err
		}
		if err := q.read(); err != nil {
			return err
		}
	}
	return q.hello(&q.caller)
}

// sameOrigin refuses requests from pages of other sites.
func (q *request) sameOrigin() error {
	if err := q.arrival.CheckSameOrigin(q.Request); err != nil {
		return err
	}
	q.caller.Origin = q.arrival.Origin()
	return nil
}

// read reads a form into PostForm, or JSON into body.
func (q *request) read() error {
	if err := http.NewResponseController(q.w).SetReadDeadline(time.Now().Add(q.server.opts.BodyDeadline)); err != nil {
		return err
	}
	q.Body = http.MaxBytesReader(q.w, q.Body, maxBody)
	var err error
	switch kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); kind {
	case "application/x-www-form-urlencoded":
		err = q.ParseForm()
	case "application/json":
		q.body, err = io.ReadAll(q.Body)
	default:
		return plausch.Errorf(plausch.Invalid, "this takes a form, or JSON")
	}
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return plausch.Errorf(plausch.TooLarge, "this is too long: the maximum is %d bytes", maxBody)
	case err != nil:
		return &plausch.Error{Code: plausch.Invalid, Message: "this could not be read; try again", Err: err}
	}
	// Or a request that takes long would be taken for given up.
	return http.NewResponseController(q.w).SetReadDeadline(time.Time{})
}

// decode reads the JSON of the request. The error is Invalid.
func (q *request) decode(v any) error {
	if err := json.Unmarshal(q.body, v); err != nil {
		return &plausch.Error{Code: plausch.Invalid, Message: "this is not the JSON that is expected here", Err: err}
	}
	return nil
}

// hello introduces a caller by the name of its browser.
func (q *request) hello(c *api.Caller) error {
	var err error
	q.host, err = api.Ask[protocol.Welcome](q.Context(), q.server.opts.API, c, protocol.MethodHello,
		protocol.Hello{Version: protocol.Version, Client: browser(q.UserAgent())})
	return err
}

// admit serves the route to those who have access.
func (q *request) admit(route route) error {
	if q.host.Unclaimed && !q.host.Guests && route.access != always {
		return q.show(http.StatusServiceUnavailable, "setup", nil)
	}
	if err := q.signIn(); err != nil {
		return err
	}
	if route.access == signed && q.me.ID == 0 {
		if q.body != nil {
			return plausch.Errorf(plausch.SignInNeeded, "sign in first")
		}
		return q.goTo("/sign-in", "")
	}
	return route.serve(q)
}

func (q *request) admitAccount(account plausch.AccountID, byAddress bool) bool {
	return q.server.opts.Admit == nil || q.server.opts.Admit(q.Request, account, byAddress)
}

// signIn signs in by the cookie, if there is a good one.
func (q *request) signIn() error {
	token := Token(q.Request, q.arrival.Encrypted)
	if token == "" {
		return nil
	}
	in, err := ask[protocol.SignedIn](q, protocol.MethodSignIn, protocol.SignIn{Token: token})
	switch {
	case plausch.CodeOf(err) == plausch.SignInFailed:
		q.forget()
		return nil
	case err != nil:
		return err
	}
	q.me = in.Account
	return nil
}

// ask calls a method of the table for the request.
func ask[R, P any](q *request, method string, params P) (R, error) {
	return api.Ask[R](q.Context(), q.server.opts.API, &q.caller, method, params)
}

// do calls a method that has nothing to tell.
func do[P any](q *request, method string, params P) error {
	_, err := ask[protocol.Empty](q, method, params)
	return err
}

// view is the data of a template.
type view struct {
	Server string // its name
	Me     protocol.OwnAccount
	Page   string // to show where in the menu this is
	Chat   string // where programs connect to
	Done   string // what has just been done
	Error  string
	Form   map[string]string // fields as they were sent, to be corrected
	Data   any
}

// Admin and Owner say what the menu has.
func (v view) Admin() bool { return v.Owner() || v.Me.Role == string(plausch.RoleAdmin) }
func (v view) Owner() bool { return v.Me.Role == string(plausch.RoleOwner) }

func (q *request) view(name string) view {
	v := view{Server: q.host.Name, Me: q.me, Page: name, Chat: q.arrival.chat(), Form: map[string]string{}}
	if v.Server == "" {
		v.Server = "Plausch"
	}
	if q.Method == http.MethodGet {
		v.Done = done[q.URL.Query().Get("done")]
	}
	for _, name := range []string{"name", "server", "display", "uses", "days", "role", "rooms", "room"} {
		v.Form[name] = q.PostForm.Get(name)
	}
	return v
}

// done are the sentences about the last change, which the next page shows.
var done = map[string]string{
	"activated":   "The account can sign in again.",
	"deactivated": "The account is deactivated, and its devices are signed out.",
	"deleted":     "The passkey is deleted.",
	"device":      "The device is signed out.",
	"name":        "Your name is changed.",
	"out":         "You are signed out.",
	"passkey":     "The passkey is added.",
	"password":    "Your password is changed, and your other devices are signed out.",
	"revoked":     "The invite has been revoked.",
	"role":        "The account has its new role.",
	"server":      "The server has its new name.",
	"webhook":     "The webhook is deleted.",
}

// form returns a handler of a page without data.
func form(name string) func(*request) error {
	return func(q *request) error { return q.show(http.StatusOK, name, nil) }
}

// goTo returns a handler that redirects to another page.
func goTo(path string) func(*request) error {
	return func(q *request) error { return q.goTo(path, "") }
}

// show answers with a page.
func (q *request) show(status int, name string, data any) error {
	v := q.view(name)
	v.Data = data
	return q.render(status, v)
}

func (q *request) render(status int, v view) error {
	var b bytes.Buffer
	if err := templates[v.Page].Execute(&b, v); err != nil {
		return fmt.Errorf("page %s: %w", v.Page, err)
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(q.w, status, b.Bytes())
	return nil
}

// showError shows a page again with the error.
func (q *request) showError(name string, data any, err error) error {
	status, message := q.explain(err)
	v := q.view(name)
	v.Data, v.Error = data, message
	return q.render(status, v)
}

// goTo sends the browser to a page of ours, which says what has been done.
func (q *request) goTo(path, what string) error {
	if what != "" {
		path += "?done=" + what
	}
	q.w.Header().Set("Location", path)
	send(q.w, http.StatusSeeOther, nil)
	return nil
}

// fail tells err in a page, or, to a script, in JSON.
func (q *request) fail(err error) {
	if q.body == nil {
		if err := q.showError("error", nil, err); err == nil {
			return
		}
	}
	status, message := q.explain(err)
	failure := failure{Error: message, Code: string(plausch.CodeOf(err))}
	var e *plausch.Error
	if errors.As(err, &e) {
		failure.RetryAfter = e.RetryAfter.Milliseconds()
	}
	_ = q.answer(status, failure)
}

// failure is an error as a script gets it.
type failure struct {
	Error      string `json:"error"` // for a person
	Code       string `json:"code"`
	RetryAfter int64  `json:"retry_after,omitzero"` // milliseconds
}

// answer answers a script.
func (q *request) answer(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/json")
	send(q.w, status, body)
	return nil
}

// send writes an answer within writeDeadline.
func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(writeDeadline)) // an error shows in the next write
	w.WriteHeader(status)
	if _, err := w.Write(body); err == nil && c.Flush() == nil {
		_ = c.SetWriteDeadline(time.Time{}) // the connection serves others, too
	}
}

// statuses are the HTTP statuses of codes; others are internal errors.
var statuses = map[plausch.Code]int{
	plausch.Invalid:      http.StatusBadRequest,
	plausch.Unsupported:  http.StatusBadRequest,
	plausch.TooLarge:     http.StatusRequestEntityTooLarge,
	plausch.SignInNeeded: http.StatusForbidden,
	plausch.SignInFailed: http.StatusForbidden,
	plausch.Forbidden:    http.StatusForbidden,
	plausch.NotFound:     http.StatusNotFound,
	plausch.Gone:         http.StatusGone,
	plausch.Taken:        http.StatusConflict,
	plausch.RateLimited:  http.StatusTooManyRequests,
	plausch.Unavailable:  http.StatusServiceUnavailable,
	plausch.StorageFull:  http.StatusInsufficientStorage,
}

// explain returns the status and the words for an error, and logs it if it is
// ours.
func (q *request) explain(err error) (status int, message string) {
	var e *plausch.Error
	status = statuses[plausch.CodeOf(err)]
	if !errors.As(err, &e) || status == 0 {
		q.server.opts.Log.Error("page failed", "path", q.URL.Path, "err", err)
		return http.StatusInternalServerError, "Something went wrong in the server; its log says what."
	}
	if e.RetryAfter > 0 {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())+1))
		return status, sentence(fmt.Sprintf("%s (%v)", e.Message, e.RetryAfter.Round(time.Second)+time.Second))
	}
	return status, sentence(e.Message)
}
