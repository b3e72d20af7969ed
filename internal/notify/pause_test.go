package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
)

// script answers posts without a network.
type script struct {
	mu      sync.Mutex
	answers []*http.Response // the last one again and again; nil is an error
	posts   []post
	during  func() // is called during the next post, if it is not nil
}

type post struct {
	at             time.Time
	id             string
	title, message string // of a webhook of an account
}

func (s *script) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if during := s.during; during != nil {
		s.during = nil
		during()
	}
	p := post{at: time.Now(), id: r.Header.Get("Webhook-Id")}
	var d document
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		return nil, err
	}
	p.title, p.message = d.Title, d.Message
	s.posts = append(s.posts, p)
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if a == nil {
		return nil, errors.New("connection refused")
	}
	return a, nil
}

func (s *script) then(answers ...*http.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = answers
}

func (s *script) sent() []post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]post(nil), s.posts...)
}

func answer(status int, header ...string) *http.Response {
	r := &http.Response{StatusCode: status, Header: http.Header{}}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// one keeps one subscription.
type one struct {
	mu    sync.Mutex
	sub   plausch.PushSubscription
	gone  bool
	notes []string
}

func (o *one) ListPushSubscriptions(context.Context, ...plausch.AccountID) ([]plausch.PushSubscription, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone {
		return nil, nil
	}
	return []plausch.PushSubscription{o.sub}, nil
}

func (o *one) UpdatePush(_ context.Context, _ int64, lastError string, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notes = append(o.notes, lastError)
	return nil
}

func (o *one) DeletePush(context.Context, int64) error { return nil }

func (o *one) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

func newOne() *one {
	return &one{sub: plausch.PushSubscription{ID: 1, Account: 1, Kind: plausch.PushWebhook, Endpoint: "https://x.example.org/"}}
}

func note(room plausch.RoomID, seq int64) Notification {
	return Notification{Account: 1, Room: room, Seq: seq, Kind: KindDirect, Plain: "New message", Time: time.Now()}
}

func notifyAll(t *testing.T, s *Sender, all ...Notification) {
	t.Helper()
	if err := s.Notify(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// TestPausesGrow, for a day at most, and it is all in order afterwards.
func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, subs := &script{answers: []*http.Response{nil, answer(500), answer(502), answer(429), nil}}, newOne()
		s := NewSender(Options{Doer: doer, Subscriptions: subs})
		defer s.Close()
		notifyAll(t, s, note(1, 1))
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		posts := doer.sent()
		last := time.Duration(0)
		for i := 1; i < len(posts); i++ {
			d := posts[i].at.Sub(posts[i-1].at)
			if d < last*4/5*4/5 || d < 8*time.Second || d > 72*time.Minute {
				t.Errorf("pause %d is %v, after one of %v", i, d, last)
			}
			last = d
		}
		if n := len(posts); n < 25 || n > 40 || posts[n-1].at.Sub(posts[0].at) > 24*time.Hour {
			t.Errorf("there were %d tries, the last after %v", n, posts[n-1].at.Sub(posts[0].at))
		}
		if len(s.queues) != 1 {
			t.Error("that it fails is forgotten")
		}
		doer.then(answer(201))
		notifyAll(t, s, note(1, 2))
		if n := doer.sent(); n[len(n)-1].id != "msg_1_1_2" {
			t.Errorf("the last was %s", n[len(n)-1].id)
		}
		if n := subs.notes; n[0] != "connection refused" || !strings.Contains(n[1], "500") || n[len(n)-1] != "" {
			t.Errorf("kept was %q", n)
		}
		if len(s.queues) != 0 {
			t.Error("a line that has nothing to do is remembered")
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"3600": time.Hour, "999999999": 24 * time.Hour, "-5": 10 * time.Second, "soon": 10 * time.Second, "0": 10 * time.Second,
		"date": time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			if header == "date" {
				header = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
			}
			doer := &script{answers: []*http.Response{answer(429, "Retry-After", header), answer(201)}}
			s := NewSender(Options{Doer: doer, Subscriptions: newOne()})
			defer s.Close()
			n := note(1, 1)
			n.Time = n.Time.Add(time.Hour) // so that it is not too old afterwards
			notifyAll(t, s, n)
			time.Sleep(25 * time.Hour)
			synctest.Wait()
			posts := doer.sent()
			if len(posts) != 2 {
				t.Fatalf("%s: there were %d tries", header, len(posts))
			}
			if d := posts[1].at.Sub(posts[0].at); d < want*4/5 || d > want*6/5 {
				t.Errorf("%s: the pause was %v", header, d)
			}
		})
	}
}

