package linechat

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/internal/connect"
)

const (
	// countedEvents is of how many of a room's newest events the unread ones are
	// counted; of more, it is only said that there are.
	countedEvents = 200
	// seenDelay is how long it takes at most until it is kept what was read.
	seenDelay = 2 * time.Second
)

// seen is how far the user has read, over the end of the process.
type seen struct {
	changed bool
	saved   time.Time
}

// countLoaded counts what is unread since this client was here last, when all rooms
// have been handed on.
func (c *chat) countLoaded() {
	before, known := c.server.Seen(c.client.Epoch(), c.me.ID)
	for id, r := range c.rooms {
		if known && !r.late {
			r.read = before.Rooms[id] // 0 for one that the user got into meanwhile
			r.more = r.read < r.after
		}
		for _, e := range r.loaded {
			c.count(r, e)
		}
		r.loaded = nil
	}
}

// count takes in an event for what is unread of its room, in order.
func (c *chat) count(r *chatRoom, e plausch.Event) {
	switch {
	case e.Seq <= r.read:
		return
	case e.Kind == plausch.EventJoin && e.Member.ID == c.me.ID:
		r.unread, r.more = 0, false // what was before is for others
	case e.Kind == plausch.EventMessage && e.Actor.ID != c.me.ID && (e.Room != c.here.room || !c.started):
		if r.unread++; r.unread == 1 {
			r.fresh = e.Seq
		}
	}
	if r.unread == 0 {
		c.read(r, e.Seq)
	}
}

// read notes that a room is read up to a seq.
func (c *chat) read(r *chatRoom, seq int64) {
	r.unread, r.more = 0, false
	if seq > r.read {
		r.read, c.seen.changed = seq, true
	}
}

// news says what came since this client was here last, direct messages first. It is
// empty if nothing did.
func (c *chat) news() string {
	var unread []*chatRoom
	for r := range maps.Values(c.rooms) {
		if r.unread > 0 {
			unread = append(unread, r)
		}
	}
	if len(unread) == 0 {
		return ""
	}
	direct := func(r *chatRoom) int {
		if r.Kind == plausch.RoomDirect {
			return 0
		}
		return 1
	}
	slices.SortFunc(unread, func(a, b *chatRoom) int {
		return cmp.Or(direct(a)-direct(b), cmp.Compare(sortKey(a.Room), sortKey(b.Room)))
	})
	var parts []string
	where := "" // how to get to the first that is not shown already
	for _, r := range unread {
		name := connect.TargetOf(r.Room).String()
		in := "in "
		if r.Kind == plausch.RoomDirect {
			in = "from "
		}
		parts = append(parts, r.count()+" "+in+name)
		if where == "" && r.ID != c.here.room {
			where = " /join " + name + " shows them."
		}
	}
	return fmt.Sprintf("New since you were here last: %s.%s", strings.Join(parts, ", "), where)
}

// count returns how many messages of a room are unread, such as 200+.
func (r *chatRoom) count() string {
	if r.more {
		return fmt.Sprintf("%d+", r.unread)
	}
	return fmt.Sprint(r.unread)
}

// saveSeen keeps how far the user has read, if that has changed.
func (c *chat) saveSeen() {
	if !c.seen.changed || !c.started || !c.screen.terminal() {
		return // what a pipe prints, nobody may have read
	}
	s := connect.Seen{Epoch: c.client.Epoch(), Account: c.me.ID, Rooms: make(map[plausch.RoomID]int64)}
	for id, r := range c.rooms {
		s.Rooms[id] = r.read
	}
	c.seen.changed, c.seen.saved = false, time.Now()
	if err := c.server.SaveSeen(s); err != nil {
		c.note("What you have read is not kept: %v.", err)
	}
}
