package ktn_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/ktn/ktntest"
	"plausch/protocol"
)

// A client that leaves says so.
func TestLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		r := open(t, options(s, "anna"))
		r.send("bye")
		r.settle(500 * time.Millisecond) // so that the logout has to wait for its turn
		r.c.Close()
		if got := s.Requests(); !slices.Equal(got, []string{"login", "msg", "logout"}) {
			t.Errorf("it sent %q", got)
		}
		unharmed(t, s)
	})
}

func TestLoginRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		code plausch.Code
	}{
		{"anna", plausch.Taken},
		{"a-b", plausch.Invalid},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := ktntest.New(ktntest.Kind{})
			r := open(t, options(s, "anna"))
			defer r.c.Close()
			r.settle(time.Second)
			r2 := open(t, options(s, tt.name))
			defer r2.c.Close()
			r2.settle(time.Minute)
			var refused *client.SignInError
			if err := r2.c.Err(); !errors.As(err, &refused) || plausch.CodeOf(err) != tt.code {
				t.Errorf("%s: it ends with %v, want %s", tt.name, err, tt.code)
			}
			unharmed(t, s)
		})
	}
}

// A name that is still taken by our own lost connection is tried again.
func TestNameLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{Lingers: 5 * time.Second})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		r.settle(time.Second)
		s.Drop()
		r.settle(3 * time.Second)
		if plausch.CodeOf(r.err) != plausch.Taken {
			t.Errorf("at first it is refused with %v", r.err)
		}
		r.settle(time.Minute)
		if r.phase != client.Online {
			t.Errorf("it is %s: %v", r.phase, r.c.Err())
		}
		unharmed(t, s)
	})
}

// One connection does without a client.
func TestDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, codec := range []protocol.Codec{protocol.Msgpack, protocol.JSON} {
			o := options(ktntest.New(ktntest.Kind{}), "anna").Dial
			o.Codec = codec
			c, err := client.Dial(t.Context(), "ktn://fake", o)
			if err != nil {
				t.Fatal(err)
			}
			var sent protocol.MessageSent
			_, err = c.SignIn(t.Context(), protocol.SignIn{Name: "anna"})
			if err == nil {
				err = c.Call(t.Context(), protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "hi"}, &sent)
			}
			if err != nil || sent.Seq != 1 {
				t.Errorf("%v: it has seq %d, %v", codec, sent.Seq, err)
			}
			c.Close()
			time.Sleep(time.Second) // the logout waits for its turn
		}
	})
}

// A password goes along with the name.
func TestPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := make(chan string, 10)
		here, there := net.Pipe()
		go func() {
			b := make([]byte, 4096)
			n, _ := there.Read(b)
			lines <- string(b[:n])
			_, _ = there.Write([]byte(`{"timestamp":"","sender":"server","response":"error","content":"Wrong password"}`))
		}()
		o := options(nil, "anna")
		o.Password = "secret"
		o.Dial.NetDial = func(context.Context, string, string) (net.Conn, error) { return here, nil }
		r := open(t, o)
		defer r.c.Close()
		r.settle(time.Minute)
		if got, want := <-lines, `{"request":"login","content":"anna secret"}`+"\n"; got != want {
			t.Errorf("it sends %q, want %q", got, want)
		}
		if err := r.c.Err(); plausch.CodeOf(err) != plausch.SignInFailed || !strings.Contains(err.Error(), "Wrong password") {
			t.Errorf("it ends with %v", err)
		}
	})
}

func TestNoLogin(t *testing.T) {
	for want, kind := range map[string]ktntest.Kind{
		"without a word":            {Hangs: true},
		"the login is not answered": {NoAnswer: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := ktntest.New(kind)
			r := open(t, options(s, "anna"))
			defer r.c.Close()
			r.settle(8500 * time.Millisecond)
			if r.phase == client.Online || r.err == nil || !strings.Contains(r.err.Error(), want) {
				t.Errorf("it is %s: %v, want %q", r.phase, r.err, want)
			}
		})
	}
}
