package gateway

import (
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/protocol"
)

// maxReplies is how many replies can wait before requests are read on.
const maxReplies = 64

// echoTimeout is how long [Session.Send] waits for its own message to come by.
const echoTimeout = time.Second

// outbox queues what is to be written to one connection, in order. Its writer
// is a goroutine that exists only while there is something. It is the session as
// the hub sees it.
type outbox struct {
	s           *Session
	pacer       pacer                    // the writer's
	untoldDrops int                      // messages that were dropped and not told of; the writer's
	shownSeq    map[plausch.RoomID]int64 // newest seqs that were shown; the writer's once delivery has started

	mu              sync.Mutex
	queue           []item
	held            []item // instead of queue, until delivery starts
	delivering      bool
	waiting         int                    // messages in queue and held
	replies         int                    // in queue
	missed          map[plausch.RoomID]int // messages that were dropped since the last that was taken
	writing         bool
	ending          bool
	failed          bool
	ignoredRooms    map[plausch.RoomID]bool                  // rooms whose messages are not for this connection
	lastSeq         map[plausch.RoomID]int64                 // newest seqs that came from the hub
	connected       map[plausch.AccountID]string             // names of those who are connected, as the client knows
	presenceChanges map[plausch.AccountID]plausch.AccountRef // accounts that connected or disconnected since
	presenceQueued  bool                                     // the item that tells of them is queued
	changed         chan struct{}                            // closed at the next change, if somebody waits
}

// item is one of its three.
type item struct {
	reply    [][]byte
	event    *plausch.Event
	after    int64 // the newest seq of its room that came before the event
	presence bool  // those of presenceChanges
}

func (o *outbox) init(s *Session) {
	o.s = s
	o.pacer = newPacer(s.conn, s.server.opts.Pace)
	o.reset()
}

// reset forgets what a sign-in has left, once all is written and the hub delivers
// no more.
func (o *outbox) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held, o.delivering, o.waiting, o.untoldDrops, o.presenceQueued = nil, false, 0, 0, false
	o.shownSeq = map[plausch.RoomID]int64{}
	o.connected = map[plausch.AccountID]string{}
	o.presenceChanges = map[plausch.AccountID]plausch.AccountRef{}
	o.missed = map[plausch.RoomID]int{}
	o.ignoredRooms = map[plausch.RoomID]bool{}
	o.lastSeq = map[plausch.RoomID]int64{}
}

// Deliver implements hub.Session.
func (o *outbox) Deliver(p *protocol.Prepared) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending {
		return
	}
	events := p.Events()
	for i := range events {
		e := &events[i]
		after := o.lastSeq[e.Room]
		o.lastSeq[e.Room] = max(after, e.Seq)
		if o.ignoredRooms[e.Room] || !isShown(e) {
			continue
		}
		if o.waiting >= o.s.server.opts.Waiting {
			o.drop()
		}
		o.waiting++
		o.add(item{event: e, after: after})
	}
	if changes := p.Push().Presence; changes != nil {
		o.notePresence(changes)
	}
	o.wake()
}

// Offer implements hub.Session: of presence no more is kept than there are
// accounts, so nothing is left out.
func (o *outbox) Offer(p *protocol.Prepared) bool {
	o.Deliver(p)
	return true
}

// notePresence notes a connect or disconnect. However many do while nothing can be written, it
// keeps no more of them than are connected, or were when the client was last told. The
// lock is held.
func (o *outbox) notePresence(changes []protocol.PresenceChange) {
	for _, c := range changes {
		id, is := plausch.AccountID(c.Account.ID), c.Presence != string(plausch.Offline)
		if _, was := o.connected[id]; is == was {
			delete(o.presenceChanges, id)
		} else {
			o.presenceChanges[id] = c.Account.Ref()
		}
	}
	if !o.presenceQueued && len(o.presenceChanges) > 0 {
		o.presenceQueued = true
		o.add(item{presence: true})
	}
}

// drop drops the messages that wait. The lock is held.
func (o *outbox) drop() {
	isEvent := func(i item) bool {
		if i.event != nil {
			o.missed[i.event.Room]++
		}
		return i.event != nil
	}
	o.queue = slices.DeleteFunc(o.queue, isEvent)
	o.held = slices.DeleteFunc(o.held, isEvent)
	o.waiting = 0
}

// dropHeld drops, before delivery starts, what came of a room: it is about to be read from
// the store.
func (o *outbox) dropHeld(room plausch.RoomID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.delivering {
		return
	}
	delete(o.missed, room)
	o.held = slices.DeleteFunc(o.held, func(i item) bool {
		found := i.event != nil && i.event.Room == room
		if found {
			o.waiting--
		}
		return found
	})
}

