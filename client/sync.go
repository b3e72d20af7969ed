package client

import (
	"errors"

	"plausch"
	"plausch/protocol"
)

const (
	// maxAhead is how many events of a room wait for those before them. Of more
	// only the newest seq is remembered, and they are fetched.
	maxAhead = 256
	// lateNewest is how much is handed on, at least, of a room that the account
	// got into while the client was offline.
	lateNewest = 50
)

// syncState is the client's progress in its rooms' logs. The methods on Client
// in this file are called with c.mu held, except push and the callbacks.
type syncState struct {
	logs    map[plausch.RoomID]*roomLog
	stalled map[*roomLog]struct{} // could go on if updates were read
	waiting []*roomLog            // to fetch, when fetches has come down
	fetches int                   // in flight

	round    int    // counts connections
	listed   bool   // the list of this round is complete
	everDone bool   // the list of some round was
	epoch    string // of the newest round whose list is complete
	behind   int    // how many logs are behind, in this round
	caughtUp bool   // CaughtUp was told in this round
}

// roomLog is how far a room's log has been handed on.
type roomLog struct {
	id   plausch.RoomID
	room plausch.Room
	role plausch.RoomRole
	read plausch.ReadState
	// toldRead is what of that was told of.
	toldRead plausch.ReadState
	// readRound is the round in which read was pushed: every change of a round is, so
	// that what is listed or asked for in it says nothing newer.
	readRound int

	preference      plausch.RoomPreference
	preferenceRound int // the round in which it was pushed

	known     bool // room and next are set
	announced bool // RoomJoined was told, and RoomLeft not since
	ignored   bool // Begin said so
	gone      bool // the account is not a member any more
	seen      int  // the round in which the list, room.get or a push named it
	busy      bool // a fetch is in flight or waits in line

	next         int64  // seq of the next event to hand on
	first        int64  // of the oldest event that the server keeps, as far as is known
	announcedSeq int64  // the newest seq that RoomJoined told of
	head         int64  // the newest seq that is known of
	member       int64  // the newest seq when the server last said that the account is a member
	resumed      int64  // next at the start of this round; 0 if it was not known
	epoch        string // of the server's state that next counts in
	reached      int64  // the newest seq that was pushed before the room is known in the new epoch
	target       int64  // catching up ends behind this seq
	behind       bool   // counted in syncState.behind
	ahead        map[int64]plausch.Event
}

func newSyncState(epoch string) syncState {
	return syncState{epoch: epoch, logs: make(map[plausch.RoomID]*roomLog), stalled: make(map[*roomLog]struct{})}
}

func (s *syncState) log(id plausch.RoomID) *roomLog {
	l := s.logs[id]
	if l == nil {
		l = &roomLog{id: id, ahead: make(map[int64]plausch.Event)}
		s.logs[id] = l
	}
	return l
}

// startSync subscribes and then asks for the rooms: events in between come as pushes.
func (c *Client) startSync() {
	s := &c.sync
	s.round++
	s.listed, s.caughtUp, s.behind, s.fetches, s.waiting = false, false, 0, 0, nil
	for _, l := range s.logs {
		l.busy, l.behind, l.target, l.resumed, l.reached = false, false, 0, 0, 0
		if l.known {
			l.resumed = l.next
		}
		if l.epoch != c.welcome().Epoch {
			clear(l.ahead) // of a state that is not there any more
			l.head = l.next - 1
		}
	}
	c.ask(protocol.MethodSubscribe, &protocol.Empty{}, nil, func(err error) {
		if err != nil {
			c.abort(err)
			return
		}
		c.list(0)
	})
}

// ask sends a request over the connection of now. The answer comes to then with
// c.mu held, unless the connection has been replaced or lost meanwhile: the
// next one starts anew.
func (c *Client) ask(method string, params, result protocol.Body, then func(error)) {
	conn := c.conn
	err := conn.Go(method, params, result, func(err error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.conn == conn && !errors.Is(err, ErrLost) {
			then(err)
		}
	})
	if err != nil {
		conn.abort(err) // it has ended already; a request of ours is never too large
	}
}

// abort ends the connection of now, so that the next one tries again.
func (c *Client) abort(err error) { c.conn.abort(err) }

