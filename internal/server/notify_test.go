package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/config"
	"plausch/internal/notify/notifytest"
	"plausch/internal/store"
	"plausch/protocol"
)

// pushing is a server that may call a service on the loopback.
func pushing(t *testing.T, service *notifytest.Service) func(*config.Config) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, service.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return func(cfg *config.Config) {
		cfg.OutgoingAllow, cfg.OutgoingCA, cfg.PublicURL = []string{service.Place}, file, "https://chat.plausch.org"
		cfg.Limits.SendsPerSecond, cfg.Limits.SendBurst = 1e6, 1e6
	}
}

// accountOf makes an account beside a server, and returns a connection of it.
func accountOf(t *testing.T, data, address, name string, role plausch.Role) *peer {
	t.Helper()
	token := auth.NewToken()
	_, err := otherProcess(t, data).Store.CreateAccount(t.Context(), store.NewAccount{Name: name, Role: role, Token: token.Hash(), At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	p := dial(t, address, protocol.Format{})
	p.must(protocol.MethodHello, &protocol.Hello{Version: 1}, &protocol.Welcome{})
	p.must(protocol.MethodSignIn, &protocol.SignIn{Token: token.Text()}, &protocol.SignedIn{})
	return p
}

func subscription(service *notifytest.Service, path string, b *notifytest.Browser) *protocol.PushSubscribe {
	return &protocol.PushSubscribe{
		Kind: string(plausch.PushWeb), Endpoint: service.URL(path), Text: true,
		P256dh: base64.RawURLEncoding.EncodeToString(b.PublicKey()), Auth: base64.RawURLEncoding.EncodeToString(b.Auth),
	}
}

// inbox gives each post of a service once: a machine that is busy with something else
// may answer too late, and gets it again.
type inbox struct {
	*notifytest.Service
	seen map[string]bool
}

func newInbox(s *notifytest.Service) inbox { return inbox{s, map[string]bool{}} }

// next awaits a post of another key than before.
func (in inbox) next(key func(notifytest.Post) string) notifytest.Post {
	for {
		p := in.Next()
		if k := key(p); !in.seen[k] {
			in.seen[k] = true
			return p
		}
	}
}

// pushed awaits the next notification for a browser.
func (in inbox) pushed(t *testing.T, b *notifytest.Browser) (d notifytest.Declarative, p notifytest.Post) {
	t.Helper()
	p = in.next(func(p notifytest.Post) string { return string(declarative(t, b, p).Data) })
	return declarative(t, b, p), p
}

// declarative decrypts and reads a post.
func declarative(t *testing.T, b *notifytest.Browser, p notifytest.Post) notifytest.Declarative {
	t.Helper()
	text, err := b.Decrypt(p.Body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := notifytest.ParseDeclarative(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAHundredSubscriptionsArePushedTo by one message, whose sender does not wait for
// the push service.
func TestAHundredSubscriptionsArePushedTo(t *testing.T) {
	service := notifytest.NewService(t)
	data := t.TempDir()
	address, _ := start(t, data, pushing(t, service))
	anna := accountOf(t, data, address, "anna", plausch.RoleMember)
	var room protocol.Room
	anna.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}, &room)
	browsers := map[string]*notifytest.Browser{}
	for i := range 5 {
		name := fmt.Sprint("member", i)
		p := accountOf(t, data, address, name, plausch.RoleMember)
		anna.must(protocol.MethodMemberAdd, &protocol.MemberChange{Room: room.ID, Name: name}, &protocol.Empty{})
		for j := range plausch.MaxPushSubscriptions {
			path, browser := fmt.Sprintf("/%d/%d", i, j), notifytest.NewBrowser()
			browsers[path] = browser
			p.must(protocol.MethodPushSubscribe, subscription(service, path, browser), &protocol.PushSubscribed{})
		}
	}
	own := notifytest.NewBrowser()
	anna.must(protocol.MethodPushSubscribe, subscription(service, "/own", own), &protocol.PushSubscribed{})

	held := make(chan struct{})
	service.Answer(func(*http.Request) notifytest.Answer { return notifytest.Answer{Status: 201, Wait: held} })
	var sent protocol.MessageSent
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: room.ID, Text: "hello"}, &sent) // answered while nobody answers the server
	close(held)
	var took []time.Duration
	posts := newInbox(service)
	for range len(browsers) {
		p := posts.next(func(p notifytest.Post) string { return p.Path })
		took = append(took, time.Since(time.UnixMilli(sent.Time)))
		browser := browsers[p.Path]
		if browser == nil {
			t.Fatalf("a post for %s, the sender", p.Path)
		}
		if d := declarative(t, browser, p); d.Title != "anna in den" || d.Body != "hello" || d.Navigate != fmt.Sprintf("https://chat.plausch.org/r/%d/%d", room.ID, sent.Seq) {
			t.Fatalf("the notification is %+v", d)
		}
	}
	slices.Sort(took)
	t.Logf("from the commit to the push service: p50 %v, p95 %v", took[len(took)/2], took[len(took)*95/100])
}

// TestWhoIsPushedTo by messages of several rooms.
func TestWhoIsPushedTo(t *testing.T) {
	service := notifytest.NewService(t)
	data := t.TempDir()
	address, _ := start(t, data, pushing(t, service))
	anna := accountOf(t, data, address, "anna", plausch.RoleMember)
	bob := accountOf(t, data, address, "bob", plausch.RoleMember)
	browser := notifytest.NewBrowser()
	var made protocol.PushSubscribed
	bob.must(protocol.MethodPushSubscribe, subscription(service, "/bob", browser), &made)
	posts, public := newInbox(service), int64(plausch.PublicRoom)
	var den protocol.Room
	anna.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}, &den)
	for _, m := range []protocol.MessageSend{
		{Room: public, Text: "to nobody"}, {Room: den.ID, Text: "among others"}, {Room: public, Text: "@bobby, an@bob.org"}, {To: "bob", Text: "psst"},
	} {
		anna.must(protocol.MethodMessageSend, &m, &protocol.MessageSent{})
	}
	if d, _ := posts.pushed(t, browser); d.Title != "anna" || d.Body != "psst" || !strings.Contains(string(d.Data), `"direct"`) {
		t.Errorf("the first is %+v", d)
	}
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: public, Text: "look, @Bob!"}, &protocol.MessageSent{})
	if d, _ := posts.pushed(t, browser); d.Title != "anna in public" || !strings.Contains(string(d.Data), `"mention"`) {
		t.Errorf("the second is %+v", d)
	}
	// What bob chooses counts from then on.
	bob.must(protocol.MethodPreferenceSet, &protocol.PreferenceSet{Keywords: &[]string{"pizza"}}, &protocol.Preferences{})
	bob.must(protocol.MethodRoomPreferenceSet, &protocol.RoomPreferenceSet{Room: public, Level: new("everything")}, &protocol.RoomPreference{})
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: public, Text: "to all"}, &protocol.MessageSent{})
	if d, _ := posts.pushed(t, browser); d.Body != "to all" {
		t.Errorf("at the level everything comes %+v", d)
	}
	bob.must(protocol.MethodRoomPreferenceSet, &protocol.RoomPreferenceSet{Room: public, Level: new("mentions")}, &protocol.RoomPreference{})
	bob.must(protocol.MethodPreferenceSet, &protocol.PreferenceSet{HideText: new(true)}, &protocol.Preferences{})
	for _, text := range []string{"not this", "pizza for all"} {
		anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: public, Text: text}, &protocol.MessageSent{})
	}
	if d, _ := posts.pushed(t, browser); d.Title != "New message from anna" || d.Body != "" || !strings.Contains(string(d.Data), `"mention"`) {
		t.Errorf("by a keyword comes %+v", d)
	}
	bob.must(protocol.MethodRoomPreferenceSet, &protocol.RoomPreferenceSet{Room: public, MuteUntil: new(time.Now().Add(time.Hour).UnixMilli())}, &protocol.RoomPreference{})
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: public, Text: "@bob: pizza"}, &protocol.MessageSent{})
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{To: "bob", Text: "psst"}, &protocol.MessageSent{})
	if d, _ := posts.pushed(t, browser); !strings.Contains(string(d.Data), `"direct"`) {
		t.Errorf("from a muted room comes %+v", d)
	}
	bob.must(protocol.MethodPreferenceSet, &protocol.PreferenceSet{HideText: new(false)}, &protocol.Preferences{})
	bob.must(protocol.MethodPushUnsubscribe, &protocol.PushRef{ID: made.Subscription.ID}, &protocol.Empty{})
	bob.must(protocol.MethodPushSubscribe, &protocol.PushSubscribe{Kind: "webhook", Endpoint: service.URL("/hook")}, &made)
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{To: "bob", Text: "psst"}, &protocol.MessageSent{})
	posts.seen["/bob"] = true // one that comes again
	p := posts.next(func(p notifytest.Post) string { return p.Path })
	if err := notifytest.CheckSignature(made.Secret, p); err != nil || p.Path != "/hook" || !strings.Contains(string(p.Body), `"title":"New message from anna"`) || strings.Contains(string(p.Body), "psst") {
		t.Errorf("to %s went %s (%v)", p.Path, p.Body, err)
	}
}

