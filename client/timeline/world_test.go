package timeline

import (
	"errors"
	"fmt"
	"slices"

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
	people []plausch.AccountRef // who act; eve may be erased
	outbox []*outgoing
	sent   int // counts sends

	catching bool     // CaughtUp was not told on this connection
	late     []Action // answers that were asked for and have not come
}

// outgoing is a send that the client has in its outbox.
type outgoing struct {
	client.Queued
	seq int64 // once the server has it
}

const source = "this device"

func (w *world) state() string { return fmt.Sprint("epoch ", w.epoch) }

func (w *world) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(w.T, what) }

func (w *world) anyRoom() *worldRoom { return w.rooms[w.pick(len(w.rooms), "room")] }

func (w *world) anybody() plausch.AccountRef { return rapid.SampledFrom(w.people).Draw(w.T, "who") }

// content is a text, and whom it names.
func (w *world) content() (string, *plausch.Details) {
	switch w.pick(4, "text") {
	case 0:
		return "@anna", &plausch.Details{Mentions: []plausch.AccountID{anna.ID}}
	case 1:
		return "@room", &plausch.Details{MentionsRoom: true}
	case 2:
		return "@anna, says nobody", nil
	default:
		return fmt.Sprint("hi ", w.pick(1000, "n")), nil
	}
}

// say has somebody write, also anna on another device.
func (w *world) say() {
	r := w.anyRoom()
	if r.Kind == plausch.RoomDirect && len(r.log) == 0 {
		w.begin(r)
	}
	e := plausch.Event{Kind: plausch.EventMessage, Actor: w.anybody()}
	e.Text, e.Details = w.content()
	if all := r.messages(anna.ID); len(all) > 0 && w.pick(3, "answer") == 0 {
		e.Target = all[w.pick(len(all), "target")].Seq
	}
	r.append(e)
}

// change has somebody change a message.
func (w *world) change() {
	r := w.anyRoom()
	all := r.messages(anna.ID)
	if len(all) == 0 {
		return
	}
	m := all[len(all)-1-w.pick(min(len(all), 12), "message")]
	if m.Deleted != 0 {
		return
	}
	e := plausch.Event{Actor: w.anybody(), Target: m.Seq}
	switch what := w.pick(10, "change"); what {
	case 0, 1:
		e.Kind, e.Actor = plausch.EventEdit, m.Actor
		e.Text, e.Details = w.content()
	case 2:
		e.Kind = plausch.EventDelete
	case 3:
		e.Kind = plausch.EventPin
		if m.Pinned != 0 {
			e.Kind = plausch.EventUnpin
		}
	default:
		e.Kind, e.Text = plausch.EventReact, rapid.SampledFrom([]string{"👍", "❤️"}).Draw(w.T, "emoji")
		if slices.ContainsFunc(r.reacted(m.Seq), func(x plausch.Event) bool { return x.Actor.ID == e.Actor.ID && x.Text == e.Text }) {
			e.Kind = plausch.EventUnreact
		}
	}
	r.append(e)
}

// erase has eve's account be erased.
func (w *world) erase() {
	w.people = slices.DeleteFunc(w.people, func(a plausch.AccountRef) bool { return a == eve })
	for _, r := range w.rooms {
		r.append(plausch.Event{Kind: plausch.EventDelete, Actor: plausch.AccountRef{ID: 99, Name: "admin"}, Member: eve})
	}
}

// begin makes the direct room.
func (w *world) begin(r *worldRoom) {
	r.move(plausch.EventJoin, anna)
	r.move(plausch.EventJoin, bob)
}

// move has somebody join or leave the room from which one can, or changes it.
func (w *world) move() {
	r := w.rooms[1]
	switch {
	case rapid.Bool().Draw(w.T, "topic"):
		r.Topic = fmt.Sprint("topic ", w.pick(100, "n"))
		r.append(plausch.Event{Kind: plausch.EventRoom, Actor: bob, Details: &plausch.Details{Room: &plausch.RoomChange{Topic: new(r.Topic)}}})
	case rapid.Bool().Draw(w.T, "eve"):
		r.move(rapid.SampledFrom([]plausch.EventKind{plausch.EventJoin, plausch.EventLeave}).Draw(w.T, "kind"), eve)
	case r.member():
		r.move(plausch.EventLeave, anna)
	default:
		r.move(plausch.EventJoin, anna)
		r.marker, r.draft = r.head(), plausch.Draft{}
	}
}

