package timeline

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plausch"
	"plausch/client"
)

// world is what a server has, and how far a client has told a device of it. The
// account is anna.
type world struct {
	*rapid.T
	*tester
	limit  int
	epoch  int
	rooms  []*worldRoom
	outbox []*outgoing
	sent   int // counts sends

	catching bool // CaughtUp was not told on this connection
	fresh    bool // nor to this state
	markers  map[plausch.RoomID]int64
	of       string // the epoch of markers
	late     []Page // that were asked for and have not come
}

type worldRoom struct {
	plausch.Room
	log    []plausch.Event
	next   int64 // the seq of the event to tell next
	joined bool  // RoomJoined was told, and RoomLeft not since
	cut    bool  // RoomReset has to be told
	common int64 // up to which seq
	told   int64 // the newest seq that RoomJoined told of
}

// outgoing is a send that the client has in its outbox.
type outgoing struct {
	client.Queued
	seq int64 // once the server has it
}

func (r *worldRoom) head() int64 { return int64(len(r.log)) }

func (r *worldRoom) append(e plausch.Event) int64 {
	e.Room, e.Seq = r.ID, r.head()+1
	r.log = append(r.log, e)
	return e.Seq
}

func (r *worldRoom) move(kind plausch.EventKind, who plausch.AccountRef) {
	r.append(plausch.Event{Kind: kind, Actor: who, Member: who})
}

// member reports whether anna is.
func (r *worldRoom) member() bool {
	if r.ID == plausch.PublicRoom {
		return true
	}
	for _, e := range slices.Backward(r.log) {
		if e.Member.ID == anna.ID {
			return e.Kind == plausch.EventJoin
		}
	}
	return false
}

func (w *world) state() string { return fmt.Sprint("epoch ", w.epoch) }

func (w *world) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(w.T, what) }

// say has somebody write, also anna on another device.
func (w *world) say() {
	r := w.rooms[w.pick(len(w.rooms), "room")]
	if r.Kind == plausch.RoomDirect && len(r.log) == 0 {
		w.begin(r)
	}
	text := rapid.SampledFrom([]string{"hi", "@anna", "@annatar"}).Draw(w.T, "text")
	r.append(plausch.Event{Kind: plausch.EventMessage, Actor: rapid.SampledFrom([]plausch.AccountRef{bob, bob, eve, anna}).Draw(w.T, "who"), Text: text})
}

// begin makes the direct room.
func (w *world) begin(r *worldRoom) {
	r.move(plausch.EventJoin, anna)
	r.move(plausch.EventJoin, bob)
}

// move has somebody join or leave the room from which one can.
func (w *world) move() {
	r := w.rooms[1]
	switch {
	case rapid.Bool().Draw(w.T, "eve"):
		r.move(rapid.SampledFrom([]plausch.EventKind{plausch.EventJoin, plausch.EventLeave}).Draw(w.T, "kind"), eve)
	case r.member():
		r.move(plausch.EventLeave, anna)
	default:
		r.move(plausch.EventJoin, anna)
	}
}

// tell has the client tell what is next in a room.
func (w *world) tell(r *worldRoom, n int) {
	key := ByID(r.ID)
	switch {
	case r.cut:
		r.cut = false
		if r.joined && r.common < max(r.next-1, r.told) {
			r.told = r.common
			w.apply(Update{client.RoomReset{Room: r.ID, Head: r.common, Epoch: w.state()}})
		}
		r.next = min(r.next, r.common+1)
		if r.joined && !r.member() {
			r.joined = false
			w.apply(Update{client.RoomLeft{Room: r.ID}})
		}
		return
	case !r.joined && r.member():
		r.joined = true
		room := r.Room
		room.Head, r.told = r.head(), r.head()
		w.apply(Update{client.RoomJoined{Room: room, After: r.next - 1, Epoch: w.state()}})
	}
	for ; n > 0 && r.joined && r.next <= r.head(); n-- {
		e := r.log[r.next-1]
		r.next++
		w.apply(Update{client.Event{Event: e}})
		if w.pick(5, "twice") == 0 {
			w.apply(Update{client.Event{Event: e}})
		}
		if e.Kind == plausch.EventLeave && e.Member.ID == anna.ID && !r.member() {
			r.joined = false
			w.apply(Update{client.RoomLeft{Room: r.ID}})
		}
	}
	if s := w.Server; s != nil && s.Room(key) != nil && !s.Room(key).stale && s.Room(key).Joined != r.joined {
		w.Fatalf("the device is in room %d: %t", r.ID, s.Room(key).Joined)
	}
}

