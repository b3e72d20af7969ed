package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/dial"
	"plausch/internal/notify"
	"plausch/internal/notify/notifytest"
)

const base = "https://chat.example.org"

// memory keeps subscriptions.
type memory struct {
	mu    sync.Mutex
	subs  []plausch.PushSubscription
	ended chan int64
	noted chan plausch.PushSubscription
}

func newMemory(subs ...plausch.PushSubscription) *memory {
	return &memory{subs: subs, ended: make(chan int64, 1000), noted: make(chan plausch.PushSubscription, 1000)}
}

func (m *memory) ListPushSubscriptions(_ context.Context, accounts ...plausch.AccountID) (list []plausch.PushSubscription, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, sub := range m.subs {
		if slices.Contains(accounts, sub.Account) {
			list = append(list, sub)
		}
	}
	return list, nil
}

func (m *memory) UpdatePush(_ context.Context, id int64, lastError string, failingSince time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.subs {
		if m.subs[i].ID == id {
			m.subs[i].LastError, m.subs[i].FailingSince = lastError, failingSince
			m.noted <- m.subs[i]
		}
	}
	return nil
}

func (m *memory) DeletePush(_ context.Context, id int64) error {
	m.remove(id)
	m.ended <- id
	return nil
}

func (m *memory) remove(id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = slices.DeleteFunc(m.subs, func(s plausch.PushSubscription) bool { return s.ID == id })
}

// world is a sender in front of a service on the loopback.
type world struct {
	*notifytest.Service
	t       *testing.T
	browser *notifytest.Browser
	key     notify.Key
	store   *memory
	sender  *notify.Sender
}

func newWorld(t *testing.T, subs ...plausch.PushSubscription) *world {
	t.Helper()
	w := &world{Service: notifytest.NewService(t), t: t, browser: notifytest.NewBrowser(), key: notify.NewKey()}
	for i := range subs {
		subs[i].ID, subs[i].Account = int64(i)+1, 1
		subs[i].Endpoint = w.URL(subs[i].Endpoint)
		subs[i].PublicKey, subs[i].AuthSecret = w.browser.PublicKey(), w.browser.Auth
	}
	w.store = newMemory(subs...)
	client, err := dial.New(dial.Options{Allow: []string{w.Place}, Roots: w.Roots, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w.sender = notify.NewSender(notify.Options{Doer: client, Subscriptions: w.store, Base: base, Contact: "mailto:host@example.org", Key: w.key})
	t.Cleanup(w.sender.Close)
	return w
}

func (w *world) notify(all ...notify.Notification) {
	w.t.Helper()
	if err := w.sender.Notify(w.t.Context(), all...); err != nil {
		w.t.Fatal(err)
	}
}

// declarative decrypts and reads a post.
func (w *world) declarative(p notifytest.Post) notifytest.Declarative {
	w.t.Helper()
	text, err := w.browser.Decrypt(p.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := notifytest.ParseDeclarative(text)
	if err != nil {
		w.t.Fatalf("%v: %s", err, text)
	}
	return d
}

func hello(seq int64) notify.Notification {
	badge := 3
	return notify.Notification{
		Account: 1, Room: 12, Seq: seq, Kind: notify.KindDirect, Title: "Anna", Body: fmt.Sprint("hello ", seq), Plain: "New message from Anna",
		Badge: &badge, Time: time.Now(),
	}
}

func TestWebPush(t *testing.T) {
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: "/push/abc?x=y", Text: true})
	w.notify(hello(34))
	p := w.Next()
	if p.Path != "/push/abc?x=y" || len(p.Body) != 4096 {
		t.Errorf("%d bytes went to %s", len(p.Body), p.Path)
	}
	for name, want := range map[string]string{
		"Content-Encoding": "aes128gcm", "Content-Type": "application/notification+json", "Urgency": "high", "User-Agent": "Plausch",
	} {
		if got := p.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if ttl := p.Header.Get("Ttl"); ttl != "86400" && ttl != "86399" {
		t.Errorf("the TTL is %s", ttl)
	}
	claims, public, err := notifytest.CheckVAPID(p.Header.Get("Authorization"))
	left := time.Until(time.Unix(claims.Expires, 0))
	if err != nil || public != w.key.Public() || claims.Subject != "mailto:host@example.org" || claims.Audience != "https://"+w.Place || left <= 0 || left > 24*time.Hour {
		t.Errorf("the VAPID token is %+v of %s (%v)", claims, public, err)
	}
	d := w.declarative(p)
	if d.Title != "Anna" || d.Body != "hello 34" || d.Tag != "room-12" || d.Navigate != base+"/r/12/34" ||
		d.Badge == nil || *d.Badge != 3 || d.SafariBadge != "3" || d.Silent || d.Mutable || string(d.Data) != `{"kind":"direct","room":12,"seq":34}` {
		t.Errorf("the notification is %+v %s", d, d.Data)
	}
}

func TestWebPushByKind(t *testing.T) {
	for kind, want := range map[notify.Kind]string{
		notify.KindDirect: "high", notify.KindMention: "high", notify.KindMessage: "normal", notify.KindRead: "low",
	} {
		w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWeb})
		n := hello(1)
		n.Kind = kind
		w.notify(n)
		p := w.Next()
		if got := p.Header.Get("Urgency"); got != want {
			t.Errorf("the urgency of %s is %s", kind, got)
		}
		if d := w.declarative(p); d.Silent != (kind == notify.KindRead) {
			t.Errorf("%s is silent: %v", kind, d.Silent)
		}
	}
}

