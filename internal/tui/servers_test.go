package tui

import (
	"context"
	"testing"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// Two servers stand in one window, with rooms of the same ids and nothing in common.
func TestTwoServers(t *testing.T) {
	var sessions []*session
	for _, address := range []string{"tcp://127.0.0.1:7528", "tcp://127.0.0.2:7528"} {
		a, err := client.ParseAddress(address)
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, newSession(&connect.Login{Address: a, Name: "anna"}, nil, true))
	}
	w := &window{T: t, Model: newModel(context.Background(), Options{}, sessions), session: sessions[0], seqs: make(map[plausch.RoomID]int64), wall: start}
	w.texts = &english
	w.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	for _, s := range sessions {
		w.session = s
		w.tell(client.State{Phase: client.Online, Account: anna})
		w.join(plausch.Room{ID: 1, Kind: plausch.RoomPublic, Name: "public"})
		w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
		w.caughtUp()
	}
	w.says(1, bob, "on the second")
	w.shows("127.0.0.1:7528", "127.0.0.2:7528", "1 #public", "2 #garden", "3 #public      1", "4 #garden", "[3(1)]")
	w.lacks("on the second")
	w.whole()
	w.write("half a line")
	w.press("alt+3")
	w.shows("on the second")
	w.lacks("half a line")
	w.write("to the second")
	w.press("enter")
	if len(sessions[0].queue) != 0 || len(sessions[1].queue) != 1 {
		t.Error("the message goes to the wrong server")
	}
	w.press("ctrl+n", "ctrl+n")
	w.shows("half a line")
	w.press("ctrl+k")
	w.write("gard")
	if n := len(w.picker.shown); n != 2 {
		t.Errorf("%d gardens are offered", n)
	}
	w.tell(client.State{Phase: client.Offline, Err: client.ErrLost})
	w.press("esc")
	w.lacks("Connection lost")
}
