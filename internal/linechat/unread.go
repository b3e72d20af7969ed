package linechat

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

const (
	// countedEvents is of how many of a room's newest events the unread ones are
	// counted; of more, it is only said that there are.
	countedEvents = 200
	// seenDelay is how long it takes at most until it is kept what was read.
	seenDelay = 2 * time.Second
)

// applyMarkers takes over how far the user had read when this client was here last.
// Without it, all that was there is read.
func (c *chat) applyMarkers() {
	server := c.timeline()
	if before, known := c.server.Seen(server.Epoch(), server.Account().ID); known {
		c.apply(timeline.Markers{Read: before.Rooms})
	}
}

// news says what came since this client was here last, direct messages first. It is
// empty if nothing did.
func (c *chat) news() string {
	var unread, direct []*timeline.Room
	for _, r := range c.timeline().Rooms() {
		switch {
		case r.Unread == 0:
		case r.Kind == plausch.RoomDirect:
			direct = append(direct, r)
		default:
			unread = append(unread, r)
		}
	}
	slices.SortStableFunc(unread, func(a, b *timeline.Room) int { return strings.Compare(a.Name, b.Name) })
	unread = append(direct, unread...)
	if len(unread) == 0 {
		return ""
	}
	var parts []string
	where := "" // how to get to the first that is not shown already
	for _, r := range unread {
		name := connect.TargetOf(r.Room).String()
		in := "in "
		if r.Kind == plausch.RoomDirect {
			in = "from "
		}
		parts = append(parts, count(r)+" "+in+name)
		if where == "" && r != c.opened() {
			where = " /join " + name + " shows them."
		}
	}
	return fmt.Sprintf("New since you were here last: %s.%s", strings.Join(parts, ", "), where)
}

// count returns how many messages of a room are unread, such as 200+.
func count(r *timeline.Room) string {
	if r.UnreadMore {
		return fmt.Sprintf("%d+", r.Unread)
	}
	return fmt.Sprint(r.Unread)
}

// saveSeen keeps how far the user has read, if that has changed.
func (c *chat) saveSeen() {
	if !c.changed.Markers || !c.started || !c.screen.terminal() {
		return // what a pipe prints, nobody may have read
	}
	server := c.timeline()
	c.changed.Markers, c.saved = false, time.Now()
	err := c.server.SaveSeen(connect.Seen{Epoch: server.Epoch(), Account: server.Account().ID, Rooms: server.Markers()})
	if err != nil {
		c.note("What you have read is not kept: %v.", err)
	}
}