// catchUp has the client tell that it has caught up, if it has.
func (w *world) catchUp() {
	behind := func(r *worldRoom) bool { return r.cut || r.member() && (!r.joined || r.next <= r.head()) }
	if !w.catching || slices.ContainsFunc(w.rooms, behind) {
		return
	}
	w.catching = false
	w.apply(Update{client.CaughtUp{Epoch: w.state()}})
	if w.fresh && w.of == w.state() && w.Account().ID == anna.ID {
		w.apply(Markers{w.markers})
	}
	w.fresh = false
}

// ask asks for a page at a gap. It comes at once, or later.
func (w *world) ask(n int) {
	r := w.rooms[w.pick(len(w.rooms), "room")]
	drawn := w.Room(ByID(r.ID))
	if drawn == nil || r.cut || len(drawn.Gaps()) == 0 {
		return
	}
	gap := rapid.SampledFrom(drawn.Gaps()).Draw(w.T, "gap")
	page := Page{Room: r.ID, Epoch: drawn.Epoch}
	after, upTo := min(gap.After, r.head()), min(gap.Before-1, r.head()) // the log may be shorter by now
	if rapid.Bool().Draw(w.T, "forward") {
		page.Events = slices.Clone(r.log[after:min(after+int64(n), r.head())])
	} else {
		page.Events = slices.Clone(r.log[max(0, upTo-int64(n)):upTo])
	}
	if rapid.Bool().Draw(w.T, "late") {
		w.late = append(w.late, page)
		return
	}
	w.apply(page)
}

func (w *world) comeLate() {
	if len(w.late) > 0 {
		i := w.pick(len(w.late), "page")
		w.apply(w.late[i])
		w.late = slices.Delete(w.late, i, i+1)
	}
}

// send has the user write.
func (w *world) send() {
	w.sent++
	o := &outgoing{Queued: client.Queued{ID: fmt.Sprint("s", w.sent), Time: start}}
	o.Text = o.ID
	switch r := w.rooms[w.pick(len(w.rooms), "room")]; {
	case r.Kind == plausch.RoomDirect:
		o.To = rapid.SampledFrom([]string{"bob", "Bob"}).Draw(w.T, "to")
	case !r.joined:
		return
	default:
		o.Room = r.ID
	}
	w.outbox = append(w.outbox, o)
	w.apply(Update{o.Queued})
}

// deliver has the next send reach the server, which takes or refuses it.
func (w *world) deliver() {
	i := slices.IndexFunc(w.outbox, func(o *outgoing) bool { return o.seq == 0 })
	if i < 0 {
		return
	}
	o, r := w.outbox[i], w.rooms[2]
	if o.Room != 0 {
		r = w.rooms[o.Room-1]
	}
	if !r.member() && r.Kind != plausch.RoomDirect || w.pick(5, "refused") == 0 {
		w.outbox = slices.Delete(w.outbox, i, i+1)
		w.apply(Update{client.Failed{ID: o.ID, Outgoing: o.Outgoing, Err: errors.New("no")}})
		return
	}
	if len(r.log) == 0 {
		w.begin(r)
	}
	o.seq = r.append(plausch.Event{Kind: plausch.EventMessage, Actor: anna, Text: o.Text, ClientID: o.ID})
}

func (w *world) acknowledge() {
	i := slices.IndexFunc(w.outbox, func(o *outgoing) bool { return o.seq > 0 })
	if i < 0 {
		return
	}
	o := w.outbox[i]
	w.outbox = slices.Delete(w.outbox, i, i+1)
	room := o.Room
	if room == 0 {
		room = w.rooms[2].ID
	}
	w.apply(Update{client.Sent{ID: o.ID, Room: room, Seq: o.seq}})
}

func (w *world) use() {
	key := rapid.SampledFrom([]Key{ByID(1), ByID(2), ByID(3), ByPeer("bob"), {}}).Draw(w.T, "key")
	switch w.pick(5, "use") {
	case 0:
		w.apply(Open{Room: key})
	case 1:
		w.apply(Focus{rapid.Bool().Draw(w.T, "on")})
	case 2:
		w.apply(Draft{key, rapid.SampledFrom([]string{"", "d"}).Draw(w.T, "draft")})
	case 3:
		w.dismiss()
	default:
		if r := w.Room(key); r != nil {
			w.apply(Read{key, rapid.Int64Range(0, r.Last()).Draw(w.T, "seq")})
		}
	}
}

