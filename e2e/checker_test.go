package e2e

import (
	"fmt"
	"maps"
	"slices"

	"plausch"
)

// place is where a message is.
type place struct {
	room plausch.RoomID
	seq  int64
}

// sent is a message as its sender knows it.
type sent struct {
	id    string // client id
	text  string // the sender's name and a counter
	acked place  // zero until the server has acknowledged it
}

// record is what senders, readers and history know of the same conversation.
type record struct {
	sends   map[string][]sent                             // by sender, in the order in which they were sent first
	history map[plausch.RoomID][]plausch.Event            // read back at the end, from seq 1
	heard   map[string]map[plausch.RoomID][]plausch.Event // by reader: live and by resume, in the order of hearing
}

// violation is a broken promise.
type violation struct {
	kind   string // one of the constants below
	detail string
}

const (
	lost        = "lost"        // acknowledged, but not in history
	moved       = "moved"       // acknowledged as another seq than history's
	doubled     = "doubled"     // in history more than once
	reordered   = "reordered"   // a sender's messages in another order than sent
	invented    = "invented"    // in history, but nobody sent it, or not so
	gap         = "gap"         // history's seqs are not 1, 2, 3 ...
	misheard    = "misheard"    // a reader heard something else than history has
	unfulfilled = "unfulfilled" // never acknowledged at all
)

func (v violation) String() string { return v.kind + ": " + v.detail }

// check returns every promise that r shows to be broken:
// acknowledged ⊆ read, nothing twice, per-sender order, gapless seqs, nothing
// invented, and what readers heard is what history says.
func check(r record) []violation {
	var found []violation
	broken := func(kind, format string, args ...any) {
		found = append(found, violation{kind, fmt.Sprintf(format, args...)})
	}

	// Client ids are unique per sender only.
	type key struct{ sender, id string }
	order := map[key]int{}
	for sender, sends := range r.sends {
		for i, s := range sends {
			order[key{sender, s.id}] = i
		}
	}
	at := map[key]place{}
	for _, room := range slices.Sorted(maps.Keys(r.history)) {
		events := r.history[room]
		newest := map[string]int{} // by sender, the latest send of it so far
		for i, e := range events {
			if e.Seq != int64(i)+1 || e.Room != room {
				broken(gap, "event %d of room %d says it is %d of room %d", i+1, room, e.Seq, e.Room)
			}
			if e.Kind != plausch.EventMessage {
				continue
			}
			k := key{e.Actor.Name, e.ClientID}
			n, known := order[k]
			if !known || r.sends[k.sender][n].text != e.Text {
				broken(invented, "%s never sent %q as %q", k.sender, e.Text, k.id)
				continue
			}
			if first, twice := at[k]; twice {
				broken(doubled, "%q of %s is at %v and %v", e.Text, k.sender, first, place{room, e.Seq})
				continue
			}
			at[k] = place{room, e.Seq}
			if last, ok := newest[k.sender]; ok && n < last {
				broken(reordered, "%q of %s stands behind %q", e.Text, k.sender, r.sends[k.sender][last].text)
			}
			newest[k.sender] = n
		}
	}

	for sender, sends := range r.sends {
		for _, s := range sends {
			where, kept := at[key{sender, s.id}]
			switch {
			case s.acked == place{}:
				broken(unfulfilled, "%q of %s was never acknowledged", s.text, sender)
			case !kept:
				broken(lost, "%q of %s was acknowledged as %v", s.text, sender, s.acked)
			case where != s.acked:
				broken(moved, "%q of %s was acknowledged as %v and is %v", s.text, sender, s.acked, where)
			}
		}
	}

	for reader, rooms := range r.heard {
		for room, events := range rooms {
			for _, v := range mishearings(events, r.history[room]) {
				broken(misheard, "%s in room %d: %s", reader, room, v)
			}
		}
	}
	return found
}

// mishearings compares what was heard of a room with its history, from the
// first event heard to the end.
func mishearings(heard, history []plausch.Event) []string {
	if len(heard) == 0 {
		return nil
	}
	from := heard[0].Seq - 1
	if from < 0 || from > int64(len(history)) {
		return []string{fmt.Sprintf("began with seq %d of %d", from+1, len(history))}
	}
	want := history[from:]
	for i := range min(len(heard), len(want)) {
		if h, w := heard[i], want[i]; !sameEvent(h, w) {
			return []string{fmt.Sprintf("heard %d %q of %s where history has %d %q of %s",
				h.Seq, h.Text, h.Actor.Name, w.Seq, w.Text, w.Actor.Name)}
		}
	}
	if len(heard) != len(want) {
		return []string{fmt.Sprintf("heard %d events, history has %d", len(heard), len(want))}
	}
	return nil
}

// sameEvent compares all but the names, which are those of now in history.
func sameEvent(a, b plausch.Event) bool {
	return a.Room == b.Room && a.Seq == b.Seq && a.Time.Equal(b.Time) && a.Kind == b.Kind &&
		a.Actor.ID == b.Actor.ID && a.Member.ID == b.Member.ID && a.Text == b.Text && a.ClientID == b.ClientID
}

// kinds returns the kinds of vs, each once.
func kinds(vs []violation) []string {
	set := map[string]bool{}
	for _, v := range vs {
		set[v.kind] = true
	}
	return slices.Sorted(maps.Keys(set))
}
