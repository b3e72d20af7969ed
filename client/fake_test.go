package client

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

// fake is a server with a memory, over pipes. Tests make it misbehave by hook.
type fake struct {
	t  *testing.T
	mu sync.Mutex

	accounts map[string]plausch.AccountID // by name
	tokens   map[string]string            // token → name
	rooms    map[plausch.RoomID]*fakeRoom
	sent     map[string]plausch.Event // by account and client id
	conns    []*fakeConn
	dials    int

	// hook sees each request before it is carried out, with f.mu held. If it
	// returns true, the request counts as seen to.
	hook func(c *fakeConn, r protocol.Request) bool
	// wrap makes the client's end of the n-th connection, from 1.
	wrap func(n int, c net.Conn) (net.Conn, error)
	// shuffle holds back and reorders pushes.
	shuffle func([]plausch.Event) []plausch.Event
}

type fakeRoom struct {
	kind    plausch.RoomKind
	name    string
	members map[string]bool        // nil: everyone
	choice  plausch.RoomPreference // of everybody
	first   int64                  // of the oldest event that is kept; 0: 1
	events  []plausch.Event
}

type fakeConn struct {
	f          *fake
	nc         net.Conn
	ws         bool
	codec      protocol.Codec
	name       string
	subscribed bool
	out        chan []byte
}

func newFake(t *testing.T) *fake {
	f := &fake{
		t:        t,
		accounts: map[string]plausch.AccountID{},
		tokens:   map[string]string{},
		rooms:    map[plausch.RoomID]*fakeRoom{plausch.PublicRoom: {kind: plausch.RoomPublic, name: "public"}},
		sent:     map[string]plausch.Event{},
	}
	return f
}

// dial is a NetDial.
func (f *fake) dial(context.Context, string, string) (net.Conn, error) {
	f.mu.Lock()
	f.dials++
	n, wrap := f.dials, f.wrap
	f.mu.Unlock()
	here, there := net.Pipe()
	if wrap != nil {
		wrapped, err := wrap(n, here)
		if err != nil {
			return nil, err
		}
		here = wrapped
	}
	go f.serve(there, false)
	return here, nil
}

// serve is one connection.
func (f *fake) serve(nc net.Conn, isWS bool) {
	c := &fakeConn{f: f, nc: nc, ws: isWS, out: make(chan []byte, 1000)}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for b := range c.out {
			if _, err := nc.Write(b); err != nil {
				for range c.out {
				}
			}
		}
	}()
	f.mu.Lock()
	f.conns = append(f.conns, c)
	f.mu.Unlock()
	first := true
	for {
		body, err := c.readBody()
		if err != nil {
			break
		}
		if first && !isWS && body[0] == '{' {
			c.codec = protocol.JSON
		}
		first = false
		r, err := c.codec.DecodeRequest(body)
		if err != nil {
			f.t.Errorf("the client sent %q: %v", body, err)
			break
		}
		f.mu.Lock()
		if f.hook == nil || !f.hook(c, r) {
			c.handle(r)
		}
		f.mu.Unlock()
	}
	f.mu.Lock()
	f.conns = slices.DeleteFunc(f.conns, func(o *fakeConn) bool { return o == c })
	close(c.out)
	f.mu.Unlock()
	nc.Close()
	<-written
}

func (c *fakeConn) readBody() ([]byte, error) {
	if c.ws {
		for {
			frame, err := ws.ReadFrame(c.nc)
			if err != nil {
				return nil, err
			}
			if !frame.Header.Masked {
				c.f.t.Error("the client sent a frame without a mask")
			}
			frame = ws.UnmaskFrameInPlace(frame)
			switch {
			case frame.Header.OpCode == ws.OpClose:
				return nil, io.EOF
			case !frame.Header.OpCode.IsControl():
				return frame.Payload, nil
			}
		}
	}
	var head [4]byte
	if _, err := io.ReadFull(c.nc, head[:]); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	_, err := io.ReadFull(c.nc, body)
	return body, err
}

