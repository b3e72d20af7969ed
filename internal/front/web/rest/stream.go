package rest

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/protocol"
)

// stream answers with the events of a room as they happen, one a line or, for
// clients that accept text/event-stream, as server-sent events. First it subscribes, then
// it reads the log from where the caller wants it, and then it goes on with the
// pushes since; known events are dropped by their seqs, and a gap is filled from the
// log. So nothing is missing, and nothing comes twice.
func (q *request) stream() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	st := &stream{request: q, feed: feed{room: plausch.RoomID(room), limit: q.server.opts.StreamBytes, wake: make(chan struct{}, 1)}}
	st.events = acceptsEvents(q.Header)
	since, given, err := q.since()
	if err != nil {
		return err
	}
	if since, err = q.common(plausch.RoomID(room), since); err != nil {
		return err
	}
	if !q.server.streams.begin(q.me.ID) {
		return &plausch.Error{Code: plausch.RateLimited, RetryAfter: 10 * time.Second,
			Message: fmt.Sprintf("you have %d streams open, which is the most; close one first", maxStreams)}
	}
	defer q.server.streams.end(q.me.ID)
	q.caller.Session = &st.feed
	if _, err := ask[protocol.Empty](q, protocol.MethodSubscribe, protocol.Empty{}); err != nil {
		return err
	}
	// Without the right to read the room it fails here, before the answer has begun.
	first, err := st.after(since, !given)
	if err != nil {
		return err
	}
	st.begin()
	if q.Method == http.MethodHead {
		return nil
	}
	if st.last = since; !given {
		for _, e := range first.Events {
			st.last = e.Seq
		}
		first = protocol.History{}
	}
	if err := st.run(first); !errors.Is(err, context.Canceled) {
		q.server.logInternal(q.Request, err)
		_ = st.write(st.lastLine(err)) // the reader may have gone
	}
	return nil
}

// since returns the seq after which the caller wants all, and whether it says so.
func (q *request) since() (since int64, given bool, err error) {
	if id := q.Header.Get("Last-Event-ID"); id != "" {
		seq, epoch, _ := strings.Cut(id, "@")
		q.epoch = epoch
		since, err = strconv.ParseInt(seq, 10, 64)
		if err != nil || since < 0 {
			return 0, false, plausch.Errorf(plausch.Invalid, "Last-Event-ID has to be a seq, not %q", id)
		}
		return since, true, nil
	}
	if since, err = q.number("since"); err == nil && since < 0 {
		err = plausch.Errorf(plausch.Invalid, "since is a seq: it cannot be negative")
	}
	return since, q.URL.Query().Get("since") != "", err
}

// epochHeader tells in which state of the server seqs count.
const epochHeader = "Plausch-Epoch"

// common returns the seq from which to go on for a caller that has all up to seq in
// the epoch that it names: lower if the server has gone back since.
func (q *request) common(room plausch.RoomID, seq int64) (int64, error) {
	if epoch := q.URL.Query().Get("epoch"); epoch != "" {
		q.epoch = epoch
	}
	if q.epoch == "" {
		return seq, nil
	}
	common, err := q.server.api.CommonSeq(q.Context(), q.epoch, room)
	return min(seq, common), err
}

// acceptsEvents reports whether server-sent events are asked for by name.
func acceptsEvents(h http.Header) bool {
	for _, accept := range h.Values("Accept") {
		for part := range strings.SplitSeq(accept, ",") {
			if media, _, err := mime.ParseMediaType(part); err == nil && media == "text/event-stream" {
				return true
			}
		}
	}
	return false
}

// stream is an answer that goes on.
type stream struct {
	*request
	feed   feed
	events bool  // server-sent events (WHATWG HTML, section 9.2)
	last   int64 // all up to this seq has been written
}

func (st *stream) begin() {
	h := st.w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	if st.events {
		h.Set("Content-Type", "text/event-stream")
	}
	h.Set(epochHeader, st.server.api.Epoch())
	h.Set("X-Accel-Buffering", "no") // nginx would keep lines back
	st.server.setWriteDeadline(st.w)
	st.w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(st.w).Flush() // the first write fails, too
}

// run writes from a page of the log on, until the reader has gone or an error
// tells why not.
func (st *stream) run(page protocol.History) error {
	if err := st.writeLog(page); err != nil {
		return err
	}
	beat := time.NewTicker(st.server.opts.Heartbeat)
	defer beat.Stop()
	hungUp := st.hungUp
	for live := false; ; {
		events, over := st.feed.take()
		switch {
		case over && live:
			return plausch.Errorf(plausch.SlowReader, "you read too slowly; connect again with since=%d", st.last)
		case over: // while the log was read, which has them all
			if err := st.catchUp(); err != nil {
				return err
			}
			continue
		}
		if err := st.writeLive(events); err != nil {
			return err
		}
		live = true
		select {
		case <-st.feed.wake:
		case <-beat.C:
			if err := st.write(st.heartbeat()); err != nil {
				return err
			}
		case <-hungUp:
			// It has closed its side, or gone. If it has gone, the second write fails.
			hungUp = nil
			beat.Reset(min(st.server.opts.Heartbeat, hungUpBeat))
			if err := st.write(st.heartbeat()); err != nil {
				return err
			}
		case <-st.server.stopped:
			return &plausch.Error{Code: plausch.Unavailable, RetryAfter: 2 * time.Second,
				Message: fmt.Sprintf("the server is stopping; connect again in a moment with since=%d", st.last)}
		case <-st.Context().Done():
			return context.Cause(st.Context()) // the reader has gone, or was shut out
		}
	}
}

