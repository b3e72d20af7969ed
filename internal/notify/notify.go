// Package notify tells people what happened while they were not looking, and programs
// what happened in a room.
//
//	bus ─► Listener ─► Decide ─► Sender ─► a queue for each subscription ─► dial ─► push service, ntfy, webhook
//	              └──► Hooks ────────────► one goroutine for each webhook ─► dial ─► webhook
//
// Nobody who sends a message waits for any of it: the [Listener] takes what the bus
// publishes into a queue of its own, and reads the rest from the store.
//
// A notification is worth something while it is new, so a queue keeps the newest of
// each room, in memory, for a day. The events of a room's webhook are all posted, in
// order: its place in the room's log is kept by the store.
//
// Goroutines: the Listener has one; each subscription and each webhook has one while
// something is being sent or waits for a place. How many calls run at once is bounded
// for all together and for each host. Whoever was slow or failed the last time goes by
// a lane of its own, so that it delays nobody else; see lanes.
package notify

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"plausch"
)

// Kind says why somebody is notified.
type Kind string

// The kinds.
const (
	KindDirect  Kind = "direct"  // a message of a direct room
	KindMention Kind = "mention" // one that names the account, or has a keyword of it
	KindMessage Kind = "message" // any other
	KindRead    Kind = "read"    // the account has read the room elsewhere
)

// Notification is what one account is told about one room.
type Notification struct {
	Account plausch.AccountID
	Room    plausch.RoomID
	Seq     int64
	Kind    Kind
	Title   string // who wrote, and where
	Body    string // what was written
	// Plain is told in the place of both where the text is not wanted: "New message
	// from Anna".
	Plain string
	// Badge is how much is unread, on the whole; nil if that is not known.
	Badge *int
	Time  time.Time // of the event
}

// Doer makes calls: a [plausch/internal/dial.Client].
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Subscriptions is where subscriptions are kept: a store.
type Subscriptions interface {
	// ListPushSubscriptions returns the subscriptions of accounts.
	ListPushSubscriptions(ctx context.Context, accounts ...plausch.AccountID) ([]plausch.PushSubscription, error)
	// NotePush keeps how the last delivery to a subscription ended. One that is not
	// there is no error.
	NotePush(ctx context.Context, id int64, lastError string, failingSince time.Time) error
	// EndPush forgets a subscription. One that is not there is no error.
	EndPush(ctx context.Context, id int64) error
}

// Options says how a [Sender] and [Hooks] work. Doer is required, and Subscriptions of a
// Sender.
type Options struct {
	Doer          Doer
	Subscriptions Subscriptions
	// Base is where this server's links begin: https://chat.example.org, without a /
	// at the end. Without it notifications lead nowhere, and Web Push is off.
	Base string
	// Contact is the "sub" that push services get, see [Contact]. Web Push is off
	// without it.
	Contact string
	Key     Key // of Web Push
	// Rules returns what an account has chosen to be told of in a room, as far as it
	// goes for messages of an author; nil means that nobody has chosen anything.
	Rules func(ctx context.Context, account plausch.AccountID, room plausch.RoomID, author plausch.AccountID) (Rules, error)
	// Now is the clock, nil for time.Now.
	Now func() time.Time
	Log *slog.Logger // nil means slog.Default
	// Lanes bound how many calls run at once, for all who share them; nil means new
	// ones.
	Lanes *Lanes
	// Sent, if not nil, is called after each attempt, with the status of the answer or
	// 0, for metrics and tests.
	Sent func(kind plausch.PushKind, status int)
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Lanes == nil {
		o.Lanes = NewLanes()
	}
	if o.Sent == nil {
		o.Sent = func(plausch.PushKind, int) {}
	}
}

// Sender delivers notifications to subscriptions. It is safe for concurrent use.
type Sender struct {
	opts   Options
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	lines  map[int64]*line // by subscription; those that have nothing to do are not there
}

// NewSender returns a sender. Close it.
func NewSender(o Options) *Sender {
	o.fill()
	s := &Sender{opts: o, lines: map[int64]*line{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close ends what is being sent and forgets what waits.
func (s *Sender) Close() {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.lines {
		l.stopTimer()
	}
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
}

// Notify queues notifications for all subscriptions of their accounts. It reads the
// subscriptions, and waits for nothing else.
func (s *Sender) Notify(ctx context.Context, all ...Notification) error {
	byAccount := map[plausch.AccountID][]Notification{}
	var accounts []plausch.AccountID
	for _, n := range all {
		if byAccount[n.Account] == nil {
			accounts = append(accounts, n.Account)
		}
		byAccount[n.Account] = append(byAccount[n.Account], n)
	}
	if len(accounts) == 0 {
		return nil
	}
	subs, err := s.opts.Subscriptions.ListPushSubscriptions(ctx, accounts...)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		for _, n := range byAccount[sub.Account] {
			s.queue(sub, n)
		}
	}
	return nil
}

// Read drops what waits for an account about a room, up to seq: it was read elsewhere.
func (s *Sender) Read(account plausch.AccountID, room plausch.RoomID, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if l.sub.Account == account {
			l.drop(room, seq)
		}
	}
}

// Forget drops what waits about an event: it was deleted.
func (s *Sender) Forget(room plausch.RoomID, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		l.waiting = slices.DeleteFunc(l.waiting, func(n Notification) bool { return n.Room == room && n.Seq == seq })
	}
}

// Edit gives what waits about an event another body.
func (s *Sender) Edit(room plausch.RoomID, seq int64, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		for i := range l.waiting {
			if n := &l.waiting[i]; n.Room == room && n.Seq == seq {
				n.Body = body
			}
		}
	}
}

// queue puts n into the queue of sub.
func (s *Sender) queue(sub plausch.PushSubscription, n Notification) {
	if sub.Kind == plausch.PushWeb && s.opts.Contact == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	l := s.lines[sub.ID]
	if l == nil {
		if len(s.lines) >= maxLines {
			s.forgetIdle()
		}
		l = &line{sub: sub, slow: !sub.FailingSince.IsZero(), failingSince: sub.FailingSince}
		s.lines[sub.ID] = l
	}
	l.update(sub)
	l.put(n)
	s.start(l)
}
