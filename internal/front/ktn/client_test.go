package ktn_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"plausch/internal/front/ktn"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
)

// options are the defaults of the settings, but for the pace: on a connection in
// memory, every write is a read of its own anyway.
func options() ktn.Options {
	return ktn.Options{
		WriteDeadline: 10 * time.Second, History: ktn.HistoryReplay, HistoryMessages: 50, Echo: true, Guests: true,
		Log: slog.New(slog.DiscardHandler),
	}
}

// serve serves the protocol over a table.
func serve(t testing.TB, tb *servertest.Table, change ...func(*ktn.Options)) *servertest.Place {
	t.Helper()
	opts := options()
	for _, f := range change {
		f(&opts)
	}
	s := ktn.New(tb.API, opts)
	return servertest.Serve(t, port.Protocol{Name: "ktn", Match: ktn.Match, Serve: s.Serve}, s.Drain)
}

// quiet sends no history at login.
func quiet(o *ktn.Options) { o.History = ktn.HistoryNone }

// readStyle is a way to take responses off a connection: each the whole of one.
type readStyle func(net.Conn) func() ([]byte, error)

// recv reads at most n bytes, once, and takes them for one document.
func recv(n int) readStyle {
	return func(conn net.Conn) func() ([]byte, error) {
		return func() ([]byte, error) {
			buf := make([]byte, n)
			n, err := conn.Read(buf)
			return buf[:n], err
		}
	}
}

// lines reads up to a line's end.
func lines(conn net.Conn) func() ([]byte, error) {
	in := bufio.NewReader(conn)
	return func() ([]byte, error) { return in.ReadBytes('\n') }
}

// stream reads one document after the other, whatever is between them.
func stream(conn net.Conn) func() ([]byte, error) {
	in := json.NewDecoder(conn)
	return func() (document []byte, err error) {
		err = in.Decode((*json.RawMessage)(&document))
		return document, err
	}
}

var readStyles = map[string]readStyle{"recv(1024)": recv(1024), "recv(4096)": recv(4096), "readLine": lines, "a streaming parser": stream}

// client is a client of the course: a receiver beside its input.
type client struct {
	t    testing.TB
	conn net.Conn
	got  chan response
	err  error // ended got
}

// response is what every client looks at.
type response struct {
	Timestamp, Sender, Response string
	Content                     any // a string, or a list in a history
}

// newClient has conn read until it ends.
func newClient(t testing.TB, conn net.Conn, h readStyle) *client {
	c := &client{t: t, conn: conn, got: make(chan response, 4096)}
	next := h(conn)
	go func() {
		defer close(c.got)
		for {
			document, err := next()
			if len(document) == 0 && err != nil {
				c.err = err
				return
			}
			var r response
			if c.err = strict(document, &r); c.err != nil {
				return
			}
			c.got <- r
		}
	}()
	return c
}

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`)

// strict reads a response and checks what each one has.
func strict(document []byte, r *response) error {
	var keys map[string]any
	if err := json.Unmarshal(document, &keys); err != nil {
		return fmt.Errorf("%.100q of %d bytes is not one document: %w", document, len(document), err)
	}
	for _, key := range []string{"timestamp", "sender", "response", "content"} {
		_, isText := keys[key].(string)
		if !isText && (key != "content" || keys["response"] != "history") {
			return fmt.Errorf("%q has no text as its %s", document, key)
		}
	}
	if len(keys) != 4 || len(document) >= 1000 {
		return fmt.Errorf("%d keys in %d bytes: %q", len(keys), len(document), document)
	}
	if at := keys["timestamp"].(string); !timestamp.MatchString(at) {
		return fmt.Errorf("the timestamp is %q", at)
	}
	return json.Unmarshal(document, r)
}

// write writes what may hold several requests.
func (c *client) write(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// request sends a request as most clients do, with null for nothing.
func (c *client) request(kind string, content any) {
	c.t.Helper()
	b, err := json.Marshal(map[string]any{"request": kind, "content": content})
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(string(b))
}

// next returns the next response.
func (c *client) next() response {
	c.t.Helper()
	r, ok := <-c.got
	if !ok {
		c.t.Fatalf("awaiting a response: %v", c.err)
	}
	return r
}

// want awaits a response of a kind with a content: as it is, or matched if it
// stands between slashes.
func (c *client) want(sender, kind, content string) response {
	c.t.Helper()
	r := c.next()
	text, _ := r.Content.(string)
	same := text == content
	if n := len(content); n > 1 && content[0] == '/' && content[n-1] == '/' {
		same = regexp.MustCompile(content[1 : n-1]).MatchString(text)
	}
	if r.Sender != sender || r.Response != kind || !same {
		c.t.Fatalf("got %+v, want %s %s %q", r, kind, sender, content)
	}
	return r
}

func (c *client) wantInfo(content string)  { c.t.Helper(); c.want("server", "info", content) }
func (c *client) wantError(content string) { c.t.Helper(); c.want("server", "error", content) }

// wantEnd awaits the end of the connection: an orderly one, with nothing more.
func (c *client) wantEnd() {
	c.t.Helper()
	if r, ok := <-c.got; ok {
		c.t.Fatalf("got %+v, want the end", r)
	}
	if !errors.Is(c.err, io.EOF) {
		c.t.Fatalf("the connection ended with %v, want io.EOF", c.err)
	}
}

// enter connects and logs in, with no history.
func enter(t testing.TB, p *servertest.Place, name string) *client {
	t.Helper()
	c := newClient(t, p.Dial(), stream)
	c.request("login", name)
	c.wantInfo("Login successful")
	return c
}

// logOut logs out, and keeps the connection.
func (c *client) logOut() {
	c.t.Helper()
	c.request("logout", nil)
	c.wantInfo("Logout successful")
}

// leave logs out and hangs up.
func (c *client) leave() {
	c.t.Helper()
	c.logOut()
	c.hangUp()
}

// hangUp closes the connection, over which nothing more has come.
func (c *client) hangUp() {
	c.t.Helper()
	c.conn.Close()
	if r, ok := <-c.got; ok {
		c.t.Fatalf("got %+v, want nothing more", r)
	}
}

// joined is a text that came in parts.
func joined(responses []response) string {
	var b strings.Builder
	for _, r := range responses {
		b.WriteString(r.Content.(string))
	}
	return b.String()
}
