package timeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/client"
)

var (
	start = time.UnixMilli(1_790_000_000_000)
	anna  = plausch.AccountRef{ID: 1, Name: "anna"}
	bob   = plausch.AccountRef{ID: 2, Name: "bob"}
	eve   = plausch.AccountRef{ID: 3, Name: "eve"}
)

func room(id plausch.RoomID, kind plausch.RoomKind, name string, head int64) plausch.Room {
	return plausch.Room{ID: id, Kind: kind, Name: name, Head: head}
}

func direct(id plausch.RoomID, peer plausch.AccountRef, head int64) plausch.Room {
	return plausch.Room{ID: id, Kind: plausch.RoomDirect, Peer: peer, Head: head}
}

func joined(r plausch.Room, after int64) Action {
	return Update{client.RoomJoined{Room: r, After: after, Read: plausch.ReadState{Marker: r.Head, AsOf: r.Head}}}
}

func says(id plausch.RoomID, seq int64, who plausch.AccountRef, text string) Action {
	return Update{client.Event{Event: event(id, seq, who, text)}}
}

func event(id plausch.RoomID, seq int64, who plausch.AccountRef, text string) plausch.Event {
	return plausch.Event{Room: id, Seq: seq, Kind: plausch.EventMessage, Actor: who, Text: text}
}

// names has a message name anna, as the server says.
func names(id plausch.RoomID, seq int64, who plausch.AccountRef, text string) Action {
	e := event(id, seq, who, text)
	e.Details = &plausch.Details{Mentions: []plausch.AccountID{anna.ID}}
	return Update{client.Event{Event: e}}
}

// page is an answer with messages of bob in room 1: one for each of texts from first on.
func page(q client.MessageQuery, p client.MessageState, first int64, texts ...string) Action {
	for i, text := range texts {
		p.Messages = append(p.Messages, plausch.Message{Event: event(1, first+int64(i), bob, text)})
	}
	return Page{Room: 1, Query: q, MessageState: p}
}

func own(id plausch.RoomID, seq int64, clientID string) Action {
	e := event(id, seq, anna, clientID)
	e.ClientID = clientID
	return Update{client.Event{Event: e}}
}

func queued(id string, to client.Outgoing) Action {
	to.Text = id
	return Update{client.Queued{ID: id, Outgoing: to, Time: start}}
}

func online() Action { return Update{client.State{Phase: client.Online, Account: anna}} }

// tester applies actions to the only server of a state.
type tester struct {
	state *State
	*Server
	now time.Time
}

func newTester(messages int) *tester {
	t := &tester{state: New(Options{Messages: messages}), now: start}
	t.apply(online())
	return t
}

func (t *tester) apply(a Action) Change {
	c := t.state.Apply(t.now, "home", a)
	t.Server = t.state.Server("home")
	return c
}

