package htl_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	plauschclient "plausch/client"
	"plausch/internal/front/htl"
	"plausch/internal/server/servertest"
	"plausch/protocol"
)

// TestHabits has one conversation in both framings.
func TestHabits(t *testing.T) {
	for name, h := range ioStyles {
		for how, write := range map[string]func(c *client, b []byte){
			"at once": func(c *client, b []byte) { c.write(b) },
			"byte by byte": func(c *client, b []byte) {
				for i := range b {
					c.write(b[i : i+1])
				}
			},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				place := serve(t, servertest.NewTable(t, true))
				c := newClient(t, place.Dial(), h)
				var all []byte
				for _, d := range [][]byte{
					doc("type", "sslcheck", "time", 1.5),
					doc("type", "sslcert", "time", 1.5),
					doc("type", "text", "content", "too early", "author", "Alice", "recipient", "all", "time", 1.5),
					doc("type", "auth", "user", "Alice", "uuid", "12", "time", 1.5),
					doc("time", 1.5, "recipient", "all", "author", "Eve", "content", "Grüß euch", "type", "text"),
					doc("type", "whisper", "time", 1.5),
					doc("type", "close", "time", 1.5),
				} {
					all = append(all, h.frame(d)...)
				}
				go write(c, all)
				if v := c.next(); v != false {
					t.Errorf("sslcheck is answered with %v", v)
				}
				if v, ok := c.next().([]byte); !ok || len(v) > 0 {
					t.Errorf("sslcert is answered with %v", v)
				}
				c.wantText("SERVER", "all", "Say who you are first, with a message of the type auth.")
				c.wantUsers("Alice")
				c.wantText("SERVER", "all", "Alice logged in")
				c.wantText("Alice", "all", "Grüß euch") // the author too, and whoever it says
				c.wantText("SERVER", "Alice", `There is no message of the type "whisper".`)
				c.wantEnd()
			})
		}
	}
}

func TestCertificate(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.Certificate = func() []byte { return []byte("-----BEGIN") } })
	for name, h := range ioStyles {
		c := newClient(t, place.Dial(), h)
		c.send("type", "sslcheck")
		if v := c.next(); v != true {
			t.Errorf("%s: sslcheck is answered with %v", name, v)
		}
		c.send("type", "sslcert")
		if v, _ := c.next().([]byte); string(v) != "-----BEGIN" {
			t.Errorf("%s: sslcert is answered with %q", name, v)
		}
	}
}

func TestUUID(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.HistoryMessages = 0 })
	first := enter(t, place, "Alice", "one", "Alice")

	for _, uuid := range []string{"another", ""} {
		other := newClient(t, place.Dial(), framed)
		other.auth("alice", uuid)
		other.wantText("SERVER", "all", "Username : alice already taken")
		other.wantEnd()
	}

	second := enter(t, place, "Alice", "one", "Alice") // takes over
	first.wantEnd()
	second.text("all", "here")
	second.wantText("Alice", "all", "here")

	// The name is kept for who has the uuid.
	second.send("type", "close")
	second.wantEnd()
	other := newClient(t, place.Dial(), framed)
	other.auth("Alice", "another")
	other.wantText("SERVER", "all", "Username : Alice already taken")
	other.wantEnd()
	enter(t, place, "ALICE", "one", "ALICE").send("type", "close")

	// Without a uuid it is free.
	for range 3 {
		guest := enter(t, place, "bob", "", "bob")
		guest.send("type", "close")
		guest.wantEnd()
	}
	enter(t, place, "bob", "his", "bob")
}

func TestRefusals(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	nameless := newClient(t, place.Dial(), framed)
	nameless.auth("", "1")
	nameless.wantText("SERVER", "all", "Auth needs the key user.")
	closed := serve(t, servertest.NewTable(t, false))
	for _, uuid := range []string{"", "1"} {
		c := newClient(t, closed.Dial(), framed)
		c.auth("alice", uuid)
		if m := c.nextMap(); m["author"] != "SERVER" {
			t.Errorf("got %v", m)
		}
		c.wantEnd()
	}
	c := enter(t, place, "alice", "1", "alice")
	c.auth("bob", "2")
	c.wantText("SERVER", "alice", "You are signed in as alice already.")
}

