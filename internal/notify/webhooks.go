package notify

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/internal/store"
	"plausch/protocol"
)

// hookPage is how many events are read at once for a webhook.
const hookPage = 50

// Webhooks is where outgoing webhooks and what they are sent is kept: a store.
type Webhooks interface {
	// ListOutgoingWebhooks returns those of a room, or all if room is 0.
	ListOutgoingWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.OutgoingWebhook, error)
	// OutgoingWebhook returns one, or NotFound.
	OutgoingWebhook(ctx context.Context, id int64) (plausch.OutgoingWebhook, error)
	// UpdateOutgoingWebhook keeps the Cursor, LastError, FailingSince and NextTry of one.
	// One that is not there is no error.
	UpdateOutgoingWebhook(ctx context.Context, hook plausch.OutgoingWebhook) error
	Events(ctx context.Context, room plausch.RoomID, p store.HistoryQuery) (events []plausch.Event, more bool, err error)
	Room(ctx context.Context, id plausch.RoomID) (plausch.Room, error)
}

// Hooks post the events of rooms to their outgoing webhooks, each in order, again with
// growing pauses if that fails, and for a day.
type Hooks struct {
	opts   Options
	store  Webhooks
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	hooks  map[int64]*hook // those that have something to do, or fail
}

// hook is what is remembered of a webhook. The mu of Hooks guards it.
type hook struct {
	running  bool        // a goroutine posts
	again    bool        // something has happened since it began to read
	timer    *time.Timer // runs until the next try, nil if none is due
	failures int         // since the last success
	slow     bool
}

// NewHooks returns what posts to the webhooks that st has. Of o, Base, Contact, Key and
// Subscriptions are not used. Call Start, and Close at the end.
func NewHooks(st Webhooks, o Options) *Hooks {
	o.fill()
	h := &Hooks{opts: o, store: st, hooks: map[int64]*hook{}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Start goes on with all webhooks where they were.
func (h *Hooks) Start(ctx context.Context) error {
	all, err := h.store.ListOutgoingWebhooks(ctx, 0)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range all {
		k := &hook{slow: !w.FailingSince.IsZero()}
		h.hooks[w.ID] = k
		if wait := w.NextTry.Sub(h.opts.Now()); wait > 0 {
			h.wait(w.ID, k, min(wait, keptFor))
		} else {
			h.start(w.ID, k)
		}
	}
	return nil
}

// Close ends what is being posted. It is posted again by the next server.
func (h *Hooks) Close() {
	h.mu.Lock()
	h.closed = true
	for _, k := range h.hooks {
		if k.timer != nil {
			k.timer.Stop()
		}
	}
	h.mu.Unlock()
	h.cancel()
	h.wg.Wait()
}

// Wake has the webhooks of rooms look for new events. It reads which there are, and
// waits for nothing else.
func (h *Hooks) Wake(ctx context.Context, rooms ...plausch.RoomID) error {
	hooks, err := h.store.ListOutgoingWebhooks(ctx, 0)
	if err != nil || len(hooks) == 0 {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range hooks {
		if !slices.Contains(rooms, w.Room) {
			continue
		}
		k := h.hooks[w.ID]
		if k == nil {
			k = &hook{slow: !w.FailingSince.IsZero()}
			h.hooks[w.ID] = k
		}
		k.again = true
		h.start(w.ID, k)
	}
	return nil
}

// start has a goroutine post what is new, unless one does or a pause runs. The caller
// holds mu.
func (h *Hooks) start(id int64, k *hook) {
	if k.running || k.timer != nil || h.closed {
		return
	}
	k.running = true
	h.wg.Go(func() { h.run(id, k) })
}

// wait has k go on later. The caller holds mu.
func (h *Hooks) wait(id int64, k *hook, d time.Duration) {
	if h.closed {
		return
	}
	k.timer = time.AfterFunc(d, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		k.timer = nil
		h.start(id, k)
	})
}

// run posts until there is nothing new or it fails.
func (h *Hooks) run(id int64, k *hook) {
	for {
		h.mu.Lock()
		k.again = false
		h.mu.Unlock()
		more, pause, err := h.postPage(id, k)
		if err != nil && h.ctx.Err() == nil {
			h.opts.Log.Error("an outgoing webhook is not served", "webhook", id, "err", err)
			pause = firstPause
		}
		h.mu.Lock()
		if !h.closed && pause == 0 && (more || k.again) {
			h.mu.Unlock()
			continue
		}
		k.running = false
		switch {
		case pause > 0:
			h.wait(id, k, pause)
		case k.failures == 0 && !k.slow:
			delete(h.hooks, id) // there is nothing to remember of it
		}
		h.mu.Unlock()
		return
	}
}

// postPage posts a page of what is new, and returns whether there may be more, or how long
// to wait if it has failed.
func (h *Hooks) postPage(id int64, k *hook) (more bool, wait time.Duration, err error) {
	w, err := h.store.OutgoingWebhook(h.ctx, id)
	if plausch.CodeOf(err) == plausch.NotFound {
		h.mu.Lock()
		k.failures, k.slow = 0, false
		h.mu.Unlock()
		return false, 0, nil
	}
	if err != nil {
		return false, 0, err
	}
	room, err := h.store.Room(h.ctx, w.Room)
	if err != nil {
		return false, 0, err
	}
	if w.Paused {
		// What happens while its maker may not read the room is none of its business
		// afterwards either.
		if room.Head == w.Cursor {
			return false, 0, nil
		}
		w.Cursor = room.Head
		return false, 0, h.store.UpdateOutgoingWebhook(h.ctx, w)
	}
	events, more, err := h.store.Events(h.ctx, w.Room, store.HistoryQuery{After: w.Cursor, Forward: true, Limit: hookPage})
	if err != nil || len(events) == 0 {
		return false, 0, err
	}
	failing := !w.FailingSince.IsZero()
	for i := range events {
		release, err := h.opts.Slots.acquire(h.ctx, hostOf(w.URL), k.slow)
		if err != nil {
			break // closed
		}
		start := time.Now()
		res := h.post(&w, room, &events[i])
		release()
		if h.ctx.Err() != nil {
			break
		}
		if wait = h.finish(&w, k, &events[i], res, time.Since(start)); wait > 0 {
			if err := h.skipOld(&w, events[i]); err != nil {
				return false, 0, err
			}
			return false, wait, h.keep(w)
		}
		if failing { // somebody may be looking at the list
			failing = false
			if err := h.keep(w); err != nil {
				return false, 0, err
			}
		}
	}
	return more, 0, h.keep(w)
}

// keep writes how w fares, also while the server stops.
func (h *Hooks) keep(w plausch.OutgoingWebhook) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.ctx), 5*time.Second)
	defer cancel()
	return h.store.UpdateOutgoingWebhook(ctx, w)
}

