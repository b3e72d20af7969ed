package client_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
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
	"inbox":                 {"Inbox", "Inbox", "no verb"},
	"typing":                {"Typing", "CanType", "the hub tells it"},
	"search":                {"Search", "Search", "no noun"},
	"account.role":          {"SetRole", "SetRole", "no verb"},
	"audit.list":            {"ListAudit", "ListAudit", "no plural"},
	"messages":              {"Messages", "Messages", "no verb"},
	"message.versions":      {"MessageVersions", "MessageVersions", "no verb"},
	"saved.list":            {"ListSaved", "ListSaved", "no plural"},
	"hidden.list":           {"ListHidden", "ListHidden", "no plural"},
	"message.react":         {"React", "React", "the verb says it"},
	"message.unreact":       {"Unreact", "Unreact", "as message.react"},
	"message.send":          {"Send", "SendMessage", "it is what a client is for"},
	"attachment.upload":     {"Upload", "UploadAttachment", "as message.send"},
	"attachment.get":        {"Download", "OpenAttachment", "it is written to where one says"},
	"room.picture":          {"DownloadRoomPicture", "OpenRoomPicture", "as attachment.get"},
	"avatar.get":            {"DownloadAvatar", "OpenAvatar", "as attachment.get"},
	"device.link_begin":     {"BeginLinkDevice", "BeginLinkDevice", "two verbs"},
	"device.link_state":     {"LinkState", "LinkState", "no verb"},
	"device.link_check":     {"CheckLinkDevice", "CheckLinkDevice", "two verbs"},
	"passkey.sign_in_begin": {"BeginSignInPasskey", "BeginSignInPasskey", "two verbs"},
	"preference.get":        {"GetPreferences", "GetPreferences", "all of them"},
	"preference.set":        {"SetPreferences", "SetPreferences", "as preference.get"},
	"presence.list":         {"ListPresences", "-", "the hub knows it"},
	"presence.set":          {"SetPresence", "-", "the hub keeps it"},
	"push.key":              {"PushKey", "PushKey", "no verb"},
	"push.list":             {"ListPushSubscriptions", "ListPushSubscriptions", "of the subscriptions"},
	"webhook.post":          {"-", "PostWebhook", "the client's is a function: who posts has no account"},
}

// storeVerbs are the methods that the store has of the same name.
var storeVerbs = []string{
	"account.list", "account.update", "audit.list", "device.list", "device.revoke", "invite.create", "invite.list", "invite.revoke",
	"member.list", "outgoing_webhook.create", "outgoing_webhook.delete", "outgoing_webhook.list", "passkey.delete", "passkey.list",
	"push.list", "push.subscribe", "reminder.delete", "reminder.list", "reminder.set", "scheduled_message.create", "scheduled_message.delete",
	"scheduled_message.list", "scheduled_message.update", "ban.add", "ban.list", "ban.remove", "block.add", "block.list", "block.remove", "report.add", "report.close", "report.list", "saved.list", "hidden.list", "push.unsubscribe", "room.list", "server.update", "webhook.create", "webhook.delete", "webhook.list",
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

// namesOf returns what a method is called in the client and in the core, "-" if
// nothing there is.
func namesOf(method string) (inClient, inCore string) {
	if other, ok := otherNames[method]; ok {
		return other.client, other.core
	}
	return goName(method), goName(method)
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
		inClient, inCore := namesOf(m.Name)
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

// otherFiles are the files that are not called by the noun, on all floors or on one.
var otherFiles = map[string]string{
	"hello": "session", "ping": "session", "sign_in": "session", "sign_out": "session", "subscribe": "session",
	"messages":   "message",
	"core hello": "server", "core subscribe": "room",
	"protocol history": "event", "protocol typing": "presence",
}

// TestOneNounOneFile holds what docs/architecture.md says of files: a method's noun
// has one file name in protocol, client and core. The api's own test holds it there.
func TestOneNounOneFile(t *testing.T) {
	core, client := methodFiles(t, "../internal/core"), methodFiles(t, ".")
	for _, m := range api.Methods() {
		noun, _, _ := strings.Cut(m.Name, ".")
		file := func(floor string) string {
			return cmp.Or(otherFiles[floor+" "+noun], otherFiles[noun], noun) + ".go"
		}
		inClient, inCore := namesOf(m.Name)
		if at := client[inClient]; inClient != "-" && !slices.Contains(at, file("client")) {
			t.Errorf("%s: the client has %s in %v, want it in %s", m.Name, inClient, at, file("client"))
		}
		if at := core[inCore]; inCore != "-" && !slices.Contains(at, file("core")) {
			t.Errorf("%s: the core has %s in %v, want it in %s", m.Name, inCore, at, file("core"))
		}
		if _, err := os.Stat(filepath.Join("../protocol", file("protocol"))); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// methodFiles returns the files of a folder that have a method of a name.
func methodFiles(t *testing.T, folder string) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]string{}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				files[fn.Name.Name] = append(files[fn.Name.Name], filepath.Base(path))
			}
		}
	}
	return files
}