// hungUpBeat is how often it is tried whether a reader that has closed its side of
// the connection still reads.
const hungUpBeat = time.Second

// after returns a page of the log: the events after seq or, with newest, the newest
// event.
func (st *stream) after(seq int64, newest bool) (protocol.History, error) {
	p := protocol.HistoryGet{Room: int64(st.feed.room), After: &seq, Limit: protocol.MaxPage}
	if newest {
		p.After, p.Limit = nil, 1
	}
	return ask[protocol.History](st.request, protocol.MethodHistory, p)
}

// catchUp writes the rest of the log, after the last event that was written.
func (st *stream) catchUp() error {
	page, err := st.after(st.last, false)
	if err != nil {
		return err
	}
	return st.writeLog(page)
}

func (st *stream) writeLog(page protocol.History) error {
	for {
		for i := range page.Events {
			if err := st.writeEvent(&page.Events[i]); err != nil {
				return err
			}
		}
		if err := st.flush(); err != nil || !page.More {
			return err
		}
		var err error
		if page, err = st.after(st.last, false); err != nil {
			return err
		}
	}
}

func (st *stream) writeLive(events []plausch.Event) error {
	for i := range events {
		e := &events[i]
		if e.Seq > st.last+1 {
			if err := st.catchUp(); err != nil {
				return err
			}
		}
		w := protocol.NewEvent(e)
		if err := st.writeEvent(&w); err != nil {
			return err
		}
		if e.Kind == plausch.EventLeave && int64(e.Member.ID) == st.me.ID {
			return errors.Join(st.flush(), plausch.Errorf(plausch.Forbidden, "you are not in this room any more"))
		}
	}
	return st.flush()
}

// writeEvent writes an event that is new.
func (st *stream) writeEvent(e *protocol.Event) error {
	if e.Seq <= st.last {
		return nil
	}
	st.last = e.Seq
	line := encode(e)
	if st.events {
		line = fmt.Appendf(nil, "id: %d@%s\ndata: %s\n", e.Seq, st.server.api.Epoch(), line)
	}
	return st.put(append(line, '\n'))
}

// lastLine tells why the stream ends.
func (st *stream) lastLine(err error) []byte {
	line := append(encode(wireError{protocol.NewError(err)}), '\n')
	if st.events {
		line = fmt.Appendf(nil, "event: error\ndata: %s\n", line)
	}
	return line
}

// heartbeat is a line or event without content.
func (st *stream) heartbeat() []byte {
	if st.events {
		return []byte(":\n\n")
	}
	return []byte("\n")
}

func (st *stream) write(b []byte) error {
	if err := st.put(b); err != nil {
		return err
	}
	return st.flush()
}

// put writes b, some time before the next flush at the latest.
func (st *stream) put(b []byte) error {
	st.server.setWriteDeadline(st.w)
	_, err := st.w.Write(b)
	return clientGone(err)
}

func (st *stream) flush() error {
	st.server.setWriteDeadline(st.w)
	return clientGone(http.NewResponseController(st.w).Flush())
}

// clientGone turns the error of a write into context.Canceled: a client that has left is no
// failure of the server.
func clientGone(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", context.Canceled, err)
}

// maxStreams is the most streams that an account can have open. Their connections
// are counted as any others, but behind a proxy those are all the proxy's.
const maxStreams = 32

// streams counts those of each account.
type streams struct {
	mu   sync.Mutex
	open map[int64]int
}

// begin counts one more, or returns false if there are too many.
func (s *streams) begin(account int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account] >= maxStreams {
		return false
	}
	s.open[account]++
	return true
}

func (s *streams) end(account int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[account]--; s.open[account] == 0 {
		delete(s.open, account)
	}
}

// feed is a room's events as the hub delivers them, until they are taken.
type feed struct {
	room  plausch.RoomID
	limit int           // most bytes that may wait
	wake  chan struct{} // has room for one; filled when there is something to take

	mu     sync.Mutex
	events []plausch.Event
	bytes  int
	over   bool // there was more than may wait; nothing waits any more
}

// Deliver implements [hub.Session].
func (f *feed) Deliver(p *protocol.Prepared) {
	events := p.Events()
	if len(events) == 0 || events[0].Room != f.room {
		return
	}
	f.mu.Lock()
	for i := range events {
		f.bytes += protocol.EventSize(&events[i])
	}
	f.over = f.over || len(f.events) > 0 && f.bytes > f.limit
	if f.over {
		f.events = nil
	} else {
		f.events = append(f.events, events...)
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Offer implements [hub.Session]: a stream is of events alone.
func (f *feed) Offer(*protocol.Prepared) bool { return true }

// take returns the events that wait, or that there were too many.
func (f *feed) take() (events []plausch.Event, over bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events, over = f.events, f.over
	f.events, f.bytes, f.over = nil, 0, false
	return events, over
}
