package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/auth/authtest"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/dial"
	"plausch/internal/front/web/rest"
	"plausch/internal/hub"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

// world is a server behind the API, over a database in a temporary folder.
type world struct {
	core   *core.Core
	t      *testing.T
	url    string
	store  *sqlite.Store
	rest   *rest.Server
	log    *lockedBuffer
	spec   *spec
	signed int  // how often a request was said to be no stranger's
	refuse bool // those who sign in
}

// lockedBuffer is what was logged.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newWorld(t *testing.T, change ...func(*core.Options, *rest.Options)) *world {
	t.Helper()
	w := &world{t: t, log: new(lockedBuffer), spec: readSpec(t)}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if w.store, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenFolder(t.TempDir(), blob.FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := dial.New(dial.Options{})
	if err != nil {
		t.Fatal(err)
	}
	coreOpts := core.Options{Push: core.PushOptions{URLs: calls, Key: "key"}, Store: w.store, Blobs: blobs, Bus: new(bus.Local), Passwords: authtest.NewHasher(), Access: core.AccessOpen, MaxFile: 1 << 20, Log: log}
	var mu sync.Mutex
	restOpts := rest.Options{Log: log, Admit: func(*http.Request, plausch.AccountID, bool) bool {
		mu.Lock()
		defer mu.Unlock()
		w.signed++
		return !w.refuse
	}}
	for _, c := range change {
		c(&coreOpts, &restOpts)
	}
	c, err := core.New(t.Context(), coreOpts)
	if err != nil {
		t.Fatal(err)
	}
	w.core = c
	h := hub.New(coreOpts.Bus)
	restOpts.API = api.New(c, h, "test")
	w.rest = rest.New(restOpts)
	server := httptest.NewUnstartedServer(w.rest)
	server.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew {
			_ = c.(*net.TCPConn).SetWriteBuffer(16 << 10) // so that a slow reader is noticed soon
		}
	}
	server.Start()
	w.url = server.URL
	t.Cleanup(func() {
		w.rest.Stop()
		server.Close()
		h.Close()
		c.Close()
		blobs.Close()
		w.store.Close()
	})
	return w
}

// account makes an account and returns a token of it: without a password, whose
// hash takes long on purpose.
func (w *world) account(name string, role plausch.Role) string {
	w.t.Helper()
	token := auth.NewToken()
	_, err := w.store.CreateAccount(w.t.Context(), store.NewAccount{Name: name, Role: role, Token: token.Hash(), At: time.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	return token.Text()
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   string
}

// call sends a request, with JSON unless a header says otherwise, and holds the
// answer to the document. Headers are pairs.
func (w *world) call(token, method, path, body string, headers ...string) answer {
	w.t.Helper()
	r := w.request(w.t.Context(), token, method, path, body, headers...)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{w.t, method + " " + path, response.StatusCode, response.Header, string(got)}
	w.spec.check(w.t, r, a)
	return a
}

func (w *world) request(ctx context.Context, token, method, path, body string, headers ...string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// want ends the test unless the status is that.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d (%s), want %d", a.what, a.status, strings.TrimSpace(a.body), status)
	}
	return a
}

// has tests whether the body has all of the texts.
func (a answer) has(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			a.t.Errorf("%s: %q is not in %s", a.what, text, a.body)
		}
	}
	return a
}

// read returns a value of the body: a path of keys.
func (a answer) read(path ...string) string {
	a.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.t.Fatalf("%s: %v in %s", a.what, err, a.body)
	}
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprint(v)
}

// setRoomPicture makes an uploaded file of the admin's the picture of a room.
func (w *world) setRoomPicture(room, file string) {
	w.t.Helper()
	admin, err := w.store.AccountByName(w.t.Context(), "admin")
	if err != nil {
		w.t.Fatal(err)
	}
	id, err := w.core.RoomByAddress(w.t.Context(), room)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.core.UpdateRoom(w.t.Context(), admin, id, plausch.RoomChange{Picture: &file}); err != nil {
		w.t.Fatal(err)
	}
}