// list asks for the rooms behind an id.
func (c *Client) list(after int64) {
	var page protocol.Rooms
	c.ask(protocol.MethodRoomList, &protocol.RoomList{After: after, Limit: protocol.MaxPage}, &page, func(err error) {
		if err != nil {
			c.abort(err)
			return
		}
		for i := range page.Rooms {
			if r := &page.Rooms[i]; r.Joined {
				c.updateRoom(r, false)
			}
			after = max(after, page.Rooms[i].ID)
		}
		if page.More && len(page.Rooms) > 0 {
			c.list(after)
			return
		}
		c.listDone()
	})
}

// listDone drops the rooms that the list did not name.
func (c *Client) listDone() {
	s := &c.sync
	s.listed, s.everDone, s.epoch = true, true, c.welcome().Epoch
	for _, l := range s.logs {
		switch {
		case !l.known || l.gone:
		case l.seen != s.round:
			c.dropRoom(l)
		case l.epoch != c.welcome().Epoch: // pushed since, and not listed
			l.room = plausch.Room{}
			c.advance(l)
		}
	}
	c.checkCaughtUp()
}

// updateRoom applies the server's description of a room. Pushed says that it was
// requested because of a push.
func (c *Client) updateRoom(w *protocol.Room, pushed bool) {
	s := &c.sync
	room := roomOf(w)
	l := s.log(room.ID)
	common := room.Head // the server and we have the same events up to here
	if epoch := c.welcome().Epoch; l.epoch != epoch {
		if w.Common != nil {
			common = min(common, *w.Common)
		}
		if l.gone && l.next > common+1 {
			l.next = common + 1
		}
		l.epoch = epoch
	}
	if l.gone && room.Head < l.next {
		return // the list is older than the event with which the account left
	}
	l.gone = false // if it was, announce it anew
	described := joinedRoomOf(w)
	l.seen, l.room, l.role = s.round, room, described.Role
	switch {
	case !l.known:
		c.beginLog(l, common, pushed)
	case l.resumed > 0 && common < max(l.resumed-1, l.announcedSeq):
		// The log has been cut: the server never had what we saw, or lost it.
		l.next, l.head, l.announcedSeq = min(l.next, common+1), room.Head, common
		for seq := range l.ahead {
			l.head = max(l.head, seq)
		}
		c.feed.add(RoomReset{Room: l.id, Head: common, Epoch: l.epoch, Settings: room.RoomSettings, Role: l.role})
		l.toldRead = plausch.ReadState{}
		l.first = 0 // of a state that is not there any more
	}
	c.updateRead(l, described.Read)
	if p := described.Preference; l.preferenceRound != c.sync.round && l.preference != p {
		if l.preference = p; l.announced {
			c.feed.add(RoomPreference{Room: l.id, RoomPreference: p})
		}
	}
	if !l.ignored {
		c.trim(l, room.First)
	}
	l.resumed, l.member = 0, room.Head
	l.head = max(l.head, room.Head, l.reached)
	l.reached = 0
	for seq := range l.ahead {
		if seq < l.next {
			delete(l.ahead, seq)
		}
	}
	if !s.listed && !l.ignored && !l.behind {
		l.target, l.behind = room.Head, true
		s.behind++
	}
	c.advance(l)
}

// updateRead takes over what a description of a room says of what the account has read.
func (c *Client) updateRead(l *roomLog, read plausch.ReadState) {
	if l.readRound != c.sync.round {
		l.read = read
	}
	if l.announced && l.toldRead != l.read {
		l.toldRead = l.read
		c.feed.add(Marker{Room: l.id, ReadState: l.read})
	}
}

// beginLog decides where the events of a room begin that was not known before.
func (c *Client) beginLog(l *roomLog, common int64, pushed bool) {
	l.known, l.head = true, max(l.head, l.room.Head)
	first := l.room.Head + 1 // the first event to be pushed, if any was
	for seq := range l.ahead {
		first = min(first, seq)
	}
	late := c.sync.everDone // known only now, so new to the account
	if c.o.Begin != nil {
		room := l.room
		room.Head = firstNewSeq(l.room, first, 0, late || c.o.Epoch != "", pushed) - 1
		after := min(c.o.Begin(room), l.room.Head)
		if !late && c.o.Epoch != "" {
			after = min(after, common)
		}
		l.ignored = after < 0
		l.next = max(after+1, 1)
	} else {
		l.next = firstNewSeq(l.room, first, c.o.Newest, late, pushed)
	}
	for seq := range l.ahead {
		if seq < l.next || l.ignored {
			delete(l.ahead, seq)
		}
	}
}

