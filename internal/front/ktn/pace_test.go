package ktn_test

import (
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch/internal/front/ktn"
	"plausch/internal/server/servertest"
)

// clocked notes every write to a connection.
type clocked struct {
	net.Conn
	mu     sync.Mutex
	writes []write
}

type write struct {
	begun, done time.Time
	text        string
}

func (c *clocked) Write(p []byte) (int, error) {
	w := write{begun: time.Now(), text: string(p)}
	n, err := c.Conn.Write(p)
	w.done = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, w)
	return n, err
}

// TestPace shows that every write is one object, and when the next may come.
func TestPace(t *testing.T) {
	const pace = 20 * time.Millisecond
	place := serve(t, servertest.NewTable(t, true), func(o *ktn.Options) { o.Pace = pace })
	speaker := enter(t, place, "speaker")
	for i := range 10 {
		speaker.request("msg", fmt.Sprint("old ", i))
		speaker.next()
	}
	var server *clocked
	c := newClient(t, place.DialThrough(func(conn net.Conn) net.Conn {
		server = &clocked{Conn: conn}
		return server
	}), recv(1024))
	c.write(`{"request": "login", "content": "alice"}` + strings.Repeat(`{"request": "names"}`, 5) +
		`{"request": "msg", "content": "` + strings.Repeat("long ", 600) + `"}`)
	c.wantInfo("Login successful")
	for i := range 10 {
		c.want("speaker", "message", fmt.Sprint("old ", i))
	}
	for range 5 {
		c.wantInfo("alice, speaker")
	}
	for said := 0; said < 3000; {
		said += len(c.next().Content.(string))
	}
	c.leave()
	server.mu.Lock()
	defer server.mu.Unlock()
	for i, w := range server.writes {
		if !json.Valid([]byte(w.text)) || !strings.HasSuffix(w.text, "}\n") {
			t.Errorf("write %d is no object with a line's end: %q", i, w.text)
		}
		if i > 0 && w.begun.Sub(server.writes[i-1].done) < pace {
			t.Errorf("write %d came %v behind the one before, want at least %v", i, w.begun.Sub(server.writes[i-1].done), pace)
		}
	}
	if len(server.writes) < 20 {
		t.Errorf("there were %d writes", len(server.writes))
	}
}

var missed = regexp.MustCompile(`^You missed (\d+) messages`)

// TestSlowReader falls behind again and again: each time it is told how many
// messages it missed, exactly, and goes on from the newest.
func TestSlowReader(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	speaker := enter(t, place, "speaker")
	conn := place.Dial()
	slow := &client{t: t, conn: conn}
	read := stream(conn)
	next := func() (r response) {
		t.Helper()
		document, err := read()
		if err == nil {
			err = strict(document, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	slow.request("login", "slow")
	if r := next(); r.Content != "Login successful" {
		t.Fatalf("got %+v", r)
	}
	said, heard, told := 0, 0, 0
	for round, n := range []int{1, 128, 129, 500, 130, 1, 700} {
		for range n {
			speaker.request("msg", fmt.Sprint(said))
			speaker.want("speaker", "message", fmt.Sprint(said))
			said++
		}
		for behind := 0; heard < said; heard++ {
			r := next()
			if m := missed.FindStringSubmatch(r.Content.(string)); m != nil {
				behind, _ = strconv.Atoi(m[1])
				heard += behind
				told++
				if r = next(); behind < 1 {
					t.Errorf("round %d: told that %d were missed", round, behind)
				}
			}
			if r.Response != "message" || r.Content != fmt.Sprint(heard) {
				t.Fatalf("round %d: got %+v where %d was next", round, r, heard)
			}
		}
	}
	if told == 0 {
		t.Error("nothing was missed, so this test has not tested that")
	}
	slow.request("names", nil)
	if r := next(); r.Content != "slow, speaker" {
		t.Errorf("got %+v", r)
	}
	t.Logf("told %d times", told)
}

// TestWhoNeverReadsIsCut ends a connection that is not read, while the others
// talk on.
func TestWhoNeverReadsIsCut(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), quiet, func(o *ktn.Options) { o.WriteDeadline = 300 * time.Millisecond })
	speaker := enter(t, place, "speaker")
	deaf := enter(t, place, "deaf")
	stuck := place.Dial() // nobody reads this
	(&client{t: t, conn: stuck}).request("login", "stuck")
	_, _ = stuck.Read(make([]byte, 1024))
	for i := range 1000 {
		speaker.request("msg", fmt.Sprint(i))
		speaker.want("speaker", "message", fmt.Sprint(i))
		deaf.want("speaker", "message", fmt.Sprint(i))
	}
	for deadline := time.Now().Add(servertest.Patience); ; {
		again := newClient(t, place.Dial(), stream)
		again.request("login", "stuck")
		if r := again.next(); r.Content == "Login successful" {
			again.leave()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the name of a client that does not read is still taken")
		}
	}
	if n, err := stuck.Read(make([]byte, 1<<20)); err == nil {
		t.Errorf("%d bytes came on a connection that was cut", n)
	}
}