// draw is the picture as text: a line a room.
func draw(s *Server) string {
	var b strings.Builder
	for _, r := range s.Rooms() {
		fmt.Fprintf(&b, "%s:", r.Title())
		gaps := r.Gaps()
		for _, m := range r.Messages {
			if len(gaps) > 0 && gaps[0].Before == m.Seq {
				b.WriteString(" ..")
				gaps = gaps[1:]
			}
			if m.Seq == r.Divider() {
				b.WriteString(" |")
			}
			fmt.Fprintf(&b, " %s", m.Text)
		}
		if len(gaps) > 0 && len(r.Messages) > 0 {
			b.WriteString(" ..")
		}
		for _, s := range r.Sends {
			switch {
			case s.Err != nil:
				fmt.Fprintf(&b, " %s!", s.ID)
			case s.Seq > 0:
				fmt.Fprintf(&b, " %s✓", s.ID)
			default:
				fmt.Fprintf(&b, " %s…", s.ID)
			}
		}
		if r.Unread > 0 {
			fmt.Fprintf(&b, " (%d/%d)", r.Unread, r.Mentions)
		}
		if r.Draft.Text != "" {
			fmt.Fprintf(&b, " [%s]", r.Draft.Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPicture(t *testing.T) {
	public := func(head, after int64) Action { return joined(room(1, plausch.RoomPublic, "public", head), after) }
	caughtUp := Update{client.CaughtUp{}}
	join := func(id plausch.RoomID, seq int64, who plausch.AccountRef) Action {
		return Update{client.Event{Event: plausch.Event{Room: id, Seq: seq, Kind: plausch.EventJoin, Actor: who, Member: who}}}
	}
	marker := func(seq int64, unread, mentions int, asOf int64) Action {
		return Update{client.Marker{Room: 1, ReadState: plausch.ReadState{Marker: seq, Unread: unread, Mentions: mentions, AsOf: asOf}}}
	}
	toBob := client.Outgoing{To: "Bob"}
	inPublic := client.Outgoing{Room: 1}
	tests := []struct {
		name string
		do   []Action
		want string
	}{
		{"what was there is read", []Action{public(2, 0), says(1, 1, bob, "a"), says(1, 2, bob, "b"), caughtUp}, "public: a b\n"},
		{"what is new is not", []Action{public(1, 0), says(1, 1, bob, "a"), caughtUp, says(1, 2, bob, "b")}, "public: a b (1/0)\n"},
		{"own messages and joins do not count", []Action{public(0, 0), caughtUp, own(1, 1, "x"), join(1, 2, bob)},
			"public: x\n"},
		{"mentions", []Action{public(0, 0), caughtUp, names(1, 1, bob, "@Anna!"), says(1, 2, bob, "@anna"), names(1, 3, anna, "@anna")},
			"public: @Anna! @anna @anna (2/1)\n"},
		{"what was before one got in is for others", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), join(1, 2, anna), marker(2, 0, 0, 2), says(1, 3, bob, "b")},
			"public: a b (1/0)\n"},
		{"read markers of before", []Action{Update{client.RoomJoined{Room: room(1, plausch.RoomPublic, "public", 3), Read: plausch.ReadState{Marker: 1, Unread: 2, Mentions: 1, AsOf: 3}}}, says(1, 1, bob, "a"), says(1, 2, bob, "b"), names(1, 3, bob, "@anna"), caughtUp},
			"public: a b @anna (2/1)\n"},
		{"none of before", []Action{public(3, 1), says(1, 2, bob, "b"), says(1, 3, bob, "c"), caughtUp, marker(0, 3, 1, 3)},
			"public: .. b c (3/1)\n"},
		{"markers of what is not there", []Action{public(1, 0), says(1, 1, bob, "a"), caughtUp, marker(2, 0, 0, 2), says(1, 2, bob, "b")},
			"public: a b\n"},
		{"erased messages do not count", []Action{public(0, 0), caughtUp, says(1, 1, bob, "")}, "public: \n"},
		{"nor do deleted ones", []Action{public(0, 0), caughtUp, names(1, 1, bob, "a"), names(1, 2, bob, "b"), Update{client.Event{Event: plausch.Event{Room: 1, Seq: 3, Kind: plausch.EventDelete, Actor: bob, Target: 1}}}},
			"public:  b (1/1)\n"},
		{"what the server counts is right", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), says(1, 2, bob, "b"), marker(0, 1, 0, 1), says(1, 3, bob, "c")}, "public: a b c (3/0)\n"},
		{"what one reads is read at once", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), names(1, 2, bob, "b"), Read{ByID(1), 1}, marker(0, 2, 1, 2)}, "public: a b (1/1)\n"},
		{"twice told is once shown", []Action{public(0, 0), says(1, 1, bob, "a"), says(1, 1, bob, "a")}, "public: a (1/0)\n"},
		{"a marker at the first unread", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), Read{ByID(1), 1}, says(1, 2, bob, "b"), says(1, 3, bob, "c"),
			Open{Room: ByID(1)}, says(1, 4, bob, "d"), Read{ByID(1), 4}}, "public: a | b c d\n"},
		{"no marker where one looks", []Action{public(0, 0), caughtUp, Open{Room: ByID(1)}, says(1, 1, bob, "a"), Read{ByID(1), 1}}, "public: a\n"},
		{"one where one looked away", []Action{public(0, 0), caughtUp, Open{Room: ByID(1)}, says(1, 1, bob, "a"), Read{ByID(1), 1}, Focus{false},
			says(1, 2, bob, "b"), says(1, 3, bob, "c"), Focus{true}}, "public: a | b c (2/0)\n"},
		{"the marker goes with the user", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), Open{Room: ByID(1)}, Open{}}, "public: a (1/0)\n"},
		{"a send waits", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic)}, "public: x… y…\n"},
		{"is acknowledged", []Action{public(0, 0), queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}}, "public: x✓\n"},
		{"and comes", []Action{public(0, 0), queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}, own(1, 1, "x")}, "public: x\n"},
		{"or comes first", []Action{public(0, 0), queued("x", inPublic), own(1, 1, "x"), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}}, "public: x\n"},
		{"or came before what is shown", []Action{queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 3}}, public(9, 5)}, "public:\n"},
		{"another's client id means nothing", []Action{public(0, 0), queued("x", inPublic), Update{client.Event{Event: plausch.Event{Room: 1, Seq: 1, Kind: plausch.EventMessage, Actor: bob, Text: "hm", ClientID: "x"}}}},
			"public: hm x… (1/0)\n"},
		{"or the server has forgotten it", []Action{public(0, 0), queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}, Update{client.State{Phase: client.Offline}}, online(),
			queued("y", inPublic), Update{client.Sent{ID: "y", Room: 1, Seq: 1}}, caughtUp}, "public: y✓\n"},
		{"or its room was left", []Action{joined(room(5, plausch.RoomPublic, "yard", 0), 0), queued("x", client.Outgoing{Room: 5}), queued("y", client.Outgoing{Room: 5}), queued("z", client.Outgoing{Room: 5}),
			Update{client.Sent{ID: "x", Room: 5, Seq: 1}}, Update{client.RoomLeft{Room: 5}}, Update{client.Sent{ID: "y", Room: 5, Seq: 2}}}, "yard: z…\n"},
		{"or its client is closed", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic), Reopen{}, queued("y", inPublic)}, "public: y…\n"},
		{"a refused send stays", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic), Update{client.Failed{ID: "x", Err: errors.New("no")}}}, "public: x! y…\n"},
		{"until it is dismissed", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic), Update{client.Failed{ID: "x", Err: errors.New("no")}}, Dismiss{"x"}, Dismiss{"y"}}, "public: y…\n"},
		{"a direct room that is not there yet", []Action{public(0, 0), queued("x", toBob), Draft{Room: ByPeer("BOB"), Text: "and"}}, "public:\nbob: x… [and]\n"},
		{"comes into being by an event", []Action{public(0, 0), caughtUp, queued("x", toBob), joined(direct(7, bob, 3), 0), join(7, 1, anna), join(7, 2, bob), own(7, 3, "x"), says(7, 4, bob, "hi")},
			"public:\nbob: x hi (1/0)\n"},
		{"or by the acknowledgement", []Action{public(0, 0), caughtUp, queued("x", toBob), Update{client.Sent{ID: "x", Room: 7, Seq: 3}}, joined(direct(7, bob, 3), 0), join(7, 1, anna), join(7, 2, bob), own(7, 3, "x")},
			"public:\nbob: x\n"},
		{"keeps what waits", []Action{public(0, 0), caughtUp, queued("x", toBob), Draft{Room: ByPeer("bob"), Text: "d"}, Open{Room: ByPeer("bob")}, joined(direct(7, bob, 2), 2), says(7, 3, bob, "hi"), queued("y", toBob)},
			"public:\nbob: .. hi x… y… (1/0) [d]\n"},
		{"is the same room", []Action{joined(direct(7, bob, 0), 0), queued("x", toBob), Open{Room: ByPeer("bob")}, Draft{Room: ByID(7), Text: "d"}}, "bob: x… [d]\n"},
		{"drafts", []Action{public(0, 0), Draft{Room: ByID(1), Text: "d"}, Draft{Room: ByID(1), Text: ""}, Draft{Room: ByID(9), Text: ""}}, "public:\n"},
		{"rooms in order", []Action{joined(direct(9, eve, 0), 0), joined(direct(8, bob, 0), 0), joined(room(7, plausch.RoomPrivate, "zoo", 0), 0),
			joined(room(6, plausch.RoomPublic, "attic", 0), 0), joined(room(5, plausch.RoomPublic, "yard", 0), 0), public(0, 0)},
			"public:\nattic:\nyard:\nzoo:\nbob:\neve:\n"},
		{"a room that was left", []Action{public(0, 0), joined(room(5, plausch.RoomPublic, "yard", 0), 0), says(5, 1, bob, "a"), Update{client.RoomLeft{Room: 5}}}, "public:\n"},
		{"stays while it is open", []Action{joined(room(5, plausch.RoomPublic, "yard", 0), 0), Open{Room: ByID(5)}, Update{client.RoomLeft{Room: 5}}}, "yard:\n"},
		{"comes back anew", []Action{caughtUp, joined(room(5, plausch.RoomPublic, "yard", 0), 0), says(5, 1, bob, "a"), Update{client.RoomLeft{Room: 5}}, joined(room(5, plausch.RoomPublic, "yard", 3), 1), says(5, 2, bob, "b"), says(5, 3, eve, "c"), says(5, 4, eve, "d")},
			"yard: .. b c d (1/0)\n"},
		{"a log that was cut", []Action{caughtUp, public(0, 0), says(1, 1, bob, "a"), says(1, 2, bob, "b"), Read{ByID(1), 2}, Update{client.RoomReset{Room: 1, Head: 1}}, says(1, 2, bob, "c")},
			"public: a c (1/0)\n"},
		{"older messages", []Action{public(5, 4), says(1, 5, bob, "e"), caughtUp, page(client.MessageQuery{Before: 5}, client.MessageState{AsOf: 5, Older: true, Newer: true}, 2, "b", "c", "d")},
			"public: .. b c d e\n"},
		{"the oldest ones", []Action{public(5, 4), says(1, 5, bob, "e"), page(client.MessageQuery{Forward: true}, client.MessageState{AsOf: 5, Newer: true}, 1, "a", "b")},
			"public: a b .. e\n"},
		{"a page that was read before the events that are known", []Action{public(5, 4), says(1, 5, bob, "e"), page(client.MessageQuery{Before: 5}, client.MessageState{AsOf: 3, Newer: true}, 1, "a", "b")},
			"public: .. e\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tl := newTester(0)
			for _, a := range test.do {
				tl.apply(a)
			}
			if got := draw(tl.Server); got != test.want {
				t.Errorf("the picture is\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestManyMessages(t *testing.T) {
	tl := newTester(10)
	tl.apply(joined(room(1, plausch.RoomPublic, "public", 0), 0))
	tl.apply(Update{client.CaughtUp{}})
	all := make([]plausch.Message, 0, 200)
	for n := range int64(200) {
		e := event(1, n+1, bob, fmt.Sprint(n+1))
		all = append(all, plausch.Message{Event: e})
		tl.apply(Update{client.Event{Event: e}})
	}
	r := tl.Room(ByID(1))
	check := func(what string, first, last int64, unread int) {
		t.Helper()
		n := len(r.Messages)
		if n != int(last-first+1) || r.Messages[0].Seq != first || r.Messages[n-1].Seq != last || r.Unread != unread {
			t.Errorf("%s there are the messages %d to %d, %d unread; want %d to %d, %d",
				what, r.Messages[0].Seq, r.Messages[n-1].Seq, r.Unread, first, last, unread)
		}
	}
	load := func(before int64) {
		from := max(0, before-1-20)
		tl.apply(Page{Room: 1, Query: client.MessageQuery{Before: before},
			MessageState: client.MessageState{Messages: all[from : before-1], AsOf: 200, Older: from > 0, Newer: before <= 200}})
	}
	check("before it is opened", 191, 200, plausch.MaxUnread)
	tl.apply(Open{Room: ByID(1)})
	for range 8 {
		load(r.Gaps()[0].Before)
	}
	check("paged back", 31, 70, plausch.MaxUnread)
	tl.apply(says(1, 201, bob, "201"))
	check("and with one more", 31, 70, plausch.MaxUnread)
	// To the end again, as from any page.
	load(201)
	if got, want := fmt.Sprint(r.Gaps()), "[{0 51} {70 181} {200 202}]"; got != want {
		t.Errorf("the gaps are %s, want %s", got, want)
	}
	tl.apply(Open{})
	check("closed", 191, 200, plausch.MaxUnread)
}

func TestTypingAndPresence(t *testing.T) {
	tl := newTester(0)
	tl.apply(joined(room(1, plausch.RoomPublic, "public", 0), 0))
	typing := func(a plausch.AccountRef) Action { return Update{client.Typing{Room: 1, Account: a}} }
	check := func(after, holds time.Duration, want ...plausch.AccountRef) {
		t.Helper()
		got, until := tl.Typing(start.Add(after), ByID(1))
		if !slices.Equal(got, want) || len(want) > 0 && !until.Equal(start.Add(holds)) {
			t.Errorf("after %v %v are typing until %v; want %v", after, got, until.Sub(start), want)
		}
	}
	tl.apply(typing(eve))
	tl.apply(typing(anna))
	tl.now = start.Add(time.Second)
	tl.apply(typing(bob))
	check(4*time.Second, client.TypingHolds, bob, eve)
	check(client.TypingHolds, client.TypingHolds+time.Second, bob)
	tl.apply(says(1, 1, bob, "done"))
	check(client.TypingHolds, 0)
	tl.apply(typing(eve))
	if c := tl.apply(Update{client.Presence{Account: bob, Presence: plausch.Away}}); !c.People || len(c.Rooms) > 0 {
		t.Errorf("a presence changes %+v", c)
	}
	if p := tl.Presence(bob.ID); p != plausch.Away {
		t.Errorf("bob is %s", p)
	}
	if c := tl.apply(Update{client.State{Phase: client.Offline}}); !c.People || !c.Status || !slices.Equal(c.Rooms, []Key{ByID(1)}) {
		t.Errorf("the loss of the connection changes %+v", c)
	}
	check(0, 0)
	if p := tl.Presence(bob.ID); p != plausch.Offline {
		t.Errorf("without a connection bob is %s", p)
	}
	tl.apply(Update{client.Typing{Room: 9, Account: bob}}) // a room that was just left
	if len(tl.Rooms()) != 1 {
		t.Errorf("there are the rooms\n%s", draw(tl.Server))
	}
}

// Two servers have rooms of the same ids, and nothing in common.
func TestServers(t *testing.T) {
	s := New(Options{})
	apply := func(id ServerID, a Action) Change { return s.Apply(start, id, a) }
	carla := plausch.AccountRef{ID: 2, Name: "carla"} // bob's id at home
	apply("home", online())
	apply("work", Update{client.State{Phase: client.Online, Account: carla}})
	for _, id := range []ServerID{"home", "work"} {
		apply(id, joined(room(1, plausch.RoomPublic, "public", 0), 0))
		apply(id, Update{client.CaughtUp{}})
		apply(id, Open{Room: ByID(1)})
	}
	apply("home", names(1, 1, bob, "@anna"))
	apply("work", says(1, 1, carla, "mine"))
	apply("work", says(1, 2, anna, "@anna"))
	if got, want := draw(s.Server("home"))+draw(s.Server("work")), "public: @anna (1/1)\npublic: mine @anna (1/0)\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if m, n := s.Unread(); m != 2 || n != 1 {
		t.Errorf("%d are unread, with %d mentions", m, n)
	}
	// One goes back to an older state; its rooms begin anew, the other's do not.
	apply("home", Draft{Room: ByID(1), Text: "d"})
	apply("home", Reopen{})
	apply("home", Update{client.RoomJoined{Room: room(1, plausch.RoomPublic, "public", 1), Read: plausch.ReadState{Marker: 1, AsOf: 1}, Epoch: "2"}})
	apply("home", says(1, 1, eve, "other"))
	apply("home", Update{client.CaughtUp{Epoch: "2"}})
	if got, want := draw(s.Server("home"))+draw(s.Server("work")), "public: other [d]\npublic: mine @anna (1/0)\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s.Server("home").Epoch() != "2" || s.Server("work").Epoch() != "" {
		t.Error("the epochs are mixed up")
	}
	s.Remove("home")
	if len(s.Servers()) != 1 || s.Server("home") != nil {
		t.Error("a removed server is still there")
	}
}