func (c *fakeConn) format() protocol.Format {
	if c.ws {
		return protocol.Format{Codec: c.codec, Framing: protocol.WebSocket}
	}
	return protocol.Format{Codec: c.codec}
}

func (c *fakeConn) reply(id int64, result protocol.Body, err error) {
	c.out <- c.format().AppendReply(nil, id, result, err)
}

func (c *fakeConn) push(p *protocol.Frame) {
	c.out <- c.format().AppendFrame(nil, func(b []byte) []byte { return c.codec.AppendPush(b, p) })
}

func (c *fakeConn) params(r protocol.Request, p protocol.Body) {
	if err := c.codec.Decode(r.Params, p); err != nil {
		c.f.t.Errorf("params of %s: %v", r.Method, err)
	}
}

func (c *fakeConn) handle(r protocol.Request) {
	f := c.f
	ok := func(b protocol.Body) { c.reply(r.ID, b, nil) }
	fail := func(code plausch.Code) { c.reply(r.ID, nil, plausch.Errorf(code, "no %s", r.Method)) }
	switch r.Method {
	case protocol.MethodHello:
		ok(&protocol.Welcome{Version: 1, Server: "fake", Guests: true})
	case protocol.MethodSignIn:
		var p protocol.SignIn
		c.params(r, &p)
		c.signIn(r.ID, p)
	case protocol.MethodSubscribe:
		c.subscribed = true
		ok(&protocol.Empty{})
	case protocol.MethodRoomList:
		var p protocol.RoomList
		c.params(r, &p)
		var page protocol.Rooms
		for id := plausch.RoomID(p.After) + 1; id <= plausch.RoomID(len(f.rooms)+8); id++ {
			if f.rooms[id] != nil && f.rooms[id].has(c.name) {
				if len(page.Rooms) == 2 { // pages are small, to have several
					page.More = true
					break
				}
				page.Rooms = append(page.Rooms, f.wireRoom(id, c.name))
			}
		}
		ok(&page)
	case protocol.MethodRoomGet:
		var p protocol.RoomRef
		c.params(r, &p)
		if room := f.rooms[plausch.RoomID(p.Room)]; room == nil || !room.has(c.name) {
			fail(plausch.NotFound)
			return
		}
		w := f.wireRoom(plausch.RoomID(p.Room), c.name)
		ok(&w)
	case protocol.MethodHistory:
		var p protocol.HistoryGet
		c.params(r, &p)
		c.history(r.ID, p)
	case protocol.MethodMessageSend:
		var p protocol.MessageSend
		c.params(r, &p)
		c.send(r.ID, p)
	case protocol.MethodPing, protocol.MethodPresenceSet, protocol.MethodTyping, protocol.MethodSignOut:
		ok(&protocol.Empty{})
	default:
		fail(plausch.Unsupported)
	}
}

func (c *fakeConn) signIn(id int64, p protocol.SignIn) {
	f := c.f
	var token string
	switch {
	case p.Token != "" && f.tokens[p.Token] == "", p.Password != "" && p.Password != "right":
		c.reply(id, nil, plausch.Errorf(plausch.SignInFailed, "no"))
		return
	case p.Token != "":
		c.name = f.tokens[p.Token]
	case p.NewToken != "" && f.tokens[p.NewToken] == p.Name && p.Name != "": // again
		c.name, token = p.Name, p.NewToken
	case p.Password == "" && f.accounts[p.Name] != 0:
		c.reply(id, nil, plausch.Errorf(plausch.Taken, "taken"))
		return
	default:
		c.name = p.Name
		if !p.Transient {
			if token = p.NewToken; token == "" {
				token = fmt.Sprintf("token-%d", len(f.tokens)+1)
			}
			f.tokens[token] = p.Name
		}
	}
	role := plausch.RoleGuest
	if p.Password != "" {
		role = plausch.RoleMember
	}
	c.reply(id, &protocol.SignedIn{
		Account: protocol.OwnAccount{ID: int64(f.account(c.name)), Name: c.name, Role: string(role)}, Token: token,
	}, nil)
}

