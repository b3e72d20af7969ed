package api_test

import (
	"context"
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestInvalidParams shows what those who write a client are told.
func TestInvalidParams(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ who, method, params, want string }{
		{"nobody", "sign_in", `{}`, "say who you are: a token, or a name"},
		{"nobody", "sign_in", `{"password":"open sesame"}`, "say who you are: a token, or a name"},
		{"member", "room.get", `{}`, "say which room: room or name"},
		{"member", "room.join", `{}`, "say which room: room or name"},
		{"member", "room.leave", `{"room":0,"name":""}`, "say which room: room or name"},
		{"member", "room.list", `{"limit":-1}`, "limit cannot be negative"},
		{"member", "member.list", `{"room":1,"limit":-1}`, "limit cannot be negative"},
		{"member", "history", `{"room":1,"limit":-1}`, "limit cannot be negative"},
		{"member", "history", `{"room":1,"after":-1}`, "after and before are seqs: they cannot be negative"},
		{"member", "history", `{"room":1,"before":-1}`, "after and before are seqs: they cannot be negative"},
		{"member", "history", `{"room":"1"}`, "params do not fit the method: "},
		{"member", "message.send", `{"room":1,"text":5}`, "params do not fit the method: "},
		{"member", "message.send", `{"text":"hi"}`, "say where the message goes: room or to"},
		{"member", "message.send", `{"room":1,"to":"maker","text":"hi"}`, "a message goes to a room or to somebody, not both"},
		{"member", "message.send", `{"to":"member","text":"hi"}`, "you cannot write to yourself"},
		{"member", "message.send", `{"room":1}`, "the text is empty"},
		{"member", "presence.set", `{"presence":"away"}`, "subscribe first: "},
	} {
		replied := make(chan error, 1)
		w.api.Call(context.Background(), w.caller(c.who), c.method,
			func(b protocol.Body) error { return protocol.JSON.Decode([]byte(c.params), b) },
			func(_ protocol.Body, err error) { replied <- err })
		err := <-replied
		if plausch.CodeOf(err) != plausch.Invalid || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s %s: got the error %v of code %q, want %q", c.method, c.params, err, plausch.CodeOf(err), c.want)
		}
	}
}