// finish notes how the post of an event ended, and returns how long to wait before it is
// tried again, 0 if it is done.
func (h *Hooks) finish(w *plausch.OutgoingWebhook, k *hook, e *plausch.Event, res result, took time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.opts.Now()
	k.slow = res.reason != "" || took > slowAnswer
	if res.reason == "" || res.next == tooLarge { // which it will always be
		k.failures = 0
		w.Cursor, w.LastError, w.FailingSince, w.NextTry = e.Seq, res.reason, time.Time{}, time.Time{}
		if res.reason != "" {
			w.FailingSince = now
		}
		return 0
	}
	if w.LastError = res.reason; w.FailingSince.IsZero() {
		w.FailingSince = now
	}
	wait := pause(k.failures, res.after)
	k.failures++
	w.NextTry = now.Add(wait).Truncate(time.Millisecond)
	return wait
}

// skipOld moves the cursor of w, whose post of e has failed, over what is older than a
// day.
func (h *Hooks) skipOld(w *plausch.OutgoingWebhook, e plausch.Event) error {
	old := h.opts.Now().Add(-keptFor)
	if e.Time.After(old) {
		return nil
	}
	w.Cursor = e.Seq
	for {
		events, more, err := h.store.Events(h.ctx, w.Room, store.HistoryQuery{After: w.Cursor, Forward: true, Limit: hookPage})
		if err != nil {
			return err
		}
		for i := range events {
			if events[i].Time.After(old) {
				return nil
			}
			w.Cursor = events[i].Seq
		}
		if !more {
			return nil
		}
	}
}

// hookBody is what is posted: the form that Standard Webhooks recommend.
type hookBody struct {
	Type string   `json:"type"` // the kind of the event
	Time string   `json:"timestamp"`
	Data hookData `json:"data"`
}

type hookData struct {
	Room  hookRoom       `json:"room"`
	Event protocol.Event `json:"event"`
}

type hookRoom struct {
	ID   plausch.RoomID   `json:"id"`
	Kind plausch.RoomKind `json:"kind"`
	Name string           `json:"name,omitempty"`
}

// post sends one event.
func (h *Hooks) post(w *plausch.OutgoingWebhook, room plausch.Room, e *plausch.Event) result {
	event := protocol.NewEvent(e)
	event.ClientID = "" // its sender's business
	body := encode(hookBody{
		Type: string(e.Kind), Time: e.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		Data: hookData{hookRoom{room.ID, room.Kind, room.Name}, event},
	})
	r, err := http.NewRequestWithContext(h.ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return result{next: tryAgain, reason: err.Error()}
	}
	r.Header.Set("Content-Type", "application/json")
	sign(r.Header, w.Secret, messageID(w.ID, e.Room, e.Seq), h.opts.Now(), body)
	answer, err := h.opts.Doer.Do(r)
	status := 0
	if answer != nil {
		status = answer.StatusCode
	}
	h.opts.Sent(plausch.PushWebhook, status)
	return judge(answer, err, h.opts.Now())
}
