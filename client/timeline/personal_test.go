package timeline

import (
	"slices"
	"testing"
	"time"

	"plausch"
	"plausch/client"
)

// talk returns a state with a room of anna, bob and eve, in which there are the messages
// 1 to 4 of bob, eve, anna and bob.
func talk() *tester {
	s := newTester(100)
	s.apply(joined(room(1, plausch.RoomPublic, "public", 0), 0))
	s.apply(says(1, 1, bob, "one"))
	s.apply(says(1, 2, eve, "two"))
	s.apply(own(1, 3, "three"))
	s.apply(says(1, 4, bob, "four"))
	return s
}

func (t *tester) seqs(is func(*Message) bool) (seqs []int64) {
	for i := range t.Room(ByID(1)).Messages {
		if m := &t.Room(ByID(1)).Messages[i]; is(m) {
			seqs = append(seqs, m.Seq)
		}
	}
	return seqs
}

func (t *tester) hidden() []int64  { return t.seqs(func(m *Message) bool { return m.Hidden }) }
func (t *tester) saved() []int64   { return t.seqs(func(m *Message) bool { return m.Saved }) }
func (t *tester) blocked() []int64 { return t.seqs(func(m *Message) bool { return m.Blocked }) }

func personal(seq int64, hidden, saved bool) Action {
	return Update{client.Personal{Personal: plausch.Personal{Room: 1, Seq: seq, Hidden: hidden, Saved: saved}}}
}

func TestMessagesThatAreHiddenAndSaved(t *testing.T) {
	s := talk()
	want := func(what string, hidden, saved []int64) {
		t.Helper()
		if !slices.Equal(s.hidden(), hidden) || !slices.Equal(s.saved(), saved) {
			t.Errorf("%s: %d are hidden and %d saved, want %d and %d", what, s.hidden(), s.saved(), hidden, saved)
		}
	}
	if c := s.apply(personal(1, true, true)); !slices.Equal(c.Rooms, []Key{ByID(1)}) {
		t.Errorf("hiding a message changes %v", c.Rooms)
	}
	want("told", []int64{1}, []int64{1})
	asked := s.PersonalTold()
	s.apply(personal(1, false, true))
	s.apply(personal(5, true, false))
	s.apply(says(1, 5, bob, "five"))
	want("before its message", []int64{5}, []int64{1})
	s.apply(Hidden{Told: asked, Messages: []plausch.Personal{{Room: 1, Seq: 1, Hidden: true}, {Room: 1, Seq: 2, Hidden: true}}})
	want("a list that is older than what was told", []int64{2, 5}, []int64{1})
	s.apply(Saved{Told: s.PersonalTold(), Messages: []plausch.SavedMessage{{Message: plausch.Message{Event: event(1, 4, bob, "four")}}}})
	want("a list of saved ones", []int64{2, 5}, []int64{1, 4})
	s.apply(Hidden{Told: s.PersonalTold()})
	want("a list without any", nil, []int64{1, 4})
	s.apply(personal(4, true, false))
	s.apply(Update{client.RoomReset{Room: 1, Head: 3, Epoch: "older"}})
	s.apply(says(1, 4, bob, "another"))
	want("another message in the place of one", nil, []int64{1})
}

func TestMessagesOfWhoIsBlocked(t *testing.T) {
	s := talk()
	block := func(who plausch.AccountRef, on bool) Action { return Update{client.Block{Account: who, Blocked: on}} }
	if c := s.apply(block(bob, true)); !slices.Equal(c.Rooms, []Key{ByID(1)}) || !c.People {
		t.Errorf("a block changes %+v", c)
	}
	s.apply(says(1, 5, bob, "five"))
	if got := s.blocked(); !slices.Equal(got, []int64{1, 4, 5}) {
		t.Errorf("%d are of somebody who is blocked", got)
	}
	s.apply(Update{client.Typing{Room: 1, Account: bob}})
	if who, _ := s.Typing(s.now, ByID(1)); len(who) > 0 {
		t.Errorf("%v types, who is blocked", who)
	}
	asked := s.BlocksTold()
	s.apply(block(bob, false))
	s.apply(Blocks{Told: asked, Accounts: []plausch.AccountRef{bob, eve}})
	if got := s.blocked(); !slices.Equal(got, []int64{2}) {
		t.Errorf("%d are of somebody who is blocked, after the end of a block and an older list", got)
	}
	s.apply(Blocks{Told: s.BlocksTold()})
	if got := s.blocked(); got != nil {
		t.Errorf("%d are of somebody who is blocked, and nobody is", got)
	}
}

