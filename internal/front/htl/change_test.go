package htl_test

import (
	"testing"

	"plausch/internal/server/servertest"
	"plausch/protocol"
)

// TestChangesOfMessages does to messages what this protocol cannot say: an edit is
// told in words, and all else not at all.
func TestChangesOfMessages(t *testing.T) {
	s := servertest.Start(t)
	anna := newNative(t, s, "anna")
	bob := dial(t, s.HTL, framed)
	bob.auth("bob", "")
	bob.skip("bob is here")
	call := func(method string, params protocol.Body) (sent protocol.MessageSent) {
		t.Helper()
		if err := anna.conn.Call(t.Context(), method, params, &sent); err != nil {
			t.Fatal(err)
		}
		return sent
	}
	first := call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "hello"})
	bob.wantText("anna", "all", "hello")
	call(protocol.MethodMessageEdit, &protocol.MessageEdit{Room: 1, Seq: first.Seq, Text: "hallo"})
	bob.wantText("SERVER", "all", "anna changed: hallo")
	private := call(protocol.MethodMessageSend, &protocol.MessageSend{To: "bob", Text: "psst"})
	bob.wantText("anna", "bob", "psst")
	call(protocol.MethodMessageEdit, &protocol.MessageEdit{Room: private.Room, Seq: private.Seq, Text: "pst"})
	bob.wantText("SERVER", "bob", "anna changed: pst")
	call(protocol.MethodMessageReact, &protocol.MessageReact{Room: 1, Seq: first.Seq, Emoji: "👍"})
	call(protocol.MethodMessageDelete, &protocol.MessageRef{Room: 1, Seq: first.Seq})
	call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Details: &protocol.Details{Scheme: "openpgp", Sealed: "wV4D"}})
	bob.wantText("anna", "all", "[encrypted]")
}
