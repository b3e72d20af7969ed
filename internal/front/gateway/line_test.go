package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/front/gateway"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
	"plausch/protocol"
)

// lineFront is a protocol for tests: commands and answers are lines.
type lineFront struct{ *gateway.Session }

var errQuit = errors.New("quit")

// commands are what a line can begin with; what they return is replied.
var commands = map[string]func(f lineFront, rest string) (string, error){
	"in": func(f lineFront, name string) (string, error) {
		return "in", f.SignIn(protocol.SignIn{Name: name, Transient: true})
	},
	"live": func(f lineFront, _ string) (string, error) {
		f.Reply(line("live"))
		f.StartDelivery()
		return "", nil
	},
	"say": func(f lineFront, text string) (string, error) { return "said", f.Send("", text) },
	"to": func(f lineFront, rest string) (string, error) {
		name, text, _ := strings.Cut(rest, " ")
		return "said", f.Send(name, text)
	},
	"recent": func(f lineFront, n string) (string, error) {
		count, _ := strconv.Atoi(n)
		found, err := f.Recent(count)
		for _, m := range found {
			f.Reply(line("recent %s", describe(&m)))
		}
		return "recent", err
	},
	"names": func(f lineFront, _ string) (string, error) {
		names, err := f.Names()
		return strings.Join(names, " "), err
	},
	"big":  func(lineFront, string) (string, error) { return strings.Repeat("x", 1000), nil },
	"fail": func(lineFront, string) (string, error) { return "", plausch.Errorf(plausch.TooLarge, "as you like") },
	"quit": func(lineFront, string) (string, error) { return "", errQuit },
}

func (f lineFront) Serve() error {
	for in := bufio.NewReader(f); ; {
		text, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		answer, err := commands[name](f, rest)
		switch code := plausch.CodeOf(err); {
		case errors.Is(err, errQuit):
			f.Reply(line("bye"))
			return nil
		case code == plausch.TooLarge || code == plausch.Unavailable:
			return err
		case err != nil:
			answer = "error " + string(code)
		}
		if answer != "" {
			f.Reply(line("%s", answer))
		}
	}
}

func line(format string, args ...any) []byte { return fmt.Appendf(nil, format+"\n", args...) }

func describe(m *gateway.Message) string {
	s := m.Author
	if m.Private {
		s += ">" + m.To
	}
	if m.Mine {
		s += " mine"
	}
	if m.Sent {
		s += " sent"
	}
	return s + ": " + m.Text
}

func (f lineFront) Message(m *gateway.Message) [][]byte { return [][]byte{line("%s", describe(m))} }
func (f lineFront) Missed(n int) [][]byte               { return [][]byte{line("missed %d", n)} }
func (f lineFront) Bye(err error) [][]byte              { return [][]byte{line("bye %s", plausch.CodeOf(err))} }

func (f lineFront) Presence(moved []gateway.Presence, here []string) [][]byte {
	var b strings.Builder
	for _, p := range moved {
		fmt.Fprintf(&b, "%s %v mine=%v; ", p.Name, p.Connected, p.Mine)
	}
	return [][]byte{line("%shere: %s", b.String(), strings.Join(here, " "))}
}

// serve serves the protocol over a table.
func serve(t testing.TB, tb *servertest.Table, change ...func(*gateway.Options)) (*servertest.Place, *gateway.Server) {
	t.Helper()
	opts := gateway.Options{Protocol: "line", WriteDeadline: time.Minute, Waiting: 8, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&opts)
	}
	s := gateway.NewServer(tb.API, opts)
	place := servertest.Serve(t, port.Protocol{Name: "line", Serve: func(c *port.Conn) {
		conn := gateway.Conn{Conn: c.Conn, Prefix: []byte("names\n")[:0], Until: c.Until, Acceptor: c}
		s.Serve(conn, func(s *gateway.Session) gateway.Front { return lineFront{s} })
	}}, s.Drain)
	return place, s
}

// peer is a client of the protocol. It reads only what a test awaits.
type peer struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, p *servertest.Place) *peer {
	t.Helper()
	conn := p.Dial()
	return &peer{t, conn, bufio.NewReader(conn)}
}

// enter signs in and goes live.
func enter(t testing.TB, p *servertest.Place, name string) *peer {
	t.Helper()
	peer := dial(t, p)
	peer.do("in "+name, "in")
	peer.do("live", "live")
	return peer
}

func (p *peer) send(command string) {
	p.t.Helper()
	if _, err := p.conn.Write([]byte(command + "\n")); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) next() string {
	p.t.Helper()
	text, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatalf("awaiting a line: %v, behind %q", err, text)
	}
	return strings.TrimSuffix(text, "\n")
}

func (p *peer) want(lines ...string) {
	p.t.Helper()
	for _, want := range lines {
		if got := p.next(); got != want {
			p.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// do sends a command and awaits these lines.
func (p *peer) do(command string, lines ...string) {
	p.t.Helper()
	p.send(command)
	p.want(lines...)
}

// wantEnd awaits the end of the connection.
func (p *peer) wantEnd() {
	p.t.Helper()
	if text, err := p.in.ReadString('\n'); err == nil || text != "" {
		p.t.Errorf("got %q, want the end", text)
	}
}

// newCaller is somebody who signs in at the table itself.
func newCaller(t testing.TB, tb *servertest.Table, name string) *caller {
	t.Helper()
	c := &caller{t: t, api: tb.API, Caller: new(api.Caller)}
	t.Cleanup(c.Close)
	must[protocol.SignedIn](c, protocol.MethodSignIn, protocol.SignIn{Name: name})
	return c
}

type caller struct {
	*api.Caller
	t   testing.TB
	api *api.API
}

func must[R, P any](c *caller, method string, params P) R {
	c.t.Helper()
	r, err := api.Ask[R](context.Background(), c.api, c.Caller, method, params)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	return r
}
