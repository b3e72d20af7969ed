package notify

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/internal/store"
)

// log keeps one webhook and the events of its room.
type log struct {
	mu     sync.Mutex
	hook   plausch.OutgoingWebhook
	gone   bool
	events []plausch.Event
	notes  []string
	marker int64 // of the account 1
}

func newLog() *log {
	return &log{hook: plausch.OutgoingWebhook{ID: 7, Room: 12, URL: "https://x.example.org/", Secret: "whsec_c2VjcmV0"}}
}

func (l *log) say(texts ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range texts {
		l.events = append(l.events, plausch.Event{
			Room: 12, Seq: int64(len(l.events)) + 1, Kind: plausch.EventMessage, Text: text, Time: time.Now(), Actor: plausch.AccountRef{ID: 1, Name: "anna"},
		})
	}
}

func (l *log) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *log) now() plausch.OutgoingWebhook {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hook
}

func (l *log) ListOutgoingWebhooks(_ context.Context, room plausch.RoomID) ([]plausch.OutgoingWebhook, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone || room != 0 && room != l.hook.Room {
		return nil, nil
	}
	return []plausch.OutgoingWebhook{l.hook}, nil
}

func (l *log) OutgoingWebhook(context.Context, int64) (plausch.OutgoingWebhook, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return plausch.OutgoingWebhook{}, plausch.Errorf(plausch.NotFound, "it is gone")
	}
	return l.hook, nil
}

func (l *log) UpdateOutgoingWebhook(_ context.Context, w plausch.OutgoingWebhook) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hook.Cursor, l.hook.LastError, l.hook.FailingSince, l.hook.NextTry = w.Cursor, w.LastError, w.FailingSince, w.NextTry
	l.notes = append(l.notes, fmt.Sprint(w.Cursor, " ", w.LastError))
	return nil
}

func (l *log) Events(_ context.Context, _ plausch.RoomID, p store.HistoryQuery) (events []plausch.Event, more bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.Seq > p.After && len(events) < p.Limit {
			events = append(events, e)
		}
	}
	return events, int64(len(l.events)) > p.After+int64(len(events)), nil
}

func (l *log) Room(context.Context, plausch.RoomID) (plausch.Room, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return plausch.Room{ID: 12, Kind: plausch.RoomPrivate, Name: "shed", Head: int64(len(l.events))}, nil
}

func woken(t *testing.T, h *Hooks) {
	t.Helper()
	if err := h.Wake(t.Context(), 12); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func started(t *testing.T, doer Doer, l *log) *Hooks {
	t.Helper()
	h := NewHooks(l, Options{Doer: doer})
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// want compares the seqs that were posted.
func (s *script) want(t *testing.T, seqs ...int) {
	t.Helper()
	var want []string
	for _, seq := range seqs {
		want = append(want, fmt.Sprintf("msg_7_12_%d", seq))
	}
	if got := fmt.Sprint(ids(s.sent())); got != fmt.Sprint(want) {
		t.Errorf("posted was %s, want %s", got, want)
	}
}

// TestHooksPostInOrder, again what failed, and go on where they were.
func TestHooksPostInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(200), answer(500), nil, answer(404), answer(204)}}, newLog()
		h := started(t, doer, l)
		l.say("one", "two", "three")
		woken(t, h)
		w := l.now()
		if w.Cursor != 1 || !strings.Contains(w.LastError, "500") || !w.FailingSince.Equal(time.Now()) || !w.NextTry.After(time.Now()) {
			t.Errorf("after a failure it is %+v", w)
		}
		l.say("four")
		woken(t, h) // which does not shorten the pause
		doer.want(t, 1, 2)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		doer.want(t, 1, 2, 2, 2, 2, 3, 4)
		if w := l.now(); w.Cursor != 4 || w.LastError != "" || !w.FailingSince.IsZero() || !w.NextTry.IsZero() {
			t.Errorf("after a success it is %+v", w)
		}
		if len(h.hooks) != 0 {
			t.Error("a webhook that has nothing to do is remembered")
		}
		h.Close()
		l.say("five")
		h = started(t, doer, l)
		defer h.Close()
		synctest.Wait()
		doer.want(t, 1, 2, 2, 2, 2, 3, 4, 5)
	})
}

// TestHooksKeepTheirPause over a restart.
func TestHooksKeepTheirPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(429, "Retry-After", "3600"), answer(200)}}, newLog()
		l.say("one")
		h := started(t, doer, l)
		synctest.Wait()
		h.Close()
		h = started(t, doer, l)
		defer h.Close()
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		doer.want(t, 1)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		doer.want(t, 1, 1)
	})
}

// TestHooksGiveUpAfterADay what is older, and no more.
func TestHooksGiveUpAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(503)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		for range 120 {
			l.say("early")
		}
		woken(t, h)
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		l.say("late")
		woken(t, h)
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if w := l.now(); w.Cursor != 120 || w.LastError == "" {
			t.Errorf("after 26 hours it is %+v", w)
		}
		for _, p := range doer.sent() {
			if p.id != "msg_7_12_1" && p.id != "msg_7_12_121" {
				t.Errorf("%s was posted", p.id)
			}
		}
		doer.then(answer(200))
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		posts := doer.sent()
		if w := l.now(); w.Cursor != 121 || w.LastError != "" || posts[len(posts)-1].id != "msg_7_12_121" {
			t.Errorf("in the end it is %+v", w)
		}
	})
}

// TestHooksOfOthersThanMembers: what happens while the maker may not read is not posted,
// then or later.
func TestHooksOfOthersThanMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(200)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		l.say("one")
		woken(t, h)
		l.change(func() { l.hook.Paused = true })
		l.say("secret", "secret")
		woken(t, h)
		l.change(func() { l.hook.Paused = false })
		l.say("four")
		woken(t, h)
		doer.want(t, 1, 4)
	})
}

func TestDeletedHooksPostNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{nil, answer(200)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		l.say("one")
		woken(t, h)
		l.change(func() { l.gone = true })
		time.Sleep(time.Minute)
		synctest.Wait()
		doer.want(t, 1)
		if len(h.hooks) != 0 {
			t.Error("it is remembered")
		}
	})
}

// TestAnEventThatIsTooLarge does not hold up the others for a day.
func TestAnEventThatIsTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(413), answer(200)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		l.say("one", "two")
		woken(t, h)
		doer.want(t, 1, 2)
		if w := l.now(); w.Cursor != 2 || w.LastError != "" {
			t.Errorf("in the end it is %+v", w)
		}
	})
}

// TestManyEventsOfAHook are more than a page.
func TestManyEventsOfAHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(200)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		var seqs []int
		for i := range 3*hookPage + 7 {
			l.say(fmt.Sprint(i))
			seqs = append(seqs, i+1)
		}
		woken(t, h)
		doer.want(t, seqs...)
		if len(l.notes) > 5 {
			t.Errorf("it was written %d times where it is", len(l.notes))
		}
	})
}

// TestWhatHappensMeanwhile is posted, too.
func TestWhatHappensMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, l := &script{answers: []*http.Response{answer(200)}}, newLog()
		h := started(t, doer, l)
		defer h.Close()
		doer.during = func() {
			l.say("two")
			if err := h.Wake(t.Context(), 12); err != nil {
				t.Error(err)
			}
		}
		l.say("one")
		woken(t, h)
		doer.want(t, 1, 2)
	})
}
