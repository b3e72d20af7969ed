package rest

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"plausch"
	"plausch/protocol"
)

// statuses are those of the codes of errors (RFC 9110, section 15; RFC 6585).
var statuses = map[plausch.Code]int{
	plausch.Invalid:      http.StatusBadRequest,
	plausch.TooLarge:     http.StatusRequestEntityTooLarge,
	plausch.Unsupported:  http.StatusNotImplemented,
	plausch.SignInNeeded: http.StatusUnauthorized,
	plausch.SignInFailed: http.StatusUnauthorized,
	plausch.Forbidden:    http.StatusForbidden,
	plausch.NotFound:     http.StatusNotFound,
	plausch.Gone:         http.StatusGone,
	plausch.Taken:        http.StatusConflict,
	plausch.RateLimited:  http.StatusTooManyRequests,
	plausch.SlowReader:   http.StatusRequestTimeout,
	plausch.Unavailable:  http.StatusServiceUnavailable,
	plausch.StorageFull:  http.StatusInsufficientStorage,
	plausch.Internal:     http.StatusInternalServerError,
}

// failure is an error with a status that its code alone does not tell.
type failure struct {
	status int
	err    *plausch.Error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// wireError is how an error is told: in an answer, and as the last line of a stream.
type wireError struct {
	Error *protocol.Error `json:"error"`
}

// fail answers with an error.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := plausch.CodeOf(err)
	status := statuses[code]
	if f := (*failure)(nil); errors.As(err, &f) {
		status = f.status
	}
	s.logInternal(r, err)
	setErrorHeaders(w.Header(), err)
	s.writeBefore(w, r, func() { s.writeJSON(w, status, wireError{protocol.NewError(err)}) })
}

// logInternal logs the cause of an internal error, which the caller does not get. The pattern
// of the route is logged, never the address, which may be a webhook's.
func (s *Server) logInternal(r *http.Request, err error) {
	if plausch.CodeOf(err) == plausch.Internal {
		s.opts.Log.Error("request failed", "protocol", "http", "route", r.Pattern, "err", err)
	}
}

// setErrorHeaders sets the headers of some codes: Retry-After in seconds (RFC
// 9110, section 10.2.3), and how to sign in (RFC 6750, section 3).
func setErrorHeaders(h http.Header, err error) {
	var e *plausch.Error
	if !errors.As(err, &e) {
		return
	}
	switch e.Code {
	case plausch.SignInNeeded:
		h.Set("WWW-Authenticate", `Bearer realm="plausch"`)
	case plausch.SignInFailed:
		h.Set("WWW-Authenticate", `Bearer realm="plausch", error="invalid_token"`)
	}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
}

// json answers with a document.
func (q *request) json(status int, v any) error {
	q.server.writeJSON(q.w, status, v)
	return nil
}

// text answers with a text for people.
func (q *request) text(status int, text string) error {
	q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	q.server.setWriteDeadline(q.w)
	q.w.WriteHeader(status)
	_, _ = io.WriteString(q.w, text) // a reader that has gone needs no answer
	return nil
}

// none answers that it is done, and that there is nothing to tell.
func (q *request) none() error {
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, v any) {
	answer := append(encode(v), '\n')
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer))) // so that it is whole when it was flushed
	s.setWriteDeadline(w)
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a reader that has gone needs no answer
}

// setWriteDeadline bounds how long the answer may wait for its reader.
func (s *Server) setWriteDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.opts.WriteDeadline))
}

// encode returns v as JSON, in which lists are never null. Bytes of texts that
// are not UTF-8 become U+FFFD. What some languages take for the end of a line is
// escaped, so that a line of a stream is one: U+2028 and U+2029, U+0085, and, as
// in all JSON, the control characters.
func encode(v any) []byte {
	b, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true), jsontext.EscapeForJS(true))
	if err != nil {
		panic(err) // no type of ours causes it
	}
	return bytes.ReplaceAll(b, []byte("\u0085"), []byte(`\u0085`))
}