func TestPresence(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	alice := enter(t, place, "alice", "", "alice")
	bob := enter(t, place, "Bob", "", "alice", "Bob")
	alice.wantUsers("alice", "Bob") // first the users, then the text
	alice.wantText("SERVER", "all", "Bob logged in")
	bob.send("type", "close")
	bob.wantEnd()
	alice.wantUsers("alice")
}

// TestRecipients sends to everyone, to somebody, to nobody and to who is away.
func TestRecipients(t *testing.T) {
	s := servertest.Start(t)
	native := newNative(t, s, "nina")
	alice, bob := dial(t, s.HTL, framed), dial(t, s.HTL, streaming)
	alice.auth("Alice", "1")
	alice.skip("alice is here")
	bob.auth("bob", "2")
	bob.skip("bob is here")
	alice.skip("and sees bob")
	native.awaitText("and sees bob")
	for m := bob.nextMap(); m["content"] != "and sees bob"; m = bob.nextMap() {
	}

	alice.text("all", "hello all")
	alice.wantNext("Alice", "all", "hello all")
	bob.wantNext("Alice", "all", "hello all")
	alice.text("bob", "hello bob")
	bob.wantNext("Alice", "bob", "hello bob")
	alice.text("nobody", "hello?")
	alice.wantNext("SERVER", "Alice", "Private Message was not delivered. Reason: user unavailable")
	alice.text("über", "hello?")
	alice.wantNext("SERVER", "Alice", "Private Message was not delivered. Reason: user unavailable")
	alice.text(" bob ", "hello with spaces")
	bob.wantNext("Alice", "bob", "hello with spaces")
	alice.text("nina", "hello nina")
	if e := native.awaitText("hello nina"); e.From.Name != "alice" || e.Room == 1 {
		t.Errorf("nina heard %+v", e)
	}

	// Who is away hears it later, and a native client of the same account, too.
	bob.send("type", "close")
	alice.text("bob", "for later")
	native.say("tick")
	alice.wantNext("nina", "all", "tick") // and no refusal
	native.tell("bob", "from nina, for later")
	again := dial(t, s.Address, framed)
	again.auth("bob", "2")
	// The order of messages of one millisecond in several rooms is nobody's.
	missing := map[[3]string]bool{
		{"Alice", "all", "hello all"}: true, {"Alice", "bob", "hello bob"}: true,
		{"Alice", "bob", "for later"}: true, {"nina", "bob", "from nina, for later"}: true,
	}
	for len(missing) > 0 {
		m := again.nextMap()
		author, _ := m["author"].(string)
		recipient, _ := m["recipient"].(string)
		content, _ := m["content"].(string)
		delete(missing, [3]string{author, recipient, content})
	}
}

// wantNext awaits a text and ignores before it who comes and goes, and other texts.
func (c *client) wantNext(author, recipient, content string) {
	c.t.Helper()
	for {
		m := c.nextMap()
		if m["content"] == content {
			if m["author"] != author || m["recipient"] != recipient {
				c.t.Fatalf("got %v, want it from %s to %s", m, author, recipient)
			}
			return
		}
		if m["author"] == "SERVER" && strings.Contains(m["content"].(string), "not delivered") {
			c.t.Fatalf("got %v", m)
		}
	}
}

// native is somebody with the native protocol.
type native struct {
	t    testing.TB
	conn *plauschclient.Conn
	got  chan protocol.Event
}

