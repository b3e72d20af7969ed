package e2e

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// said is a message as every protocol can tell it.
type said struct{ from, to, text string } // to is empty for everyone

// edited is in how the old protocols are told of an edit.
const edited = " changed: "

// oldProtocol is one of the two inherited protocols, as its clients speak it.
type oldProtocol interface {
	login(io.Writer) error
	send(w io.Writer, to, text string) error
	// ask asks for what is answered behind all replies before.
	ask(io.Writer) error
	// next reads a document: a message, the names of those who are here, or the
	// answer to ask; anything else is none of them.
	next(net.Conn) (heard, error)
}

type heard struct {
	message *said
	names   []string
	answer  bool
}

// oldClient is somebody with such a client, who connects again and again and
// then looks at the history for what has become of the last messages.
type oldClient struct {
	name    string
	address string
	fresh   func() oldProtocol // for each connection

	mu      sync.Mutex
	conn    net.Conn
	speaks  oldProtocol
	heard   [][]said // by connection
	names   []string
	answers int // on this connection
	changed chan struct{}
}

func (c *oldClient) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	if c.changed != nil {
		close(c.changed)
	}
	c.changed = make(chan struct{})
}

// await waits for what changes with what c hears.
func (c *oldClient) await(ctx context.Context, done func() bool) error {
	for {
		c.mu.Lock()
		ok, changed := done(), c.changed
		c.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", c.name, context.Cause(ctx))
		}
	}
}

// run hears until ctx ends.
func (c *oldClient) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := c.talk(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		select {
		case <-time.After(reconnectPause):
		case <-ctx.Done():
		}
	}
	return nil
}