func (w *world) dismiss() {
	for _, s := range slices.Clone(w.Sends()) {
		w.apply(Dismiss{s.ID})
	}
}

func (w *world) reconnect() {
	w.apply(Update{client.State{Phase: client.Offline}})
	w.catching = true
	if rapid.Bool().Draw(w.T, "dropped") {
		w.apply(online())
	}
}

// open has a new client begin, for the state that there is or for a new one.
func (w *world) open(restart bool) {
	w.markers, w.of = w.Markers(), w.Epoch()
	if restart {
		*w.tester = tester{state: New(Options{Messages: w.limit}), now: start}
		w.fresh = true
	} else {
		w.apply(Reopen{})
	}
	w.catching = true
	newest := rapid.SampledFrom([]int64{0, 3, 1000}).Draw(w.T, "newest")
	for _, r := range w.rooms {
		r.joined, r.cut = false, false
		r.next = max(1, r.head()-newest+1)
	}
	w.apply(Update{client.State{Phase: client.Connecting}})
	for _, o := range w.outbox {
		w.apply(Update{o.Queued})
	}
	if rapid.Bool().Draw(w.T, "dropped") {
		w.apply(online())
	}
}

// restore has the server go back to an older state, and the client notice.
func (w *world) restore() {
	w.epoch++
	w.catching = true
	for _, r := range w.rooms {
		keep := rapid.Int64Range(0, r.head()).Draw(w.T, "keep")
		if r.Kind == plausch.RoomDirect {
			keep = max(keep, min(2, r.head()))
		}
		r.log = r.log[:keep:keep]
		if !r.cut {
			r.common = keep
		}
		r.cut, r.common = true, min(r.common, keep)
		for _, o := range w.outbox {
			if o.seq > keep && (o.Room == r.ID || o.Room == 0 && r.Kind == plausch.RoomDirect) {
				o.seq = 0
			}
		}
	}
}

// apply checks that the change names what is drawn in another way than before.
func (w *world) apply(a Action) {
	before := drawing{}
	if w.Server != nil {
		before = drawingOf(w.Server)
	}
	c := w.tester.apply(a)
	after := drawingOf(w.Server)
	for key := range before.rooms {
		if before.rooms[key] != after.rooms[key] && !slices.Contains(c.Rooms, key) {
			w.Fatalf("%T%+v changes %v without a word:\n%s\n%s", a, a, key, before.rooms[key], after.rooms[key])
		}
	}
	if !slices.Equal(before.list, after.list) && !c.List {
		w.Fatalf("%T%+v changes the list without a word:\n%q\n%q", a, a, before.list, after.list)
	}
	if !reflect.DeepEqual(before.markers, after.markers) && !c.Markers && before.rooms != nil {
		w.Fatalf("%T%+v changes the markers without a word:\n%v\n%v", a, a, before.markers, after.markers)
	}
	w.check()
}

// drawing is all that is drawn.
type drawing struct {
	rooms   map[Key]string
	list    []string
	markers map[plausch.RoomID]int64
}

func drawingOf(s *Server) drawing {
	d := drawing{rooms: make(map[Key]string), markers: s.Markers()}
	for _, r := range s.Rooms() {
		var b strings.Builder
		fmt.Fprintf(&b, "%t %d(%d) unread %t behind %d, draft %q, divider %d, gaps %v:",
			r.Joined, r.Unread, r.Mentions, r.UnreadMore, r.ReadTo, r.Draft, r.Marker, r.Gaps())
		for _, m := range r.Messages {
			fmt.Fprintf(&b, " %d:%s:%s:%t:%t", m.Seq, m.Kind, m.Text, m.Mine, m.Mention)
		}
		for _, s := range r.Sends {
			fmt.Fprintf(&b, " %s:%d:%v", s.ID, s.Seq, s.Err)
		}
		d.rooms[r.Key] = b.String()
		d.list = append(d.list, fmt.Sprint(r.Key, r.Title()))
	}
	return d
}

