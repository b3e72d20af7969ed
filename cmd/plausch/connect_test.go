package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/client"
)

// clearClientEnv has nothing of this machine matter to a client.
func clearClientEnv(t *testing.T) {
	t.Helper()
	for _, name := range []string{serverEnv, nameEnv, passwordEnv} {
		t.Setenv(name, "")
	}
	t.Setenv("USER", "tester")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
}

func TestConnectionLoad(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		c    connection
		env  map[string]string
		want string // address, name, password; or what the error says
		bad  bool
	}{
		{"nothing", connection{}, nil, "tcp://127.0.0.1:7528 tester ", false},
		{"environment", connection{}, map[string]string{serverEnv: "ws://h:1", nameEnv: "Bob", passwordEnv: "pw"}, "ws://h:1/ws bob pw", false},
		{"flags win", connection{server: "tls://h", name: "Anna", passwordFile: file("pw", "secret\r\nmore")}, map[string]string{serverEnv: "ws://x", nameEnv: "bob", passwordEnv: "pw"}, "tls://h:443 anna secret", false},
		{"bad address", connection{server: "http://h"}, nil, "http", true},
		{"bad name", connection{name: "Zoë"}, nil, "letters", true},
		{"no password file", connection{passwordFile: "/nowhere"}, nil, "--password-file", true},
		{"empty password file", connection{passwordFile: file("pw", "\n")}, nil, "empty", true},
		{"certificates without TLS", connection{caFile: file("ca", "")}, nil, "--ca", true},
		{"no certificates", connection{server: "tls://h", caFile: file("ca", "nothing")}, nil, "no certificate", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearClientEnv(t)
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			err := tt.c.loadNamed()
			var exit *exitError
			if tt.bad {
				if !errors.As(err, &exit) || exit.code != exitUsage || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("the error is %v, want a usage error with %q", err, tt.want)
				}
				return
			}
			if got := fmt.Sprintf("%s %s %s", tt.c.address, tt.c.name, tt.c.password); got != tt.want || err != nil {
				t.Errorf("it is %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, tt := range []struct {
		err  error
		code int
		want string
	}{
		{&client.SignInError{Name: "bob", Err: plausch.Errorf(plausch.Taken, "taken")}, exitSignIn, "the name bob belongs to somebody else; choose another with --name"},
		{&client.SignInError{Name: "bob", Err: plausch.Errorf(plausch.SignInFailed, "no guests")}, exitSignIn, "no guests (--password-file"},
		{&errNoProgress{time.Second, fmt.Errorf("connect: %w", refused)}, exitOffline, "no server answers at tcp://127.0.0.1:7528: is it running? plausch serve --open"},
		{&errNoProgress{time.Second, &net.DNSError{Err: "no such host", Name: "h"}}, exitOffline, "no machine called"},
		{&errNoProgress{time.Second, fmt.Errorf("connect: %w", &net.OpError{Op: "remote error", Err: tls.AlertError(80)})}, exitOffline, "no certificate yet"},
		{&errNoProgress{time.Second, fmt.Errorf("WebSocket: %w", ws.StatusError(403))}, exitOffline, "try wss://"},
		{&errNoProgress{time.Second, nil}, exitOffline, "has not answered for 1s"},
		{fmt.Errorf("join: %w", client.ErrLost), exitOffline, "lost"},
		{context.DeadlineExceeded, exitOffline, "does not answer"},
		{plausch.Errorf(plausch.NotFound, "no such room\x1b[2J"), exitRefused, "no such room"},
		{plausch.Errorf(plausch.TooLarge, "too large"), exitRefused, "too large"},
		{plausch.Errorf(plausch.Unavailable, "stopping"), exitOffline, "stopping"},
		{plausch.Errorf("of_a_later_version", "what"), exitRefused, "what"},
		{errInterrupted, exitFailure, "interrupted"},
		{usageErrorf("usage"), exitUsage, "usage"},
	} {
		clearClientEnv(t)
		c := &connection{name: "bob"}
		if err := c.load(); err != nil {
			t.Fatal(err)
		}
		err := c.explain(tt.err)
		var exit *exitError
		if !errors.As(err, &exit) || exit.code != tt.code || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%v is explained as %q, want code %d and %q", tt.err, err, tt.code, tt.want)
		}
	}
}
