package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/internal/bus"
)

// both is a store of one subscription, of the account 1, and one webhook, of the room 12.
type both struct {
	*one
	*log
}

func (b both) ReadStates(context.Context, plausch.AccountID, ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error) {
	return map[plausch.RoomID]plausch.ReadState{12: {Marker: b.log.marker}}, nil
}

func (b both) PushAccounts(context.Context, plausch.RoomID) ([]plausch.AccountID, error) {
	return []plausch.AccountID{1}, nil
}

// listening is a listener whose webhook gets nothing, since it is of no room.
func listening(t *testing.T, b bus.Bus, doer Doer, change ...func(*Options)) *Listener {
	t.Helper()
	st := both{newOne(), newLog()}
	st.log.gone, st.one.sub.Text = true, true
	o := Options{Doer: doer}
	for _, c := range change {
		c(&o)
	}
	l, err := Listen(t.Context(), b, st, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func said(seq int64, text string) plausch.Event {
	return plausch.Event{Room: 12, Seq: seq, Kind: plausch.EventMessage, Text: text, Time: time.Now(), Actor: plausch.AccountRef{ID: 2, Name: "anna"}}
}

// TestWhatChangesWhileItWaits: what was deleted is not sent, what was edited as it is now.
func TestWhatChangesWhileItWaits(t *testing.T) {
	for name, c := range map[string]struct {
		then plausch.Event
		want string
	}{
		"nothing":         {plausch.Event{Kind: plausch.EventReact, Target: 1, Text: "👍"}, "psst"},
		"deleted":         {plausch.Event{Kind: plausch.EventDelete, Target: 1}, ""},
		"another deleted": {plausch.Event{Kind: plausch.EventDelete, Target: 9}, "psst"},
		"author erased":   {plausch.Event{Kind: plausch.EventDelete, Member: plausch.AccountRef{ID: 2}}, ""},
		"another erased":  {plausch.Event{Kind: plausch.EventDelete, Member: plausch.AccountRef{ID: 9}}, "psst"},
		"edited":          {plausch.Event{Kind: plausch.EventEdit, Target: 1, Text: "**hello**"}, "hello"},
		"member has left": {plausch.Event{Kind: plausch.EventLeave, Member: plausch.AccountRef{ID: 1}}, ""},
		"another left":    {plausch.Event{Kind: plausch.EventLeave, Member: plausch.AccountRef{ID: 3}}, "psst"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				doer, b := &script{answers: nil}, new(bus.Local)
				doer.then(answer(503), answer(201))
				l := listening(t, b, doer)
				defer l.Close()
				b.Publish([]plausch.Event{said(1, "psst")})
				synctest.Wait()
				c.then.Room, c.then.Seq, c.then.Time = 12, 2, time.Now()
				b.Publish([]plausch.Event{c.then})
				time.Sleep(time.Minute)
				synctest.Wait()
				posts := doer.sent()
				last := posts[len(posts)-1].message
				if sent := len(posts) == 2; sent != (c.want != "") || sent && last != c.want {
					t.Errorf("%d posts, the last %q, want %q", len(posts), last, c.want)
				}
			})
		})
	}
}

// TestWhatIsToldOfAMessage in words.
func TestWhatIsToldOfAMessage(t *testing.T) {
	file := plausch.Attachment{Name: "notes.pdf", Type: "application/pdf"}
	for name, c := range map[string]struct {
		change func(*plausch.Event)
		want   string // empty: nothing
	}{
		"a text":        {func(e *plausch.Event) { e.Text = "a **bold** word" }, "a bold word"},
		"a picture":     {func(e *plausch.Event) { e.Attachments = []plausch.Attachment{{Type: "image/png"}} }, "sent a picture"},
		"a file":        {func(e *plausch.Event) { e.Attachments = []plausch.Attachment{file} }, "sent a file: notes.pdf"},
		"files":         {func(e *plausch.Event) { e.Attachments = []plausch.Attachment{file, file} }, "sent 2 files"},
		"sealed":        {func(e *plausch.Event) { e.Details = &plausch.Details{Scheme: "x", Sealed: "abc"} }, plausch.SealedText},
		"erased":        {func(*plausch.Event) {}, ""},
		"one's own":     {func(e *plausch.Event) { e.Text, e.Actor.ID = "mine", 1 }, ""},
		"a reaction":    {func(e *plausch.Event) { e.Kind, e.Text = plausch.EventReact, "👍" }, ""},
		"what is muted": {func(e *plausch.Event) { e.Text, e.Actor.ID = "muted", 3 }, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			doer, b := &script{}, new(bus.Local)
			doer.then(answer(201))
			l := listening(t, b, doer, func(o *Options) {
				o.Rules = func(_ context.Context, account plausch.AccountID, room plausch.RoomID, author plausch.AccountID) (Rules, error) {
					if account != 1 || room != 12 {
						return Rules{}, errors.New("nobody asks for that")
					}
					return Rules{Blocked: author == 3}, nil
				}
			})
			defer l.Close()
			e := said(1, "")
			c.change(&e)
			b.Publish([]plausch.Event{e})
			synctest.Wait()
			posts := doer.sent()
			if sent := len(posts) == 1; sent != (c.want != "") || sent && (posts[0].message != c.want || posts[0].title != "anna in shed") {
				t.Errorf("%s: %+v was sent, want %q", name, posts, c.want)
			}
		})
	}
}

