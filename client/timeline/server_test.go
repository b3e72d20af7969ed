package timeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plausch"
	"plausch/client"
	"plausch/internal/config"
	"plausch/internal/server/servertest"
)

// device is a program with a client and a state: it does what a user interface does.
type device struct {
	t       testing.TB
	name    string
	client  *client.Client
	network *network
	mu      sync.Mutex // guards state
	state   *State
	changed chan struct{}
}

// network is the way from a device to the server, which can be cut.
type network struct {
	mu     sync.Mutex
	server *servertest.Server
	conns  []net.Conn
}

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil {
		return nil, errors.New("there is no server")
	}
	c, err := new(net.Dialer).DialContext(ctx, "tcp", n.server.Address)
	if err == nil {
		n.conns = append(n.conns, c)
	}
	return c, err
}

// cut ends all connections; the next ones go to server, nil for none.
func (n *network) cut(server *servertest.Server) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = server
	for _, c := range n.conns {
		_ = c.Close()
	}
	n.conns = nil
}

func openDevice(t testing.TB, tokens client.TokenStore, server *servertest.Server, name, source string) *device {
	d := &device{t: t, name: name, network: &network{server: server}, state: New(Options{Source: source}), changed: make(chan struct{}, 1)}
	var err error
	d.client, err = client.Open(client.Options{
		Address: "tcp://chat.example.org", Name: name, Tokens: tokens, Newest: 3, Jitter: func() float64 { return 0 },
		Dial: client.DialOptions{NetDial: d.network.dial},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for u := range d.client.Updates(context.Background()) {
			d.apply(Update{u})
			switch u := u.(type) {
			case client.CaughtUp:
				go d.listDrafts()
			case client.State:
				if u.Phase == client.Offline { // the pauses between tries are not what is tested
					time.AfterFunc(10*time.Millisecond, d.client.Kick)
				}
			}
		}
	}()
	d.await("signing in", func(s *Server) bool { return s != nil && s.CaughtUp() })
	return d
}

func (d *device) apply(a Action) {
	d.mu.Lock()
	d.state.Apply(time.Now(), "home", a)
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// see calls f with the state.
func (d *device) see(f func(*Server)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d.state.Server("home"))
}

// await waits until done holds.
func (d *device) await(what string, done func(*Server) bool) {
	d.t.Helper()
	timeout := time.After(servertest.Patience)
	for {
		ok := false
		d.see(func(s *Server) { ok = done(s) })
		if ok {
			return
		}
		select {
		case <-d.changed:
		case <-timeout:
			d.t.Fatalf("%s waits in vain for %s", d.name, what)
		}
	}
}

func (d *device) listDrafts() {
	var told int
	d.see(func(s *Server) { told = s.DraftsTold() })
	if drafts, err := d.client.ListDrafts(context.Background()); err == nil {
		d.apply(Drafts{Told: told, Drafts: drafts})
	}
}

// sync asks the server for what the state says is missing, and tells it what it does not
// know, until there is nothing of that. It does again what may be lost.
func (d *device) sync(ctx context.Context) error {
	for {
		var asks []func() error
		d.see(func(s *Server) {
			for _, draft := range s.UnsentDrafts() {
				asks = append(asks, func() error {
					edit, err := d.client.SetDraft(ctx, draft)
					if err == nil {
						d.apply(DraftKept{Room: draft.Room, Text: draft.Text, Target: draft.Target, Edit: edit})
					}
					return err
				})
			}
			for room, seq := range s.UnsentMarkers() {
				r := s.Room(ByID(room))
				counts := Counts{Room: room, Epoch: r.Epoch, Told: r.MarkersTold()}
				asks = append(asks, func() (err error) {
					if counts.ReadState, err = d.client.SetMarker(ctx, room, seq); err == nil {
						d.apply(counts)
					}
					return err
				})
			}
			for _, r := range s.Rooms() {
				asks = append(asks, d.asksOf(ctx, r)...)
			}
		})
		if len(asks) == 0 {
			return nil
		}
		for _, ask := range asks {
			if err := ask(); err != nil && (ctx.Err() != nil || !errors.Is(err, client.ErrLost)) {
				return err
			}
		}
	}
}

// asksOf are the questions that a room has.
func (d *device) asksOf(ctx context.Context, r *Room) (asks []func() error) {
	ask := func(q client.MessageQuery, then func(client.MessageState) Action) {
		asks = append(asks, func() error {
			page, err := d.client.Messages(ctx, r.ID, q)
			if err == nil {
				d.apply(then(page))
			}
			return err
		})
	}
	epoch := r.Epoch
	if gaps := r.Gaps(); len(gaps) > 0 {
		q := client.MessageQuery{Before: gaps[len(gaps)-1].Before, Limit: 7}
		ask(q, func(p client.MessageState) Action {
			return Page{Room: r.ID, Epoch: epoch, Query: q, MessageState: p}
		})
	}
	for _, seq := range r.Missing() {
		ask(client.MessageQuery{Around: seq, Limit: 1}, func(p client.MessageState) Action {
			return Lookup{Room: r.ID, Epoch: epoch, Seq: seq, MessageState: p}
		})
	}
	if told := r.MarkersTold(); r.Joined && r.Recount {
		asks = append(asks, func() error {
			room, err := d.client.GetRoom(ctx, client.RoomRef{ID: r.ID})
			if err == nil {
				d.apply(Counts{Room: r.ID, Epoch: epoch, Told: told, ReadState: room.Read})
			}
			return err
		})
	}
	return asks
}

// trial is a server with its devices, and the model of what is on it.
type trial struct {
	*rapid.T
	data    string
	server  *servertest.Server
	devices []*device
	anna    plausch.AccountRef
	bob     plausch.AccountRef
	rooms   []*worldRoom
	markers map[*worldRoom]map[plausch.AccountID]int64
	drafts  map[*worldRoom]map[plausch.AccountID]string
}

func (w *trial) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(w.T, what) }