// TestPushSubscriptionsSurviveARestart, with the key that browsers know.
func TestPushSubscriptionsSurviveARestart(t *testing.T) {
	service := notifytest.NewService(t)
	data := t.TempDir()
	address, stop := start(t, data, pushing(t, service))
	bob := accountOf(t, data, address, "bob", plausch.RoleMember)
	browser := notifytest.NewBrowser()
	bob.must(protocol.MethodPushSubscribe, subscription(service, "/bob", browser), &protocol.PushSubscribed{})
	var key protocol.PushKey
	bob.must(protocol.MethodPushKey, &protocol.Empty{}, &key)
	if key.Off != "" {
		t.Errorf("Web Push is off: %s", key.Off)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	address, _ = start(t, data, pushing(t, service))
	anna := accountOf(t, data, address, "anna", plausch.RoleMember)
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{To: "bob", Text: "psst"}, &protocol.MessageSent{})
	p := service.Next()
	claims, public, err := notifytest.CheckVAPID(p.Header.Get("Authorization"))
	if d := declarative(t, browser, p); d.Body != "psst" || err != nil || public != key.Key || claims.Subject != "https://chat.plausch.org" {
		t.Errorf("after a restart comes %+v with %+v of %s, want %s (%v)", d, claims, public, key.Key, err)
	}
}

