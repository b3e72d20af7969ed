package linechat

import (
	"fmt"
	"slices"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// newestEvents is how many of a room's newest events the client tells at first.
const newestEvents = 200

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

// count returns how many messages of a room are unread, such as 100+.
func count(r *timeline.Room) string {
	if r.Unread >= plausch.MaxUnread {
		return fmt.Sprintf("%d+", r.Unread)
	}
	return fmt.Sprint(r.Unread)
}

// inboxText says what is unread in a room, and the newest of it.
func inboxText(e *client.InboxEntry) string {
	unread := fmt.Sprint(e.Read.Unread)
	if e.Read.Unread >= plausch.MaxUnread {
		unread += "+"
	}
	if e.Read.Mentions > 0 {
		unread += fmt.Sprintf(", %d for you", e.Read.Mentions)
	}
	return fmt.Sprintf("%s (%s): %s", connect.TargetOf(e.Room.Room), unread, connect.QuoteText(&e.Last, maxQuote))
}