// Members are kept up to date by joins and leaves, as long as the room is open.
func TestMembers(t *testing.T) {
	tl := newTester(0)
	tl.apply(joined(room(5, plausch.RoomPublic, "yard", 0), 0))
	tl.apply(Update{client.CaughtUp{}})
	tl.apply(Open{Room: ByID(5)})
	change := func(seq int64, kind plausch.EventKind, who plausch.AccountRef) Action {
		return Update{client.Event{Event: plausch.Event{Room: 5, Seq: seq, Kind: kind, Actor: who, Member: who}}}
	}
	check := func(want ...string) {
		t.Helper()
		var got []string
		for _, m := range tl.Room(ByID(5)).Members {
			got = append(got, m.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the members are %v, want %v", got, want)
		}
	}
	tl.apply(change(1, plausch.EventJoin, bob))
	check()
	tl.apply(Members{5, 1, []client.Member{
		{Member: plausch.Member{AccountRef: bob}, Presence: plausch.Online}, {Member: plausch.Member{AccountRef: anna}},
	}})
	check("anna", "bob")
	tl.apply(change(2, plausch.EventJoin, eve))
	tl.apply(change(3, plausch.EventLeave, anna))
	check("bob", "eve")
	if tl.Presence(bob.ID) != plausch.Online || tl.Presence(eve.ID) != plausch.Offline {
		t.Error("who is there is not known")
	}
	tl.apply(Open{Room: ByID(1)})
	check()
	var people []string
	for _, p := range tl.People() {
		people = append(people, p.Name)
	}
	if got := strings.Join(people, " "); got != "anna bob eve" {
		t.Errorf("the people are %s", got)
	}
}

// What of a State was not read before the next is dropped, so that messages may come
// before it is known whose they are.
func TestAccountIsKnownLate(t *testing.T) {
	tl := &tester{state: New(Options{}), now: start}
	for _, a := range []Action{
		queued("x", client.Outgoing{Room: 1}), joined(room(1, plausch.RoomPublic, "public", 0), 0), Update{client.CaughtUp{}},
		own(1, 1, "x"), names(1, 2, bob, "@anna"), Update{client.Sent{ID: "x", Room: 1, Seq: 1}},
	} {
		tl.apply(a)
	}
	if got, want := draw(tl.Server), "public: x @anna (2/0)\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	tl.apply(online())
	r := tl.Room(ByID(1))
	if !r.Messages[0].Mine || r.Messages[0].Mention || r.Messages[1].Mine || !r.Messages[1].Mention || !r.Recount {
		t.Errorf("the messages are %+v, and to be counted again: %t", r.Messages, r.Recount)
	}
	tl.apply(Counts{1, "", r.MarkersTold(), plausch.ReadState{Unread: 1, Mentions: 1, AsOf: 2}})
	if got, want := draw(tl.Server), "public: x @anna (1/1)\n"; got != want || r.Recount {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
