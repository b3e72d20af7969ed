package core_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/store"
)

// signals is a bus that keeps what it signals.
type signals struct {
	bus.Local
	mu  sync.Mutex
	all []bus.Signal
}

func (s *signals) Signal(signal bus.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, signal)
}

// take returns the signals of a kind since the last call.
func (s *signals) take(kind bus.SignalKind) (taken []bus.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.Kind == kind {
			taken = append(taken, one)
		}
	}
	s.all = nil
	return taken
}

// texts returns what was said in the room of all.
func (f *fixture) texts(by plausch.Account) (all []string) {
	f.t.Helper()
	events, _, err := f.History(f.t.Context(), by, plausch.PublicRoom, core.HistoryQuery{Limit: 100})
	expectCode(f.t, err, "")
	for _, e := range events {
		all = append(all, e.Text)
	}
	return all
}

// runDue does what is due, which the loop may have done already.
func (f *fixture) runDue() time.Time {
	f.t.Helper()
	next, err := f.RunDue(f.t.Context())
	expectCode(f.t, err, "")
	return next
}

func (f *fixture) schedule(by plausch.Account, text string, in time.Duration) plausch.ScheduledMessage {
	f.t.Helper()
	m, err := f.CreateScheduledMessage(f.t.Context(), by, core.NewMessage{Room: plausch.PublicRoom, Text: text}, f.clock.Now().Add(in))
	expectCode(f.t, err, "")
	return m
}

// TestScheduledMessageIsSentOnce is about what is due now, later, while the server is down,
// and what was changed and deleted before.
func TestScheduledMessageIsSentOnce(t *testing.T) {
	f := newFixture(t)
	alice := f.account("alice", plausch.RoleMember)
	f.schedule(alice, "one", time.Hour)
	two := f.schedule(alice, "two", 2*time.Hour)
	gone := f.schedule(alice, "gone", time.Hour)
	expectCode(t, f.DeleteScheduledMessage(t.Context(), alice, gone.ID), "")
	if next := f.runDue(); !next.Equal(f.clock.Now().Add(time.Hour)) {
		t.Errorf("the next is at %v", next)
	}
	if said := f.texts(alice); len(said) > 0 {
		t.Errorf("too early: %q", said)
	}
	f.clock.move(time.Hour)
	f.runDue()
	f.runDue()
	_, err := f.UpdateScheduledMessage(t.Context(), alice, core.ScheduledMessageUpdate{ID: two.ID, Text: new("zwei")})
	expectCode(t, err, "")
	f.close()
	f.clock.move(5 * time.Hour) // the server is down meanwhile
	f.open()
	f.runDue()
	f.restart()
	f.runDue()
	if said := strings.Join(f.texts(alice), " "); said != "one zwei" {
		t.Errorf("said was %q", said)
	}
	if left, _, err := f.ListScheduledMessages(t.Context(), alice, core.ScheduledMessageQuery{Limit: 9}); err != nil || len(left) > 0 {
		t.Errorf("left are %+v, %v", left, err)
	}
}

