package gateway

import (
	"slices"
	"testing"

	"plausch"
	"plausch/protocol"
)

// presenceRecorder is a front that keeps who it was told of.
type presenceRecorder struct {
	Front
	moved []Presence
	here  []string
}

func (f *presenceRecorder) Presence(moved []Presence, here []string) [][]byte {
	f.moved, f.here = moved, here
	return nil
}

// TestPresenceWaitsOnce has a crowd come and go while nothing can be written: no
// more of it is kept than is told in the end.
func TestPresenceWaitsOnce(t *testing.T) {
	front := new(presenceRecorder)
	s := &Session{front: front, server: &Server{}}
	o := &s.out
	o.init(s)
	change := func(id int64, name string, p plausch.Presence) {
		account := protocol.Account{ID: id, Name: name}
		o.Deliver(protocol.PreparePush(protocol.Frame{Presence: []protocol.PresenceChange{{Account: account, Presence: string(p)}}}))
	}
	o.noteConnected(plausch.AccountRef{ID: 1, Name: "anna"})
	o.noteConnected(plausch.AccountRef{ID: 2, Name: "bob"})
	for id := range int64(10000) {
		change(100+id, "passer", plausch.Online)
		change(100+id, "passer", plausch.Offline)
	}
	change(1, "anna", plausch.Away) // is no going
	change(2, "bob", plausch.Offline)
	change(3, "carol", plausch.Online)
	change(4, "dora", plausch.Online)
	change(4, "dora", plausch.Away)
	if len(o.held) > 1000 || len(o.presenceChanges) != 3 {
		t.Errorf("%d items and %d accounts wait", len(o.held), len(o.presenceChanges))
	}
	o.renderPresence()
	want := []Presence{{Name: "bob"}, {Name: "carol", Connected: true}, {Name: "dora", Connected: true}}
	if !slices.Equal(front.moved, want) || !slices.Equal(front.here, []string{"anna", "carol", "dora"}) {
		t.Errorf("it is told of %+v, and that %v are here", front.moved, front.here)
	}
}
