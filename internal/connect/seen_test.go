package connect

import (
	"os"
	"testing"

	"plausch"
)

func TestSeen(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("XDG_STATE_HOME", folder)
	login := func(server string) *Login {
		t.Helper()
		f := Flags{Server: server, Name: "anna"}
		l, err := f.Login()
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := login("tcp://127.0.0.1:1")
	if _, known := l.Seen("e1", 7); known {
		t.Error("something is known at first")
	}
	save := func(s Seen) {
		t.Helper()
		if err := l.SaveSeen(s); err != nil {
			t.Fatal(err)
		}
	}
	save(Seen{Epoch: "e1", Account: 7, Rooms: map[plausch.RoomID]int64{1: 10, 2: 20, 3: 5}})
	save(Seen{Epoch: "e1", Account: 7, Rooms: map[plausch.RoomID]int64{1: 8, 2: 25}}) // of another chat
	got, known := login("tcp://127.0.0.1:1").Seen("e1", 7)
	if !known || len(got.Rooms) != 2 || got.Rooms[1] != 10 || got.Rooms[2] != 25 {
		t.Errorf("%v, %v", got, known)
	}
	for name, of := range map[string]struct {
		l       *Login
		epoch   string
		account plausch.AccountID
	}{
		"an older state of the server": {l, "e2", 7},
		"another account of the name":  {l, "e1", 8},
		"another server":               {login("tcp://127.0.0.1:2"), "e1", 7},
		"a KTN server":                 {login("ktn://127.0.0.1:1"), "e1", 7},
	} {
		if _, known := of.l.Seen(of.epoch, of.account); known {
			t.Errorf("%s has read it, too", name)
		}
	}
	for _, damaged := range []string{"", "{", "null", `{"rooms":5}`, `{"epoch":"e1","account":7}`} {
		if err := os.WriteFile(l.seenFile(), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, known := l.Seen("e1", 7); known {
			t.Errorf("%q is something", damaged)
		}
		save(Seen{Epoch: "e1", Account: 7, Rooms: map[plausch.RoomID]int64{1: 1}})
		if _, known := l.Seen("e1", 7); !known {
			t.Errorf("after %q nothing can be kept any more", damaged)
		}
	}
}