func newNative(t testing.TB, s *servertest.Server, name string) *native {
	t.Helper()
	n := &native{t: t, got: make(chan protocol.Event, 4096)}
	var err error
	n.conn, err = plauschclient.Dial(t.Context(), "tcp://"+s.Address, plauschclient.DialOptions{OnPush: func(f *protocol.Frame) {
		if f.Event != nil {
			n.got <- *f.Event
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.conn.Close() })
	if _, err := n.conn.SignIn(t.Context(), protocol.SignIn{Name: name}); err != nil {
		t.Fatal(err)
	}
	if err := n.conn.Subscribe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *native) send(m protocol.MessageSend) {
	n.t.Helper()
	if err := n.conn.Call(n.t.Context(), protocol.MethodMessageSend, &m, nil); err != nil {
		n.t.Fatal(err)
	}
}

func (n *native) say(text string) { n.t.Helper(); n.send(protocol.MessageSend{Room: 1, Text: text}) }
func (n *native) tell(to, text string) {
	n.t.Helper()
	n.send(protocol.MessageSend{To: to, Text: text})
}

func (n *native) awaitText(text string) protocol.Event {
	n.t.Helper()
	for late := time.After(servertest.Patience); ; {
		select {
		case e := <-n.got:
			if e.Text == text {
				return e
			}
		case <-late:
			n.t.Fatalf("%q does not come", text)
		}
	}
}

// TestHistory sends what was said before, to whom it was said.
func TestHistory(t *testing.T) {
	tb := servertest.NewTable(t, true)
	place := serve(t, tb, func(o *htl.Options) { o.HistoryMessages = 3 })
	alice := enter(t, place, "alice", "1", "alice")
	for i := range 5 {
		alice.text("all", fmt.Sprint(i))
		alice.wantText("alice", "all", fmt.Sprint(i))
	}
	alice.send("type", "close")
	alice.wantEnd()
	for name, h := range ioStyles {
		bob := newClient(t, place.Dial(), h)
		bob.auth("bob", "")
		bob.wantUsers("bob")
		bob.wantText("SERVER", "all", "bob logged in")
		for i := 2; i < 5; i++ {
			bob.wantText("alice", "all", fmt.Sprint(i))
		}
		bob.send("type", "close")
		bob.wantEnd()
		t.Log(name)
	}
}

// TestLongTexts come in parts that each client can take.
func TestLongTexts(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.HistoryMessages = 0 })
	alice := enter(t, place, "alice", "", "alice")
	for name, h := range ioStyles {
		bob := newClient(t, place.Dial(), h)
		bob.auth("bob", "")
		bob.wantUsers("alice", "bob")
		bob.wantText("SERVER", "all", "bob logged in")
		for _, text := range []string{strings.Repeat("a long story ", 1200), strings.Repeat("ü", 8000), strings.Repeat("x", 16<<10)} {
			alice.text("all", text)
			var got strings.Builder
			parts := 0
			for got.Len() < len(text) {
				if m := bob.nextMap(); m["author"] == "alice" {
					got.WriteString(m["content"].(string))
					parts++
				}
			}
			if got.String() != text || (parts > 1) != (name != "with lengths") {
				t.Errorf("%s: %d parts make %.60q…, want %.60q…", name, parts, got.String(), text)
			}
		}
		bob.send("type", "close")
		bob.wantEnd()
	}
	alice.text("all", strings.Repeat("x", 16<<10+1))
	for m := alice.nextMap(); ; m = alice.nextMap() {
		if text, _ := m["content"].(string); m["author"] == "SERVER" && strings.Contains(text, "16385 bytes") {
			break
		}
	}
	alice.text("all", "and I live")
	alice.wantNext("alice", "all", "and I live")
}

// TestFoolishDocuments are answered, and what follows is understood.
func TestFoolishDocuments(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	for name, h := range ioStyles {
		c := newClient(t, place.Dial(), h)
		c.send("type", "sslcheck")
		c.next()
		for _, d := range []string{"\x05", "\xc0", "\x92\x01\x02", "\xa5hello", "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"} {
			c.write(h.frame([]byte(d)))
			c.wantText("SERVER", "all", "That is no map; a message is one, with the key type.")
		}
		c.write(h.frame(append([]byte("\x82\xa1x"), bytes.Repeat([]byte("\x91"), 2000)...)))
		if name == "with lengths" {
			c.wantText("SERVER", "all", "That is no msgpack document.")
			c.send("type", "sslcheck")
			if v := c.next(); v != false {
				t.Errorf("got %v", v)
			}
			continue
		}
		c.write([]byte("\xc1"))
		c.wantText("SERVER", "all", "That is no msgpack; connect again.")
		c.wantEnd()
	}
}