func (w *trial) start(t testing.TB) {
	w.server = servertest.Start(t, func(c *config.Config) { c.Data = w.data })
}

// restart starts the server anew on the same folder. The devices do not hear it say
// goodbye, since they would wait then.
func (w *trial) restart(t testing.TB) {
	for _, d := range w.devices {
		d.network.cut(nil)
	}
	if err := w.server.Stop(); err != nil {
		w.Fatal(err)
	}
	w.start(t)
	for _, d := range w.devices {
		d.network.cut(w.server)
	}
}

// account is who uses a device.
func (w *trial) account(d *device) plausch.AccountRef {
	if d.name == w.anna.Name {
		return w.anna
	}
	return w.bob
}

// did adds to the model an event that the server says it has at seq.
func (w *trial) did(r *worldRoom, e plausch.Event, seq int64, err error) {
	if err != nil {
		w.Fatalf("%s of %s at %d: %v", e.Kind, e.Actor.Name, e.Target, err)
	}
	if got := r.append(e); got != seq {
		w.Fatalf("%s of %s has seq %d, and the server says %d", e.Kind, e.Actor.Name, got, seq)
	}
}

// act has one of the devices do something.
func (w *trial) act() {
	r, d := w.rooms[w.pick(len(w.rooms), "room")], w.devices[w.pick(3, "device")]
	me, ctx := w.account(d), context.Background()
	all := r.messages(me.ID)
	e := plausch.Event{Actor: me}
	var m plausch.Message
	if len(all) > 0 {
		m = all[len(all)-1-w.pick(min(len(all), 9), "message")]
		e.Target = m.Seq
	}
	changeable := m.Seq != 0 && m.Deleted == 0
	switch what := w.pick(14, "act"); {
	case what == 0:
		d.network.cut(w.server)
	case what == 1:
		to := rapid.Int64Range(0, r.head()).Draw(w.T, "seq")
		d.apply(Read{ByID(r.ID), to})
		w.markers[r][me.ID] = max(w.markers[r][me.ID], w.readBy(d, r, to))
		w.must(d.sync(ctx))
	case what == 2:
		to := rapid.Int64Range(1, r.head()+1).Draw(w.T, "seq")
		w.repeat(d, func() error { _, err := d.client.MarkUnread(ctx, r.ID, to); return err })
		w.markers[r][me.ID] = to - 1
	case what == 3:
		text := rapid.SampledFrom([]string{"", "one", "two"}).Draw(w.T, "draft")
		d.apply(Draft{Room: ByID(r.ID), Text: text})
		d.see(func(s *Server) {
			if len(s.UnsentDrafts()) > 0 { // else nothing was changed, as far as the device knows
				w.drafts[r][me.ID] = text
			}
		})
		w.must(d.sync(ctx))
	case what == 4 && changeable && m.Actor.ID == me.ID:
		e.Kind = plausch.EventEdit
		e.Text, e.Details = w.content(me)
		seq, err := d.client.EditMessage(ctx, r.ID, m.Seq, client.Edit{Text: e.Text})
		w.did(r, e, seq, err)
	case what == 5 && changeable && m.Actor.ID == me.ID:
		e.Kind = plausch.EventDelete
		seq, err := d.client.DeleteMessage(ctx, r.ID, m.Seq)
		w.did(r, e, seq, err)
	case what == 6 && changeable && r.Kind == plausch.RoomDirect:
		e.Kind = plausch.EventPin
		pin := d.client.PinMessage
		if m.Pinned != 0 {
			e.Kind, pin = plausch.EventUnpin, d.client.UnpinMessage
		}
		seq, err := pin(ctx, r.ID, m.Seq)
		w.did(r, e, seq, err)
	case what < 10 && changeable:
		e.Kind, e.Text = plausch.EventReact, rapid.SampledFrom([]string{"👍", "❤️", "🎉"}).Draw(w.T, "emoji")
		react := d.client.React
		if slices.ContainsFunc(r.reacted(m.Seq), func(x plausch.Event) bool { return x.Actor.ID == me.ID && x.Text == e.Text }) {
			e.Kind, react = plausch.EventUnreact, d.client.Unreact
		}
		seq, err := react(ctx, r.ID, m.Seq, e.Text)
		w.did(r, e, seq, err)
	default:
		e.Kind, e.Target = plausch.EventMessage, 0
		if m.Seq != 0 && w.pick(3, "answer") == 0 {
			e.Target = m.Seq
		}
		e.Text, e.Details = w.content(me)
		_, err := d.client.Send(client.Outgoing{Room: r.ID, Text: e.Text, Target: e.Target})
		w.must(err)
		w.must(d.client.Flush(ctx))
		r.append(e)
	}
}