// talk uses one connection; an error is not that it has broken.
func (c *oldClient) talk(ctx context.Context) error {
	conn, err := net.Dial("tcp", c.address)
	if err != nil {
		return nil
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	speaks := c.fresh()
	if speaks.login(conn) != nil || speaks.ask(conn) != nil {
		return nil
	}
	c.change(func() {
		c.conn, c.speaks, c.answers = conn, speaks, 0
		c.heard = append(c.heard, nil)
	})
	for {
		h, err := speaks.next(conn)
		if errors.Is(err, errForeign) {
			return err
		} else if err != nil {
			c.change(func() { c.conn = nil })
			return nil
		}
		c.change(func() {
			if last := len(c.heard) - 1; h.message != nil {
				c.heard[last] = append(c.heard[last], *h.message)
			}
			if h.names != nil {
				c.names = h.names
			}
			if h.answer {
				c.answers++
			}
		})
	}
}

// errForeign is of what a client of the protocol does not expect.
var errForeign = errors.New("not as it should be")

// has reports whether c has heard a text on this connection. The lock is held.
func (c *oldClient) has(text string) bool {
	return len(c.heard) > 0 && slices.ContainsFunc(c.heard[len(c.heard)-1], func(s said) bool { return s.text == text })
}

// say sends a private and a public message, each again on the next connection if
// the history there does not have it, until the public one is heard.
func (c *oldClient) say(ctx context.Context, to, private, public string) error {
	for {
		var conn net.Conn
		var speaks oldProtocol
		var needPrivate, needPublic bool
		if err := c.await(ctx, func() bool {
			conn, speaks = c.conn, c.speaks
			needPrivate, needPublic = !c.has(private), !c.has(public)
			return conn != nil && c.answers > 0
		}); err != nil {
			return err
		}
		if needPrivate {
			_ = speaks.send(conn, to, private) // a loss shows below
		}
		if needPublic {
			_ = speaks.send(conn, "", public)
		}
		done := false
		if err := c.await(ctx, func() bool {
			done = c.conn == conn && c.has(public)
			return done || c.conn != conn
		}); err != nil || done {
			return err
		}
	}
}

// ktnProtocol is KTN with a streaming parser.
type ktnProtocol struct {
	name, password string
	in             *json.Decoder
}

func (p *ktnProtocol) request(w io.Writer, kind string, content any) error {
	b, err := json.Marshal(map[string]any{"request": kind, "content": content})
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

func (p *ktnProtocol) login(w io.Writer) error { return p.request(w, "login", p.name+" "+p.password) }
func (p *ktnProtocol) ask(w io.Writer) error   { return p.request(w, "names", nil) }

func (p *ktnProtocol) send(w io.Writer, to, text string) error {
	if to != "" {
		text = "@" + to + " " + text
	}
	return p.request(w, "msg", text)
}

func (p *ktnProtocol) next(conn net.Conn) (heard, error) {
	if p.in == nil {
		p.in = json.NewDecoder(conn)
	}
	var r struct{ Timestamp, Sender, Response, Content string }
	if err := p.in.Decode(&r); err != nil {
		return heard{}, err
	}
	switch {
	case r.Response == "message":
		m := said{from: r.Sender, text: r.Content}
		if rest, ok := strings.CutPrefix(r.Content, "(private) "); ok {
			m.to, m.text = p.name, rest
		} else if rest, ok := strings.CutPrefix(r.Content, "(private to "); ok {
			m.to, m.text, _ = strings.Cut(rest, ") ")
		}
		return heard{message: &m}, nil
	case r.Content == "Login successful", strings.Contains(r.Content, "stopping"):
		return heard{}, nil
	case r.Response == "info" && strings.Contains(r.Content, edited):
		return heard{message: &said{from: r.Sender, text: r.Content}}, nil
	case r.Response == "info" && !strings.Contains(r.Content, "missed"):
		return heard{names: strings.Split(r.Content, ", "), answer: true}, nil
	default:
		return heard{}, fmt.Errorf("%w: %+v", errForeign, r)
	}
}

// htlProtocol is htl with lengths.
type htlProtocol struct{ name, uuid string }

func (p *htlProtocol) write(w io.Writer, m map[string]any) error {
	m["time"] = float64(time.Now().UnixMilli()) / 1000
	b, err := msgp.AppendMapStrIntf(make([]byte, 4), m)
	if err == nil {
		binary.BigEndian.PutUint32(b, uint32(len(b)-4))
		_, err = w.Write(b)
	}
	return err
}

func (p *htlProtocol) login(w io.Writer) error {
	return p.write(w, map[string]any{"type": "auth", "user": p.name, "uuid": p.uuid})
}

func (p *htlProtocol) ask(w io.Writer) error { return p.write(w, map[string]any{"type": "sslcheck"}) }

func (p *htlProtocol) send(w io.Writer, to, text string) error {
	if to == "" {
		to = "all"
	}
	return p.write(w, map[string]any{"type": "text", "content": text, "author": p.name, "recipient": to})
}

func (p *htlProtocol) next(conn net.Conn) (heard, error) {
	var head [4]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return heard{}, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n >= 131072 {
		return heard{}, fmt.Errorf("%w: a frame of %d bytes", errForeign, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(conn, b); err != nil {
		return heard{}, err
	}
	v, rest, err := msgp.ReadIntfBytes(b)
	if err != nil || len(rest) > 0 {
		return heard{}, fmt.Errorf("%w: %q", errForeign, b)
	}
	m, ok := v.(map[string]any)
	switch {
	case !ok:
		return heard{answer: true}, nil
	case m["type"] == "users":
		var names []string
		for _, name := range m["users"].([]any) {
			names = append(names, name.(string))
		}
		return heard{names: names}, nil
	case m["type"] == "text" && m["author"] != "SERVER":
		s := said{m["author"].(string), m["recipient"].(string), m["content"].(string)}
		if s.to == "all" {
			s.to = ""
		}
		return heard{message: &s}, nil
	case m["type"] == "text" && strings.Contains(m["content"].(string), edited):
		return heard{message: &said{from: "SERVER", text: m["content"].(string)}}, nil
	case m["type"] == "filetext": // somebody has sent a file
		return heard{}, nil
	case strings.HasSuffix(m["content"].(string), " logged in"), strings.Contains(m["content"].(string), "stopping"):
		return heard{}, nil
	default:
		return heard{}, fmt.Errorf("%w: %v", errForeign, m)
	}
}

// modern is somebody with the native protocol, over TCP or WebSocket.
type modern struct {
	*reader
	sends int
}

// say sends both, until they are acknowledged.
func (m *modern) say(ctx context.Context, to, private, public string) error {
	m.sends++
	return m.stay(ctx, nil, func(ctx context.Context, conn *client.Conn) (bool, error) {
		for _, p := range []protocol.MessageSend{
			{To: to, Text: private, ClientID: fmt.Sprintf("private-%d", m.sends)},
			{Room: 1, Text: public, ClientID: fmt.Sprintf("public-%d", m.sends)},
		} {
			if err := conn.Call(ctx, protocol.MethodMessageSend, &p, nil); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

// TestMixedRoom has four people in one room, each with another protocol, and
// kills the server while they talk: all see the same messages in the same order,
// what is private only its two people, and nothing is lost or comes twice.
func TestMixedRoom(t *testing.T) {
	s := startServer(t, append(slices.Clone(noSendLimits), "--ktn-pace=1ms", "--ktn-history-messages=200", "--htl-history-messages=200")...)
	password := addAccount(t, s, "kari")
	kari := &oldClient{name: "kari", address: s.address, fresh: func() oldProtocol { return &ktnProtocol{name: "kari", password: password} }}
	hans := &oldClient{name: "Hans", address: s.address, fresh: func() oldProtocol { return &htlProtocol{name: "Hans", uuid: "12-34"} }}
	nina := &modern{reader: newReader(newPerson(t, "nina", "tcp://"+s.address, protocol.Msgpack))}
	wanda := &modern{reader: newReader(newPerson(t, "wanda", "ws://"+s.address, protocol.JSON))}
	all := []string{"Hans", "kari", "nina", "wanda"}

	ctx, cancel := context.WithTimeoutCause(t.Context(), 2*patience, errors.New("it takes too long"))
	defer cancel()
	var running sync.WaitGroup
	talking, hangUp := context.WithCancel(ctx)
	t.Cleanup(func() { hangUp(); running.Wait() })
	begin := func(run func(context.Context) error) {
		running.Go(func() {
			if err := run(talking); err != nil && talking.Err() == nil {
				t.Error(err)
				cancel()
			}
		})
	}
	for _, c := range []*oldClient{kari, hans} {
		c.change(func() {})
		begin(c.run)
	}
	for _, m := range []*modern{nina, wanda} {
		begin(m.run)
	}
	allHere := func() {
		t.Helper()
		if err := hans.await(ctx, func() bool { return slices.Equal(hans.names, all) }); err != nil {
			t.Fatalf("Hans sees %q: %v", hans.names, err)
		}
		await(t, func() bool {
			kari.mu.Lock()
			if kari.conn != nil {
				_ = kari.speaks.ask(kari.conn)
			}
			names := kari.names
			kari.mu.Unlock()
			return slices.Equal(names, all)
		}, func() string { return fmt.Sprintf("kari sees %q", kari.names) })
		conn := nina.mustEnter(t, nil)
		defer conn.Close()
		var here protocol.Presences
		if err := conn.Call(ctx, protocol.MethodPresenceList, &protocol.PresenceList{}, &here); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range here.Presence {
			names = append(names, p.Account.Name)
		}
		if want := []string{"hans", "kari", "nina", "wanda"}; !slices.Equal(names, want) {
			t.Errorf("nina sees %q, want %q", names, want)
		}
	}
	allHere()

	const rounds = 32
	people := map[string]func(ctx context.Context, to, private, public string) error{
		"kari": kari.say, "Hans": hans.say, "nina": nina.say, "wanda": wanda.say,
	}
	for round := range rounds {
		var talk sync.WaitGroup
		for i, name := range all {
			to := all[(i+1+round%3)%len(all)]
			talk.Go(func() {
				private := fmt.Sprintf("%s to %s %d", name, to, round)
				if err := people[name](ctx, to, private, fmt.Sprintf("%s %d", name, round)); err != nil {
					t.Error(err)
				}
			})
		}
		if round == rounds/2 {
			s.kill()
			s.start()
		}
		talk.Wait()
		if t.Failed() {
			return
		}
	}
	allHere()

	for _, m := range []*modern{nina, wanda} {
		heads, err := headsFor(ctx, m.person)
		if err != nil {
			t.Fatal(err)
		}
		m.stopAt(heads)
		if err := kari.await(ctx, func() bool { return kari.has(fmt.Sprintf("kari %d", rounds-1)) }); err != nil {
			t.Fatal(err)
		}
	}
	await(t, func() bool { return nina.done() && wanda.done() }, func() string { return "somebody has not heard all" })

	// nina has the room as it is.
	var room []said
	for _, e := range nina.heard[plausch.PublicRoom] {
		if e.Kind == plausch.EventMessage {
			from := e.Actor.Name
			if from == "hans" {
				from = "Hans"
			}
			room = append(room, said{from: from, text: e.Text})
		}
	}
	want := map[said]bool{}
	for round := range rounds {
		for _, name := range all {
			want[said{from: name, text: fmt.Sprintf("%s %d", name, round)}] = true
		}
	}
	for _, m := range room {
		if !want[m] {
			t.Errorf("%+v is there twice, or nobody said it", m)
		}
		delete(want, m)
	}
	for m := range want {
		t.Errorf("%+v was lost", m)
	}
	if !slices.EqualFunc(nina.heard[plausch.PublicRoom], wanda.heard[plausch.PublicRoom], func(a, b plausch.Event) bool {
		return a.Seq == b.Seq && a.Text == b.Text
	}) {
		t.Error("nina and wanda have not heard the same")
	}
	privates := map[string][]string{} // by person, what was said to it
	for round := range rounds {
		for i, name := range all {
			to := all[(i+1+round%3)%len(all)]
			privates[to] = append(privates[to], fmt.Sprintf("%s to %s %d", name, to, round))
		}
	}
	for _, m := range []*modern{nina, wanda} {
		var got []string
		for id, events := range m.heard {
			for _, e := range events {
				if id != plausch.PublicRoom && e.Kind == plausch.EventMessage && e.Actor.Name != m.name {
					got = append(got, e.Text)
				}
			}
		}
		wantTexts(t, m.name, got, privates[m.name])
	}
	for _, c := range []*oldClient{kari, hans} {
		hear(ctx, t, c, room, privates[c.name])
	}
}

// hear checks what somebody has heard who has an old client: on each connection
// what is in the room, from a place on, in its order and once; on the last one
// everything, since the history is that long.
func hear(ctx context.Context, t *testing.T, c *oldClient, room []said, privates []string) {
	t.Helper()
	if err := c.await(ctx, func() bool { return c.has(room[len(room)-1].text) }); err != nil {
		t.Errorf("%s does not hear the last message: %v", c.name, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) < 2 {
		t.Errorf("%s had %d connections", c.name, len(c.heard))
	}
	for i, connection := range c.heard {
		var public []said
		var private, to []string
		for _, m := range connection {
			switch {
			case m.to == "":
				public = append(public, m)
			case m.to == c.name:
				to = append(to, m.text)
				fallthrough
			default:
				private = append(private, m.text)
				if m.to != c.name && m.from != c.name {
					t.Errorf("%s heard %+v", c.name, m)
				}
			}
		}
		from := len(room)
		if len(public) > 0 {
			from = slices.Index(room, public[0])
		}
		if from < 0 || from+len(public) > len(room) || !slices.Equal(public, room[from:from+len(public)]) {
			t.Errorf("%s, connection %d: heard %v, which is no piece of %v", c.name, i, public, room)
		}
		slices.Sort(private)
		if len(slices.Compact(slices.Clone(private))) != len(private) {
			t.Errorf("%s, connection %d: a private message came twice: %q", c.name, i, private)
		}
		if i == len(c.heard)-1 {
			if len(public) != len(room) {
				t.Errorf("%s heard %d messages on the last connection, of %d", c.name, len(public), len(room))
			}
			wantTexts(t, c.name, to, privates)
		}
	}
}

func wantTexts(t *testing.T, name string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s heard in private\n%q, want\n%q", name, got, want)
	}
}
