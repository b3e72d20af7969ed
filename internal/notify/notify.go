// Package notify notifies people of what happened while they were away, and programs of
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
// it sends or waits for a slot. How many calls run at once is bounded for all together
// and for each host, and apart for those that were slow or failed the last time, so
// that they delay nobody else; see [Slots].
package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
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
	KindReport  Kind = "report"  // somebody has reported a message that the account moderates

	KindReminder Kind = "reminder" // the account wanted to be reminded of a message
	KindFailed   Kind = "failed"   // a message that it wanted to be sent later was not
)

// ofMessages reports whether a notification of the kind is about what there is to read in
// a room: the newest takes the place of the one before.
func (k Kind) ofMessages() bool { return k != KindReport && k != KindReminder && k != KindFailed }

// subject is what n is about: another one about the same takes its place.
func (n *Notification) subject() string {
	if n.Kind.ofMessages() {
		return fmt.Sprintf("room-%d", n.Room)
	}
	return fmt.Sprintf("%s-%d-%d", n.Kind, n.Room, n.Seq)
}

// Notification is about one message, for one account.
type Notification struct {
	Account plausch.AccountID
	Room    plausch.RoomID
	Seq     int64
	Author  plausch.AccountID // of the message
	Kind    Kind
	Title   string // who wrote, and where
	Body    string // what was written
	// Plain stands in the place of both where the text is not wanted: "New message from
	// Anna".
	Plain string
	// HideText is whether the account wants it so on all its subscriptions.
	HideText bool
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
	// UpdatePush keeps how the last delivery to a subscription ended. One that is not
	// there is no error.
	UpdatePush(ctx context.Context, id int64, lastError string, failingSince time.Time) error
	// DeletePush forgets a subscription. One that is not there is no error.
	DeletePush(ctx context.Context, id int64) error
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
	// Rules returns what an account has chosen for a room, and messages of an author in
	// it; nil means that nobody has chosen anything.
	Rules func(ctx context.Context, account plausch.AccountID, room plausch.RoomID, author plausch.AccountID) (Rules, error)
	// Now is the clock, nil for time.Now.
	Now func() time.Time
	Log *slog.Logger // nil means slog.Default
	// Slots bound how many calls run at once, for all who share them; nil means new
	// ones.
	Slots *Slots
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
	if o.Slots == nil {
		o.Slots = NewSlots()
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
	ending bool // no pause ends any more
	closed bool
	queues map[int64]*queue // by subscription; those that have nothing to do are not there
}

// NewSender returns a sender. Close it.
func NewSender(o Options) *Sender {
	o.fill()
	s := &Sender{opts: o, queues: map[int64]*queue{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Drain waits until all is sent but what waits for another try, or for so long. Nothing
// may be queued any more.
func (s *Sender) Drain(patience time.Duration) {
	s.stopTimers()
	done := make(chan struct{})
	go func() { defer close(done); s.wg.Wait() }()
	select {
	case <-done:
	case <-time.After(patience):
	}
}

// Close ends what is being sent and forgets what waits.
func (s *Sender) Close() {
	s.stopTimers()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
}

func (s *Sender) stopTimers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	for _, q := range s.queues {
		q.stopTimer()
	}
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
			s.enqueue(sub, n)
		}
	}
	return nil
}

// Read drops what waits for an account about a room, up to seq: it was read elsewhere.
func (s *Sender) Read(account plausch.AccountID, room plausch.RoomID, seq int64) {
	s.each(func(q *queue) {
		if q.sub.Account == account {
			q.drop(func(n *Notification) bool { return n.Kind.ofMessages() && n.Room == room && n.Seq <= seq })
		}
	})
}

// Forget drops what waits about an event of a room: it was deleted. If seq is 0, it is all
// that author wrote there, an account that was erased.
func (s *Sender) Forget(room plausch.RoomID, seq int64, author plausch.AccountID) {
	s.each(func(q *queue) {
		q.drop(func(n *Notification) bool {
			return n.Room == room && (n.Seq == seq || seq == 0 && n.Author == author)
		})
	})
}

// Edit gives what waits about an event another body.
func (s *Sender) Edit(room plausch.RoomID, seq int64, body string) {
	s.each(func(q *queue) { q.edit(room, seq, body) })
}

func (s *Sender) each(f func(*queue)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		f(q)
	}
}

// enqueue puts n into the queue of sub.
func (s *Sender) enqueue(sub plausch.PushSubscription, n Notification) {
	if sub.Kind == plausch.PushWeb && s.opts.Contact == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	q := s.queues[sub.ID]
	if q == nil {
		if len(s.queues) >= maxIdle {
			s.dropIdle()
		}
		q = &queue{sub: sub, slow: !sub.FailingSince.IsZero(), failingSince: sub.FailingSince}
		s.queues[sub.ID] = q
	}
	q.update(sub)
	q.put(n)
	s.start(q)
}