// leave has the client tell that anna is not in a room any more. Answers about drafts there
// do not come.
func (w *world) leave(r *worldRoom) {
	r.joined = false
	w.late = slices.DeleteFunc(w.late, func(a Action) bool { kept, is := a.(DraftKept); return is && kept.Room == r.ID })
	w.apply(Update{client.RoomLeft{Room: r.ID}})
}

// tell has the client tell what is next in a room.
func (w *world) tell(r *worldRoom, n int) {
	key := ByID(r.ID)
	switch {
	case r.cut:
		r.cut = false
		if r.joined && r.common < max(r.next-1, r.told) {
			r.told = r.common
			w.apply(Update{client.RoomReset{Room: r.ID, Head: r.common, Epoch: w.state(), Settings: r.RoomSettings}})
		}
		r.next = min(r.next, r.common+1)
		if r.joined && !r.member() {
			w.leave(r)
		}
		return
	case !r.joined && r.member():
		r.joined, r.relist = true, false
		room := r.Room
		room.Head, r.told = r.head(), r.head()
		w.apply(Update{client.RoomJoined{Room: room, Read: r.read(anna.ID, r.marker), After: r.next - 1, Epoch: w.state()}})
	case r.joined && r.relist:
		r.relist = false
		w.tellMarker(r)
	}
	for ; n > 0 && r.joined && r.next <= r.head(); n-- {
		e := r.log[r.next-1]
		r.next++
		w.apply(Update{client.Event{Event: e}})
		if w.pick(5, "twice") == 0 {
			w.apply(Update{client.Event{Event: e}})
		}
		if e.Kind == plausch.EventLeave && e.Member.ID == anna.ID && !r.member() {
			w.leave(r)
		}
	}
	if s := w.Server; s != nil && s.Room(key) != nil && !s.Room(key).stale && s.Room(key).Joined != r.joined {
		w.Fatalf("the device is in room %d: %t", r.ID, s.Room(key).Joined)
	}
}

func (w *world) tellSome() { w.tell(w.anyRoom(), 1+w.pick(5, "n")) }

func (w *world) tellMarker(r *worldRoom) {
	w.apply(Update{client.Marker{Room: r.ID, ReadState: r.read(anna.ID, r.marker)}})
}

// mark has anna read on another device, or mark a room as unread there.
func (w *world) mark() {
	if r := w.anyRoom(); r.member() {
		r.marker = rapid.Int64Range(0, r.head()).Draw(w.T, "marker")
		w.tellMarkerNow(r)
	}
}

// tellMarkerNow has a marker be pushed, unless it is told when the room is listed.
func (w *world) tellMarkerNow(r *worldRoom) {
	if r.joined && !r.cut && !r.relist {
		w.tellMarker(r)
	}
}

// draftElsewhere has anna write a draft on another device.
func (w *world) draftElsewhere() {
	if r := w.anyRoom(); r.member() {
		r.draft = plausch.Draft{Room: r.ID, Edit: r.draft.Edit + 1, Text: rapid.SampledFrom([]string{"", "there", "over there"}).Draw(w.T, "draft"), Source: "another"}
		w.tellDraft(r)
	}
}

func (w *world) tellDraft(r *worldRoom) {
	if r.joined && !w.catching {
		w.apply(Update{client.Draft{Draft: r.draft}})
	}
}

// keep has the server take what the user has read and written here.
func (w *world) keep() {
	for id, seq := range w.UnsentMarkers() {
		if r := w.rooms[id-1]; r.member() && !r.cut {
			r.marker = max(r.marker, min(seq, r.head()))
			w.tellMarkerNow(r)
		}
	}
	for _, d := range w.UnsentDrafts() {
		r := w.rooms[d.Room-1]
		if !r.member() || r.cut {
			continue
		}
		d.Edit = r.draft.Edit + 1
		r.draft = d
		if rapid.Bool().Draw(w.T, "push first") {
			w.tellDraft(r)
		}
		if w.pick(4, "overtaken") == 0 {
			w.draftElsewhere()
		}
		w.answer(DraftKept{Room: d.Room, Text: d.Text, Target: d.Target, Edit: d.Edit})
	}
}