// TestTopics: one a room and subscription, that tells nothing of the room.
func TestTopics(t *testing.T) {
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: "/1"}, plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: "/2"})
	topics := map[string]string{}
	send := func(room plausch.RoomID, seq int64) {
		n := hello(seq)
		n.Room = room
		w.notify(n)
		for range 2 {
			p := w.Next()
			topic := p.Header.Get("Topic")
			if len(topic) != 32 || strings.Trim(topic, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
				t.Errorf("the topic is %q", topic)
			}
			where := fmt.Sprint(p.Path, " ", room)
			if before, ok := topics[where]; ok && before != topic {
				t.Errorf("the topic of %s changes", where)
			}
			topics[where] = topic
		}
	}
	send(1, 1)
	send(2, 1)
	send(1, 2)
	different := map[string]bool{}
	for _, topic := range topics {
		different[topic] = true
	}
	if len(topics) != 4 || len(different) != 4 {
		t.Errorf("the topics are %v", topics)
	}
}

func TestTextIsLeftOut(t *testing.T) {
	for _, kind := range []plausch.PushKind{plausch.PushWeb, plausch.PushNtfy, plausch.PushWebhook} {
		w := newWorld(t, plausch.PushSubscription{Kind: kind, Endpoint: "/topic"})
		w.notify(hello(34))
		text := w.Next().Body
		if kind == plausch.PushWeb {
			var err error
			if text, err = w.browser.Decrypt(text); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(string(text), "New message from Anna") || strings.Contains(string(text), "hello") {
			t.Errorf("%s: %s", kind, text)
		}
	}
}

// TestLongTexts fit whatever JSON makes of them.
func TestLongTexts(t *testing.T) {
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWeb, Text: true})
	for name, text := range map[string]string{
		"long": strings.Repeat("x", 100000), "of many bytes": strings.Repeat("🙂", 10000), "escaped": strings.Repeat("\x01", 10000), "no UTF-8": strings.Repeat("\xff", 10000),
		"empty": "",
	} {
		n := hello(1)
		n.Title, n.Body = "Anna "+text, text
		w.notify(n)
		d := w.declarative(w.Next())
		if len(text) > 0 && (d.Body == "" || !strings.HasSuffix(d.Body, "…") || len(d.Body) > notify.MaxText) || !strings.HasPrefix(d.Title, "Anna ") {
			t.Errorf("%s: title %q, body %q", name, d.Title, d.Body)
		}
	}
}

func TestNtfy(t *testing.T) {
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushNtfy, Endpoint: "/my-topic?auth=xyz", Text: true})
	w.notify(hello(34))
	p := w.Next()
	var got map[string]any
	if err := json.Unmarshal(p.Body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"topic": "my-topic", "title": "Anna", "message": "hello 34", "click": base + "/r/12/34", "priority": 4.0,
		"kind": "direct", "room": 12.0, "seq": 34.0, "badge": 3.0}
	if fmt.Sprint(got) != fmt.Sprint(want) || p.Path != "/?auth=xyz" || p.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%v went to %s", got, p.Path)
	}
}

func TestWebhookOfAnAccount(t *testing.T) {
	secret := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZI"
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWebhook, Endpoint: "/x", Text: true, Secret: secret})
	w.notify(hello(34))
	p := w.Next()
	if got := string(p.Body); got != `{"title":"Anna","message":"hello 34","click":"`+base+`/r/12/34","kind":"direct","room":12,"seq":34,"badge":3}` {
		t.Errorf("the document is %s", got)
	}
	if err := notifytest.CheckSignature(secret, p); err != nil || p.Header.Get("Webhook-Id") != "msg_1_12_34" {
		t.Errorf("the signature: %v, the id: %s", err, p.Header.Get("Webhook-Id"))
	}
}

