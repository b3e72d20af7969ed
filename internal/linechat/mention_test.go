package linechat

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// bellScreen is a plain screen that counts how often it rings.
type bellScreen struct {
	plainScreen
	rung int
}

func (s *bellScreen) bell() { s.rung++ }

func TestWhatIsForTheUserRings(t *testing.T) {
	me := plausch.AccountRef{ID: 1, Name: "bob", Display: "Bob B."}
	anna := plausch.AccountRef{ID: 2, Name: "anna"}
	garden := plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"}
	direct := plausch.Room{ID: 3, Kind: plausch.RoomDirect, Peer: anna}
	for name, tt := range map[string]struct {
		room  plausch.Room
		from  plausch.AccountRef
		kind  plausch.EventKind
		text  string
		seq   int64
		quiet bool
		rings bool
	}{
		"direct":        {direct, anna, plausch.EventMessage, "hi", 6, false, true},
		"of oneself":    {direct, me, plausch.EventMessage, "bob", 6, false, false},
		"others":        {garden, anna, plausch.EventMessage, "hello all", 6, false, false},
		"name":          {garden, anna, plausch.EventMessage, "Ask bob.", 6, false, false},
		"mentioned":     {garden, anna, plausch.EventMessage, "@bob: look", 6, false, true},
		"not a message": {garden, anna, plausch.EventJoin, "", 6, false, false},
		"from before":   {direct, anna, plausch.EventMessage, "hi", 5, false, false},
		"switched off":  {direct, anna, plausch.EventMessage, "hi", 6, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s := &bellScreen{plainScreen: plainScreen{Writer: &out}}
			r := &renderer{columns: s.columns, now: time.Now}
			c := &chat{screen: s, render: r, bell: !tt.quiet}
			c.reset()
			r.mention = mentionOf(me)
			tt.room.Head = 5
			c.apply(timeline.Update{Update: client.State{Phase: client.Online, Account: me}})
			c.apply(timeline.Update{Update: client.RoomJoined{Room: tt.room, After: tt.seq - 1, Read: plausch.ReadState{Marker: 5, AsOf: 5}}})
			c.started = true
			e := plausch.Event{Room: tt.room.ID, Seq: tt.seq, Kind: tt.kind, Actor: tt.from, Member: tt.from, Text: tt.text}
			if strings.Contains(tt.text, "@bob") { // which the server finds out
				e.Details = &plausch.Details{Mentions: []plausch.AccountID{me.ID}}
			}
			c.event(client.Event{Event: e})
			if got := s.rung == 1; got != tt.rings || s.rung > 1 {
				t.Errorf("it rings %d times, want %v", s.rung, tt.rings)
			}
			if unread := c.timeline().Room(timeline.ByID(tt.room.ID)).Unread; (unread == 1) != (tt.from != me && tt.kind == plausch.EventMessage && tt.seq > 5) {
				t.Errorf("%d messages are unread", unread)
			}
		})
	}
}

func TestNamesAreHighlighted(t *testing.T) {
	r := &renderer{columns: func() int { return 0 }, colour: true, now: time.Now, mention: mentionOf(plausch.AccountRef{ID: 1, Name: "bob"})}
	e := plausch.Event{Kind: plausch.EventMessage, Actor: plausch.AccountRef{ID: 2, Name: "anna"}, Text: "Bob, ask @bob about bobby"}
	const on, off = "\x1b[" + styleMention + "m", "\x1b[0m"
	if got, want := shown(r, e, ""), on+"Bob"+off+", ask "+on+"@bob"+off+" about bobby\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want %q at its end", got, want)
	}
	r.colour = false
	if got := shown(r, e, ""); strings.Contains(got, "\x1b") {
		t.Errorf("without colours: %q", got)
	}
}
