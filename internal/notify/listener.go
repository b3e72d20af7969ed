package notify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/markdown"
)

// maxHeard is how many events wait for the Listener. With more, the oldest messages
// are not notified of, and a webhook reads them when the next event comes.
const maxHeard = 8192

// lookEvery is how often the Listener looks whether there is anybody to tell, while
// there was nobody; [Listener.Refresh] has it look at once.
const lookEvery = time.Second

// Store is where the Listener reads who is to be told of what.
type Store interface {
	Subscriptions
	Webhooks
	// PushAccounts returns the members of a room, by id, that have subscriptions.
	PushAccounts(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error)
}

// Listener hears what was committed, and has people and programs told of it.
type Listener struct {
	store  Store
	opts   Options
	sender *Sender
	hooks  *Hooks
	cancel func() // of the bus
	wake   chan struct{}
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	wg     sync.WaitGroup

	changed atomic.Bool // since it has looked whether there is anybody to tell

	// Of the goroutine alone: whether there are subscriptions and webhooks, as it has
	// looked at a time.
	pushes, posts bool
	looked        time.Time

	mu    sync.Mutex
	heard []plausch.Event
}

// Refresh says that there may be somebody to tell now.
func (l *Listener) Refresh() { l.changed.Store(true) }

// look finds out whether there is anybody to tell: a send should cost nothing while
// there is nobody.
func (l *Listener) look() error {
	if !l.changed.Swap(false) && time.Since(l.looked) < lookEvery {
		return nil
	}
	hooks, err := l.store.ListOutgoingWebhooks(l.ctx, 0)
	if err != nil {
		return err
	}
	accounts, err := l.store.PushAccounts(l.ctx, plausch.PublicRoom)
	if err != nil {
		return err
	}
	l.posts, l.pushes, l.looked = len(hooks) > 0, len(accounts) > 0, time.Now()
	return nil
}

// Listen hears b until Close. Of o, Subscriptions is st.
func Listen(ctx context.Context, b bus.Bus, st Store, o Options) (*Listener, error) {
	o.fill()
	o.Subscriptions = st
	l := &Listener{store: st, opts: o, sender: NewSender(o), hooks: NewHooks(st, o), wake: make(chan struct{}, 1)}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.cancel = b.Subscribe(bus.Subscriber{Events: l.hear, Signal: func(bus.Signal) {}})
	l.wg.Go(l.run)
	if err := l.hooks.Start(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close ends it. What waits for webhooks is posted by the next one; other notifications
// that wait are lost.
func (l *Listener) Close() {
	l.cancel()
	l.stop()
	l.wg.Wait()
	l.hooks.Close()
	l.sender.Close()
}

// hear takes what was committed. The commits wait for it, so it does nothing else.
func (l *Listener) hear(events []plausch.Event) {
	l.mu.Lock()
	l.heard = append(l.heard, events...)
	if over := len(l.heard) - maxHeard; over > 0 {
		l.heard = slices.Delete(l.heard, 0, over)
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

func (l *Listener) run() {
	for {
		select {
		case <-l.wake:
		case <-l.ctx.Done():
			return
		}
		l.mu.Lock()
		events := l.heard
		l.heard = nil
		l.mu.Unlock()
		if err := l.tell(events); err != nil && l.ctx.Err() == nil {
			l.opts.Log.Error("somebody is not notified", "err", err)
		}
	}
}

// tell has all be told of events.
func (l *Listener) tell(events []plausch.Event) error {
	if err := l.look(); err != nil || !l.posts && !l.pushes {
		return err
	}
	var rooms []plausch.RoomID
	byRoom := map[plausch.RoomID][]plausch.Event{}
	for _, e := range events {
		if byRoom[e.Room] == nil {
			rooms = append(rooms, e.Room)
		}
		byRoom[e.Room] = append(byRoom[e.Room], e)
	}
	if l.posts {
		if err := l.hooks.Happened(l.ctx, rooms...); err != nil {
			return err
		}
	}
	if !l.pushes {
		return nil
	}
	for _, room := range rooms {
		if err := l.tellRoom(room, byRoom[room]); err != nil {
			return fmt.Errorf("room %d: %w", room, err)
		}
	}
	return nil
}

// tellRoom notifies the members of a room of its events, and forgets what waits that
// is not so any more.
func (l *Listener) tellRoom(id plausch.RoomID, events []plausch.Event) error {
	for i := range events {
		switch e := &events[i]; e.Kind {
		case plausch.EventLeave:
			l.sender.Read(e.Member.ID, id, math.MaxInt64) // it may not know what it has not read
		case plausch.EventDelete:
			l.sender.Forget(id, e.Target)
		case plausch.EventEdit:
			l.sender.Edit(id, e.Target, bodyOf(e))
		}
	}
	accounts, err := l.store.PushAccounts(l.ctx, id)
	if err != nil || len(accounts) == 0 {
		return err
	}
	room, err := l.store.Room(l.ctx, id)
	if err != nil {
		return err
	}
	deleted := deletedOf(events)
	var all []Notification
	for i := range events {
		e := &events[i]
		if e.Kind != plausch.EventMessage || deleted[e.Seq] {
			continue
		}
		n := newNotification(room, e)
		for _, account := range accounts {
			v, err := l.decide(account, room, e)
			if err != nil {
				return err
			}
			if !v.Notify {
				l.opts.Log.Debug("not notified", "account", account, "room", id, "seq", e.Seq, "why", v.Why)
				continue
			}
			n.Account, n.Kind = account, v.Kind
			all = append(all, n)
		}
	}
	return l.sender.Notify(l.ctx, all...)
}

// deletedOf returns the messages that events delete.
func deletedOf(events []plausch.Event) map[int64]bool {
	deleted := map[int64]bool{}
	for i := range events {
		if events[i].Kind == plausch.EventDelete {
			deleted[events[i].Target] = true
		}
	}
	return deleted
}

// decide asks whether an account is notified of e.
func (l *Listener) decide(account plausch.AccountID, room plausch.Room, e *plausch.Event) (v Verdict, err error) {
	var rules Rules
	if l.opts.Rules != nil {
		if rules, err = l.opts.Rules(l.ctx, account, room.ID, e.Actor.ID); err != nil {
			return v, err
		}
	}
	return Decide(rules, Message{
		Seq: e.Seq, Event: e.Kind, RoomKind: room.Kind, Own: e.Actor.ID == account, Empty: e.Erased(), Mentioned: e.Mentions(account), Text: e.Text,
	}, l.opts.Now()), nil
}

// newNotification returns what is told of a message, but for whom.
func newNotification(room plausch.Room, e *plausch.Event) Notification {
	who := e.Actor.Shown()
	n := Notification{Room: e.Room, Seq: e.Seq, Time: e.Time, Title: who, Body: bodyOf(e), Plain: "New message from " + who}
	if room.Name != "" {
		n.Title += " in " + room.Name
	}
	return n
}

// bodyOf says what a message is in plain words.
func bodyOf(e *plausch.Event) string {
	switch files := e.Attachments; {
	case e.Sealed():
		return plausch.SealedText
	case e.Text != "":
		return markdown.Plain(e.Text)
	case len(files) == 1 && strings.HasPrefix(files[0].Type, "image/"):
		return "sent a picture"
	case len(files) == 1:
		return "sent a file: " + files[0].Name
	default:
		return fmt.Sprintf("sent %d files", len(files))
	}
}
