// Package rest is the API for everything that can make an HTTP request: a token
// in the header Authorization is enough to talk.
//
// Each request is a caller of its own to the table of package api, which signs in
// by its token, asks, and is gone with the answer; so the permissions are those of
// any other client, and nobody seems to come online by it. A stream is a
// request that lasts, and subscribes.
//
// The package has no goroutines of its own: a request is served in the one that
// the HTTP server made for its connection. The routes stand in route.go, and
// openapi.json says the same to programs; a test holds the two together.
package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/protocol"
)

// Options says how a [Server] behaves. API is required.
type Options struct {
	API *api.API
	// Admit is [api.Caller]'s for a request; nil lets all stay.
	Admit func(r *http.Request, account plausch.AccountID, byAddress bool) bool
	// Vouched is told of a request to the address of a webhook, so that its connection
	// is no stranger's any more.
	Vouched func(*http.Request)
	// Remote returns where a request comes from; nil means that nobody knows.
	Remote func(*http.Request) netip.Addr
	// BodyDeadline is how long the body of a request may take, WriteDeadline how
	// long a piece of an answer may wait to be taken; 0 means 10 s.
	BodyDeadline, WriteDeadline time.Duration
	// StreamBytes is how much may wait for the reader of a stream; 0 means 256 KiB.
	StreamBytes int
	// Heartbeat is how often a stream on which nothing happens shows that it is
	// alive; 0 means 20 s, which is below what proxies wait.
	Heartbeat time.Duration
	Log       *slog.Logger // nil means slog.Default
}

// Server answers requests for paths below /api/.
type Server struct {
	opts Options
	api  *api.API
	mux  *http.ServeMux

	streams streams
	stop    sync.Once
	stopped chan struct{} // closed when streams have to end
}

// New returns a server.
func New(opts Options) *Server {
	if opts.Vouched == nil {
		opts.Vouched = func(*http.Request) {}
	}
	if opts.Remote == nil {
		opts.Remote = func(*http.Request) netip.Addr { return netip.Addr{} }
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.BodyDeadline == 0 {
		opts.BodyDeadline = 10 * time.Second
	}
	if opts.WriteDeadline == 0 {
		opts.WriteDeadline = 10 * time.Second
	}
	if opts.StreamBytes == 0 {
		opts.StreamBytes = 256 << 10
	}
	if opts.Heartbeat == 0 {
		opts.Heartbeat = 20 * time.Second
	}
	s := &Server{opts: opts, api: opts.API, mux: http.NewServeMux(), stopped: make(chan struct{})}
	s.streams.open = map[int64]int{}
	for _, route := range routes {
		s.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route, bearer) })
	}
	s.mux.HandleFunc("/", s.handleUnmatched)
	return s
}

// Stop ends the streams: each is told to come back. Other requests end by themselves.
func (s *Server) Stop() { s.stop.Do(func() { close(s.stopped) }) }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = withBody(r)
	protect(w.Header())
	if secretInQuery(r) {
		s.fail(w, r, plausch.Errorf(plausch.Invalid, "there is a token in the address, which programs write into logs: "+
			"send it in the header (Authorization: Bearer %s…), and make a new one, since others may know this one now", tokenPrefix))
		return
	}
	if method := r.Header.Get("X-HTTP-Method-Override"); method != "" && r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/uploads/") {
		r.Method = method // as tus has it, for those behind proxies that know few methods
	}
	r, ok := CleanPath(r)
	if !ok {
		s.fail(w, r, plausch.Errorf(plausch.NotFound, "there is nothing at this address: it has . or .. in it; write it without"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// protect sets the headers that every answer has.
func protect(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// request is one request on its way through its handler.
type request struct {
	*http.Request
	w      http.ResponseWriter
	server *Server
	epoch  string          // of the seq that the caller names; empty if it does not say
	hungUp <-chan struct{} // closed when the connection brings nothing more
	caller api.Caller
	me     protocol.OwnAccount // the caller
}

// serve answers a request, whose token tells who asks.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, route Route, token func(*http.Request) (string, error)) {
	// A client that has ended its side of the connection still gets its answer. That a
	// reader has gone is noticed by writing.
	ctx, end := context.WithCancelCause(context.WithoutCancel(r.Context()))
	defer end(nil)
	q := &request{Request: r.WithContext(ctx), w: w, server: s, hungUp: r.Context().Done()}
	q.caller.Remote, q.caller.Ended = s.opts.Remote(r), end
	if s.opts.Admit != nil {
		q.caller.Admit = func(account plausch.AccountID, byAddress bool) bool { return s.opts.Admit(r, account, byAddress) }
	}
	defer q.caller.Close()
	err := q.checkQuery(route.Query)
	if err == nil && !route.Open {
		err = q.signIn(token)
	}
	if err == nil {
		err = route.serve(q)
	}
	if shut := (*plausch.Error)(nil); err != nil && errors.As(context.Cause(ctx), &shut) {
		err = shut // the sign-in was ended meanwhile, which the rest follows from
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// tokenPrefix begins every token; see package auth.
const tokenPrefix = "plausch_"

// secretInQuery reports whether the address of r has a token behind its question
// mark. The paths of webhooks are made to be secret, and queries are not.
func secretInQuery(r *http.Request) bool {
	query := r.URL.Query()
	return strings.Contains(r.URL.RawQuery, tokenPrefix) ||
		query.Has("token") || query.Has("access_token") || query.Has("authorization")
}

// bearer returns the token of the request's header (RFC 6750, section 2.1).
func bearer(r *http.Request) (string, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", plausch.Errorf(plausch.SignInNeeded, "say who you are with the header Authorization: Bearer %s…", tokenPrefix)
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", plausch.Errorf(plausch.SignInFailed, "the header Authorization has to read: Bearer %s…", tokenPrefix)
	}
	return token, nil
}

// signIn signs in by the token of the request, for as long as the request lasts.
func (q *request) signIn(tokenOf func(*http.Request) (string, error)) error {
	token, err := tokenOf(q.Request)
	if err != nil {
		return err
	}
	in, err := ask[protocol.SignedIn](q, protocol.MethodSignIn, protocol.SignIn{Token: token})
	if err != nil {
		return err
	}
	q.me = in.Account
	return nil
}

// ask calls a method of the table for the request.
func ask[R, P any](q *request, method string, params P) (R, error) {
	return api.Ask[R](q.Context(), q.server.api, &q.caller, method, params)
}