// TestScheduledMessageIsJudgedWhenItIsSent tells the author of what is not allowed then.
func TestScheduledMessageIsJudgedWhenItIsSent(t *testing.T) {
	told := new(signals)
	f := newFixture(t)
	f.bus = told
	f.restart()
	alice, bob := f.account("alice", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	den, err := f.CreateRoom(t.Context(), bob, "den", plausch.RoomPrivate)
	expectCode(t, err, "")
	expectCode(t, f.AddMember(t.Context(), bob, den.ID, "alice"), "")
	at := f.clock.Now().Add(time.Hour)
	_, err = f.CreateScheduledMessage(t.Context(), alice, core.NewMessage{Room: den.ID, Text: "in the den"}, at)
	expectCode(t, err, "")
	_, err = f.CreateScheduledMessage(t.Context(), alice, core.NewMessage{To: "bob", Text: "to bob"}, at)
	expectCode(t, err, "")
	f.schedule(alice, "to all", time.Hour)
	expectCode(t, f.RemoveMember(t.Context(), bob, den.ID, "alice"), "")
	_, err = f.AddBlock(t.Context(), bob, "alice")
	expectCode(t, err, "")
	told.take(bus.SignalScheduled)
	f.clock.move(time.Hour)
	f.runDue()
	failed := map[string]string{}
	for _, s := range told.take(bus.SignalScheduled) {
		if s.Gone {
			if s.Scheduled.Text != "to all" || s.Room != plausch.PublicRoom || s.Seq != 1 {
				t.Errorf("sent was %+v", s)
			}
			continue
		}
		failed[s.Scheduled.Text] = s.Scheduled.Error
	}
	if len(failed) != 2 || !strings.Contains(failed["in the den"], "no such room") || !strings.Contains(failed["to bob"], "cannot be reached") {
		t.Errorf("failed are %q", failed)
	}
	left, _, err := f.ListScheduledMessages(t.Context(), alice, core.ScheduledMessageQuery{Limit: 9})
	if err != nil || len(left) != 2 || left[0].Error == "" || left[0].Failed.IsZero() {
		t.Errorf("left are %+v, %v", left, err)
	}
	_, err = f.UpdateScheduledMessage(t.Context(), alice, core.ScheduledMessageUpdate{ID: left[0].ID, Text: new("once more")})
	expectCode(t, err, plausch.Invalid) // its time is over
	_, err = f.RemoveBlock(t.Context(), bob, "alice")
	expectCode(t, err, "")
	_, err = f.UpdateScheduledMessage(t.Context(), alice, core.ScheduledMessageUpdate{ID: left[0].ID, Text: new("once more"), At: f.clock.Now().Add(time.Minute)})
	expectCode(t, err, "")
	f.clock.move(time.Minute)
	f.runDue()
	if left, _, _ := f.ListScheduledMessages(t.Context(), alice, core.ScheduledMessageQuery{Limit: 9}); len(left) != 1 {
		t.Errorf("after another try there are %+v", left)
	}
}

func TestWhatCannotBeScheduled(t *testing.T) {
	f := newFixture(t)
	alice, gast := f.account("alice", plausch.RoleMember), f.guest("gast").Account
	now := f.clock.Now()
	for what, c := range map[string]struct {
		m    core.NewMessage
		at   time.Time
		want plausch.Code
	}{
		"no time":      {core.NewMessage{Room: 1, Text: "x"}, time.Time{}, plausch.Invalid},
		"the past":     {core.NewMessage{Room: 1, Text: "x"}, now, plausch.Invalid},
		"too far":      {core.NewMessage{Room: 1, Text: "x"}, now.Add(2 * plausch.MaxAhead), plausch.Invalid},
		"no text":      {core.NewMessage{Room: 1}, now.Add(time.Hour), plausch.Invalid},
		"no place":     {core.NewMessage{Text: "x"}, now.Add(time.Hour), plausch.Invalid},
		"nobody":       {core.NewMessage{To: "nobody", Text: "x"}, now.Add(time.Hour), plausch.NotFound},
		"no such room": {core.NewMessage{Room: 99, Text: "x"}, now.Add(time.Hour), plausch.NotFound},
		"a file":       {core.NewMessage{Room: 1, Attachments: []string{"x"}}, now.Add(time.Hour), plausch.Unsupported},
	} {
		_, err := f.CreateScheduledMessage(t.Context(), alice, c.m, c.at)
		if plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	for n := range plausch.MaxScheduled/plausch.GuestShare + 1 {
		_, err := f.CreateScheduledMessage(t.Context(), gast, core.NewMessage{Room: 1, Text: "x"}, now.Add(time.Hour))
		if full := n == plausch.MaxScheduled/plausch.GuestShare; full != (plausch.CodeOf(err) == plausch.Forbidden) {
			t.Fatalf("message %d of a guest: %v", n, err)
		}
	}
}

// TestReminder is told once, also over a restart, and stays in the list.
func TestReminder(t *testing.T) {
	told := new(signals)
	f := newFixture(t)
	f.bus = told
	f.restart()
	alice := f.account("alice", plausch.RoleMember)
	f.schedule(alice, "tea", time.Minute)
	f.clock.move(time.Minute)
	f.runDue()
	_, err := f.SetReminder(t.Context(), alice, plausch.PublicRoom, 1, f.clock.Now().Add(time.Hour))
	expectCode(t, err, "")
	f.close()
	f.clock.move(2 * time.Hour)
	told.take(bus.SignalReminder)
	f.open()
	f.runDue()
	f.restart()
	f.runDue()
	due := told.take(bus.SignalReminder)
	if len(due) != 1 || !due[0].Reminder.Due || due[0].Account != alice.ID || due[0].Reminder.Message.Text != "tea" {
		t.Errorf("told was %+v", due)
	}
	list, _, err := f.ListReminders(t.Context(), alice, core.ReminderQuery{Limit: 9})
	if err != nil || len(list) != 1 || !list[0].Due {
		t.Errorf("the list is %+v, %v", list, err)
	}
	for _, at := range []time.Time{{}, f.clock.Now(), f.clock.Now().Add(2 * plausch.MaxAhead)} {
		_, err := f.SetReminder(t.Context(), alice, plausch.PublicRoom, 1, at)
		expectCode(t, err, plausch.Invalid)
	}
}

// TestScheduleWaitsForTheDisk: what cannot be sent now is sent when it can, and the loop comes
// to it by itself.
func TestScheduleWaitsForTheDisk(t *testing.T) {
	f := newFixture(t)
	alice := f.account("alice", plausch.RoleMember)
	full := &fullStore{}
	f.wrap = func(s store.Store) store.Store { full.Store = s; return full }
	f.restart()
	f.schedule(alice, "one", time.Hour)
	full.set(true)
	f.clock.move(time.Hour)
	if _, err := f.RunDue(t.Context()); plausch.CodeOf(err) != plausch.StorageFull {
		t.Errorf("with a full disk: %v", err)
	}
	full.set(false)
	f.restart() // whose loop looks at once
	for len(f.texts(alice)) == 0 {
		f.runDue()
	}
	if said := f.texts(alice); len(said) != 1 {
		t.Errorf("said was %q", said)
	}
}

// fullStore is a store whose disk may be full.
type fullStore struct {
	store.Store
	mu   sync.Mutex
	full bool
}

func (s *fullStore) set(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

func (s *fullStore) Append(ctx context.Context, drafts []store.Draft) ([]store.Appended, error) {
	s.mu.Lock()
	full := s.full
	s.mu.Unlock()
	if full {
		return nil, plausch.Errorf(plausch.StorageFull, "the disk is full")
	}
	return s.Store.Append(ctx, drafts)
}
