package page_test

import (
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth/authtest"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/hub"
	"plausch/internal/store/sqlite"
)

// table is the table of a server with an owner called olga, without a network.
type table struct {
	api *api.API
	log *slog.Logger
}

func newTable(t *testing.T) table {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, log := new(bus.Local), slog.New(slog.DiscardHandler)
	c, err := core.New(t.Context(), core.Options{Store: st, Bus: b, Passwords: authtest.NewHasher(), Access: core.AccessInvite, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	h := hub.New(b)
	t.Cleanup(func() {
		h.Close()
		c.Close()
		st.Close()
	})
	if _, err := (&core.Admin{Store: st, Passwords: authtest.NewHasher()}).CreateAccount(t.Context(), "olga", password, plausch.RoleOwner); err != nil {
		t.Fatal(err)
	}
	return table{api.New(c, h, "test"), log}
}

// recorder is a recorder that takes deadlines, which it has no use for.
type recorder struct{ *httptest.ResponseRecorder }

func (recorder) SetReadDeadline(time.Time) error  { return nil }
func (recorder) SetWriteDeadline(time.Time) error { return nil }
