package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"plausch"
)

// conversation is a record in which all is well: two senders, two rooms, and a
// reader who came late to the first.
func conversation() record {
	r := record{
		sends:   map[string][]sent{},
		history: map[plausch.RoomID][]plausch.Event{},
		heard:   map[string]map[plausch.RoomID][]plausch.Event{"reader": {}},
	}
	at := time.UnixMilli(1_790_000_000_000)
	for room := plausch.RoomID(1); room <= 2; room++ {
		if room == 2 {
			r.history[room] = append(r.history[room], plausch.Event{Room: room, Seq: 1, Time: at, Kind: plausch.EventJoin,
				Actor: plausch.AccountRef{ID: 1, Name: "anna"}, Member: plausch.AccountRef{ID: 1, Name: "anna"}})
		}
		for i := range 10 {
			who := plausch.AccountRef{ID: plausch.AccountID(1 + i%2), Name: []string{"anna", "bert"}[i%2]}
			s := sent{id: fmt.Sprintf("%d-%d", room, i), text: fmt.Sprintf("%s-%d-%d", who.Name, room, i)}
			s.acked = place{room, int64(len(r.history[room]) + 1)}
			r.sends[who.Name] = append(r.sends[who.Name], s)
			r.history[room] = append(r.history[room], plausch.Event{Room: room, Seq: s.acked.seq, Time: at,
				Kind: plausch.EventMessage, Actor: who, Text: s.text, ClientID: s.id})
		}
	}
	r.heard["reader"][1] = slices.Clone(r.history[1][4:])
	r.heard["reader"][2] = slices.Clone(r.history[2])
	return r
}

// renumber gives events the seqs of their places.
func renumber(events []plausch.Event) []plausch.Event {
	for i := range events {
		events[i].Seq = int64(i) + 1
	}
	return events
}

func TestChecker(t *testing.T) {
	tests := map[string]struct {
		damage func(*record)
		want   []string
	}{
		"all is well": {func(*record) {}, nil},
		"the last message is lost": {func(r *record) {
			r.history[1] = r.history[1][:9]
			r.heard["reader"][1] = r.heard["reader"][1][:5]
		}, []string{lost}},
		"a message is lost and the others close up": {func(r *record) {
			r.history[2] = renumber(slices.Delete(r.history[2], 3, 4))
			delete(r.heard, "reader")
		}, []string{lost, moved}},
		"a message leaves a gap": {func(r *record) {
			r.history[2] = slices.Delete(r.history[2], 3, 4)
			delete(r.heard, "reader")
		}, []string{gap, lost}},
		"a message is doubled": {func(r *record) {
			r.history[1] = renumber(append(r.history[1], r.history[1][6]))
			delete(r.heard, "reader")
		}, []string{doubled}},
		"a message is doubled in another room": {func(r *record) {
			e := r.history[2][6]
			e.Room = 1
			r.history[1] = renumber(append(r.history[1], e))
			delete(r.heard, "reader")
		}, []string{doubled, moved}},
		"two messages of a sender change places": {func(r *record) {
			h := r.history[1]
			h[2], h[4] = h[4], h[2]
			renumber(h)
			r.sends["anna"][1].acked, r.sends["anna"][2].acked = r.sends["anna"][2].acked, r.sends["anna"][1].acked
			delete(r.heard, "reader")
		}, []string{reordered}},
		"two messages change places after they were acknowledged": {func(r *record) {
			h := r.history[1]
			h[2], h[3] = h[3], h[2]
			renumber(h)
			delete(r.heard, "reader")
		}, []string{moved}},
		"a message has another text": {func(r *record) {
			r.history[2][5].Text = "something else"
			delete(r.heard, "reader")
		}, []string{invented, lost}},
		"a message has another sender": {func(r *record) {
			r.history[2][5].Actor.Name = "bert"
			delete(r.heard, "reader")
		}, []string{invented, lost}},
		"a message comes from nowhere": {func(r *record) {
			e := r.history[1][9]
			e.Seq, e.ClientID, e.Text = 11, "", "boo"
			r.history[1] = append(r.history[1], e)
			delete(r.heard, "reader")
		}, []string{invented}},
		"the first message is missing": {func(r *record) {
			r.history[2] = r.history[2][1:]
			delete(r.heard, "reader")
		}, []string{gap}},
		"a message was never acknowledged": {func(r *record) {
			r.sends["anna"][2].acked = place{}
		}, []string{unfulfilled}},
		"a reader misses a message": {func(r *record) {
			r.heard["reader"][1] = slices.Delete(r.heard["reader"][1], 2, 3)
		}, []string{misheard}},
		"a reader hears a message twice": {func(r *record) {
			r.heard["reader"][1] = slices.Insert(r.heard["reader"][1], 2, r.heard["reader"][1][2])
		}, []string{misheard}},
		"a reader hears two messages in another order": {func(r *record) {
			h := r.heard["reader"][1]
			h[2], h[3] = h[3], h[2]
		}, []string{misheard}},
		"a reader does not hear the last message": {func(r *record) {
			r.heard["reader"][2] = r.heard["reader"][2][:10]
		}, []string{misheard}},
		"a reader hears what was taken back": {func(r *record) {
			e := r.heard["reader"][2][10]
			e.Seq++
			r.heard["reader"][2] = append(r.heard["reader"][2], e)
		}, []string{misheard}},
		"a reader hears another text": {func(r *record) {
			r.heard["reader"][2][3].Text = "something else"
		}, []string{misheard}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := conversation()
			test.damage(&r)
			found := check(r)
			if got := kinds(found); !slices.Equal(got, test.want) {
				t.Errorf("the checker found %v, want %v:\n%v", got, test.want, found)
			}
		})
	}
}