// add queues an item that is no reply. The lock is held.
func (o *outbox) add(i item) {
	if !o.delivering {
		o.held = append(o.held, i)
		return
	}
	o.queue = append(o.queue, i)
	o.start()
}

// start starts the writer. The lock is held.
func (o *outbox) start() {
	if !o.writing && !o.failed {
		o.writing = true
		go o.write()
	}
}

// wake has those look again who wait for a change. The lock is held.
func (o *outbox) wake() {
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}

// waitUntil waits until done, which is called with the lock held, or for at most
// patience, if that is not 0. It returns with the lock held.
func (o *outbox) waitUntil(patience time.Duration, done func() bool) {
	var late <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	o.mu.Lock()
	for !done() {
		if o.changed == nil {
			o.changed = make(chan struct{})
		}
		changed := o.changed
		o.mu.Unlock()
		select {
		case <-changed:
			o.mu.Lock()
		case <-late:
			o.mu.Lock()
			return
		}
	}
}

// reply queues a reply.
func (o *outbox) reply(pieces [][]byte) {
	o.waitUntil(0, func() bool { return o.replies < maxReplies || o.failed })
	defer o.mu.Unlock()
	o.addReply(pieces)
}

func (o *outbox) addReply(pieces [][]byte) {
	if o.failed || len(pieces) == 0 {
		return
	}
	o.replies++
	o.queue = append(o.queue, item{reply: pieces})
	o.start()
}

// startDelivery lets the messages go that were held.
func (o *outbox) startDelivery() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.delivering = true
	o.queue = append(o.queue, o.held...)
	o.held = nil
	if len(o.queue) > 0 {
		o.start()
	}
}

// awaitEvent returns when the hub has delivered an event, so that replies come
// after it, or after echoTimeout.
func (o *outbox) awaitEvent(room plausch.RoomID, seq int64) {
	o.waitUntil(echoTimeout, func() bool { return o.lastSeq[room] >= seq || o.failed })
	o.mu.Unlock()
}

// markShown notes, before delivery starts, that an event has been shown.
func (o *outbox) markShown(room plausch.RoomID, seq int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.delivering {
		o.shownSeq[room] = max(o.shownSeq[room], seq)
	}
}

// finish makes last the last that is written. With now, what waits and is no
// reply is dropped.
func (o *outbox) finish(last [][]byte, now bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now {
		o.queue = slices.DeleteFunc(o.queue, func(i item) bool { return i.reply == nil })
	}
	o.addReply(last)
	o.ending = true
}

// wait returns when everything is written, or cannot be.
func (o *outbox) wait() {
	o.waitUntil(0, func() bool { return !o.writing })
	o.mu.Unlock()
}

// write writes until nothing waits.
func (o *outbox) write() {
	for {
		next, missed, ok := o.next()
		if !ok {
			return
		}
		for room, n := range missed {
			if o.s.shows(room) {
				o.untoldDrops += n
			}
		}
		for _, piece := range o.render(next) {
			if err := o.writePiece(piece); err != nil {
				o.fail()
				return
			}
		}
	}
}

// next takes the first item, and how many messages of which rooms are missing
// before it.
func (o *outbox) next() (next item, missed map[plausch.RoomID]int, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.wake()
	if len(o.queue) == 0 {
		o.queue, o.writing = nil, false
		return item{}, nil, false
	}
	next = o.queue[0]
	o.queue[0] = item{}
	o.queue = o.queue[1:]
	switch {
	case next.reply != nil:
		o.replies--
	case next.event != nil:
		o.waiting--
		if len(o.missed) > 0 {
			missed, o.missed = o.missed, map[plausch.RoomID]int{}
		}
	}
	return next, missed, true
}

// fail gives up writing, and wakes the reader: there may be something that has
// arrived (see [session.Remainder]).
func (o *outbox) fail() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed, o.writing = true, false
	_ = o.s.conn.SetReadDeadline(past)
	o.queue, o.held, o.waiting, o.replies = nil, nil, 0, 0
	o.wake()
}

// hasFailed reports whether nothing can be written any more.
func (o *outbox) hasFailed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// noteConnected notes, before delivery starts, the connected accounts.
func (o *outbox) noteConnected(ref plausch.AccountRef) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.connected[ref.ID] = o.s.nameOf(ref)
	delete(o.presenceChanges, ref.ID)
}

// writePiece writes one piece when it is time.
func (o *outbox) writePiece(piece []byte) error {
	o.pacer.wait()
	deadline := time.Now().Add(o.s.server.opts.WriteDeadline)
	if err := o.s.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := o.s.conn.Write(piece)
	o.pacer.written()
	return err
}
