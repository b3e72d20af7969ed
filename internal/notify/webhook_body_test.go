package notify_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"plausch"
	"plausch/internal/dial"
	"plausch/internal/notify"
	"plausch/internal/notify/notifytest"
	"plausch/internal/store"
)

// oneEvent is a room with one event and a webhook.
type oneEvent struct {
	hook  plausch.OutgoingWebhook
	done  chan plausch.OutgoingWebhook
	event plausch.Event
}

func (o *oneEvent) ListOutgoingWebhooks(context.Context, plausch.RoomID) ([]plausch.OutgoingWebhook, error) {
	return []plausch.OutgoingWebhook{o.hook}, nil
}
func (o *oneEvent) OutgoingWebhook(context.Context, int64) (plausch.OutgoingWebhook, error) {
	return o.hook, nil
}
func (o *oneEvent) UpdateOutgoingWebhook(_ context.Context, w plausch.OutgoingWebhook) error {
	o.done <- w
	return nil
}
func (o *oneEvent) Events(context.Context, plausch.RoomID, store.HistoryQuery) ([]plausch.Event, bool, error) {
	e := o.event
	e.Room, e.Seq, e.Kind, e.Time, e.ClientID = 12, 34, plausch.EventMessage, time.UnixMilli(1700000000123), "mine"
	e.Actor = plausch.AccountRef{ID: 5, Name: "anna", Display: "Anna"}
	return []plausch.Event{e}, false, nil
}
func (o *oneEvent) Room(context.Context, plausch.RoomID) (plausch.Room, error) {
	return plausch.Room{ID: 12, Kind: plausch.RoomPrivate, Name: "shed", Head: 34}, nil
}

// TestWhatAWebhookGets, over TLS, with its signature.
func TestWhatAWebhookGets(t *testing.T) {
	testWebhookBody(t, plausch.Event{Text: "<hello>"}, `"text":"\u003chello\u003e"`)
}

// TestWhatAWebhookGetsOfASealedMessage: the sealed body, which its receiver may read, and no
// text in its place.
func TestWhatAWebhookGetsOfASealedMessage(t *testing.T) {
	testWebhookBody(t, plausch.Event{Details: &plausch.Details{Scheme: "openpgp", Sealed: "wV4DAAAA", Mentions: []plausch.AccountID{7}}},
		`"details":{"mentions":[7],"scheme":"openpgp","sealed":"wV4DAAAA"}`)
}

// testWebhookBody has an event posted, of which the body ends with what is given.
func testWebhookBody(t *testing.T, event plausch.Event, ends string) {
	t.Helper()
	service := notifytest.NewService(t)
	service.Answer(func(*http.Request) notifytest.Answer { return notifytest.Answer{Status: 200} })
	client, err := dial.New(dial.Options{Allow: []string{service.Place}, Roots: service.Roots, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	st := &oneEvent{plausch.OutgoingWebhook{ID: 7, Room: 12, URL: service.URL("/in?key=1"), Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZI"}, make(chan plausch.OutgoingWebhook, 1), event}
	hooks := notify.NewHooks(st, notify.Options{Doer: client})
	defer hooks.Close()
	if err := hooks.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := service.Next()
	if err := notifytest.CheckSignature(st.hook.Secret, p); err != nil {
		t.Error(err)
	}
	if p.Path != "/in?key=1" || p.Header.Get("Content-Type") != "application/json" || p.Header.Get("Webhook-Id") != "msg_7_12_34" {
		t.Errorf("it came to %s with %v", p.Path, p.Header)
	}
	want := `{"type":"message","timestamp":"2023-11-14T22:13:20.123Z","data":{"room":{"id":12,"kind":"private","name":"shed"},` +
		`"event":{"room":12,"seq":34,"time":1700000000123,"kind":"message","from":{"id":5,"name":"anna","display":"Anna"},` + ends + `}}}`
	if string(p.Body) != want {
		t.Errorf("it is\n%s, want\n%s", p.Body, want)
	}
	if w := <-st.done; w.Cursor != 34 || w.LastError != "" {
		t.Errorf("kept is %+v", w)
	}
}
