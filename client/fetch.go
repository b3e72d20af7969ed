package client

import (
	"errors"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// maxFetches is how many requests for rooms and history are in flight.
	maxFetches = 8
	// refetchAfter is the pause before a fetch that failed is tried again.
	refetchAfter = time.Second
)

// fetch requests the next missing part of l: the room, or a page of its log.
func (c *Client) fetch(l *roomLog) {
	s := &c.sync
	switch {
	case l.busy || c.conn == nil:
		return
	case s.fetches >= maxFetches:
		l.busy = true
		s.waiting = append(s.waiting, l)
		return
	}
	l.busy = true
	s.fetches++
	if l.room.ID == 0 {
		var room protocol.Room
		c.ask(protocol.MethodRoomGet, &protocol.RoomRef{Room: int64(l.id)}, &room, func(err error) {
			switch {
			case !c.endFetch(l, err):
			case !room.Joined: // not any more
				c.dropRoom(l)
			default:
				c.updateRoom(&room, true)
			}
		})
		return
	}
	c.fetchPage(l)
}

// fetchPage asks for the part of a log that begins with l.next.
func (c *Client) fetchPage(l *roomLog) {
	after := l.next - 1
	params := &protocol.HistoryGet{Room: int64(l.id), After: &after, Limit: protocol.MaxPage}
	var page protocol.History
	c.ask(protocol.MethodHistory, params, &page, func(err error) {
		if !c.endFetch(l, err) {
			return
		}
		for i := range page.Events {
			if e := page.Events[i].Event(); e.Seq >= l.next {
				l.ahead[e.Seq] = e
			}
		}
		if _, ok := l.ahead[l.next]; !ok && l.next == after+1 {
			c.skip(l)
		}
		c.advance(l)
	})
}

// skip goes on behind a seq that the server, asked for it, does not have.
func (c *Client) skip(l *roomLog) {
	next := l.head + 1
	for seq := range l.ahead {
		next = min(next, seq)
	}
	l.next = max(l.next, next)
}

// endFetch ends a fetch. It returns false if the fetch failed, which it sees to.
func (c *Client) endFetch(l *roomLog, err error) bool {
	s := &c.sync
	s.fetches--
	l.busy = false
	switch plausch.CodeOf(err) {
	case "":
	case plausch.Gone:
		l.room = plausch.Room{} // it is asked for again, and says what is kept
		c.advance(l)
	case plausch.NotFound, plausch.Forbidden:
		c.dropRoom(l)
	default:
		c.fetchLater(l, err)
	}
	for s.fetches < maxFetches && len(s.waiting) > 0 {
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		next.busy = false
		c.advance(next)
	}
	return err == nil
}

// fetchLater goes on with l when the server may be ready.
func (c *Client) fetchLater(l *roomLog, err error) {
	l.busy = true
	wait := refetchAfter
	if e := (*plausch.Error)(nil); errors.As(err, &e) {
		wait = min(max(wait, e.RetryAfter), maxWait)
	}
	round := c.sync.round
	time.AfterFunc(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sync.round == round && c.conn != nil {
			l.busy = false
			c.advance(l)
		}
	})
}