// catchUp has the client tell that it has caught up, if it has.
func (w *world) catchUp() {
	behind := func(r *worldRoom) bool {
		return r.cut || r.member() && (!r.joined || r.relist || r.next <= r.head())
	}
	if !w.catching || slices.ContainsFunc(w.rooms, behind) {
		return
	}
	w.catching = false
	w.apply(Update{client.CaughtUp{Epoch: w.state()}})
	drafts := Drafts{Told: w.DraftsTold()}
	for _, r := range w.rooms {
		if d := r.draft; d.Text != "" && r.member() {
			d.Source = ""
			drafts.Drafts = append(drafts.Drafts, d)
		}
	}
	w.answer(drafts)
}

// ask asks for what the device misses. It comes at once, or later.
func (w *world) ask() {
	r := w.anyRoom()
	drawn := w.Room(ByID(r.ID))
	if drawn == nil || r.cut || !drawn.Joined || drawn.stale {
		return
	}
	if gaps := drawn.Gaps(); len(gaps) > 0 {
		gap := rapid.SampledFrom(gaps).Draw(w.T, "gap")
		q := client.MessageQuery{Limit: 1 + w.pick(9, "limit")}
		switch w.pick(4, "side") {
		case 0:
			q.After, q.Forward = min(gap.After, r.head()), true
		case 1:
			q.Around = min(gap.Before, r.head()+1)
		case 2:
		default:
			q.Before = gap.Before
		}
		w.answer(Page{Room: r.ID, Epoch: drawn.Epoch, Query: q, MessageState: r.page(q)})
	}
	w.lookUp(r, drawn)
}

func (w *world) lookUp(r *worldRoom, drawn *Room) {
	for _, seq := range drawn.Missing() {
		w.answer(Lookup{Room: r.ID, Epoch: drawn.Epoch, Seq: seq, MessageState: r.page(client.MessageQuery{Around: seq, Limit: 1})})
	}
	if drawn.Recount && drawn.Joined {
		w.answer(Counts{Room: r.ID, Epoch: drawn.Epoch, Told: drawn.MarkersTold(), ReadState: r.read(anna.ID, r.marker)})
	}
}

func (w *world) answer(a Action) {
	if rapid.Bool().Draw(w.T, "late") {
		w.late = append(w.late, a)
		return
	}
	w.apply(a)
}

func (w *world) comeLate() {
	if len(w.late) > 0 {
		i := w.pick(len(w.late), "answer")
		w.apply(w.late[i])
		w.late = slices.Delete(w.late, i, i+1)
	}
}

// send has the user write.
func (w *world) send() {
	w.sent++
	o := &outgoing{Queued: client.Queued{ID: fmt.Sprint("s", w.sent), Time: start}}
	o.Text = o.ID
	switch r := w.anyRoom(); {
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
		w.apply(Draft{Room: key, Text: rapid.SampledFrom([]string{"", "here", "over here"}).Draw(w.T, "draft")})
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
	w.connect()
}

func (w *world) connect() {
	w.catching = true
	for _, r := range w.rooms {
		r.relist = true
	}
	if rapid.Bool().Draw(w.T, "dropped") {
		w.apply(online())
	}
}

// open has a new client begin, for the state that there is or for a new one.
func (w *world) open(restart bool) {
	if restart {
		*w.tester = tester{state: New(Options{Messages: w.limit, Source: source}), now: start}
		w.late = nil
	} else {
		w.apply(Reopen{})
	}
	newest := rapid.SampledFrom([]int64{0, 3, 1000}).Draw(w.T, "newest")
	for _, r := range w.rooms {
		r.joined, r.cut = false, false
		r.next = max(1, r.head()-newest+1)
	}
	w.apply(Update{client.State{Phase: client.Connecting}})
	for _, o := range w.outbox {
		w.apply(Update{o.Queued})
	}
	w.connect()
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
		r.restore(keep)
		r.marker, r.relist = min(r.marker, keep), true
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