// TestTheNewestReplaces, while something waits, and the queue has an end.
func TestTheNewestReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer := &script{answers: []*http.Response{answer(503), answer(201)}}
		s := NewSender(Options{Doer: doer, Subscriptions: newOne()})
		defer s.Close()
		notifyAll(t, s, note(1, 1))
		var all []Notification
		for seq := range int64(5) {
			all = append(all, note(1, seq+2), note(2, seq+2))
		}
		all = append(all, note(1, 3)) // late
		notifyAll(t, s, all...)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := fmt.Sprint(ids(doer.sent())); got != "[msg_1_1_1 msg_1_1_6 msg_1_2_6]" {
			t.Errorf("sent was %s", got)
		}
		doer.then(answer(503), answer(201))
		all = nil
		for room := range plausch.RoomID(200) {
			all = append(all, note(room+1, 10))
		}
		notifyAll(t, s, all...)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(doer.sent()) - 3; n > maxWaiting+2 || n < maxWaiting {
			t.Errorf("%d of 200 were sent", n)
		}
	})
}

func ids(posts []post) (ids []string) {
	for _, p := range posts {
		ids = append(ids, p.id)
	}
	return ids
}

// TestWhatIsReadOrDeletedIsNotSent, if it waits; nor anything to a device that has
// signed out.
func TestWhatIsReadOrDeletedIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*Sender, *one)
		want      string
	}{
		"nothing happens": {func(*Sender, *one) {}, "[msg_1_1_1 msg_1_1_1 msg_1_2_5]"},
		"read":            {func(s *Sender, _ *one) { s.Read(1, 1, 1) }, "[msg_1_1_1 msg_1_2_5]"},
		"read before it":  {func(s *Sender, _ *one) { s.Read(1, 2, 4) }, "[msg_1_1_1 msg_1_1_1 msg_1_2_5]"},
		"read by another": {func(s *Sender, _ *one) { s.Read(2, 1, 1) }, "[msg_1_1_1 msg_1_1_1 msg_1_2_5]"},
		"deleted":         {func(s *Sender, _ *one) { s.Forget(2, 5, 0) }, "[msg_1_1_1 msg_1_1_1]"},
		"unsubscribed":    {func(_ *Sender, o *one) { o.change(func() { o.gone = true }) }, "[msg_1_1_1]"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				doer, subs := &script{answers: []*http.Response{nil, answer(201)}}, newOne()
				s := NewSender(Options{Doer: doer, Subscriptions: subs})
				defer s.Close()
				notifyAll(t, s, note(1, 1), note(2, 5))
				c.meanwhile(s, subs)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := fmt.Sprint(ids(doer.sent())); got != c.want {
					t.Errorf("sent was %s, want %s", got, c.want)
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				if len(s.queues) != 0 {
					t.Error("the line is remembered")
				}
			})
		})
	}
}

// TestRefusedForEver: what would be refused again is not tried again.
func TestRefusedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, subs := &script{answers: []*http.Response{answer(400), answer(403), answer(302), answer(201)}}, newOne()
		s := NewSender(Options{Doer: doer, Subscriptions: subs})
		defer s.Close()
		notifyAll(t, s, note(1, 1), note(2, 1), note(3, 1), note(4, 1))
		if got := fmt.Sprint(ids(doer.sent())); got != "[msg_1_1_1 msg_1_2_1 msg_1_3_1 msg_1_4_1]" {
			t.Errorf("sent was %s", got)
		}
		if len(subs.notes) != 4 || !strings.Contains(subs.notes[2], "302") || subs.notes[3] != "" {
			t.Errorf("kept was %q", subs.notes)
		}
	})
}

// TestSlots: those who hang fill their own lane only.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewSlots()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i := range slowSlots {
			if _, err := l.acquire(ctx, fmt.Sprint("host", i), true); err != nil {
				t.Fatal(err)
			}
		}
		waits := make(chan error)
		go func() { _, err := l.acquire(ctx, "another", true); waits <- err }()
		synctest.Wait()
		var releases []func()
		for range hostSlots {
			release, err := l.acquire(ctx, "good", false)
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, release)
		}
		go func() { _, err := l.acquire(ctx, "good", false); waits <- err }()
		synctest.Wait()
		select {
		case <-waits:
			t.Error("there is a place more than there may be")
		default:
		}
		releases[0]()
		if err := <-waits; err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-waits; err == nil {
			t.Error("who waits in a full lane gets a place at the end")
		}
		for _, release := range releases[1:] {
			release()
		}
		if h := l.hosts["good"]; h == nil || h.users != 1 {
			t.Errorf("of the host is remembered %+v", h)
		}
		if l.hosts["another"] != nil {
			t.Error("a host that nobody uses is remembered")
		}
	})
}

// TestSign is the example of https://github.com/standard-webhooks/standard-webhooks.
func TestSign(t *testing.T) {
	h := http.Header{}
	sign(h, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got := h.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("the signature is %s", got)
	}
}
