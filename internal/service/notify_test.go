package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func TestAccompany(t *testing.T) {
	addr := &net.UnixAddr{Net: "unixgram", Name: filepath.Join(t.TempDir(), "notify")}
	systemd, err := net.ListenUnixgram("unixgram", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", addr.Name)
	t.Setenv("WATCHDOG_USEC", "20000")
	t.Setenv("WATCHDOG_PID", "")
	next := func() string {
		t.Helper()
		b := make([]byte, 100)
		n, err := systemd.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var asked atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Accompany(ctx, func(context.Context) error {
			switch n := asked.Add(1); {
			case n <= 2:
				return nil
			case n == 5:
				cancel()
			}
			return errors.New("unwell")
		}, slog.New(slog.DiscardHandler))
	}()
	for i, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"} {
		if got := next(); got != want {
			t.Errorf("message %d is %q, want %q", i, got, want)
		}
	}
	<-ended
}
