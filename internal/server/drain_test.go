package server

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"plausch/internal/config"
	"plausch/protocol"
)

// stoppingHandler tells when the server begins to drain.
type stoppingHandler struct {
	slog.Handler
	stopping chan struct{}
}

func (h stoppingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h stoppingHandler) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "stopping" {
		close(h.stopping)
	}
	return nil
}

// A send that hangs in the store keeps the server draining. When the store is
// found broken then, nobody will ever answer that send: Run has to return at
// once and touch nothing, instead of closing what may still be written.
func TestStoreBreaksWhileDraining(t *testing.T) {
	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{"127.0.0.1:0"}, config.Off, true
	log := stoppingHandler{slog.DiscardHandler, make(chan struct{})}
	s, err := New(cfg, slog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()

	conn := signInGuest(t, s.Addrs()[0].String())
	release := holdWriteLock(t, cfg.DatabasePath())
	request(t, conn, 3, protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "hangs"})
	request(t, conn, 4, protocol.MethodPing, &protocol.Empty{})
	if id := replyID(t, conn); id != 4 { // the server has read the send, and it waits
		t.Fatalf("the reply to %d came, although the store cannot be written", id)
	}

	cancel()
	<-log.stopping
	s.broken <- errors.New("the disk is gone")
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("Run returned %v, want the reason why the store is broken", err)
	}
	if err := s.store.Ping(t.Context()); err != nil {
		t.Errorf("the store was closed under the send that hangs: %v", err)
	}

	// A process would have ended by now; here the drain goes on and has to be
	// over before its folder is removed. It unlocks that last.
	release()
	lock := flock.New(filepath.Join(cfg.Data, "plausch.lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	_ = lock.Unlock()
}

// holdWriteLock keeps everybody else from writing to the database.
func holdWriteLock(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() { _ = db.Close() }
}

func signInGuest(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	request(t, conn, 1, protocol.MethodHello, &protocol.Hello{Version: 1})
	request(t, conn, 2, protocol.MethodSignIn, &protocol.SignIn{Name: "ann"})
	for replyID(t, conn) != 2 {
	}
	return conn
}

func request(t *testing.T, conn net.Conn, id int64, method string, params protocol.Body) {
	t.Helper()
	body := protocol.JSON.AppendRequest(nil, id, method, params)
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)); err != nil {
		t.Fatal(err)
	}
}

// replyID awaits the next reply and returns whose it is.
func replyID(t *testing.T, conn net.Conn) int64 {
	t.Helper()
	for {
		var head [4]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			t.Fatal(err)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[:]))
		if _, err := io.ReadFull(conn, body); err != nil {
			t.Fatal(err)
		}
		f, err := protocol.JSON.DecodeFrame(body)
		if err != nil {
			t.Fatal(err)
		}
		if f.Error != nil {
			t.Fatal(f.Error.Error())
		}
		if f.ID != 0 {
			return f.ID
		}
	}
}

// Who has connected to a place for one protocol, and said nothing yet, does not
// hold up the end.
func TestSilentConnectionsDoNotHoldUpTheEnd(t *testing.T) {
	for _, scheme := range []string{config.KTN, config.HTL} {
		cfg := config.Default(t.TempDir())
		cfg.Listen, cfg.MetricsListen, cfg.Open = []string{scheme + "://127.0.0.1:0"}, config.Off, true
		s, err := New(cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		conn, err := net.Dial("tcp", s.Addrs()[0].String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for s.port.Stats().Open == 0 {
			runtime.Gosched()
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s: Run returned %v", scheme, err)
		}
		if left := s.port.Stats().Open; left != 0 {
			t.Errorf("%s: %d connections were left open", scheme, left)
		}
	}
}
