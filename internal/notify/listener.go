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

// maxEvents is how many events wait for the Listener. With more, the oldest messages
// are not notified of, and a webhook reads them when the next event comes.
const maxEvents = 8192

// drainTime is how long Close waits for what is new to be sent.
const drainTime = 2 * time.Second

// findEvery is how often the Listener looks for receivers while there was none; [Listener.Refresh] has it look at once.
const findEvery = time.Second

// Store is where the Listener reads who is notified of what.
type Store interface {
	Subscriptions
	Webhooks
	// PushAccounts returns the members of a room, by id, that have subscriptions.
	PushAccounts(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error)
	// ReadStates returns what an account has read of those of the rooms that it is in.
	ReadStates(ctx context.Context, account plausch.AccountID, rooms ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error)
}

// Listener takes committed events from the bus, and has people and programs notified.
type Listener struct {
	store   Store
	opts    Options
	sender  *Sender
	hooks   *Hooks
	cancel  func() // of the bus
	wake    chan struct{}
	closing chan struct{}
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	wg      sync.WaitGroup

	changed atomic.Bool // there may be another receiver since it has looked

	// Of the goroutine alone: whether there are subscriptions and webhooks, as it has
	// looked at a time.
	pushes, posts bool
	looked        time.Time

	mu      sync.Mutex
	waiting []plausch.Event
	others  []Notification // that are not of events
}

// Refresh says that there may be a first receiver now.
func (l *Listener) Refresh() { l.changed.Store(true) }