// TestOversized announces or sends too much, over TCP: the error has to come
// before the end, whatever is still on its way.
func TestOversized(t *testing.T) {
	s := servertest.Start(t)
	for name, text := range map[string][]byte{
		"a frame of 4 GiB":      []byte("\xff\xff\xff\xff" + strings.Repeat("x", 300<<10)),
		"a frame of 1 MiB":      []byte("\x00\x10\x00\x00" + strings.Repeat("x", 300<<10)),
		"a document of 300 KiB": doc("type", "text", "content", strings.Repeat("x", 300<<10)),
		"a map of 2^32":         []byte("\xdf\xff\xff\xff\xff" + strings.Repeat("\xa1x", 20<<10)),
		"lists of 2^32":         []byte("\x81\xa1x" + strings.Repeat("\xdd\xff\xff\xff\xff", 20<<10)),
		"maps in maps":          []byte(strings.Repeat("\x81\xa1x", 20<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			h := bare
			if strings.Contains(name, "frame") {
				h = framed
			}
			c := dial(t, s.HTL, h)
			c.write(text)
			c.wantText("SERVER", "all", "A message can have at most 4096 bytes here. Connect again.")
			c.wantEnd()
		})
	}
}

// TestRefusedWithMoreOnItsWay gets its answer although the client goes on.
func TestRefusedWithMoreOnItsWay(t *testing.T) {
	s := servertest.Start(t)
	alice := dial(t, s.HTL, framed)
	alice.auth("alice", "1")
	alice.skip("here")
	for range 20 {
		c := dial(t, s.HTL, framed)
		all := framed.frame(doc("type", "auth", "user", "alice", "uuid", "2", "time", 1.5))
		for range 1000 {
			all = append(all, framed.frame(doc("type", "sslcheck", "time", 1.5))...)
		}
		c.write(all)
		c.wantText("SERVER", "all", "Username : alice already taken")
		c.wantEnd()
	}
}

// clocked notes when writes to a connection begin and end.
type clocked struct {
	net.Conn
	times [][2]time.Time // the server's; read when it has closed
	over  chan struct{}
}

func (c *clocked) Write(p []byte) (int, error) {
	begun := time.Now()
	n, err := c.Conn.Write(p)
	c.times = append(c.times, [2]time.Time{begun, time.Now()})
	return n, err
}

func (c *clocked) Close() error {
	defer func() { recover() }() // twice is as good as once
	err := c.Conn.Close()
	close(c.over)
	return err
}

// TestPace is for clients without lengths: every write is one document, and the
// next comes later.
func TestPace(t *testing.T) {
	const pace = 20 * time.Millisecond
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.Pace = pace })
	var server *clocked
	c := newClient(t, place.DialThrough(func(conn net.Conn) net.Conn {
		server = &clocked{Conn: conn, over: make(chan struct{})}
		return server
	}), bare)
	for range 10 {
		c.send("type", "sslcheck")
	}
	for range 10 {
		c.next()
	}
	c.send("type", "close")
	c.wantEnd()
	<-server.over
	for i := 1; i < len(server.times); i++ {
		if gap := server.times[i][0].Sub(server.times[i-1][1]); gap < pace {
			t.Errorf("write %d came %v behind the one before, want at least %v", i, gap, pace)
		}
	}
	if len(server.times) != 10 {
		t.Errorf("there were %d writes", len(server.times))
	}
}

// TestStops tells why.
func TestStops(t *testing.T) {
	s := servertest.Start(t)
	a, b := dial(t, s.HTL, framed), dial(t, s.Address, bare)
	for _, c := range []*client{a, b} {
		c.send("type", "sslcheck")
		c.next()
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{a, b} {
		c.wantText("SERVER", "all", "The server is stopping; connect again in a moment.")
		c.wantEnd()
	}
}