func TestSeenInADirectRoom(t *testing.T) {
	s := newTester(100)
	s.apply(Update{client.RoomJoined{Room: direct(7, bob, 4), After: 4, Read: plausch.ReadState{Marker: 4, AsOf: 4, Seen: 3}}})
	r := s.Room(ByID(7))
	if r.Seen != 3 || !r.SeenAt.IsZero() {
		t.Errorf("at first %d was seen, at %v", r.Seen, r.SeenAt)
	}
	s.now = start.Add(time.Minute)
	s.apply(Update{client.Seen{Room: 7, Seq: 4}})
	if r.Seen != 4 || !r.SeenAt.Equal(s.now) {
		t.Errorf("then %d was seen, at %v", r.Seen, r.SeenAt)
	}
	s.apply(Update{client.Marker{Room: 7, ReadState: plausch.ReadState{Marker: 4, AsOf: 4}}})
	if r.Seen != 4 {
		t.Errorf("a marker of the account's own takes away what the other one has seen")
	}
	s.apply(Update{client.Block{Account: bob, Blocked: true}})
	if r.Seen != 0 {
		t.Errorf("of somebody who is blocked is shown what they have seen")
	}
}

func TestStatusTexts(t *testing.T) {
	s := newTester(100)
	away := plausch.Status{Text: "on holiday", Until: start.Add(time.Hour)}
	if c := s.apply(Update{client.Presence{Account: bob, Presence: plausch.Online, Status: away}}); !c.People {
		t.Error("a status is nothing to draw")
	}
	if got := s.Status(start, bob.ID); got != away {
		t.Errorf("bob says %+v", got)
	}
	if got := s.Status(start.Add(time.Hour), bob.ID); got != (plausch.Status{}) {
		t.Errorf("bob says %+v when it has ended", got)
	}
	if c := s.apply(Update{client.Presence{Account: bob, Presence: plausch.Online}}); !c.People || s.Status(start, bob.ID) != (plausch.Status{}) {
		t.Error("a status does not end")
	}
	s.apply(joined(room(1, plausch.RoomPublic, "public", 0), 0))
	s.apply(Open{Room: ByID(1)})
	s.apply(Members{Room: 1, Members: []client.Member{{Member: plausch.Member{AccountRef: eve, Status: away}}}})
	if got := s.Status(start, eve.ID); got != away {
		t.Errorf("eve says %+v", got)
	}
	s.apply(Update{client.State{Phase: client.Offline}})
	if got := s.Status(start, eve.ID); got != (plausch.Status{}) {
		t.Errorf("eve says %+v, without a connection", got)
	}
}

func TestWhatIsNotKeptGoes(t *testing.T) {
	s := talk()
	answer := event(1, 5, eve, "five")
	answer.Target = 1
	s.apply(Update{client.Event{Event: answer}})
	r := s.Room(ByID(1))
	if r.Unread != 4 || r.Message(5).Quote == nil {
		t.Fatalf("%d are unread, the answer quotes %v", r.Unread, r.Message(5).Quote)
	}
	if c := s.apply(Update{client.RoomTrimmed{Room: 1, First: 4}}); !slices.Equal(c.Rooms, []Key{ByID(1)}) {
		t.Errorf("retention changes %v", c.Rooms)
	}
	if got := s.seqs(func(*Message) bool { return true }); !slices.Equal(got, []int64{4, 5}) || len(r.Gaps()) > 0 {
		t.Errorf("there are %d and gaps %v", got, r.Gaps())
	}
	if q := r.Message(5).Quote; q != nil {
		t.Errorf("an answer shows %q, which is not kept", q.Text)
	}
	if !r.Recount {
		t.Error("what is unread is not counted anew")
	}
	s.apply(Counts{Room: 1, Told: r.MarkersTold(), ReadState: plausch.ReadState{Unread: 2, AsOf: 5}})
	if r.Unread != 2 || r.Recount {
		t.Errorf("%d are unread, to be counted anew: %t", r.Unread, r.Recount)
	}
	s.apply(Update{client.RoomTrimmed{Room: 1, First: 9}})
	s.apply(says(1, 9, bob, "nine"))
	if got := s.seqs(func(*Message) bool { return true }); !slices.Equal(got, []int64{9}) || r.First != 9 || len(r.Gaps()) > 0 {
		t.Errorf("there are %d from %d on, and gaps %v", got, r.First, r.Gaps())
	}
	again := room(1, plausch.RoomPublic, "public", 10)
	again.First = 10
	s.apply(Reopen{})
	s.apply(joined(again, 9))
	if got := s.seqs(func(*Message) bool { return true }); got != nil {
		t.Errorf("a new client says that nothing before 10 is kept, and there are %d", got)
	}
}