// readBy is how far a device that knows a room up to some seq can read it.
func (w *trial) readBy(d *device, r *worldRoom, to int64) int64 {
	d.see(func(s *Server) { to = min(to, s.Room(ByID(r.ID)).Last()) })
	return to
}

// content is a text, with the details that the server adds.
func (w *trial) content(me plausch.AccountRef) (string, *plausch.Details) {
	other := w.bob
	if me == w.bob {
		other = w.anna
	}
	if w.pick(3, "mention") == 0 {
		return "look, @" + other.Name, &plausch.Details{Mentions: []plausch.AccountID{other.ID}}
	}
	return fmt.Sprint("hi ", w.pick(1000, "n")), nil
}

func (w *trial) must(err error) {
	if err != nil {
		w.Fatal(err)
	}
}

// repeat does what can be done twice until it is done. Between two tries the device notices
// that its connection is lost, or has the next one.
func (w *trial) repeat(d *device, do func() error) {
	for range 1000 {
		if err := do(); err == nil {
			return
		} else if !strings.Contains(err.Error(), client.ErrLost.Error()) {
			w.Fatal(err)
		}
		select {
		case <-d.changed:
		case <-time.After(50 * time.Millisecond):
		}
	}
	w.Fatal("the connection is lost again and again")
}

// check awaits that a device shows what the model has.
func (w *trial) check(d *device) {
	for _, r := range w.rooms {
		d.await(fmt.Sprint("room ", r.ID, " up to ", r.head()), func(s *Server) bool {
			shown := s.Room(ByID(r.ID))
			return shown != nil && shown.Joined && shown.Last() == r.head()
		})
		want := w.drawing(r, w.account(d))
		timeout := time.After(servertest.Patience)
		for {
			w.must(d.sync(context.Background()))
			got := ""
			d.see(func(s *Server) { got = drawingOfRoom(s.Room(ByID(r.ID))) })
			if got == want {
				break
			}
			select {
			case <-d.changed:
			case <-timeout:
				w.Fatalf("%s shows room %d as\n%s\nand it is\n%s", d.name, r.ID, got, want)
			}
		}
	}
}

