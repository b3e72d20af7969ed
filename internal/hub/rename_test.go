package hub

import (
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

// pushed is a session that hands on what it is sent.
type pushed chan protocol.Frame

func (p pushed) Deliver(prepared *protocol.Prepared) {
	frame := prepared.Frames(protocol.Format{Codec: protocol.JSON, Framing: protocol.LengthPrefix})
	f, err := protocol.JSON.DecodeFrame(frame[4:])
	if err != nil {
		panic(err)
	}
	p <- f
}

func (p pushed) Offer(prepared *protocol.Prepared) bool {
	p.Deliver(prepared)
	return true
}

func TestRenameIsSeenByThoseWhoAreThere(t *testing.T) {
	h := New(new(bus.Local))
	defer h.Close()
	bob := plausch.Account{ID: 2, Name: "bob"}
	pushes := make(pushed, 100)
	none := func() ([]plausch.RoomID, error) { return nil, nil }
	a, err := h.Subscribe(pushes, bob, Wants{Presence: true}, none)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Unsubscribe()
	bob.Display, bob.Status = "Bobby", plausch.Status{Text: "away", Until: time.Now().Add(time.Hour)}
	h.UpdateAccount(bob)
	h.UpdateAccount(plausch.Account{ID: 3, Name: "nobody"}) // who is not here
	if here := h.ConnectedAccounts(); len(here) != 1 || here[0] != bob.Ref() {
		t.Errorf("here are %+v, want %+v", here, bob)
	}
	for f := range pushes { // the first may be from before
		if len(f.Presence) > 0 && f.Presence[0].Account.Ref() == bob.Ref() {
			if status := f.Presence[0].Status; status == nil || status.Text != "away" || status.Until == 0 {
				t.Errorf("the status is %+v", status)
			}
			break
		}
	}
}
