package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/auth/authtest"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/dial"
	"plausch/internal/hub"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

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
	worldIDs
	t         *testing.T
	api       *api.API
	core      *core.Core
	admin     *core.Admin // what is done beside the server
	passwords *auth.Hasher
	origin    string // of the web page that everybody calls from
	callers   map[string]*api.Caller
	ended     map[string]chan error // why a caller's sign-in was ended
	close     func()
}

// worldIDs is what a world has, wherever it is.
type worldIDs struct {
	den, hall int64
	direct    int64           // of maker and member
	said      map[int64]int64 // the seq of a message of maker's, by room
	// files are ids of maker's: in den, in hall, in direct and pending.
	files map[string]string
	hook  int64 // a webhook of den
	// outgoing is an outgoing webhook of den, push a subscription of admin.
	outgoing, push int64
	tokens         map[string]string // of everybody but nobody
}

// first is the world that all others are copies of: to make one takes a hundred
// commits, to copy it none.
var first struct {
	worldIDs
	folder string
	once   sync.Once
	made   bool
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if first.folder, err = os.MkdirTemp("", "plausch-api-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(first.folder)
		return m.Run()
	}())
}

// newWorld returns a world of its own, which may be closed before the test ends.
func newWorld(t *testing.T, change ...func(*core.Options)) *world {
	t.Helper()
	first.once.Do(func() { makeFirst(t) })
	if !first.made {
		t.Fatal("there is no world to copy")
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(first.folder)); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, folder, change...)
	w.worldIDs = first.worldIDs
	return w
}

// openWorld opens the world of a folder.
func openWorld(t *testing.T, folder string, change ...func(*core.Options)) *world {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(folder, "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenFolder(filepath.Join(folder, "blobs"), blob.FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := new(bus.Local)
	passwords := authtest.NewHasher()
	opts := core.Options{Store: st, Blobs: blobs, Bus: b, Passwords: passwords, Access: core.AccessOpen, Log: slog.New(slog.DiscardHandler)}
	calls, err := dial.New(dial.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opts.Push = core.PushOptions{URLs: calls, Key: "key"}
	for _, c := range change {
		c(&opts)
	}
	c, err := core.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	h := hub.New(b)
	w := &world{
		t: t, api: api.New(c, h, "test"), core: c, admin: &core.Admin{Store: st, Passwords: passwords}, passwords: passwords,
		callers: map[string]*api.Caller{}, ended: map[string]chan error{},
	}
	w.close = sync.OnceFunc(func() {
		for _, caller := range w.callers {
			caller.Close()
		}
		h.Close()
		if err := errors.Join(c.Close(), st.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(w.close)
	return w
}

func makeFirst(t *testing.T) {
	w := openWorld(t, first.folder)
	w.tokens, w.files, w.said = map[string]string{}, map[string]string{}, map[int64]int64{}
	for _, name := range slices.Concat(people, slices.Sorted(maps.Keys(accounts))) {
		if name == "nobody" || w.tokens[name] != "" {
			continue
		}
		token := auth.NewToken() // instead of passwords, whose hashes take long on purpose
		w.tokens[name] = token.Text()
		role, ok := accounts[name]
		if !ok {
			w.callers[name] = &api.Caller{Session: discardSession{}}
			w.must(name, protocol.MethodSignIn, &protocol.SignIn{Name: name, Token: token.Text()})
			continue
		}
		if _, err := w.admin.Store.CreateAccount(t.Context(), store.NewAccount{Name: name, Role: role, Token: token.Hash(), At: time.Now()}); err != nil {
			t.Fatal(err)
		}
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
		file, err := w.api.Upload(t.Context(), w.caller("maker"), core.File{Name: where, Body: strings.NewReader(where)})
		if err != nil {
			t.Fatal(err)
		}
		w.files[where] = file.ID
		if room != 0 {
			sent := w.must("maker", protocol.MethodMessageSend, &protocol.MessageSend{Room: room, Attachments: []string{file.ID}})
			w.said[room] = sent.(*protocol.MessageSent).Seq
		}
	}
	w.hook = w.must("admin", protocol.MethodWebhookCreate, &protocol.WebhookCreate{Room: w.den, Name: "gnome"}).(*protocol.WebhookCreated).Webhook.ID
	w.outgoing = w.must("admin", protocol.MethodOutgoingWebhookCreate, &protocol.OutgoingWebhookCreate{Room: w.den, URL: "https://ci.example.org/in"}).(*protocol.OutgoingWebhookCreated).Webhook.ID
	w.push = w.must("admin", protocol.MethodPushSubscribe, &protocol.PushSubscribe{Kind: "ntfy", Endpoint: "https://ntfy.sh/admin"}).(*protocol.PushSubscribed).Subscription.ID
	w.close()
	first.worldIDs, first.made = w.worldIDs, true
}

// caller returns somebody's connection, who signs in when first asked for.
func (w *world) caller(who string) *api.Caller {
	w.t.Helper()
	if w.callers[who] == nil {
		ended := make(chan error, 1)
		w.ended[who] = ended
		w.callers[who] = &api.Caller{Session: discardSession{}, Ended: func(err error) { ended <- err }}
		if token, ok := w.tokens[who]; ok {
			w.must(who, protocol.MethodSignIn, &protocol.SignIn{Token: token})
		}
	}
	w.callers[who].Origin = w.origin
	return w.callers[who]
}

// discardSession is a session that nobody listens to.
type discardSession struct{}

func (discardSession) Deliver(*protocol.Prepared)    {}
func (discardSession) Offer(*protocol.Prepared) bool { return true }

// call calls a method through JSON, as a front-end would.
func (w *world) call(who, method string, params protocol.Body) (protocol.Body, error) {
	w.t.Helper()
	type outcome struct {
		body protocol.Body
		err  error
	}
	done := make(chan outcome, 1)
	doc := protocol.JSON.Encode(nil, params)
	w.api.Call(context.Background(), w.caller(who), method,
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
