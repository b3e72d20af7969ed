package notify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"plausch"
	"plausch/internal/bus"
)

// maxHeard is how many events wait for the Listener. With more, the oldest messages
// are not notified of, and a webhook reads them when the next event comes.
const maxHeard = 8192

// Store is where the Listener reads who is to be told of what.
type Store interface {
	Subscriptions
	Webhooks
	// PushAccounts returns the members of a room, by id, that have subscriptions.
	PushAccounts(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error)
	Account(ctx context.Context, id plausch.AccountID) (plausch.Account, error)
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

	mu    sync.Mutex
	heard []plausch.Event
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

// tell has all be told of events. Two questions are asked of the store as long as there
// is nobody to tell.
func (l *Listener) tell(events []plausch.Event) error {
	var rooms []plausch.RoomID
	byRoom := map[plausch.RoomID][]plausch.Event{}
	for _, e := range events {
		if byRoom[e.Room] == nil {
			rooms = append(rooms, e.Room)
		}
		byRoom[e.Room] = append(byRoom[e.Room], e)
	}
	if err := l.hooks.Happened(l.ctx, rooms...); err != nil {
		return err
	}
	if anyone, err := l.store.PushAccounts(l.ctx, plausch.PublicRoom); err != nil || len(anyone) == 0 {
		return err
	}
	for _, room := range rooms {
		if err := l.tellRoom(room, byRoom[room]); err != nil {
			return fmt.Errorf("room %d: %w", room, err)
		}
	}
	return nil
}

// tellRoom notifies the members of a room of its events.
func (l *Listener) tellRoom(id plausch.RoomID, events []plausch.Event) error {
	for i := range events {
		if e := &events[i]; e.Kind == plausch.EventLeave {
			l.sender.Read(e.Member.ID, id, math.MaxInt64) // it may not know what it has not read
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
	var all []Notification
	for _, account := range accounts {
		a, err := l.store.Account(l.ctx, account)
		if err != nil {
			return err
		}
		for i := range events {
			v := Decide(Rules{}, messageFor(a, room, &events[i]), l.opts.Now())
			if !v.Notify {
				l.opts.Log.Debug("not notified", "account", a.ID, "room", id, "seq", events[i].Seq, "why", v.Why)
				continue
			}
			n := newNotification(room, &events[i])
			n.Account, n.Kind = a.ID, v.Kind
			all = append(all, n)
		}
	}
	return l.sender.Notify(l.ctx, all...)
}

// messageFor returns e as it is judged for an account.
func messageFor(a plausch.Account, room plausch.Room, e *plausch.Event) Message {
	return Message{
		Seq: e.Seq, Event: e.Kind, RoomKind: room.Kind, Own: e.Actor.ID == a.ID, Empty: e.Erased(), Text: e.Text,
		Mentioned: mentions(e.Text, a.Name),
	}
}

// mentions reports whether text has @name, with no word before it and no longer name
// behind it.
func mentions(text, name string) bool {
	text, name = strings.ToLower(text), "@"+name
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		at += i + len(name)
		if !ofWord(before) && !goesOn(text[at:]) {
			return true
		}
	}
}

// goesOn reports whether a name would go on with rest: with a letter, digit or _, or
// with dots and hyphens before one.
func goesOn(rest string) bool {
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, ".-"))
	return ofWord(next) || next == '_'
}

// newNotification returns what is told of a message, but for whom.
func newNotification(room plausch.Room, e *plausch.Event) Notification {
	who := e.Actor.Shown()
	n := Notification{Room: e.Room, Seq: e.Seq, Time: e.Time, Title: who, Body: e.Text, Plain: "New message from " + who}
	if room.Kind != plausch.RoomDirect {
		n.Title += " in " + room.Name
	}
	if n.Body == "" {
		n.Body = filesOf(e.Attachments)
	}
	return n
}

// filesOf says what was sent without a text.
func filesOf(files []plausch.Attachment) string {
	switch {
	case len(files) == 1 && strings.HasPrefix(files[0].Type, "image/"):
		return "sent a picture"
	case len(files) == 1:
		return "sent a file: " + files[0].Name
	default:
		return fmt.Sprintf("sent %d files", len(files))
	}
}
