package htl_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"reflect"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/front/htl"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
)

// serve serves the protocol over a table.
func serve(t testing.TB, tb *servertest.Table, change ...func(*htl.Options)) *servertest.Place {
	t.Helper()
	opts := htl.Options{WriteDeadline: 10 * time.Second, HistoryMessages: 50, FileBytes: 1 << 20, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&opts)
	}
	s := htl.New(tb.API, opts)
	return servertest.Serve(t, port.Protocol{Name: "htl", Match: htl.Match, Serve: s.Serve}, s.Drain)
}

// ioStyle is a way to write and read documents.
type ioStyle struct {
	frame func(document []byte) []byte
	next  func(net.Conn) ([]byte, error)
}

var ioStyles = map[string]ioStyle{"with lengths": framed, "recv(4096)": bare, "a streaming parser": streaming}

// framed is that of the later clients.
var framed = ioStyle{
	frame: func(d []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(d))), d...) },
	next: func(conn net.Conn) ([]byte, error) {
		head := make([]byte, 4)
		if _, err := io.ReadFull(conn, head); err != nil {
			return nil, err
		}
		n := binary.BigEndian.Uint32(head)
		if n >= 131072 {
			return nil, fmt.Errorf("a frame of %d bytes", n)
		}
		d := make([]byte, n)
		_, err := io.ReadFull(conn, d)
		return d, err
	},
}

// bare is that of the first ones: what is read at once is a document.
var bare = ioStyle{
	frame: func(d []byte) []byte { return d },
	next: func(conn net.Conn) ([]byte, error) {
		d := make([]byte, 4096)
		n, err := conn.Read(d)
		return d[:n], err
	},
}

var streaming = ioStyle{
	frame: func(d []byte) []byte { return d },
	next: func(conn net.Conn) ([]byte, error) { // a byte at a time: it ends where the document does
		var d []byte
		for one := make([]byte, 1); ; {
			if _, err := conn.Read(one); err != nil {
				return d, err
			}
			d = append(d, one[0])
			if rest, err := msgp.Skip(d); err == nil && len(rest) == 0 {
				return d, nil
			}
		}
	},
}

// client is a client of the school.
type client struct {
	t    testing.TB
	conn net.Conn
	h    ioStyle
	got  chan any // documents: maps, or bare values
	err  error    // ended got
}

func newClient(t testing.TB, conn net.Conn, h ioStyle) *client {
	c := &client{t: t, conn: conn, h: h, got: make(chan any, 4096)}
	go func() {
		defer close(c.got)
		for {
			d, err := h.next(conn)
			if len(d) == 0 && err != nil {
				c.err = err
				return
			}
			value, rest, err := msgp.ReadIntfBytes(d)
			if err != nil || len(rest) > 0 {
				c.err = fmt.Errorf("%.100q is not one document: %w, %d bytes more", d, err, len(rest))
				return
			}
			c.got <- value
		}
	}()
	return c
}

// doc is a map of pairs.
func doc(pairs ...any) []byte {
	b := msgp.AppendMapHeader(nil, uint32(len(pairs)/2))
	for _, v := range pairs {
		var err error
		if b, err = msgp.AppendIntf(b, v); err != nil {
			panic(err)
		}
	}
	return b
}

func (c *client) send(pairs ...any) {
	c.t.Helper()
	c.write(c.h.frame(doc(append(pairs, "time", 1620000000.5)...)))
}

func (c *client) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) text(recipient, content string) {
	c.t.Helper()
	c.send("type", "text", "content", content, "author", "somebody else", "recipient", recipient)
}

func (c *client) next() any {
	c.t.Helper()
	v, ok := <-c.got
	if !ok {
		c.t.Fatalf("awaiting a document: %v", c.err)
	}
	return v
}

// nextMap returns the next map, whose time is a float of about now.
func (c *client) nextMap() map[string]any {
	c.t.Helper()
	m, ok := c.next().(map[string]any)
	if !ok {
		c.t.Fatalf("got %v, want a map", m)
	}
	at, ok := m["time"].(float64)
	if !ok || time.Since(time.UnixMilli(int64(at*1000))).Abs() > time.Hour {
		c.t.Errorf("the time of %v is %v", m, m["time"])
	}
	return m
}

// wantText awaits a text.
func (c *client) wantText(author, recipient, content string) {
	c.t.Helper()
	m := c.nextMap()
	if m["type"] != "text" || m["author"] != author || m["recipient"] != recipient || m["content"] != content || len(m) != 5 {
		c.t.Fatalf("got %v, want %q from %s to %s", m, content, author, recipient)
	}
}

// wantUsers awaits the list of users.
func (c *client) wantUsers(names ...any) {
	c.t.Helper()
	m := c.nextMap()
	if m["type"] != "users" || !reflect.DeepEqual(m["users"], names) || len(m) != 3 {
		c.t.Fatalf("got %v, want the users %v", m, names)
	}
}

// wantEnd awaits the end of the connection: an orderly one, with nothing more.
func (c *client) wantEnd() {
	c.t.Helper()
	if v, ok := <-c.got; ok {
		c.t.Fatalf("got %v, want the end", v)
	}
	if !errors.Is(c.err, io.EOF) {
		c.t.Fatalf("the connection ended with %v, want io.EOF", c.err)
	}
}

// enter signs in beside others.
func enter(t testing.TB, p *servertest.Place, name, uuid string, others ...any) *client {
	t.Helper()
	c := newClient(t, p.Dial(), framed)
	c.auth(name, uuid)
	c.wantUsers(others...)
	c.wantText("SERVER", "all", name+" logged in")
	return c
}

func (c *client) auth(name, uuid string) {
	c.t.Helper()
	if uuid == "" {
		c.send("type", "auth", "user", name)
	} else {
		c.send("type", "auth", "user", name, "uuid", uuid)
	}
}

// skip reads what is told about who comes and goes, up to a marker that c sends
// to itself.
func (c *client) skip(to string) {
	c.t.Helper()
	c.text("all", to)
	for {
		if m := c.nextMap(); m["content"] == to {
			return
		}
	}
}

func dial(t testing.TB, address string, h ioStyle) *client {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(servertest.Patience))
	return newClient(t, conn, h)
}