// check holds what is drawn against the truth, as far as it was told.
func (w *world) check() {
	me := w.Account().ID
	for _, truth := range w.rooms {
		r := w.Room(ByID(truth.ID))
		if r == nil || truth.cut || !r.Joined || r.stale {
			continue
		}
		most := w.limit
		if r == w.Opened() {
			most *= OpenFactor
		}
		missing := 0
		for _, g := range r.Gaps() {
			missing += int(g.Before - g.After - 1)
		}
		if len(r.Messages) > most || int64(len(r.Messages)+missing) != r.Last() || r.Last() > truth.head() {
			w.Fatalf("room %d has %d messages of %d, and %d are missing of %d", r.ID, len(r.Messages), most, missing, r.Last())
		}
		for i, m := range r.Messages {
			if i > 0 && m.Seq <= r.Messages[i-1].Seq || !reflect.DeepEqual(m.Event, truth.log[m.Seq-1]) || m.Mine != (m.Actor.ID == me) {
				w.Fatalf("room %d has %+v, the server %+v", r.ID, m, truth.log[m.Seq-1])
			}
		}
		unread, mentioned := 0, 0
		for _, e := range truth.log[min(r.ReadTo, r.Last()):r.Last()] {
			if e.Kind == plausch.EventMessage && e.Actor.ID != me {
				unread++
				if me != 0 && e.Text == "@anna" {
					mentioned++
				}
			}
		}
		if r.Unread > unread || r.Mentions > mentioned || !r.UnreadMore && (r.Unread != unread || r.Mentions != mentioned) {
			w.Fatalf("room %d has %d unread (more: %t) and %d mentions, but there are %d and %d", r.ID, r.Unread, r.UnreadMore, r.Mentions, unread, mentioned)
		}
	}
}

// finish has everything arrive that is on its way.
func (w *world) finish() {
	for len(w.outbox) > 0 {
		w.deliver()
		w.acknowledge()
	}
	w.reconnect()
	w.apply(online())
	for range 3 { // a cut, the room, and a return to it
		for _, r := range w.rooms {
			w.tell(r, int(r.head()))
		}
	}
	w.catchUp()
	for _, p := range w.late {
		w.apply(p)
	}
	w.dismiss()
	w.apply(Open{})
	for _, r := range slices.Clone(w.Rooms()) {
		w.apply(Draft{r.Key, ""})
	}
}

// Whatever comes in which order, and whenever a client or the program begins anew, a
// device ends in the state of a new one that is told everything and where the user has
// read to.
func TestAnyOrder(t *testing.T) {
	for n := range 2 {
		t.Run(fmt.Sprint(n), testAnyOrder) // each with seeds of its own
	}
}

func testAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{T: t, tester: newTester(0), limit: rapid.SampledFrom([]int{2, 7, 100_000}).Draw(t, "limit")}
		for i, r := range []plausch.Room{room(1, plausch.RoomPublic, "public", 0), room(2, plausch.RoomPrivate, "den", 0), direct(3, bob, 0)} {
			w.rooms = append(w.rooms, &worldRoom{Room: r})
			if i == 1 {
				w.rooms[i].move(plausch.EventJoin, anna)
			}
		}
		w.open(true)
		tellSome := func() { w.tell(w.rooms[w.pick(3, "room")], 1+w.pick(5, "n")) }
		acts := []func(){
			w.say, w.say, w.say, w.move, tellSome, tellSome, tellSome, tellSome, w.catchUp, w.catchUp, w.send, w.deliver, w.acknowledge, w.use, w.use,
			func() { w.ask(1 + w.pick(9, "n")) }, w.comeLate, w.reconnect,
		}
		seldom := []func(){func() { w.open(false) }, func() { w.open(true) }, w.restore}
		for range rapid.IntRange(1, 120).Draw(t, "acts") {
			if w.pick(15, "seldom") == 0 {
				seldom[w.pick(len(seldom), "act")]()
			} else {
				acts[w.pick(len(acts), "act")]()
			}
		}
		w.finish()
		if w.limit < 100 {
			return // what is held then depends on the way
		}
		for _, r := range w.Rooms() {
			for _, g := range r.Gaps() {
				w.apply(Page{Room: r.ID, Epoch: r.Epoch, Events: w.rooms[r.ID-1].log[g.After : g.Before-1]})
			}
		}
		device := drawingOf(w.Server)

		w.open(true)
		for _, r := range w.rooms {
			r.next = 1
		}
		w.finish()
		if fresh := drawingOf(w.Server); !reflect.DeepEqual(device, fresh) {
			t.Fatalf("the device ends as\n%v\na new one as\n%v", device, fresh)
		}
	})
}