// findReceivers finds out whether there are subscriptions and webhooks at all: a send
// should cost nothing while there are none.
func (l *Listener) findReceivers() error {
	if !l.changed.Swap(false) && time.Since(l.looked) < findEvery {
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

// Listen subscribes to b until Close. Of o, Subscriptions is st.
func Listen(ctx context.Context, b bus.Bus, st Store, o Options) (*Listener, error) {
	o.fill()
	o.Subscriptions = st
	l := &Listener{store: st, opts: o, sender: NewSender(o), hooks: NewHooks(st, o), wake: make(chan struct{}, 1), closing: make(chan struct{})}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.cancel = b.Subscribe(bus.Subscriber{Events: l.handleEvents, Signal: l.handleSignal})
	l.wg.Go(l.run)
	if err := l.hooks.Start(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close sends what is new, for two seconds at most, and ends. What waits for webhooks is
// posted by the next one; notifications that wait for another try are lost.
func (l *Listener) Close() {
	l.cancel()
	close(l.closing)
	l.wg.Wait()
	l.sender.Drain(drainTime)
	l.stop()
	l.hooks.Close()
	l.sender.Close()
}

// maxOthers is how many notifications that are not of events wait for the Listener. With
// more, new ones are left out: what they tell stands in a list, too.
const maxOthers = 1024

// handleSignal drops what waits and was read meanwhile, on any device, and notifies of
// what is no event.
func (l *Listener) handleSignal(s bus.Signal) {
	switch s.Kind {
	case bus.SignalMarker:
		l.sender.Read(s.Account, s.Room, s.Read.Marker)
	case bus.SignalReminder:
		if s.Reminder.Due && !s.Gone {
			l.add(reminderNotification(s.Account, s.Reminder))
		}
	case bus.SignalScheduled:
		if !s.Scheduled.Failed.IsZero() && !s.Gone {
			l.add(failedNotification(s.Account, s.Scheduled))
		}
	case bus.SignalReport:
		if s.Report.Closed.IsZero() {
			l.add(reportNotification(s.Account, s.Report))
		}
	}
}

// add has an account notified of something that is no event.
func (l *Listener) add(n Notification) {
	l.mu.Lock()
	if len(l.others) < maxOthers {
		l.others = append(l.others, n)
	}
	l.mu.Unlock()
	l.wakeUp()
}

// reminderNotification is the notification of a reminder that is due.
func reminderNotification(account plausch.AccountID, m *plausch.Reminder) Notification {
	n := Notification{
		Account: account, Room: m.Message.Room, Seq: m.Message.Seq, Kind: KindReminder, Time: m.At,
		Title: "Reminder: " + m.Message.Actor.Shown(), Body: bodyOf(&m.Message.Event), Plain: "A reminder",
	}
	if m.RoomName != "" {
		n.Title += " in " + m.RoomName
	}
	return n
}

// failedNotification is the notification of a message that could not be sent later.
func failedNotification(account plausch.AccountID, m *plausch.ScheduledMessage) Notification {
	return Notification{
		Account: account, Room: m.Room, Kind: KindFailed, Time: m.Failed,
		Title: "A message was not sent", Body: m.Error, Plain: "A message that was to be sent later was not",
	}
}

// reportNotification is the notification of a report, for one who moderates it.
func reportNotification(account plausch.AccountID, p *plausch.Report) Notification {
	who := p.Reporter.Shown()
	n := Notification{
		Account: account, Room: p.Message.Room, Seq: p.Message.Seq, Kind: KindReport, Time: p.Time,
		Title: who + " reports a message", Body: p.Reason, Plain: "New report from " + who,
	}
	if p.RoomName != "" {
		n.Title += " in " + p.RoomName
	}
	return n
}

// handleEvents takes what was committed. The commits wait for it, so it does nothing else.
func (l *Listener) handleEvents(events []plausch.Event) {
	l.mu.Lock()
	l.waiting = append(l.waiting, events...)
	if over := len(l.waiting) - maxEvents; over > 0 {
		l.waiting = slices.Delete(l.waiting, 0, over)
	}
	l.mu.Unlock()
	l.wakeUp()
}

func (l *Listener) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

func (l *Listener) run() {
	for last := false; !last; {
		select {
		case <-l.wake:
		case <-l.closing:
			last = true
		}
		l.mu.Lock()
		events, others := l.waiting, l.others
		l.waiting, l.others = nil, nil
		l.mu.Unlock()
		if err := l.sender.Notify(l.ctx, others...); err != nil {
			l.opts.Log.Error("somebody is not notified", "err", err)
		}
		if len(events) == 0 {
			continue
		}
		if err := l.notify(events); err != nil {
			l.opts.Log.Error("somebody is not notified", "err", err)
		}
	}
}

// notify has all notified of events.
func (l *Listener) notify(events []plausch.Event) error {
	if err := l.findReceivers(); err != nil || !l.posts && !l.pushes {
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
		if err := l.hooks.Wake(l.ctx, rooms...); err != nil {
			return err
		}
	}
	if !l.pushes {
		return nil
	}
	for _, room := range rooms {
		if err := l.notifyRoom(room, byRoom[room]); err != nil {
			return fmt.Errorf("room %d: %w", room, err)
		}
	}
	return nil
}

// notifyRoom notifies the members of a room of its events, and forgets what waits that
// is not so any more.
func (l *Listener) notifyRoom(id plausch.RoomID, events []plausch.Event) error {
	for i := range events {
		switch e := &events[i]; e.Kind {
		case plausch.EventLeave:
			l.sender.Read(e.Member.ID, id, math.MaxInt64) // it may not know what it has not read
		case plausch.EventDelete:
			l.sender.Forget(id, e.Target, e.Member.ID)
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
	deleted, erased := deletedOf(events)
	var all []Notification
	for _, account := range accounts {
		read, err := l.store.ReadStates(l.ctx, account, id)
		if err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			if e.Kind != plausch.EventMessage || deleted[e.Seq] || erased[e.Actor.ID] {
				continue
			}
			v, err := l.decide(account, room, e, read[id].Marker)
			if err != nil {
				return err
			}
			if !v.Notify {
				l.opts.Log.Debug("not notified", "account", account, "room", id, "seq", e.Seq, "why", v.Why)
				continue
			}
			n := newNotification(room, e)
			n.Account, n.Kind, n.HideText = account, v.Kind, v.HideText
			all = append(all, n)
		}
	}
	return l.sender.Notify(l.ctx, all...)
}

// deletedOf returns the messages that events delete, and the accounts of which they
// delete all.
func deletedOf(events []plausch.Event) (messages map[int64]bool, authors map[plausch.AccountID]bool) {
	messages, authors = map[int64]bool{}, map[plausch.AccountID]bool{}
	for i := range events {
		switch e := &events[i]; {
		case e.Kind != plausch.EventDelete:
		case e.Target != 0:
			messages[e.Target] = true
		default:
			authors[e.Member.ID] = true
		}
	}
	return messages, authors
}

// decide asks whether an account that has read up to marker is notified of e.
func (l *Listener) decide(account plausch.AccountID, room plausch.Room, e *plausch.Event, marker int64) (v Verdict, err error) {
	var rules Rules
	if l.opts.Rules != nil {
		if rules, err = l.opts.Rules(l.ctx, account, room.ID, e.Actor.ID); err != nil {
			return v, err
		}
	}
	rules.ReadTo = max(rules.ReadTo, marker)
	return Decide(rules, Message{
		Seq: e.Seq, Event: e.Kind, RoomKind: room.Kind, Own: e.Actor.ID == account, Empty: e.Erased(), Mentioned: e.Mentions(account), Text: e.Text,
	}, l.opts.Now()), nil
}

// newNotification returns the notification of a message, without its account.
func newNotification(room plausch.Room, e *plausch.Event) Notification {
	who := e.Actor.Shown()
	n := Notification{Room: e.Room, Seq: e.Seq, Author: e.Actor.ID, Time: e.Time, Title: who, Body: bodyOf(e), Plain: "New message from " + who}
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
