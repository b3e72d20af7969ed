package api_test

import (
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestBlocked has member block maker: maker cannot write to it, edit, react, type or bring it
// into rooms, and learns of it nowhere; in rooms of more people nothing changes.
func TestBlocked(t *testing.T) {
	w := newWorld(t)
	other, maker := w.listen("member"), w.listen("maker")
	w.must("member", protocol.MethodRoomLeave, &protocol.RoomRef{Room: w.den})
	w.must("member", protocol.MethodBlockAdd, &protocol.BlockName{Name: "Maker"})
	if b := other.block(); !b.Blocked || b.Account.Name != "maker" {
		t.Errorf("the other device hears %+v", b)
	}
	for what, c := range map[string]struct {
		who, method string
		params      protocol.Body
		want        plausch.Code
	}{
		"to the room":         {"maker", protocol.MethodMessageSend, &protocol.MessageSend{Room: w.direct, Text: "x"}, forbidden},
		"to the name":         {"maker", protocol.MethodMessageSend, &protocol.MessageSend{To: "member", Text: "x"}, forbidden},
		"an edit":             {"maker", protocol.MethodMessageEdit, &protocol.MessageEdit{Room: w.direct, Seq: 3, Text: "x"}, forbidden},
		"a reaction":          {"maker", protocol.MethodMessageReact, &protocol.MessageReact{Room: w.direct, Seq: 3, Emoji: "👍"}, forbidden},
		"a pin":               {"maker", protocol.MethodMessagePin, &protocol.MessageRef{Room: w.direct, Seq: 3}, forbidden},
		"into a room":         {"maker", protocol.MethodMemberAdd, &protocol.MemberChange{Room: w.den, Name: "member"}, forbidden},
		"the blocker writes":  {"member", protocol.MethodMessageSend, &protocol.MessageSend{To: "maker", Text: "x"}, forbidden},
		"typing":              {"maker", protocol.MethodTyping, &protocol.TypingSet{Room: w.direct}, ok},
		"a deletion":          {"maker", protocol.MethodMessageDelete, &protocol.MessageRef{Room: w.direct, Seq: 4}, ok},
		"in a room of others": {"maker", protocol.MethodMessageSend, &protocol.MessageSend{Room: w.hall, Text: "hello"}, ok},
		"others add":          {"admin", protocol.MethodMemberAdd, &protocol.MemberChange{Room: w.den, Name: "member"}, ok},
	} {
		if _, err := w.call(c.who, c.method, c.params); plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	w.must("member", protocol.MethodBlockRemove, &protocol.BlockName{Name: "maker"})
	if b := other.block(); b.Blocked {
		t.Errorf("the other device hears %+v of the end", b)
	}
	w.must("maker", protocol.MethodMessageSend, &protocol.MessageSend{To: "member", Text: "the end"})
	for p := range maker {
		if p.Push().Block != nil {
			t.Errorf("the maker hears %+v", p.Push().Block)
		}
		if e := p.Events(); len(e) > 0 && e[0].Text == "the end" {
			return
		}
	}
}

// block waits for the next push of a block, and counts typing as a mistake.
func (p pushed) block() protocol.Block {
	for prepared := range p {
		if b := prepared.Push().Block; b != nil {
			return *b
		}
	}
	return protocol.Block{}
}

// TestBlockedTyping: neither of the two is told that the other is writing.
func TestBlockedTyping(t *testing.T) {
	w := newWorld(t)
	can := func(who string, room int64) bool {
		t.Helper()
		can, err := w.core.CanType(t.Context(), w.caller(who).Account(), plausch.RoomID(room))
		if err != nil {
			t.Fatal(err)
		}
		return can
	}
	if !can("maker", w.direct) || !can("member", w.direct) {
		t.Error("nobody is blocked, and nobody is told")
	}
	w.must("member", protocol.MethodBlockAdd, &protocol.BlockName{Name: "maker"})
	if can("maker", w.direct) || can("member", w.direct) || !can("maker", w.den) {
		t.Error("who is blocked is told of, or in a room of more people is not")
	}
}
