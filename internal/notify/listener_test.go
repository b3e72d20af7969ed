package notify

import (
	"context"
	"errors"
	"fmt"
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
	for i := range 3 * maxHeard / 100 {
		var batch []plausch.Event
		for j := range 100 {
			batch = append(batch, said(int64(i*100+j), fmt.Sprint(i)))
		}
		l.hear(batch)
	}
	if len(l.heard) != maxHeard || l.heard[maxHeard-1].Seq != int64(3*maxHeard/100*100-1) {
		t.Errorf("%d events wait, the last %d", len(l.heard), l.heard[len(l.heard)-1].Seq)
	}
}