func (c *fakeConn) history(id int64, p protocol.HistoryGet) {
	room := c.f.rooms[plausch.RoomID(p.Room)]
	if room == nil || !room.has(c.name) {
		c.reply(id, nil, plausch.Errorf(plausch.NotFound, "no room"))
		return
	}
	const limit = 3 // pages are small, to have several
	var page protocol.History
	if first := max(room.first, 1); p.After != nil && *p.After+1 < first || p.Before > 0 && first > 1 && p.Before <= first {
		c.reply(id, nil, plausch.Errorf(plausch.Gone, "not kept any more"))
		return
	}
	from, to := int(max(room.first-1, 0)), len(room.events)
	begin := from
	if p.Before > 0 {
		to = min(to, int(p.Before)-1)
	}
	if p.After != nil {
		from = int(*p.After)
	} else {
		from = max(begin, to-limit)
		page.More = from > begin
	}
	if to-from > limit {
		to, page.More = from+limit, true
	}
	for i := from; i < to; i++ {
		page.Events = append(page.Events, protocol.NewEvent(&room.events[i]))
	}
	c.reply(id, &page, nil)
}

func (c *fakeConn) send(id int64, p protocol.MessageSend) {
	f := c.f
	room := plausch.RoomID(p.Room)
	if p.To != "" {
		room = f.direct(c.name, p.To)
	}
	if f.rooms[room] == nil || !f.rooms[room].has(c.name) {
		c.reply(id, nil, plausch.Errorf(plausch.NotFound, "no room"))
		return
	}
	key := c.name + " " + p.ClientID
	e, again := f.sent[key]
	if !again || p.ClientID == "" {
		e = f.append(room, plausch.Event{
			Kind: plausch.EventMessage, Actor: f.ref(c.name), Text: p.Text, ClientID: p.ClientID,
		})
		f.sent[key] = e
	}
	c.reply(id, &protocol.MessageSent{Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli()}, nil)
}

// choose changes what is chosen for a room, and tells it if it is said to.
func (f *fake) choose(id plausch.RoomID, p plausch.RoomPreference, tell bool) {
	f.change(func() {
		f.rooms[id].choice = p
		for _, c := range f.conns {
			if w := protocol.NewRoomPreference(id, p); tell && c.subscribed {
				c.push(&protocol.Frame{RoomPreference: &w})
			}
		}
	})
}

// trim removes the events of a room below first, and tells who is in it if it is said to.
func (f *fake) trim(id plausch.RoomID, first int64, tell bool) {
	f.change(func() {
		f.rooms[id].first = first
		for _, c := range f.conns {
			if tell && c.subscribed && f.rooms[id].has(c.name) {
				c.push(&protocol.Frame{First: &protocol.First{Room: int64(id), First: first}})
			}
		}
	})
}

func (r *fakeRoom) has(name string) bool { return r.members == nil || r.members[name] }

func (f *fake) account(name string) plausch.AccountID {
	if f.accounts[name] == 0 {
		f.accounts[name] = plausch.AccountID(len(f.accounts) + 1)
	}
	return f.accounts[name]
}

func (f *fake) ref(name string) plausch.AccountRef {
	return plausch.AccountRef{ID: f.account(name), Name: name}
}

func (f *fake) wireRoom(id plausch.RoomID, name string) protocol.Room {
	r := f.rooms[id]
	room := plausch.Room{ID: id, Kind: r.kind, Name: r.name, Head: int64(len(r.events)), First: r.first}
	for m := range r.members {
		if r.kind == plausch.RoomDirect && m != name {
			room.Peer = f.ref(m)
		}
	}
	role := plausch.RoomRole("")
	if r.has(name) {
		role = plausch.RoomMember
	}
	w := protocol.NewRoom(room, role)
	w.SetPreference(r.choice)
	return w
}

