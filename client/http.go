package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// stallTime is how long a transfer may stand still before it is given up.
	stallTime = time.Minute
	// maxErrorBody bounds what is read of an answer that tells an error, in bytes.
	maxErrorBody = 64 << 10
)

// errStalled is the error of a transfer that does not move.
var errStalled = errors.New("nothing has moved for a minute")

// httpClient talks to the HTTP API of a server, which is on the port of everything
// else, over connections that are made, encrypted and verified as those of [Dial].
type httpClient struct {
	base string // URL of the API
	http http.Client
}

// newHTTPClient returns one for the server at an address.
func newHTTPClient(a Address, o DialOptions) (*httpClient, error) {
	if a.KTN() {
		return nil, plausch.Errorf(plausch.Unsupported, "a KTN server has neither files nor webhooks")
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := connect(ctx, a, o, alpnHTTP)
		if err != nil {
			return nil, err
		}
		return &delayedErrorConn{Conn: c, ended: make(chan struct{})}, nil
	}
	return &httpClient{base: a.apiURL(), http: http.Client{
		Transport: &http.Transport{
			DialContext: dial, DialTLSContext: dial, DisableCompression: true,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: 5 * time.Second, ExpectContinueTimeout: 2 * time.Second,
		},
		// A token goes nowhere but to the server that gave it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// apiURL returns where the HTTP API of a server is: beside its WebSocket.
func (a Address) apiURL() string {
	u := url.URL{Scheme: "http", Host: a.HostPort(), Path: "/"}
	if a.Secure() {
		u.Scheme = "https"
	}
	if a.webSocket() {
		u.Path, _ = path.Split(a.Path)
	}
	return u.String() + "api"
}

// answerTime is how long an answer is waited for on a connection that takes no more.
const answerTime = 2 * time.Second

// delayedErrorConn is a connection on which an answer is read before it is told that writing
// failed. A server that refuses a file may close before all of it has come, and
// net/http would give up with the first of the two that it notices.
type delayedErrorConn struct {
	net.Conn
	once  sync.Once
	ended chan struct{} // closed when nothing more can be read
}

// Read implements [net.Conn].
func (c *delayedErrorConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.once.Do(func() { close(c.ended) })
	}
	return n, err
}

// Write implements [net.Conn].
func (c *delayedErrorConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		select {
		case <-c.ended:
		case <-time.After(answerTime):
		}
	}
	return n, err
}

// Close implements [net.Conn].
func (c *delayedErrorConn) Close() error {
	c.once.Do(func() { close(c.ended) })
	return c.Conn.Close()
}

func (h *httpClient) close() { h.http.CloseIdleConnections() }

// request makes a request for the path with the given elements.
func (h *httpClient) request(ctx context.Context, method string, body io.Reader, elements ...string) (*http.Request, error) {
	u := h.base
	for _, e := range elements {
		if e == "" || e == "." || e == ".." {
			return nil, plausch.Errorf(plausch.Invalid, "%q names nothing", e)
		}
		u += "/" + url.PathEscape(e)
	}
	return http.NewRequestWithContext(ctx, method, u, body)
}

// do returns the answer, whose body is to be closed, or the error that it tells.
func (h *httpClient) do(r *http.Request) (*http.Response, error) {
	answer, err := h.http.Do(r)
	if err != nil {
		var wrapped *url.Error // which would tell the address, and with it what is secret
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, transferError(r.Context(), err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	defer answer.Body.Close()
	return nil, responseError(answer)
}

// transferError is the error of an interrupted transfer.
func transferError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	switch _, distrusted := certificateError(err); {
	case distrusted, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), plausch.CodeOf(err) != plausch.Internal:
		return err
	}
	return fmt.Errorf("%w: %w", ErrLost, err)
}

// codes are those of the statuses that proxies and webhooks answer with, too.
var codes = map[int]plausch.Code{
	http.StatusBadRequest: plausch.Invalid, http.StatusRequestEntityTooLarge: plausch.TooLarge,
	http.StatusUnauthorized: plausch.SignInFailed, http.StatusForbidden: plausch.Forbidden,
	http.StatusNotFound: plausch.NotFound, http.StatusGone: plausch.Gone, http.StatusTooManyRequests: plausch.RateLimited,
	http.StatusServiceUnavailable: plausch.Unavailable, http.StatusInsufficientStorage: plausch.StorageFull,
}

// responseError returns the error that an answer reports.
func responseError(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxErrorBody))
	var w struct {
		Error *protocol.Error `json:"error"`
	}
	if err == nil && json.Unmarshal(body, &w) == nil && w.Error != nil {
		return w.Error.Error()
	}
	text := answer.Status
	if first, _, _ := strings.Cut(string(body), "\n"); strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") && first != "" {
		text += " (" + CleanLine(first) + ")"
	}
	code := codes[answer.StatusCode]
	if code == "" {
		return fmt.Errorf("the answer was %s", text)
	}
	e := plausch.Errorf(code, "the answer was %s", text)
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// progressReader counts the bytes that are read from a reader, and ends a context when none
// have been for [stallTime].
type progressReader struct {
	from     io.Reader
	n        int64
	progress func(n int64)
	stalled  *time.Timer
}

// newProgressReader returns one that reads from from, and the context that it ends. Stop
// frees both.
func newProgressReader(ctx context.Context, from io.Reader, progress func(int64)) (m *progressReader, watched context.Context, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	m = &progressReader{from: from, progress: progress}
	m.stalled = time.AfterFunc(stallTime, func() { cancel(errStalled) })
	return m, watched, func() {
		m.stalled.Stop()
		cancel(nil)
	}
}

// pipeReader returns a reader of from that can be closed while a read of from blocks.
func pipeReader(from io.Reader) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, from)
		w.CloseWithError(err)
	}()
	return r
}

// Close implements [io.Closer].
func (m *progressReader) Close() error {
	if c, ok := m.from.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Read implements [io.Reader].
func (m *progressReader) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if n > 0 {
		m.stalled.Reset(stallTime)
		if m.n += int64(n); m.progress != nil {
			m.progress(m.n)
		}
	}
	return n, err
}
