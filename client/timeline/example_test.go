package timeline_test

import (
	"fmt"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// A program applies what the clients of its servers tell, and draws again what changed.
// The updates come from client.Client.Updates; here they are written down.
func Example() {
	anna, bob := plausch.AccountRef{ID: 1, Name: "anna"}, plausch.AccountRef{ID: 2, Name: "bob"}
	garden := plausch.Room{ID: 7, Kind: plausch.RoomPublic, Name: "garden", Head: 41}
	says := func(seq int64, text string) client.Event {
		e := plausch.Event{Room: 7, Seq: seq, Kind: plausch.EventMessage, Actor: bob, Text: text}
		if strings.Contains(text, "@anna") { // which the server finds out
			e.Details = &plausch.Details{Mentions: []plausch.AccountID{anna.ID}}
		}
		return client.Event{Event: e}
	}

	const home timeline.ServerID = "chat.example.org:443+tls" // client.Address.Key
	state := timeline.New(timeline.Options{})
	for _, u := range []client.Update{
		client.State{Phase: client.Online, Account: anna},
		client.RoomJoined{Room: garden, After: 40, Read: plausch.ReadState{Marker: 41, AsOf: 41}},
		says(41, "The roses are in bloom."),
		client.CaughtUp{},
		says(42, "@anna: come and look!"),
	} {
		change := state.Apply(time.Now(), home, timeline.Update{Update: u})
		for _, key := range change.Rooms {
			if r := state.Server(home).Room(key); r != nil {
				fmt.Printf("%s: %d messages, %d unread, %d for you\n", r.Title(), len(r.Messages), r.Unread, r.Mentions)
			}
		}
	}

	// The user opens the room, reads on, and scrolls up to where something is missing.
	key := timeline.ByID(garden.ID)
	state.Apply(time.Now(), home, timeline.Open{Room: key})
	r := state.Server(home).Room(key)
	for _, m := range r.Messages {
		if m.Seq == r.Divider() {
			fmt.Println("--- new ---")
		}
		fmt.Println(client.CleanLine(m.Actor.Shown()), client.Clean(m.Text))
	}
	state.Apply(time.Now(), home, timeline.Read{Room: key, Seq: r.Last()})
	fmt.Println("unread:", r.Unread, "missing before:", r.Gaps()[0].Before)
	// Output:
	// garden: 0 messages, 0 unread, 0 for you
	// garden: 1 messages, 0 unread, 0 for you
	// garden: 2 messages, 1 unread, 1 for you
	// bob The roses are in bloom.
	// --- new ---
	// bob @anna: come and look!
	// unread: 0 missing before: 41
}
