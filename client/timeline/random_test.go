package timeline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plausch"
	"plausch/client"
)

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
	w.check()
}

// drawing is all that is drawn.
type drawing struct {
	rooms map[Key]string
	list  []string
}

func drawingOf(s *Server) drawing {
	d := drawing{rooms: make(map[Key]string)}
	for _, r := range s.Rooms() {
		var b strings.Builder
		fmt.Fprintf(&b, "%t %q %d(%d) unread behind %d, draft %q, divider %d, gaps %v:",
			r.Joined, r.Topic, r.Unread, r.Mentions, r.ReadTo, r.Draft.Text, r.Divider(), r.Gaps())
		for i := range r.Messages {
			fmt.Fprintf(&b, " %s", drawn(&r.Messages[i]))
		}
		for _, s := range r.Sends {
			fmt.Fprintf(&b, " %s:%d:%v", s.ID, s.Seq, s.Err)
		}
		d.rooms[r.Key] = b.String()
		d.list = append(d.list, fmt.Sprint(r.Key, r.Title()))
	}
	return d
}

// drawn is a message as text.
func drawn(m *Message) string {
	quoted := ""
	if m.Quote != nil {
		quoted = fmt.Sprint(*m.Quote)
	}
	return fmt.Sprintf("[%d:%q>%d%s %t:%t e%d d%d p%d %v]", m.Seq, m.Text, m.Target, quoted, m.Mine, m.Mention, m.Edited, m.Deleted, m.Pinned, m.Reactions)
}

// check holds how much is drawn against what there is, as far as it was told.
func (w *world) check() {
	for _, truth := range w.rooms {
		r := w.Room(ByID(truth.ID))
		if r == nil || truth.cut || !r.Joined || r.stale {
			continue
		}
		most := w.limit
		if r == w.Opened() {
			most *= OpenFactor
		}
		if len(r.Messages) > most || r.Last() > truth.head() {
			w.Fatalf("room %d has %d messages of %d up to %d of %d", r.ID, len(r.Messages), most, r.Last(), truth.head())
		}
		gaps := r.Gaps()
		for _, e := range truth.log[:r.Last()] {
			missing := slices.ContainsFunc(gaps, func(g Gap) bool { return g.After < e.Seq && e.Seq < g.Before })
			if held := r.Message(e.Seq) != nil; e.Kind == plausch.EventMessage && held == missing {
				w.Fatalf("room %d: message %d is held: %t, and the gaps are %v", r.ID, e.Seq, held, gaps)
			}
		}
	}
}

// finish has everything arrive that is on its way, and the device ask for what is missing.
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
	for _, r := range w.rooms {
		if r.relist && r.joined {
			w.tell(r, 0)
		}
	}
	w.catchUp()
	w.dismiss()
	w.apply(Open{})
	for done := false; !done; {
		for len(w.late) > 0 {
			w.comeLate()
		}
		w.keep()
		done = len(w.late) == 0
		for _, drawn := range slices.Clone(w.Rooms()) {
			if !drawn.Joined {
				w.apply(Draft{Room: drawn.Key})
				continue
			}
			r := w.rooms[drawn.ID-1]
			for _, g := range drawn.Gaps() {
				if q := (client.MessageQuery{Before: g.Before, Limit: 1000}); w.limit > 100 {
					w.apply(Page{Room: r.ID, Epoch: drawn.Epoch, Query: q, MessageState: r.page(q)})
				}
			}
			w.lookUp(r, drawn)
			done = done && len(drawn.Missing()) == 0 && !drawn.Recount && len(w.UnsentDrafts()) == 0 && len(w.UnsentMarkers()) == 0
		}
		w.catchUp()
	}
}

// compare holds what is drawn at the end against the truth.
func (w *world) compare() {
	for _, truth := range w.rooms {
		r := w.Room(ByID(truth.ID))
		if r == nil {
			continue
		}
		if got, want := (plausch.ReadState{Marker: r.ReadTo, Unread: r.Unread, Mentions: r.Mentions, AsOf: r.Last()}), truth.read(anna.ID, truth.marker); got != want {
			w.Fatalf("room %d has the counts %+v, and they are %+v", r.ID, got, want)
		}
		if r.Draft.Text != truth.draft.Text {
			w.Fatalf("room %d has the draft %q, and it is %q", r.ID, r.Draft.Text, truth.draft.Text)
		}
		if r.Topic != truth.Topic {
			w.Fatalf("room %d has the topic %q, and it is %q", r.ID, r.Topic, truth.Topic)
		}
		for _, m := range truth.messages(anna.ID) {
			want := Message{Message: m, Mine: m.Actor.ID == anna.ID, Mention: m.Actor.ID != anna.ID && m.Mentions(anna.ID)}
			held := r.Message(m.Seq)
			if held == nil && w.limit > 100 || held != nil && drawn(held) != drawn(&want) {
				w.Fatalf("room %d has the message\n%v, and it is\n%s", r.ID, drawn(held), drawn(&want))
			}
		}
	}
}

// Whatever comes in which order, and whenever a client or the program begins anew, a
// device ends in the state of a new one, and in that of the server.
func TestAnyOrder(t *testing.T) {
	for n := range 2 {
		t.Run(fmt.Sprint(n), testAnyOrder) // each with seeds of its own
	}
}

func testAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{T: t, tester: newTester(0), limit: rapid.SampledFrom([]int{2, 7, 100_000}).Draw(t, "limit")}
		w.people = []plausch.AccountRef{anna, bob, eve}
		for id := range plausch.AccountID(4) {
			w.people = append(w.people, plausch.AccountRef{ID: 10 + id, Name: fmt.Sprint("guest", id)})
		}
		for i, r := range []plausch.Room{room(1, plausch.RoomPublic, "public", 0), room(2, plausch.RoomPrivate, "den", 0), direct(3, bob, 0)} {
			r.First = 1
			w.rooms = append(w.rooms, &worldRoom{Room: r})
			if i == 1 {
				w.rooms[i].move(plausch.EventJoin, anna)
			}
		}
		w.open(true)
		acts := []func(){
			w.say, w.say, w.say, w.change, w.change, w.change, w.move, w.tellSome, w.tellSome, w.tellSome, w.tellSome, w.catchUp, w.catchUp,
			w.send, w.deliver, w.acknowledge, w.use, w.use, w.ask, w.ask, w.comeLate, w.mark, w.keep, w.draftElsewhere, w.reconnect,
		}
		seldom := []func(){func() { w.open(false) }, func() { w.open(true) }, w.restore, w.erase}
		for range rapid.IntRange(1, 120).Draw(t, "acts") {
			if w.pick(15, "seldom") == 0 {
				seldom[w.pick(len(seldom), "act")]()
			} else {
				acts[w.pick(len(acts), "act")]()
			}
		}
		w.finish()
		w.compare()
		if w.limit < 100 {
			return // what is held then depends on the way
		}
		device := drawingOf(w.Server)
		w.open(true)
		for _, r := range w.rooms {
			r.next = 1
		}
		w.finish()
		w.compare()
		if fresh := drawingOf(w.Server); !reflect.DeepEqual(device, fresh) {
			t.Fatalf("the device ends as\n%v\na new one as\n%v", device, fresh)
		}
	})
}