// TestManyEventsDoNotPileUp while the listener is busy.
func TestManyEventsDoNotPileUp(t *testing.T) {
	l := &Listener{wake: make(chan struct{}, 1)}
	for i := range 3 * maxEvents / 100 {
		var batch []plausch.Event
		for j := range 100 {
			batch = append(batch, said(int64(i*100+j), fmt.Sprint(i)))
		}
		l.handleEvents(batch)
	}
	if len(l.waiting) != maxEvents || l.waiting[maxEvents-1].Seq != int64(3*maxEvents/100*100-1) {
		t.Errorf("%d events wait, the last %d", len(l.waiting), l.waiting[len(l.waiting)-1].Seq)
	}
}

// slowly answers after a while, unless the caller is gone first.
type slowly struct {
	script
	each time.Duration
}

func (s *slowly) Do(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(s.each):
		return s.script.Do(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// TestClosingSendsWhatIsNew, but does not wait long for it.
func TestClosingSendsWhatIsNew(t *testing.T) {
	for each, want := range map[time.Duration]int{100 * time.Millisecond: 3, 1500 * time.Millisecond: 1, time.Hour: 0} {
		synctest.Test(t, func(t *testing.T) {
			doer, b := &slowly{each: each}, new(bus.Local)
			doer.then(answer(201))
			l := listening(t, b, doer)
			var events []plausch.Event
			for i := range 3 {
				e := said(1, "psst")
				e.Room = plausch.RoomID(12 + i)
				events = append(events, e)
			}
			b.Publish(events)
			begin := time.Now()
			l.Close()
			if took := time.Since(begin); len(doer.sent()) != want || took > drainTime {
				t.Errorf("answers after %v: %d of 3 were sent, in %v", each, len(doer.sent()), took)
			}
		})
	}
}

// TestWhatChangesWhileItIsSent is not sent again if that fails.
func TestWhatChangesWhileItIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Sender)
		want   []string
	}{
		"nothing": {func(*Sender) {}, []string{"psst", "psst"}},
		"deleted": {func(s *Sender) { s.Forget(12, 1, 0) }, []string{"psst"}},
		"erased":  {func(s *Sender) { s.Forget(12, 0, 2) }, []string{"psst"}},
		"read":    {func(s *Sender) { s.Read(1, 12, 1) }, []string{"psst"}},
		"edited":  {func(s *Sender) { s.Edit(12, 1, "hello") }, []string{"psst", "hello"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			doer, b := &script{}, new(bus.Local)
			doer.then(answer(503), answer(201))
			l := listening(t, b, doer)
			defer l.Close()
			doer.during = func() { c.change(l.sender) }
			b.Publish([]plausch.Event{said(1, "psst")})
			time.Sleep(time.Minute)
			synctest.Wait()
			var got []string
			for _, p := range doer.sent() {
				got = append(got, p.message)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: sent was %q, want %q", name, got, c.want)
			}
		})
	}
}

// TestWhatIsReadElsewhere is not sent: neither what was read before the listener looks, nor
// what waits.
func TestWhatIsReadElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, b := &script{}, new(bus.Local)
		doer.then(answer(503), answer(201))
		st := both{newOne(), newLog()}
		st.log.gone, st.one.sub.Text, st.log.marker = true, true, 3
		l, err := Listen(t.Context(), b, st, Options{Doer: doer})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		b.Publish([]plausch.Event{said(3, "old")})
		b.Publish([]plausch.Event{said(4, "psst")})
		synctest.Wait()
		b.Signal(bus.Signal{Kind: bus.SignalMarker, Account: 1, Room: 12, Read: plausch.ReadState{Marker: 4}})
		time.Sleep(time.Minute)
		synctest.Wait()
		if posts := doer.sent(); len(posts) != 1 || posts[0].message != "psst" {
			t.Errorf("%+v was sent, want psst once", posts)
		}
	})
}

// TestReportsAreNotified: a report goes out beside the messages of its room, and reading
// the room does not end it.
func TestReportsAreNotified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer, b := &script{}, new(bus.Local)
		doer.then(answer(503), answer(201), answer(201))
		l := listening(t, b, doer)
		defer l.Close()
		b.Publish([]plausch.Event{said(7, "rude")})
		report := &plausch.Report{ID: 3, Reason: "an insult", Time: time.Now(), RoomName: "shed", Reporter: plausch.AccountRef{ID: 2, Name: "anna"}}
		report.Message.Room, report.Message.Seq = 12, 7
		b.Signal(bus.Signal{Kind: bus.SignalReport, Account: 1, Report: report})
		closed := *report
		closed.Closed = time.Now()
		b.Signal(bus.Signal{Kind: bus.SignalReport, Account: 1, Report: &closed})
		synctest.Wait() // all wait for another try
		b.Signal(bus.Signal{Kind: bus.SignalMarker, Account: 1, Room: 12, Read: plausch.ReadState{Marker: 7}})
		time.Sleep(time.Minute)
		synctest.Wait()
		posts := doer.sent()
		last := posts[len(posts)-1]
		if len(posts) != 2 || last.title != "anna reports a message in shed" || last.message != "an insult" {
			t.Errorf("%+v was sent", posts)
		}
	})
}
