package api_test

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/hub"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

// The kinds of people that the matrix asks for, all guests but the admin.
var people = []string{"nobody", "stranger", "exmember", "member", "maker", "admin"}

// accounts are the people who are no guests. Those of number two, and anna, are there to be
// changed.
var accounts = map[string]plausch.Role{
	"admin": plausch.RoleAdmin, "admin2": plausch.RoleAdmin, "owner": plausch.RoleOwner, "owner2": plausch.RoleOwner,
	"plain": plausch.RoleMember, "anna": plausch.RoleMember,
}

// world is a server in which maker made the private room den with member and
// exmember, whom maker removed again, and the public room hall with member.
// Admin has an account and is in den.
type world struct {
	t         *testing.T
	api       *api.API
	core      *core.Core
	admin     *core.Admin // what is done beside the server
	callers   map[string]*api.Caller
	ended     map[string]chan error // why a caller's sign-in was ended
	den, hall int64
	direct    int64 // of maker and member
	// files are ids of maker's: in den, in hall, in direct and pending.
	files map[string]string
	hook  int64 // a webhook of den
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := t.Context()
	st, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	blobs, err := blob.OpenFolder(t.TempDir(), blob.FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	b := new(bus.Local)
	c, err := core.New(ctx, core.Options{Store: st, Blobs: blobs, Bus: b, Passwords: auth.NewHasher(), Access: core.AccessOpen, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h := hub.New(b)
	t.Cleanup(func() { h.Close(); c.Close() })
	w := &world{t: t, api: api.New(c, h, "test"), core: c, admin: &core.Admin{Store: st, Passwords: auth.NewHasher()}, callers: map[string]*api.Caller{}, ended: map[string]chan error{}, files: map[string]string{}}
	tokens := map[string]auth.Token{} // instead of passwords, whose hashes take long on purpose
	for name, role := range accounts {
		token := auth.NewToken()
		if _, err := st.CreateAccount(ctx, store.NewAccount{Name: name, Role: role, Token: token.Hash(), At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		tokens[name] = token
	}
	for _, name := range slices.Concat(people, slices.Sorted(maps.Keys(accounts))) {
		if w.callers[name] != nil {
			continue
		}
		ended := make(chan error, 1)
		w.ended[name] = ended
		w.callers[name] = &api.Caller{Session: deaf{}, Ended: func(err error) { ended <- err }}
		t.Cleanup(w.callers[name].Close)
		in := &protocol.SignIn{Name: name}
		if name == "nobody" {
			continue
		}
		if token, ok := tokens[name]; ok {
			in = &protocol.SignIn{Token: token.Text()}
		}
		w.must(name, protocol.MethodSignIn, in)
	}
	w.den = w.must("maker", protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}).(*protocol.Room).ID
	w.hall = w.must("maker", protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "hall"}).(*protocol.Room).ID
	w.must("member", protocol.MethodRoomJoin, &protocol.RoomRef{Name: "hall"})
	for _, name := range []string{"member", "exmember", "admin"} {
		w.must("maker", protocol.MethodMemberAdd, &protocol.MemberChange{Room: w.den, Name: name})
	}
	w.must("maker", protocol.MethodMemberRemove, &protocol.MemberChange{Room: w.den, Name: "exmember"})
	w.direct = w.must("maker", protocol.MethodMessageSend, &protocol.MessageSend{To: "member", Text: "psst"}).(*protocol.MessageSent).Room
	for where, room := range map[string]int64{"den": w.den, "hall": w.hall, "direct": w.direct, "pending": 0} {
		file, err := w.api.Upload(ctx, w.callers["maker"], core.File{Name: where, Body: strings.NewReader(where)})
		if err != nil {
			t.Fatal(err)
		}
		w.files[where] = file.ID
		if room != 0 {
			w.must("maker", protocol.MethodMessageSend, &protocol.MessageSend{Room: room, Attachments: []string{file.ID}})
		}
	}
	w.hook = w.must("admin", protocol.MethodWebhookCreate, &protocol.WebhookCreate{Room: w.den, Name: "gnome"}).(*protocol.WebhookCreated).Webhook.ID
	return w
}

// deaf is a session that nobody listens to.
type deaf struct{}

func (deaf) Deliver(*protocol.Prepared) {}

// call calls a method through JSON, as a front-end would.
func (w *world) call(who, method string, params protocol.Body) (protocol.Body, error) {
	type outcome struct {
		body protocol.Body
		err  error
	}
	done := make(chan outcome, 1)
	doc := protocol.JSON.Encode(nil, params)
	w.api.Call(context.Background(), w.callers[who], method,
		func(b protocol.Body) error { return protocol.JSON.Decode(doc, b) },
		func(b protocol.Body, err error) { done <- outcome{b, err} })
	o := <-done
	return o.body, o.err
}

func (w *world) must(who, method string, params protocol.Body) protocol.Body {
	w.t.Helper()
	result, err := w.call(who, method, params)
	if err != nil {
		w.t.Fatalf("%s calls %s: %v", who, method, err)
	}
	return result
}

const (
	ok        = plausch.Code("")
	signIn    = plausch.SignInNeeded
	forbidden = plausch.Forbidden
	notFound  = plausch.NotFound
	overHTTP  = plausch.Unsupported
	invalid   = plausch.Invalid
)

// matrix says for each call who gets which code, in the order of people. Each
// call of each person happens in a world of its own. Every method of the table
// is in here.
var matrix = []struct {
	method string
	what   string
	params func(w *world) protocol.Body
	want   [6]plausch.Code // nobody, stranger, exmember, member, maker, admin
}{
	{"hello", "", func(*world) protocol.Body { return &protocol.Hello{Version: 1} }, [6]plausch.Code{ok, ok, ok, ok, ok, ok}},
	{"ping", "", empty, [6]plausch.Code{ok, ok, ok, ok, ok, ok}},
	{"sign_in", "twice", func(*world) protocol.Body { return &protocol.SignIn{Name: "other"} },
		[6]plausch.Code{ok, invalid, invalid, invalid, invalid, invalid}},
	{"sign_out", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"subscribe", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"account.update", "", func(*world) protocol.Body { return &protocol.AccountUpdate{Display: "Somebody"} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.list", "", func(*world) protocol.Body { return &protocol.RoomList{Public: true} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.get", "a private room by id", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.get", "a private room by name", func(*world) protocol.Body { return &protocol.RoomRef{Name: "den"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.get", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"room.get", "a public room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.hall} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.create", "", func(*world) protocol.Body { return &protocol.RoomCreate{Name: "new"} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.join", "a private room by id", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.join", "a private room by name", func(*world) protocol.Body { return &protocol.RoomRef{Name: "den"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.join", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"room.leave", "a private room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.leave", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"room.leave", "the room that everyone is in", func(*world) protocol.Body { return &protocol.RoomRef{Room: 1} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, forbidden}},
	{"member.list", "of a private room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"member.list", "of a public room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"member.list", "of a direct room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"member.add", "to a private room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "stranger"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"member.add", "to a direct room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.direct, Name: "stranger"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"member.remove", "another from a private room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "maker"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"member.remove", "another from a direct room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.direct, Name: "member"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"message.send", "to a private room", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.den, Text: "hi"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.send", "to a public room", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.hall, Text: "hi"} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"message.send", "to a direct room of others", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.direct, Text: "hi"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.send", "to somebody", func(*world) protocol.Body { return &protocol.MessageSend{To: "stranger", Text: "hi"} },
		[6]plausch.Code{signIn, invalid, ok, ok, ok, ok}},
	{"history", "of a private room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"history", "of a public room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"history", "of a direct room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.send", "with somebody's file", func(w *world) protocol.Body {
		return &protocol.MessageSend{Room: w.den, Attachments: []string{w.files["pending"]}}
	}, [6]plausch.Code{signIn, notFound, notFound, invalid, ok, invalid}},
	{"attachment.upload", "by a frame", empty, [6]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"attachment.get", "by a frame", empty, [6]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"webhook.create", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookCreate{Room: w.den, Name: "hook"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, ok}},
	{"webhook.create", "of a direct room", func(w *world) protocol.Body { return &protocol.WebhookCreate{Room: w.direct, Name: "hook"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"webhook.create", "of the room that everyone is in", func(*world) protocol.Body { return &protocol.WebhookCreate{Room: 1, Name: "hook"} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"webhook.list", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, ok}},
	{"webhook.delete", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookRef{ID: w.hook} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, notFound, ok}},
	{"webhook.post", "in a frame", empty, [6]plausch.Code{unsupported, unsupported, unsupported, unsupported, unsupported, unsupported}},
	{"presence.list", "", func(*world) protocol.Body { return &protocol.PresenceList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"presence.set", "without subscribe", func(*world) protocol.Body { return &protocol.PresenceSet{Presence: "away"} },
		[6]plausch.Code{signIn, invalid, invalid, invalid, invalid, invalid}},
	{"typing", "in a private room", func(w *world) protocol.Body { return &protocol.TypingSet{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"typing", "in a direct room", func(w *world) protocol.Body { return &protocol.TypingSet{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
}

func empty(*world) protocol.Body { return &protocol.Empty{} }

func TestPermissions(t *testing.T) {
	for _, row := range matrix {
		t.Run(row.method+" "+row.what, func(t *testing.T) {
			for i, who := range people {
				w := newWorld(t)
				if _, err := w.call(who, row.method, row.params(w)); plausch.CodeOf(err) != row.want[i] {
					t.Errorf("%s gets %q (%v), want %q", who, plausch.CodeOf(err), err, row.want[i])
				}
			}
		})
	}
}

// TestFilePermissions is the matrix of what a front-end does with files.
func TestFilePermissions(t *testing.T) {
	get := func(which string) func(w *world, c *api.Caller) error {
		return func(w *world, c *api.Caller) error {
			_, r, err := w.api.OpenAttachment(t.Context(), c, core.FileRef{ID: w.files[which]})
			if err == nil {
				r.Close()
			}
			return err
		}
	}
	for _, row := range []struct {
		what string
		do   func(w *world, c *api.Caller) error
		want [6]plausch.Code
	}{
		{"upload", func(w *world, c *api.Caller) error {
			_, err := w.api.Upload(t.Context(), c, core.File{Body: strings.NewReader("x")})
			return err
		}, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
		{"get from a private room", get("den"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
		{"get from a public room", get("hall"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
		{"get from a direct room", get("direct"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
		{"get what was not sent yet", get("pending"), [6]plausch.Code{signIn, notFound, notFound, notFound, ok, notFound}},
	} {
		t.Run(row.what, func(t *testing.T) {
			for i, who := range people {
				w := newWorld(t)
				if err := row.do(w, w.callers[who]); plausch.CodeOf(err) != row.want[i] {
					t.Errorf("%s gets %q (%v), want %q", who, plausch.CodeOf(err), err, row.want[i])
				}
			}
		})
	}
}

func TestEveryMethodIsInTheMatrix(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range matrix {
		listed[row.method] = true
	}
	for _, row := range accountMatrix {
		listed[row.method] = true
	}
	for _, m := range api.Methods() {
		if !listed[m.Name] {
			t.Errorf("the matrix does not say who may call %s", m.Name)
		}
		delete(listed, m.Name)
	}
	for name := range listed {
		t.Errorf("the matrix has the method %s, which does not exist", name)
	}
}
