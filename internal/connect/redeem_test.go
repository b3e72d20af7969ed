package connect

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/auth"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/server/servertest"
	"plausch/internal/store/sqlite"
)

// startWithInvite starts a server and returns its address and the code of an invite
// for one member.
func startWithInvite(t *testing.T) (address, code string) {
	t.Helper()
	data := t.TempDir()
	s := servertest.Start(t, func(c *config.Config) { c.Data = data })
	st, err := sqlite.Open(t.Context(), filepath.Join(data, "plausch.db"), sqlite.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	admin := &core.Admin{Store: st, Passwords: auth.NewHasher()}
	_, c, err := admin.CreateInvite(t.Context(), core.InviteOptions{Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s.Address, c.Text()
}

// loseAnswer passes connections on to a server. On the connection with the given number
// the server's second answer is lost, and the connection ends.
func loseAnswer(t *testing.T, address string, number int64) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	var conns atomic.Int64
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			n := conns.Add(1)
			out, err := net.Dial("tcp", address)
			if err != nil {
				in.Close()
				continue
			}
			go func() {
				defer out.Close()
				_, _ = io.Copy(out, in)
			}()
			go func() {
				defer in.Close()
				buf := make([]byte, 64<<10)
				for answers := 1; ; answers++ {
					read, err := out.Read(buf)
					if err != nil || n == number && answers == 2 {
						return
					}
					if _, err := in.Write(buf[:read]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// An invite for one makes one account, even if the answer is lost; the sign-in is kept.
func TestRedeemOnce(t *testing.T) {
	clearEnv(t)
	address, code := startWithInvite(t)
	link := Link{Server: "tcp://" + loseAnswer(t, address, 2), Purpose: "invite", Code: code}
	l, err := Flags{Name: "berta"}.LoginTo(link)
	if err != nil {
		t.Fatal(err)
	}
	good, err := l.CheckLink(t.Context(), link, io.Discard)
	if err != nil || good.Role != string(plausch.RoleMember) {
		t.Fatalf("the link is %+v, %v", good, err)
	}
	l.Password = "correct horse battery"
	account, err := l.Redeem(t.Context(), link, "", io.Discard)
	if err != nil || account.Name != "berta" {
		t.Fatalf("the account is %+v, %v", account, err)
	}
	if _, err := l.CheckLink(t.Context(), link, io.Discard); plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("a used link: %v", err)
	}

	// Nothing else has to be said from now on.
	again, err := Flags{}.Login()
	if err != nil {
		t.Fatal(err)
	}
	var name string
	err = again.Request(t.Context(), servertest.Patience, io.Discard, func(ctx context.Context, c *client.Client) error {
		if _, err := c.CreateRoom(ctx, "builds", plausch.RoomPublic); err != nil {
			return err
		}
		name = c.Account().Name
		return nil
	})
	if err != nil || name != "berta" {
		t.Errorf("signed in again as %q, %v", name, err)
	}
}

// Who gives up says why it waited.
func TestRequestGivesUp(t *testing.T) {
	clearEnv(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	l, err := Flags{Server: "tcp://" + address, Name: "anna"}.Login()
	if err != nil {
		t.Fatal(err)
	}
	wait := func(ctx context.Context, c *client.Client) error { return c.WaitOnline(ctx) }
	err = l.Explain(l.Request(t.Context(), 300*time.Millisecond, io.Discard, wait))
	var e *Error
	if !errors.As(err, &e) || e.Exit != ExitOffline || !strings.Contains(err.Error(), "no server answers at tcp://"+address) {
		t.Errorf("it ends with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Request(ctx, time.Hour, io.Discard, wait); !errors.Is(err, ErrInterrupted) {
		t.Errorf("interrupted it ends with %v", err)
	}
}