// drawing is what a device of an account has to show of a room.
func (w *trial) drawing(r *worldRoom, me plausch.AccountRef) string {
	read := r.read(me.ID, w.markers[r][me.ID])
	lines := []string{fmt.Sprintf("%d(%d) behind %d, draft %q", read.Unread, read.Mentions, read.Marker, w.drafts[r][me.ID])}
	for _, m := range r.messages(me.ID) {
		lines = append(lines, drawn(&Message{Message: m, Mine: m.Actor.ID == me.ID, Mention: m.Actor.ID != me.ID && m.Mentions(me.ID)}))
	}
	return strings.Join(lines, "\n")
}

func drawingOfRoom(r *Room) string {
	lines := []string{fmt.Sprintf("%d(%d) behind %d, draft %q", r.Unread, r.Mentions, r.ReadTo, r.Draft.Text)}
	for i := range r.Messages {
		lines = append(lines, drawn(&r.Messages[i]))
	}
	return strings.Join(lines, "\n")
}

// room makes a room of the two in which all begins anew.
func (w *trial) room(r client.Room, marker int64) {
	of := &worldRoom{Room: r.Room}
	of.move(plausch.EventJoin, w.anna)
	of.move(plausch.EventJoin, w.bob)
	w.rooms = append(w.rooms, of)
	w.markers[of] = map[plausch.AccountID]int64{w.anna.ID: marker, w.bob.ID: 2}
	w.drafts[of] = map[plausch.AccountID]string{}
}

// TestDevices has two people on three devices do thousands of random things at a server,
// while connections are cut and the server is started anew. In the end each device shows
// what a fresh one shows, and the model says.
func TestDevices(t *testing.T) {
	checks, least := "4", 20
	if os.Getenv("PLAUSCH_LONG") != "" {
		checks, least = "60", 60
	}
	before := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
	w := &trial{
		data: filepath.Join(t.TempDir(), "data"), markers: map[*worldRoom]map[plausch.AccountID]int64{}, drafts: map[*worldRoom]map[plausch.AccountID]string{},
	}
	w.start(t)
	tokens := client.NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
	for i, name := range []string{"anna", "anna", "bob"} {
		w.devices = append(w.devices, openDevice(t, tokens, w.server, name, fmt.Sprint("device-", i)))
	}
	w.anna, w.bob = w.devices[0].client.Account(), w.devices[2].client.Account()
	ctx, rooms := t.Context(), 0
	rapid.Check(t, func(rt *rapid.T) {
		w.T, w.rooms = rt, nil
		rooms++
		den, err := w.devices[0].client.CreateRoom(ctx, fmt.Sprint("den", rooms), plausch.RoomPrivate)
		w.must(err)
		w.must(w.devices[0].client.AddMember(ctx, den.ID, "bob"))
		w.room(den, 1)
		for _, d := range w.devices {
			d.await("the room", func(s *Server) bool { r := s.Room(ByID(den.ID)); return r != nil && r.Last() == 2 })
		}
		for range rapid.IntRange(least, 4*least).Draw(rt, "acts") {
			if w.pick(40, "restart") == 0 {
				w.restart(t)
			}
			w.act()
		}
		for _, d := range w.devices {
			w.check(d)
		}
		for i, name := range []string{"anna", "bob"} {
			fresh := openDevice(t, tokens, w.server, name, fmt.Sprint("fresh-", i))
			w.check(fresh)
			if err := fresh.client.Close(); err != nil {
				rt.Fatal(err)
			}
		}
	})
	for _, d := range w.devices {
		if err := d.client.Close(); err != nil {
			t.Error(err)
		}
	}
}