func TestAnOlderStateOfTheServerKeepsMore(t *testing.T) {
	s := newTester(100)
	of := room(1, plausch.RoomPublic, "public", 9)
	of.First = 9
	s.apply(joined(of, 8))
	s.apply(says(1, 9, bob, "nine"))
	s.apply(Update{client.RoomReset{Room: 1, Head: 5, Epoch: "older"}})
	s.apply(Update{client.RoomTrimmed{Room: 1, First: 3}})
	if gaps := s.Room(ByID(1)).Gaps(); !slices.Equal(gaps, []Gap{{After: 2, Before: 6}}) {
		t.Errorf("to be loaded are %v", gaps)
	}
}

func TestWhatNotifies(t *testing.T) {
	const everything, mentions, nothing = plausch.NotifyEverything, plausch.NotifyMentions, plausch.NotifyNothing
	hour := start.Add(time.Hour)
	for name, tt := range map[string]struct {
		kind    plausch.RoomKind
		account plausch.NotifyLevel
		room    plausch.RoomPreference
		named   bool
		want    bool
	}{
		"public":                {kind: plausch.RoomPublic},
		"public, named":         {kind: plausch.RoomPublic, named: true, want: true},
		"private":               {kind: plausch.RoomPrivate, want: true},
		"direct":                {kind: plausch.RoomDirect, want: true},
		"direct, mentions":      {kind: plausch.RoomDirect, account: mentions, want: true},
		"private, mentions":     {kind: plausch.RoomPrivate, account: mentions},
		"private, own nothing":  {kind: plausch.RoomPrivate, room: plausch.RoomPreference{Level: nothing}, named: true},
		"direct, own mentions":  {kind: plausch.RoomDirect, room: plausch.RoomPreference{Level: mentions}},
		"public, everything":    {kind: plausch.RoomPublic, account: everything, want: true},
		"nothing, own all":      {kind: plausch.RoomPublic, account: nothing, room: plausch.RoomPreference{Level: everything}, want: true},
		"direct, muted":         {kind: plausch.RoomDirect, room: plausch.RoomPreference{MuteUntil: hour}},
		"direct, mute has gone": {kind: plausch.RoomDirect, room: plausch.RoomPreference{MuteUntil: start}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTester(100)
			s.apply(Preferences{Preferences: plausch.Preferences{Level: tt.account}})
			of := room(1, tt.kind, "garden", 0)
			of.Peer = bob
			s.apply(Update{client.RoomJoined{Room: of}})
			s.apply(Update{client.RoomPreference{Room: 1, RoomPreference: tt.room}})
			if s.apply(says(1, 1, bob, "hi")); tt.named {
				s.apply(names(1, 1+1, bob, "anna"))
			}
			r := s.Room(ByID(1))
			if got := s.Notifies(start, r, r.Message(r.Last())); got != tt.want {
				t.Errorf("it notifies: %t", got)
			}
			s.apply(Update{client.Block{Account: bob, Blocked: true}})
			if s.Notifies(start, r, r.Message(r.Last())) {
				t.Error("somebody who is blocked notifies")
			}
		})
	}
}
