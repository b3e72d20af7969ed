package server_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestTheOldProtocolsShowWhatWasErased reads a message whose author is gone, with
// all that it wrote.
func TestTheOldProtocolsShowWhatWasErased(t *testing.T) {
	address, _ := start(t, t.TempDir())
	maker := dial(t, address, protocol.Format{})
	maker.enter("maker")
	maker.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: int64(plausch.PublicRoom), Text: "psst"}, &protocol.MessageSent{})
	watcher := dial(t, address, protocol.Format{})
	watcher.enter("watcher")
	maker.must(protocol.MethodAccountDelete, &protocol.AccountDelete{Erase: true}, &protocol.Empty{})
	for watcher.event().Kind != plausch.EventDelete {
	} // the texts are gone when the room's log says so

	ktn := dialKTN(t, address)
	ktn.ask("login", "reader", "info")
	if _, says := ktn.ask("history", "", "message"); !strings.Contains(says, `"(deleted)"`) || strings.Contains(says, "psst") {
		t.Errorf("the history of KTN is %s", says)
	}
	htl := dialHTL(t, address)
	htl.send("auth", map[string]any{"user": "other"})
	for {
		m, _ := htl.await("text")
		if m["author"] == "deleted" {
			if m["content"] != "(deleted)" {
				t.Errorf("htl shows %v", m)
			}
			return
		}
	}
}
