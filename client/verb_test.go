package client_test

import (
	"reflect"
	"strings"
	"testing"

	"plausch/client"
	"plausch/internal/api"
	"plausch/internal/core"
	"plausch/internal/store"
)

// otherNames has the methods that are not called by the verb and the noun of their
// name on the wire: how the client and the core call them, "-" if nobody there does.
var otherNames = map[string]struct{ client, core, why string }{
	"hello":                 {"-", "Server", "Dial says hello"},
	"ping":                  {"Ping", "-", "nothing is behind it"},
	"sign_in":               {"SignIn", "SignInToken", "there are several ways to"},
	"sign_out":              {"SignOut", "SignOut", "no noun"},
	"subscribe":             {"Subscribe", "MemberRooms", "the hub does it"},
	"claim":                 {"Claim", "Claim", "no noun"},
	"history":               {"History", "History", "no verb"},
	"typing":                {"Typing", "MayType", "the hub tells it"},
	"account.role":          {"SetRole", "SetRole", "no verb"},
	"audit.list":            {"ListAudit", "ListAudit", "no plural"},
	"message.send":          {"Send", "SendMessage", "it is what a client is for"},
	"attachment.upload":     {"Upload", "UploadAttachment", "as message.send"},
	"attachment.get":        {"Download", "OpenAttachment", "it is written to where one says"},
	"avatar.get":            {"DownloadAvatar", "OpenAvatar", "as attachment.get"},
	"passkey.sign_in_begin": {"BeginSignInPasskey", "BeginSignInPasskey", "two verbs"},
	"presence.list":         {"ListPresences", "-", "the hub knows it"},
	"presence.set":          {"SetPresence", "-", "the hub keeps it"},
	"webhook.post":          {"-", "PostWebhook", "the client's is a function: who posts has no account"},
}

// storeVerbs are the methods that the store has of the same name.
var storeVerbs = []string{
	"account.list", "audit.list", "device.list", "device.revoke", "invite.create", "invite.list", "invite.revoke",
	"member.list", "passkey.delete", "passkey.list", "room.list", "webhook.create", "webhook.delete", "webhook.list",
}

// goName returns what a method is called in Go: RevokeDevice for device.revoke.
func goName(method string) string {
	noun, verb, _ := strings.Cut(method, ".")
	name := ""
	for _, word := range strings.Split(verb+"_"+noun, "_") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	if verb == "list" {
		name += "s"
	}
	return name
}

// TestOneVerbOnEveryFloor holds what docs/architecture.md says of names: a method is
// called by the same verb and noun from the wire to the store.
func TestOneVerbOnEveryFloor(t *testing.T) {
	has := func(name string, types ...reflect.Type) bool {
		for _, typ := range types {
			if _, ok := typ.MethodByName(name); ok {
				return true
			}
		}
		return name == "-"
	}
	clients := []reflect.Type{reflect.TypeFor[*client.Client](), reflect.TypeFor[*client.Conn]()}
	cores := []reflect.Type{reflect.TypeFor[*core.Core](), reflect.TypeFor[*core.Admin]()}
	known := map[string]bool{}
	for _, m := range api.Methods() {
		known[m.Name] = true
		inClient, inCore := "", ""
		if other, ok := otherNames[m.Name]; ok {
			inClient, inCore = other.client, other.core
		} else {
			inClient, inCore = goName(m.Name), goName(m.Name)
		}
		if !has(inClient, clients...) {
			t.Errorf("%s: the client has no method %s", m.Name, inClient)
		}
		if !has(inCore, cores...) {
			t.Errorf("%s: the core has no method %s", m.Name, inCore)
		}
	}
	for method := range otherNames {
		if !known[method] {
			t.Errorf("there is no method %s", method)
		}
	}
	for _, method := range storeVerbs {
		name := goName(method)
		if other, ok := otherNames[method]; ok {
			name = other.core
		}
		if !has(name, reflect.TypeFor[store.Store]()) {
			t.Errorf("%s: the store has no method %s", method, name)
		}
	}
}
