package connect

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

// clearEnv has nothing of this machine matter to a client.
func clearEnv(t *testing.T) {
	t.Helper()
	for _, name := range []string{ServerEnv, NameEnv, PasswordEnv, TokenEnv} {
		t.Setenv(name, "")
	}
	t.Setenv("USER", "tester")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
}

func TestLogin(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		f    Flags
		env  map[string]string
		want string // address, name, password; or what the error says
		bad  bool
	}{
		{"nothing", Flags{}, nil, "tcp://127.0.0.1:7528 tester ", false},
		{"environment", Flags{}, map[string]string{ServerEnv: "ws://h:1", NameEnv: "Bob", PasswordEnv: "pw"}, "ws://h:1/ws bob pw", false},
		{"flags win", Flags{Server: "tls://h", Name: "Anna", PasswordFile: file("pw", "secret\r\nmore")}, map[string]string{ServerEnv: "ws://x", NameEnv: "bob", PasswordEnv: "pw"}, "tls://h:443 anna secret", false},
		{"bad address", Flags{Server: "ftp://h"}, nil, "ftp", true},
		{"bad name", Flags{Name: "Zoë"}, nil, "letters", true},
		{"no password file", Flags{PasswordFile: "/nowhere"}, nil, "--password-file", true},
		{"empty password file", Flags{PasswordFile: file("pw", "\n")}, nil, "empty", true},
		{"certificates without TLS", Flags{CA: file("ca", "")}, nil, "--ca", true},
		{"no certificates", Flags{Server: "tls://h", CA: file("ca", "nothing")}, nil, "no certificate", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			l, err := tt.f.Login()
			if err == nil {
				err = l.RequireName()
			}
			var exit *Error
			if tt.bad {
				if !errors.As(err, &exit) || exit.Exit != ExitUsage || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("the error is %v, want a usage error with %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%s %s %s", l.Address, l.Name, l.Password); got != tt.want {
				t.Errorf("it is %q, want %q", got, tt.want)
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
		{&client.SignInError{Name: "bob", Err: plausch.Errorf(plausch.Taken, "taken")}, ExitSignIn, "the name bob belongs to somebody else; choose another with --name"},
		{&client.SignInError{Name: "bob", Err: plausch.Errorf(plausch.SignInFailed, "no guests")}, ExitSignIn, "no guests (--password-file"},
		{&NoProgressError{After: time.Second, Last: fmt.Errorf("connect: %w", refused)}, ExitOffline, "no server answers at tcp://127.0.0.1:7528: is it running? plausch serve --open"},
		{&NoProgressError{After: time.Second, Last: &net.DNSError{Err: "no such host", Name: "h"}}, ExitOffline, "no machine called"},
		{&NoProgressError{After: time.Second, Last: fmt.Errorf("connect: %w", &net.OpError{Op: "remote error", Err: tls.AlertError(80)})}, ExitOffline, "no certificate yet"},
		{&NoProgressError{After: time.Second, Last: fmt.Errorf("WebSocket: %w", ws.StatusError(403))}, ExitOffline, "try https://"},
		{&NoProgressError{After: time.Second, Last: nil}, ExitOffline, "has not answered for 1s"},
		{fmt.Errorf("join: %w", client.ErrLost), ExitOffline, "lost"},
		{context.DeadlineExceeded, ExitOffline, "does not answer"},
		{plausch.Errorf(plausch.NotFound, "no such room\x1b[2J"), ExitRefused, "no such room"},
		{plausch.Errorf(plausch.TooLarge, "too large"), ExitRefused, "too large"},
		{plausch.Errorf(plausch.Unavailable, "stopping"), ExitOffline, "stopping"},
		{plausch.Errorf("of_a_later_version", "what"), ExitRefused, "what"},
		{ErrInterrupted, ExitFailure, "interrupted"},
		{Usagef("usage"), ExitUsage, "usage"},
	} {
		clearEnv(t)
		l, err := Flags{Name: "bob"}.Login()
		if err != nil {
			t.Fatal(err)
		}
		err = l.Explain(tt.err)
		var exit *Error
		if !errors.As(err, &exit) || exit.Exit != tt.code || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%v is explained as %q, want code %d and %q", tt.err, err, tt.code, tt.want)
		}
	}
}
