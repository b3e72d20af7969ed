package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// device is a program with a client and a timeline, as one with windows is.
type device struct {
	t       *testing.T
	name    string
	client  *client.Client
	mu      sync.Mutex // guards state
	state   *timeline.State
	changed chan struct{}
}

// openDevice signs in to an account, which has one token for all devices, as a guest or by
// password.
func openDevice(t *testing.T, tokens client.TokenStore, address, name, password string) *device {
	t.Helper()
	source := strings.ReplaceAll(client.NewToken(), "plausch_", "")
	d := &device{t: t, name: name + " at " + address, state: timeline.New(timeline.Options{Source: source}), changed: make(chan struct{}, 1)}
	var err error
	if d.client, err = client.Open(client.Options{Address: address, Name: name, Password: password, Tokens: tokens, Newest: 5}); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for u := range d.client.Updates(context.Background()) {
			d.apply(timeline.Update{Update: u})
		}
	})
	t.Cleanup(func() { d.client.Close(); reading.Wait() })
	d.await("signing in", func(s *timeline.Server) bool { return s != nil && s.CaughtUp() })
	told := 0
	d.see(func(s *timeline.Server) { told = s.DraftsTold() })
	drafts, err := d.client.ListDrafts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.apply(timeline.Drafts{Told: told, Drafts: drafts})
	return d
}

func (d *device) apply(a timeline.Action) {
	d.mu.Lock()
	d.state.Apply(time.Now(), "", a)
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

func (d *device) see(f func(*timeline.Server)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d.state.Server(""))
}

// await waits until done holds; it asks for what is missing meanwhile.
func (d *device) await(what string, done func(*timeline.Server) bool) {
	d.t.Helper()
	end := time.After(patience)
	for {
		ok := false
		d.see(func(s *timeline.Server) { ok = done(s) })
		if ok {
			return
		}
		if d.sync() {
			continue
		}
		select {
		case <-d.changed:
		case <-end:
			d.t.Fatalf("%s waits in vain for %s", d.name, what)
		}
	}
}

// sync asks the server for what is missing, tells it what it does not know, and reports
// whether there was anything of that.
func (d *device) sync() bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var asks []func() (timeline.Action, error)
	d.see(func(s *timeline.Server) {
		if s == nil || s.Connection().Phase != client.Online {
			return
		}
		for _, draft := range s.UnsentDrafts() {
			asks = append(asks, func() (timeline.Action, error) {
				edit, err := d.client.SetDraft(ctx, draft)
				return timeline.DraftKept{Room: draft.Room, Text: draft.Text, Target: draft.Target, Edit: edit}, err
			})
		}
		for _, r := range s.Rooms() {
			asks = append(asks, d.asksOf(ctx, s, r)...)
		}
	})
	for _, ask := range asks {
		if a, err := ask(); err == nil {
			d.apply(a)
		}
	}
	return len(asks) > 0
}

func (d *device) asksOf(ctx context.Context, s *timeline.Server, r *timeline.Room) (asks []func() (timeline.Action, error)) {
	counts := timeline.Counts{Room: r.ID, Epoch: r.Epoch, Told: r.MarkersTold()}
	if seq := s.UnsentMarkers()[r.ID]; seq > 0 {
		asks = append(asks, func() (_ timeline.Action, err error) {
			counts.ReadState, err = d.client.SetMarker(ctx, r.ID, seq)
			return counts, err
		})
	} else if r.Recount {
		asks = append(asks, func() (timeline.Action, error) {
			room, err := d.client.GetRoom(ctx, client.RoomRef{ID: r.ID})
			counts.ReadState = room.Read
			return counts, err
		})
	}
	epoch := r.Epoch
	for _, gap := range r.Gaps() {
		page := timeline.Page{Room: r.ID, Epoch: epoch, Query: client.MessageQuery{Before: gap.Before, Limit: 4}}
		asks = append(asks, func() (_ timeline.Action, err error) {
			page.MessageState, err = d.client.Messages(ctx, r.ID, page.Query)
			return page, err
		})
	}
	for _, seq := range r.Missing() {
		found := timeline.Lookup{Room: r.ID, Epoch: epoch, Seq: seq}
		asks = append(asks, func() (_ timeline.Action, err error) {
			found.MessageState, err = d.client.Messages(ctx, r.ID, client.MessageQuery{Around: seq, Limit: 1})
			return found, err
		})
	}
	return asks
}

// show is a room as the device draws it; empty if it does not know it.
func (d *device) show(id plausch.RoomID) (text string) {
	d.see(func(s *timeline.Server) { text = showRoom(s.Room(timeline.ByID(id))) })
	return text
}

func showRoom(r *timeline.Room) string {
	if r == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d unread, %d for one, behind %d; draft %q; gaps %v, missing %v, recount %t\n", r.Unread, r.Mentions, r.ReadTo, r.Draft.Text, r.Gaps(), r.Missing(), r.Recount)
	for _, m := range r.Messages {
		fmt.Fprintf(&b, "%d %s: %q edited %d deleted %d pinned %d %v", m.Seq, m.Actor.Name, m.Text, m.Edited, m.Deleted, m.Pinned, m.Reactions)
		if m.Quote != nil {
			fmt.Fprintf(&b, " > %+v", *m.Quote)
		}
		fmt.Fprintf(&b, " mine %t, for one %t\n", m.Mine, m.Mention)
	}
	return b.String()
}

// awaitText waits until a message of a room has a text, and returns its seq.
func (d *device) awaitText(room plausch.RoomID, text string) (seq int64) {
	d.t.Helper()
	d.await(text, func(s *timeline.Server) bool {
		if r := s.Room(timeline.ByID(room)); r != nil {
			for _, m := range r.Messages {
				if m.Text == text {
					seq = m.Seq
					return true
				}
			}
		}
		return false
	})
	return seq
}

// say sends a message, which may have to wait for the server.
func (d *device) say(m client.Outgoing) {
	d.t.Helper()
	if _, err := d.client.Send(m); err != nil {
		d.t.Fatal(err)
	}
}
