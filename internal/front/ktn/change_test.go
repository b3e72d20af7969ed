package ktn_test

import (
	"testing"

	native "plausch/client"
	"plausch/internal/server/servertest"
	"plausch/protocol"
)

// TestChangesOfMessages does to messages what this protocol cannot say: an edit is
// told in words, and all else not at all.
func TestChangesOfMessages(t *testing.T) {
	s := servertest.Start(t)
	anna, err := native.Dial(t.Context(), "tcp://"+s.Address, native.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer anna.Close()
	if _, err := anna.SignIn(t.Context(), protocol.SignIn{Name: "anna"}); err != nil {
		t.Fatal(err)
	}
	call := func(method string, params protocol.Body) (sent protocol.MessageSent) {
		t.Helper()
		if err := anna.Call(t.Context(), method, params, &sent); err != nil {
			t.Fatal(err)
		}
		return sent
	}
	bob := dial(t, s.KTN)
	bob.request("login", "bob")
	bob.wantInfo("Login successful")
	first := call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "hello"})
	bob.want("anna", "message", "hello")
	call(protocol.MethodMessageEdit, &protocol.MessageEdit{Room: 1, Seq: first.Seq, Text: "hallo"})
	bob.wantInfo("anna changed: hallo")
	private := call(protocol.MethodMessageSend, &protocol.MessageSend{To: "bob", Text: "psst"})
	bob.want("anna", "message", "(private) psst")
	call(protocol.MethodMessageEdit, &protocol.MessageEdit{Room: private.Room, Seq: private.Seq, Text: "pst"})
	bob.wantInfo("(private) anna changed: pst")
	call(protocol.MethodMessageReact, &protocol.MessageReact{Room: 1, Seq: first.Seq, Emoji: "👍"})
	call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Target: first.Seq, Text: "an answer"})
	bob.want("anna", "message", "an answer")
	call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Details: &protocol.Details{Scheme: "openpgp", Sealed: "wV4D"}})
	bob.want("anna", "message", "[encrypted]")
	gone := call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "oops"})
	bob.want("anna", "message", "oops")
	call(protocol.MethodMessageDelete, &protocol.MessageRef{Room: 1, Seq: gone.Seq})
	call(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "bye"})
	bob.want("anna", "message", "bye")
	// Who comes later sees the messages as they are now.
	eve := dial(t, s.KTN)
	eve.request("login", "eve")
	eve.wantInfo("Login successful")
	for _, text := range []string{"hallo", "an answer", "[encrypted]", "(deleted)", "bye"} {
		eve.want("anna", "message", text)
	}
	eve.leave()
}