// append commits an event and pushes it; f.mu is held.
func (f *fake) append(id plausch.RoomID, e plausch.Event) plausch.Event {
	r := f.rooms[id]
	e.Room, e.Seq, e.Time = id, int64(len(r.events))+1, time.Now().Truncate(time.Millisecond)
	r.events = append(r.events, e)
	before := e.Kind == plausch.EventLeave // who leaves gets to know of it
	if e.Kind == plausch.EventJoin {
		r.members[e.Member.Name] = true
	}
	out := []plausch.Event{e}
	if f.shuffle != nil {
		out = f.shuffle(out)
	}
	for _, e := range out {
		for _, c := range f.conns {
			if c.subscribed && f.rooms[e.Room].has(c.name) {
				w := protocol.NewEvent(&e)
				c.push(&protocol.Frame{Event: &w})
			}
		}
	}
	if before {
		delete(r.members, e.Member.Name)
	}
	return e
}

// direct returns the direct room of two, which it makes if need be.
func (f *fake) direct(a, b string) plausch.RoomID {
	for id, r := range f.rooms {
		if r.kind == plausch.RoomDirect && r.members[a] && r.members[b] {
			return id
		}
	}
	id := f.addRoom(plausch.RoomDirect, "", a)
	f.append(id, plausch.Event{Kind: plausch.EventJoin, Actor: f.ref(a), Member: f.ref(a)})
	f.append(id, plausch.Event{Kind: plausch.EventJoin, Actor: f.ref(a), Member: f.ref(b)})
	return id
}

func (f *fake) addRoom(kind plausch.RoomKind, name string, members ...string) plausch.RoomID {
	id := plausch.RoomID(len(f.rooms) + 1)
	r := &fakeRoom{kind: kind, name: name, members: map[string]bool{}}
	for _, m := range members {
		r.members[m] = true
	}
	f.rooms[id] = r
	return id
}

// say has somebody say something.
func (f *fake) say(room plausch.RoomID, from, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.append(room, plausch.Event{Kind: plausch.EventMessage, Actor: f.ref(from), Text: text})
}

func (f *fake) member(kind plausch.EventKind, room plausch.RoomID, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.append(room, plausch.Event{Kind: kind, Actor: f.ref(name), Member: f.ref(name)})
}

// change changes f while it runs.
func (f *fake) change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// cut ends every connection.
func (f *fake) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.conns {
		c.nc.Close()
	}
}

// away ends every connection, and lets none begin while change runs.
func (f *fake) away(change func()) {
	f.change(func() { f.wrap = func(int, net.Conn) (net.Conn, error) { return nil, io.ErrUnexpectedEOF } })
	f.cut()
	change()
	f.change(func() { f.wrap = nil })
}

// texts returns the messages of a room.
func (f *fake) texts(room plausch.RoomID) (texts []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.rooms[room].events {
		if e.Kind == plausch.EventMessage {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

// options are those of a client of f that reconnects without jitter.
func (f *fake) options(name string) Options {
	return Options{
		Address: "tcp://fake", Name: name, Password: "right",
		Dial:   DialOptions{NetDial: f.dial},
		Jitter: func() float64 { return 0 },
	}
}

// cutConn is a connection that breaks behind a number of bytes, counted over
// both directions.
type cutConn struct {
	net.Conn
	mu   sync.Mutex
	left int
}

func (c *cutConn) spend(n int) (may int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	may = min(n, c.left)
	c.left -= may
	return may
}

func (c *cutConn) Write(b []byte) (int, error) {
	may := c.spend(len(b))
	n, err := c.Conn.Write(b[:may])
	if err == nil && may < len(b) {
		c.Conn.Close()
		err = io.ErrClosedPipe
	}
	return n, err
}

func (c *cutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	may := c.spend(n)
	if may < n {
		c.Conn.Close()
		if may == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		return may, nil
	}
	return n, err
}