// firstNewSeq returns the seq of the first event of a room that is new to the account,
// or is among the newest that it wants anyway. First is the first event that was
// pushed, or that will be. Unknown says that the account was not in the room when
// the client last looked: the whole of a direct room is new then. Of another room
// it cannot be told when the account got into it, unless that was pushed.
func firstNewSeq(room plausch.Room, first int64, newest int, unknown, pushed bool) int64 {
	switch {
	case unknown && room.Kind == plausch.RoomDirect:
		return 1
	case unknown && !pushed:
		newest = max(newest, lateNewest)
	}
	return max(1, min(first, room.Head-int64(newest)+1))
}

// push handles a push of the server. It is called by the connection's reading
// goroutine.
func (c *Client) push(f *protocol.Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return // events are pushed once there is a subscription, so not yet
	}
	switch {
	case f.Event != nil:
		c.handleEvent(f.Event.Event())
	case f.Typing != nil:
		c.feed.add(Typing{Room: plausch.RoomID(f.Typing.Room), Account: f.Typing.Account.Ref()})
	case f.Marker != nil:
		c.handleMarker(plausch.RoomID(f.Marker.Room), f.Marker.ReadState())
	case f.Draft != nil:
		c.feed.add(Draft{f.Draft.Draft()})
	case f.Personal != nil:
		c.feed.add(Personal{f.Personal.Personal()})
	case f.Scheduled != nil:
		c.feed.add(Scheduled{f.Scheduled.ScheduledMessage(), f.Scheduled.Gone, f.Scheduled.Seq})
	case f.Reminder != nil:
		c.feed.add(Reminder{f.Reminder.Reminder(), f.Reminder.Gone})
	case f.Seen != nil:
		c.feed.add(Seen{Room: plausch.RoomID(f.Seen.Room), Seq: f.Seen.Seq})
	case f.Block != nil:
		c.feed.add(Block{Account: f.Block.Account.Ref(), Blocked: f.Block.Blocked})
	case f.Report != nil:
		c.feed.add(Report{f.Report.Report()})
	case f.Preferences != nil:
		c.feed.add(Preferences{f.Preferences.Preferences()})
	case f.RoomPreference != nil:
		c.handlePreference(plausch.RoomID(f.RoomPreference.Room), f.RoomPreference.RoomPreference())
	case f.First != nil:
		c.handleFirst(plausch.RoomID(f.First.Room), f.First.First)
	case f.Bye != nil:
		c.outbox.draining = true
	}
	for i := range f.Presence {
		p := &f.Presence[i]
		c.feed.add(Presence{Account: p.Account.Ref(), Presence: plausch.Presence(p.Presence), Status: p.Status.Status()})
	}
}

// handleMarker handles a pushed marker. If its room was not told of yet, neither is it.
func (c *Client) handleMarker(room plausch.RoomID, read plausch.ReadState) {
	l := c.sync.log(room)
	l.read, l.readRound = read, c.sync.round
	if l.announced {
		l.toldRead = read
		c.feed.add(Marker{Room: room, ReadState: read})
	}
}

// handlePreference handles a pushed preference. If its room was not told of yet, neither
// is it.
func (c *Client) handlePreference(room plausch.RoomID, p plausch.RoomPreference) {
	l := c.sync.log(room)
	l.preference, l.preferenceRound = p, c.sync.round
	if l.announced {
		c.feed.add(RoomPreference{Room: room, RoomPreference: p})
	}
}

// handleFirst handles that the events of a room below first are not kept any more.
func (c *Client) handleFirst(id plausch.RoomID, first int64) {
	l := c.sync.logs[id]
	if l == nil || !l.known || l.ignored || l.gone || l.epoch != c.welcome().Epoch {
		return // the list says it
	}
	c.trim(l, first)
	c.advance(l)
}

// trim drops what l has of events below first, and goes on from there.
func (c *Client) trim(l *roomLog, first int64) {
	if first <= l.first {
		return
	}
	l.first, l.room.First = first, first
	l.next, l.head = max(l.next, first), max(l.head, first-1)
	for seq := range l.ahead {
		if seq < first {
			delete(l.ahead, seq)
		}
	}
	if l.announced {
		c.feed.add(RoomTrimmed{Room: l.id, First: first})
	}
}

