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

// chatOf returns a chat of bob in a room with messages of anna, which prints to out.
func chatOf(t *testing.T, room plausch.Room, out *bytes.Buffer) (*chat, *bellScreen) {
	t.Helper()
	me := plausch.AccountRef{ID: 1, Name: "bob"}
	s := &bellScreen{plainScreen: plainScreen{Writer: out}}
	r := &renderer{columns: s.columns, now: time.Now}
	c := &chat{screen: s, render: r, bell: true}
	c.reset()
	c.take(client.State{Phase: client.Connecting})
	c.apply(timeline.Update{Update: client.State{Phase: client.Online, Account: me}})
	c.take(client.RoomJoined{Room: room})
	c.apply(timeline.Open{Room: timeline.ByID(room.ID)})
	c.started = true
	return c, s
}

func says(room plausch.RoomID, seq int64, who plausch.AccountRef, text string) client.Event {
	return client.Event{Event: plausch.Event{Room: room, Seq: seq, Kind: plausch.EventMessage, Actor: who, Text: text}}
}

// clockless returns what was printed since the last time, without times and days.
func clockless(out *bytes.Buffer) string {
	var lines []string
	for line := range strings.Lines(out.String()) {
		if _, text, ok := strings.Cut(line, " "); ok && !strings.HasPrefix(line, "—") {
			lines = append(lines, strings.TrimSpace(text))
		}
	}
	out.Reset()
	return strings.Join(lines, "\n")
}

func TestMessagesOfBlockedPeopleAreFolded(t *testing.T) {
	anna := plausch.AccountRef{ID: 2, Name: "anna"}
	carl := plausch.AccountRef{ID: 3, Name: "carl"}
	var out bytes.Buffer
	c, s := chatOf(t, plausch.Room{ID: 2, Kind: plausch.RoomPrivate, Name: "den"}, &out)
	out.Reset()
	c.take(client.Block{Account: anna, Blocked: true})
	c.take(says(2, 1, anna, "@bob secret"))
	c.take(client.Event{Event: plausch.Event{Room: 2, Seq: 2, Kind: plausch.EventEdit, Actor: anna, Target: 1, Text: "secret, too"}})
	if got := clockless(&out); got != "* a message of anna, whom you block" {
		t.Errorf("it prints %q", got)
	}
	if s.rung > 0 {
		t.Error("somebody who is blocked rings")
	}
	c.take(client.Personal{Personal: plausch.Personal{Room: 2, Seq: 3, Hidden: true}})
	c.take(says(2, 3, carl, "hidden elsewhere"))
	c.take(says(2, 4, carl, "hello"))
	if got := clockless(&out); got != "carl: hello" {
		t.Errorf("with a hidden message it prints %q", got)
	}
	c.take(client.Block{Account: anna})
	c.showRecent(c.opened())
	if got := clockless(&out); got != "anna: secret, too (edited)\ncarl: hello" {
		t.Errorf("after the end of the block it prints %q", got)
	}
}

func TestSeenIsSaidOnceInTheOpenDirectRoom(t *testing.T) {
	anna := plausch.AccountRef{ID: 2, Name: "anna"}
	var out bytes.Buffer
	c, _ := chatOf(t, plausch.Room{ID: 7, Kind: plausch.RoomDirect, Peer: anna}, &out)
	c.take(says(7, 1, anna, "hi"))
	c.take(says(7, 2, c.timeline().Account(), "hello"))
	out.Reset()
	c.take(client.Seen{Room: 7, Seq: 1})
	if out.Len() > 0 {
		t.Errorf("what was not seen is said to be: %q", out.String())
	}
	c.take(client.Seen{Room: 7, Seq: 2})
	if want := "* Seen " + c.opened().SeenAt.Local().Format("15:04") + "\n"; out.String() != want {
		t.Errorf("it prints %q, want %q", out.String(), want)
	}
	out.Reset()
	c.take(says(7, 3, anna, "well"))
	out.Reset()
	c.take(client.Seen{Room: 7, Seq: 3})
	if out.Len() > 0 {
		t.Errorf("it is said again: %q", out.String())
	}
}

func TestARemindersTimeHasCome(t *testing.T) {
	var out bytes.Buffer
	c, s := chatOf(t, plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"}, &out)
	out.Reset()
	of := plausch.Message{Event: says(2, 5, plausch.AccountRef{ID: 2, Name: "anna"}, "water the roses").Event}
	c.take(client.Reminder{Reminder: plausch.Reminder{ID: 1, Message: of}})
	if out.Len() > 0 || s.rung > 0 {
		t.Errorf("it reminds when it is set: %q", out.String())
	}
	c.take(client.Reminder{Reminder: plausch.Reminder{ID: 1, Due: true, Message: of}})
	if want := "* Reminder of #5 in garden, by anna: water the roses\n"; out.String() != want || s.rung != 1 {
		t.Errorf("it prints %q and rings %d times, want %q", out.String(), s.rung, want)
	}
}

func TestTheBellGoesByLevelAndMute(t *testing.T) {
	anna := plausch.AccountRef{ID: 2, Name: "anna"}
	for name, tt := range map[string]struct {
		kind  plausch.RoomKind
		room  plausch.RoomPreference
		rings bool
	}{
		"direct":             {kind: plausch.RoomDirect, rings: true},
		"direct, muted":      {kind: plausch.RoomDirect, room: plausch.RoomPreference{MuteUntil: time.Now().Add(time.Hour)}},
		"direct, nothing":    {kind: plausch.RoomDirect, room: plausch.RoomPreference{Level: plausch.NotifyNothing}},
		"private":            {kind: plausch.RoomPrivate},
		"public":             {kind: plausch.RoomPublic},
		"public, everything": {kind: plausch.RoomPublic, room: plausch.RoomPreference{Level: plausch.NotifyEverything}, rings: true},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			c, s := chatOf(t, plausch.Room{ID: 2, Kind: tt.kind, Name: "den", Peer: anna}, &out)
			c.take(client.RoomPreference{Room: 2, RoomPreference: tt.room})
			c.take(says(2, 1, anna, "hi"))
			if (s.rung == 1) != tt.rings {
				t.Errorf("it rings %d times", s.rung)
			}
		})
	}
}
