package timeline

import (
	"errors"
	"fmt"
	"math/rand/v2"
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
	return Update{client.RoomJoined{Room: r, After: after}}
}

func says(id plausch.RoomID, seq int64, who plausch.AccountRef, text string) Action {
	return Update{client.Event{Event: event(id, seq, who, text)}}
}

func event(id plausch.RoomID, seq int64, who plausch.AccountRef, text string) plausch.Event {
	return plausch.Event{Room: id, Seq: seq, Kind: plausch.EventMessage, Actor: who, Text: text}
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

// draw is the picture as text: a line a room.
func draw(t *Timeline) string {
	var b strings.Builder
	for _, r := range t.Rooms() {
		fmt.Fprintf(&b, "%s:", r.Name)
		for _, m := range r.Messages {
			if m.Seq == r.Marker {
				b.WriteString(" |")
			}
			switch m.Kind {
			case plausch.EventMessage:
				fmt.Fprintf(&b, " %s", m.Text)
			default:
				fmt.Fprintf(&b, " %s(%s)", m.Kind, m.Member.Name)
			}
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
		if r.Draft != "" {
			fmt.Fprintf(&b, " [%s]", r.Draft)
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
	toBob := client.Outgoing{To: "Bob"}
	inPublic := client.Outgoing{Room: 1}
	tests := []struct {
		name string
		do   []Action
		want string
	}{
		{"what was there is read", []Action{public(2, 0), says(1, 1, bob, "a"), says(1, 2, bob, "b"), caughtUp}, "public: a b\n"},
		{"what is new is not", []Action{public(1, 0), says(1, 1, bob, "a"), caughtUp, says(1, 2, bob, "b")}, "public: a b (1/0)\n"},
		{"own messages and joins do not count", []Action{public(0, 0), caughtUp, own(1, 1, "x"), join(1, 2, bob)}, "public: x join(bob)\n"},
		{"mentions", []Action{public(0, 0), caughtUp, says(1, 1, bob, "@Anna!"), says(1, 2, bob, "annatar @annatar x@anna"), says(1, 3, anna, "@anna")},
			"public: @Anna! annatar @annatar x@anna @anna (2/1)\n"},
		{"twice told is once shown", []Action{public(0, 0), says(1, 1, bob, "a"), says(1, 1, bob, "a")}, "public: a (1/0)\n"},
		{"a marker at the first unread", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), Read{ByID(1), 1}, says(1, 2, bob, "b"), says(1, 3, bob, "c"),
			Open{ByID(1)}, says(1, 4, bob, "d"), Read{ByID(1), 4}}, "public: a | b c d\n"},
		{"no marker where one looks", []Action{public(0, 0), caughtUp, Open{ByID(1)}, says(1, 1, bob, "a"), Read{ByID(1), 1}}, "public: a\n"},
		{"one where one looked away", []Action{public(0, 0), caughtUp, Open{ByID(1)}, says(1, 1, bob, "a"), Read{ByID(1), 1}, Focus{false},
			says(1, 2, bob, "b"), says(1, 3, bob, "c"), Focus{true}}, "public: a | b c (2/0)\n"},
		{"the marker goes with the user", []Action{public(0, 0), caughtUp, says(1, 1, bob, "a"), Open{ByID(1)}, Open{}}, "public: a (1/0)\n"},
		{"a send waits", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic)}, "public: x… y…\n"},
		{"is acknowledged", []Action{public(0, 0), queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}}, "public: x✓\n"},
		{"and comes", []Action{public(0, 0), queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}, own(1, 1, "x")}, "public: x\n"},
		{"or comes first", []Action{public(0, 0), queued("x", inPublic), own(1, 1, "x"), Update{client.Sent{ID: "x", Room: 1, Seq: 1}}}, "public: x\n"},
		{"or came before what is shown", []Action{queued("x", inPublic), Update{client.Sent{ID: "x", Room: 1, Seq: 3}}, public(9, 5)}, "public:\n"},
		{"another's client id means nothing", []Action{public(0, 0), queued("x", inPublic), Update{client.Event{Event: plausch.Event{Room: 1, Seq: 1, Kind: plausch.EventMessage, Actor: bob, Text: "hm", ClientID: "x"}}}},
			"public: hm x… (1/0)\n"},
		{"a refused send stays", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic), Update{client.Failed{ID: "x", Err: errors.New("no")}}}, "public: x! y…\n"},
		{"until it is dismissed", []Action{public(0, 0), queued("x", inPublic), queued("y", inPublic), Update{client.Failed{ID: "x", Err: errors.New("no")}}, Dismiss{"x"}, Dismiss{"y"}}, "public: y…\n"},
		{"a direct room that is not there yet", []Action{public(0, 0), queued("x", toBob), Draft{ByPeer("BOB"), "and"}}, "public:\nbob: x… [and]\n"},
		{"comes into being by an event", []Action{public(0, 0), caughtUp, queued("x", toBob), joined(direct(7, bob, 3), 0), join(7, 1, anna), join(7, 2, bob), own(7, 3, "x"), says(7, 4, bob, "hi")},
			"public:\nbob: join(anna) join(bob) x hi (1/0)\n"},
		{"or by the acknowledgement", []Action{public(0, 0), caughtUp, queued("x", toBob), Update{client.Sent{ID: "x", Room: 7, Seq: 3}}, joined(direct(7, bob, 3), 0), join(7, 1, anna), join(7, 2, bob), own(7, 3, "x")},
			"public:\nbob: join(anna) join(bob) x\n"},
		{"keeps what waits", []Action{public(0, 0), caughtUp, queued("x", toBob), Draft{ByPeer("bob"), "d"}, Open{ByPeer("bob")}, joined(direct(7, bob, 2), 2), says(7, 3, bob, "hi"), queued("y", toBob)},
			"public:\nbob: hi x… y… (1/0) [d]\n"},
		{"is the same room", []Action{joined(direct(7, bob, 0), 0), queued("x", toBob), Open{ByPeer("bob")}, Draft{ByID(7), "d"}}, "bob: x… [d]\n"},
		{"drafts", []Action{public(0, 0), Draft{ByID(1), "d"}, Draft{ByID(1), ""}, Draft{ByID(9), ""}}, "public:\n"},
		{"rooms in order", []Action{joined(direct(9, eve, 0), 0), joined(direct(8, bob, 0), 0), joined(room(7, plausch.RoomPrivate, "zoo", 0), 0),
			joined(room(6, plausch.RoomPublic, "attic", 0), 0), joined(room(5, plausch.RoomPublic, "yard", 0), 0), public(0, 0)},
			"public:\nattic:\nyard:\nzoo:\nbob:\neve:\n"},
		{"a room that was left", []Action{public(0, 0), joined(room(5, plausch.RoomPublic, "yard", 0), 0), says(5, 1, bob, "a"), Update{client.RoomLeft{Room: 5}}}, "public:\n"},
		{"stays while it is open", []Action{joined(room(5, plausch.RoomPublic, "yard", 0), 0), Open{ByID(5)}, Update{client.RoomLeft{Room: 5}}}, "yard:\n"},
		{"comes back as it was", []Action{caughtUp, joined(room(5, plausch.RoomPublic, "yard", 0), 0), says(5, 1, bob, "a"), Update{client.RoomLeft{Room: 5}}, joined(room(5, plausch.RoomPublic, "yard", 3), 1), says(5, 2, bob, "b")},
			"yard: a b (2/0)\n"},
		{"a log that was cut", []Action{caughtUp, public(0, 0), says(1, 1, bob, "a"), says(1, 2, bob, "b"), Read{ByID(1), 2}, Update{client.RoomReset{Room: 1, Head: 1}}, says(1, 2, bob, "c")},
			"public: a c (1/0)\n"},
		{"older messages", []Action{public(5, 4), says(1, 5, bob, "e"), caughtUp, Older{1, []plausch.Event{event(1, 2, bob, "b"), event(1, 3, bob, "c"), event(1, 4, bob, "d"), event(1, 5, bob, "e")}}},
			"public: b c d e\n"},
		{"older ones that do not join on", []Action{public(5, 4), says(1, 5, bob, "e"), Older{1, []plausch.Event{event(1, 1, bob, "a"), event(1, 2, bob, "b")}}}, "public: e\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tl := New(0)
			tl.Apply(start, online())
			for _, a := range test.do {
				tl.Apply(start, a)
			}
			if got := draw(tl); got != test.want {
				t.Errorf("the picture is\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	tl := New(10)
	tl.Apply(start, online())
	tl.Apply(start, joined(room(1, plausch.RoomPublic, "public", 0), 0))
	tl.Apply(start, Update{client.CaughtUp{}})
	all := make([]plausch.Event, 0, 200)
	for n := range int64(200) {
		e := event(1, n+1, bob, fmt.Sprint("@anna ", n+1))
		all = append(all, e)
		tl.Apply(start, Update{client.Event{Event: e}})
	}
	r := tl.Room(ByID(1))
	if len(r.Messages) != 10 || r.Unread != 200 || r.Mentions != 200 || !r.Older() || r.Before() != 191 {
		t.Fatalf("%d messages, %d unread, %d mentions, before %d", len(r.Messages), r.Unread, r.Mentions, r.Before())
	}
	for range 8 {
		before := r.Before()
		tl.Apply(start, Older{1, all[max(0, before-1-20) : before-1]})
	}
	if len(r.Messages) > maxGrowth*10 || r.Unread != 200 {
		t.Errorf("paged back it has %d messages and %d unread", len(r.Messages), r.Unread)
	}
	tl.Apply(start, Read{ByID(1), 195})
	if r.Unread != 5 || r.Mentions != 5 {
		t.Errorf("%d unread and %d mentions are left of 5", r.Unread, r.Mentions)
	}
	tl.Apply(start, Open{ByID(1)})
	tl.Apply(start, Open{ByID(2)})
	if len(r.Messages) != 10 || r.Unread != 5 {
		t.Errorf("closed it has %d messages and %d unread", len(r.Messages), r.Unread)
	}
}

func TestTypingAndPresence(t *testing.T) {
	tl := New(0)
	tl.Apply(start, online())
	tl.Apply(start, joined(room(1, plausch.RoomPublic, "public", 0), 0))
	typing := func(a plausch.AccountRef) Action { return Update{client.Typing{Room: 1, Account: a}} }
	check := func(after time.Duration, want ...plausch.AccountRef) {
		t.Helper()
		if got := tl.Typing(start.Add(after), ByID(1)); !slices.Equal(got, want) {
			t.Errorf("after %v %v are writing; want %v", after, got, want)
		}
	}
	tl.Apply(start, typing(eve))
	tl.Apply(start, typing(anna))
	tl.Apply(start.Add(time.Second), typing(bob))
	check(4*time.Second, bob, eve)
	check(client.TypingHolds, bob)
	tl.Apply(start, says(1, 1, bob, "done"))
	check(client.TypingHolds)
	tl.Apply(start, typing(eve))
	tl.Apply(start, Update{client.Presence{Account: bob, Presence: plausch.Away}})
	if p := tl.Presence(bob.ID); p != plausch.Away {
		t.Errorf("bob is %s", p)
	}
	tl.Apply(start, Update{client.State{Phase: client.Offline}})
	check(0)
	if p := tl.Presence(bob.ID); p != plausch.Offline {
		t.Errorf("without a connection bob is %s", p)
	}
}

// TestAnyOrder tells what happened in every order that the client may: events
// of a room and sends keep their own order, everything else does not.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		// The truth: two rooms and a direct one, with sends among the messages.
		var rooms [3][]Action
		rooms[2] = []Action{joined(direct(3, bob, 0), 0)}
		var sends []Action
		var acks [][2]Action
		seqs := [3]int64{}
		unread := [3]int{}
		for i := range 40 {
			n := rnd.IntN(3)
			seqs[n]++
			id := plausch.RoomID(n + 1)
			switch rnd.IntN(3) {
			case 0:
				name := fmt.Sprintf("s%02d", i)
				to := client.Outgoing{Room: id}
				if n == 2 {
					to = client.Outgoing{To: "bob"}
				}
				q := queued(name, to)
				sends = append(sends, q)
				rooms[n] = append(rooms[n], own(id, seqs[n], name))
				acks = append(acks, [2]Action{q, Update{client.Sent{ID: name, Room: id, Seq: seqs[n]}}})
			case 1:
				rooms[n] = append(rooms[n], says(id, seqs[n], bob, fmt.Sprintf("b%02d", i)))
				unread[n]++
			default:
				rooms[n] = append(rooms[n], Update{client.Event{Event: plausch.Event{Room: id, Seq: seqs[n], Kind: plausch.EventJoin, Actor: eve, Member: eve}}})
			}
		}
		tl := New(0)
		apply := func(a Action) { tl.Apply(start, a) }
		apply(online())
		apply(joined(room(1, plausch.RoomPublic, "public", 0), 0))
		apply(joined(room(2, plausch.RoomPublic, "attic", 0), 0))
		apply(Update{client.CaughtUp{}})

		// A Sent needs its Queued to be told before, and so does its event.
		told := map[string]bool{}
		needs := func(a Action) string {
			switch u := a.(Update).Update.(type) {
			case client.Sent:
				return u.ID
			case client.Event:
				if u.ClientID != "" {
					return u.ClientID
				}
			}
			return ""
		}
		queues := [][]Action{rooms[0], rooms[1], rooms[2], sends}
		for _, a := range acks {
			queues = append(queues, []Action{a[1]})
		}
		for len(queues) > 0 {
			if rnd.IntN(10) == 0 {
				apply(Update{client.State{Phase: client.Offline}})
				apply(online())
			}
			i := rnd.IntN(len(queues))
			a := queues[i][0]
			if id := needs(a); id != "" && !told[id] {
				continue
			}
			if q, ok := a.(Update).Update.(client.Queued); ok {
				told[q.ID] = true
			}
			apply(a)
			if rnd.IntN(10) == 0 {
				apply(a) // the same again changes nothing
			}
			if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
				queues = slices.Delete(queues, i, i+1)
			}
		}
		for n := range 3 {
			r := tl.Room(ByID(plausch.RoomID(n + 1)))
			if int64(len(r.Messages)) != seqs[n] || len(r.Sends) != 0 || r.Unread != unread[n] {
				t.Fatalf("seed %d: room %d has %d of %d messages, %d of %d unread, and still %v\n%s",
					seed, n+1, len(r.Messages), seqs[n], r.Unread, unread[n], r.Sends, draw(tl))
			}
			for i, m := range r.Messages {
				if m.Seq != int64(i+1) {
					t.Fatalf("seed %d: room %d has seq %d at %d", seed, n+1, m.Seq, i)
				}
			}
		}
		if rooms := tl.Rooms(); len(rooms) != 3 {
			t.Fatalf("seed %d: %d rooms\n%s", seed, len(rooms), draw(tl))
		}
	}
}