// handleEvent handles a pushed event; they may come in any order.
func (c *Client) handleEvent(e plausch.Event) {
	l := c.sync.log(e.Room)
	if l.gone && e.Kind == plausch.EventJoin && e.Member.ID == c.account.ID && e.Seq >= l.next {
		l.gone = false
	}
	if l.ignored || l.gone {
		return
	}
	l.seen = c.sync.round
	newState := l.known && l.epoch != c.welcome().Epoch // so that its seqs say nothing yet
	if l.known && !newState && (l.resumed > 0 && e.Seq < l.resumed || e.Seq < l.next) {
		return // had already; a log that was cut is noticed by the list
	}
	if newState {
		if len(l.ahead) < maxAhead {
			l.ahead[e.Seq] = e
		}
		l.reached = max(l.reached, e.Seq)
		return
	}
	l.head = max(l.head, e.Seq)
	if e.Seq == l.next || len(l.ahead) < maxAhead {
		l.ahead[e.Seq] = e
	}
	c.advance(l)
}

// advance hands on the events that are next, and requests missing ones.
func (c *Client) advance(l *roomLog) {
	defer c.checkBehind(l)
	switch {
	case l.ignored:
		return
	case l.room.ID == 0 && !l.gone:
		c.fetch(l)
		return
	case !l.announced && !l.gone:
		if c.stall(l) {
			return
		}
		l.announced, l.announcedSeq, l.toldRead = true, l.room.Head, l.read
		c.feed.add(RoomJoined{Room: l.room, Role: l.role, Read: l.read, Preference: l.preference, After: l.next - 1, Epoch: l.epoch})
	}
	for l.next <= l.head && !l.gone {
		e, ok := l.ahead[l.next]
		if !ok {
			c.fetch(l)
			return
		}
		if c.stall(l) {
			return
		}
		delete(l.ahead, l.next)
		l.next++
		c.feed.add(Event{e})
		if e.Kind == plausch.EventLeave && e.Member.ID == c.account.ID {
			c.leaveRoomLog(l, e.Seq)
		}
	}
	if l.gone && l.announced && !c.stall(l) {
		l.announced = false
		c.feed.add(RoomLeft{Room: l.id})
	}
}

// leaveRoomLog ends a room at the event with which the account left it, unless it has
// come back already.
func (c *Client) leaveRoomLog(l *roomLog, seq int64) {
	if seq <= l.member {
		return
	}
	for later, e := range l.ahead {
		if later > seq && e.Kind == plausch.EventJoin && e.Member.ID == c.account.ID {
			return
		}
	}
	c.forget(l)
}

// forget makes l a room that is asked for anew when it comes back. Where its
// log was is remembered.
func (c *Client) forget(l *roomLog) {
	l.gone, l.head, l.room = true, l.next-1, plausch.Room{}
	l.preferenceRound = 0
	l.readRound = 0 // where it begins when it comes back is not pushed
	clear(l.ahead)
}

// dropRoom ends a room that the account turns out not to be in.
func (c *Client) dropRoom(l *roomLog) {
	if !l.known {
		delete(c.sync.logs, l.id)
		return
	}
	c.forget(l)
	c.advance(l)
}

// stall reports whether the queue is full, and has l go on when it is not.
func (c *Client) stall(l *roomLog) bool {
	if c.feed.full() {
		c.sync.stalled[l] = struct{}{}
		return true
	}
	return false
}

// resumeStalled goes on with the rooms that had to wait for the reader.
func (c *Client) resumeStalled() {
	if len(c.sync.stalled) == 0 {
		return
	}
	stalled := c.sync.stalled
	c.sync.stalled = make(map[*roomLog]struct{})
	for l := range stalled {
		c.advance(l)
	}
	c.checkCaughtUp()
}

// checkBehind counts l off when it has caught up.
func (c *Client) checkBehind(l *roomLog) {
	if l.behind && (l.gone || l.announced && l.next > l.target) {
		l.behind = false
		c.sync.behind--
		c.checkCaughtUp()
	}
}

func (c *Client) checkCaughtUp() {
	s := &c.sync
	if s.listed && s.behind == 0 && !s.caughtUp {
		s.caughtUp = true
		c.feed.add(CaughtUp{Epoch: s.epoch})
	}
}