// TestOutgoingWebhooksOfARoom get what happens, in order, also what happened while the
// server was stopped.
func TestOutgoingWebhooksOfARoom(t *testing.T) {
	service := notifytest.NewService(t)
	data := t.TempDir()
	address, stop := start(t, data, pushing(t, service))
	anna := accountOf(t, data, address, "anna", plausch.RoleMember)
	var den protocol.Room
	anna.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}, &den)
	anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: den.ID, Text: "before"}, &protocol.MessageSent{})
	var made protocol.OutgoingWebhookCreated
	anna.must(protocol.MethodOutgoingWebhookCreate, &protocol.OutgoingWebhookCreate{Room: den.ID, URL: service.URL("/in")}, &made)
	posts := newInbox(service)
	next := func(seq int64, text string) {
		t.Helper()
		p := posts.next(func(p notifytest.Post) string { return p.Header.Get("Webhook-Id") })
		if err := notifytest.CheckSignature(made.Secret, p); err != nil {
			t.Error(err)
		}
		if id := fmt.Sprintf("msg_%d_%d_%d", made.Webhook.ID, den.ID, seq); p.Header.Get("Webhook-Id") != id || !strings.Contains(string(p.Body), text) {
			t.Errorf("%s comes with the id %s, want %s with %q", p.Body, p.Header.Get("Webhook-Id"), id, text)
		}
	}
	for i := range 20 {
		anna.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: den.ID, Text: fmt.Sprint("text ", i)}, &protocol.MessageSent{})
	}
	for i := range 20 {
		next(int64(i+3), fmt.Sprint("text ", i))
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	st := otherProcess(t, data).Store
	author, err := st.AccountByName(t.Context(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Append(t.Context(), []store.Draft{{Room: plausch.RoomID(den.ID), Kind: plausch.EventMessage, Actor: author.Ref(), Text: "meanwhile", Time: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	start(t, data, pushing(t, service))
	next(23, "meanwhile")
}