// TestEndedSubscriptions: 404 and 410 end those of a push service, and no others.
func TestEndedSubscriptions(t *testing.T) {
	for _, kind := range []plausch.PushKind{plausch.PushWeb, plausch.PushNtfy, plausch.PushWebhook} {
		for _, status := range []int{404, 410} {
			w := newWorld(t, plausch.PushSubscription{Kind: kind, Endpoint: "/x"})
			w.Answer(func(*http.Request) notifytest.Answer { return notifytest.Answer{Status: status} })
			w.notify(hello(1))
			w.Next()
			if kind == plausch.PushWeb {
				<-w.store.ended
				continue
			}
			if noted := <-w.store.noted; !strings.Contains(noted.LastError, fmt.Sprint(status)) || noted.FailingSince.IsZero() {
				t.Errorf("of %s after %d is kept %+v", kind, status, noted)
			}
		}
	}
}

// TestTooLargeGoesWithoutText, and is given up if even that is too large.
func TestTooLargeGoesWithoutText(t *testing.T) {
	w := newWorld(t, plausch.PushSubscription{Kind: plausch.PushWeb, Text: true})
	tooLarge := true
	w.Answer(func(*http.Request) notifytest.Answer {
		tooLarge = !tooLarge
		return notifytest.Answer{Status: map[bool]int{false: 413, true: 201}[tooLarge]}
	})
	w.notify(hello(1))
	if d := w.declarative(w.Next()); d.Body == "" {
		t.Errorf("the first try is %+v", d)
	}
	if d := w.declarative(w.Next()); d.Body != "" || d.Title != "New message from Anna" {
		t.Errorf("the second try is %+v", d)
	}
	w.Answer(func(*http.Request) notifytest.Answer { return notifytest.Answer{Status: 413} })
	w.notify(hello(2))
	w.Next()
	w.Next()
	if noted := <-w.store.noted; !strings.Contains(noted.LastError, "413") {
		t.Errorf("kept is %+v", noted)
	}
	w.Answer(func(*http.Request) notifytest.Answer { return notifytest.Answer{Status: 201} })
	w.notify(hello(3))
	if d := w.declarative(w.Next()); d.Body != "hello 3" {
		t.Errorf("the next is %+v", d)
	}
	if noted := <-w.store.noted; noted.LastError != "" || !noted.FailingSince.IsZero() {
		t.Errorf("after a success is kept %+v", noted)
	}
}

// TestASlowEndpointDelaysNobody: hosts and subscriptions that hang hold up themselves.
func TestASlowEndpointDelaysNobody(t *testing.T) {
	var subs []plausch.PushSubscription
	for i := range 5 {
		subs = append(subs, plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: fmt.Sprint("/slow/", i)})
	}
	for i := range 20 {
		subs = append(subs, plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: fmt.Sprint("/good/", i)})
	}
	w := newWorld(t, subs...)
	hang := make(chan struct{})
	defer close(hang)
	w.Answer(func(r *http.Request) notifytest.Answer {
		if strings.HasPrefix(r.URL.Path, "/slow/") {
			return notifytest.Answer{Status: 201, Wait: hang}
		}
		return notifytest.Answer{Status: 201}
	})
	for round := range 3 { // the slow ones hang in the first
		w.notify(hello(int64(round + 1)))
		good := 0
		for good < 20 {
			if p := w.Next(); strings.HasPrefix(p.Path, "/good/") {
				good++
			}
		}
	}
}

// TestWithoutContactThereIsNoWebPush, but all else.
func TestWithoutContactThereIsNoWebPush(t *testing.T) {
	service := notifytest.NewService(t)
	client, err := dial.New(dial.Options{Allow: []string{service.Place}, Roots: service.Roots})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	browser := notifytest.NewBrowser()
	store := newMemory(
		plausch.PushSubscription{ID: 1, Account: 1, Kind: plausch.PushWeb, Endpoint: service.URL("/push"), PublicKey: browser.PublicKey(), AuthSecret: browser.Auth},
		plausch.PushSubscription{ID: 2, Account: 1, Kind: plausch.PushNtfy, Endpoint: service.URL("/topic")},
	)
	sender := notify.NewSender(notify.Options{Doer: client, Subscriptions: store})
	if err := sender.Notify(t.Context(), hello(1)); err != nil {
		t.Fatal(err)
	}
	if p := service.Next(); p.Path != "/" || strings.Contains(string(p.Body), "click") {
		t.Errorf("%s went to %s", p.Body, p.Path)
	}
	sender.Close()
	if len(service.Posts) != 0 {
		t.Errorf("and %+v", <-service.Posts)
	}
}

func TestKeys(t *testing.T) {
	key := notify.NewKey()
	again, err := notify.ParseKey(key.Bytes())
	if err != nil || again.Public() != key.Public() || len(key.Public()) != 87 {
		t.Errorf("the key comes back as %s, it was %s (%v)", again.Public(), key.Public(), err)
	}
	if _, err := notify.ParseKey(make([]byte, 32)); err == nil {
		t.Error("zeros are a key")
	}
}
