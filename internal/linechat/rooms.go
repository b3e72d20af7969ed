package linechat

import (
	"net/netip"
	"slices"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// shownMessages is how many messages are shown of a room that is entered.
const shownMessages = 20

// left tells that the user is not in a room any more, which was called name.
func (c *chat) left(id plausch.RoomID, name string) {
	c.forgetEarly(id)
	if c.opened().ID == id {
		c.note("You are not in %s any more.", name)
		c.enter(timeline.ByID(plausch.PublicRoom), "")
	}
}

// start shows the room in which everything begins, once it is there.
func (c *chat) start() {
	if c.started {
		return
	}
	c.applyMarkers()
	news := c.news()
	c.started = true
	c.enter(c.opened().Key, "")
	if news != "" {
		c.note("%s", news)
	}
	for _, e := range c.early {
		c.event(e)
	}
	c.early = nil
	c.screen.edit()
}

// forgetEarly drops the news of a room that wait for the start.
func (c *chat) forgetEarly(id plausch.RoomID) {
	c.early = slices.DeleteFunc(c.early, func(e client.Event) bool { return e.Room == id })
}

// event takes in the next event of a room.
func (c *chat) event(u client.Event) {
	key := timeline.ByID(u.Room)
	r := c.timeline().Room(key)
	if r == nil || !r.Joined {
		return
	}
	if !c.started && u.Seq > r.NewAfter && r != c.opened() {
		c.early = append(c.early, u)
		return
	}
	c.apply(timeline.Update{Update: u})
	news, open := u.Seq > r.NewAfter, r == c.opened()
	if !c.started || !shows(r, &u.Event) {
		return
	}
	if open {
		c.print(c.render.event(u.Event, ""))
		c.apply(timeline.Read{Room: key, Seq: u.Seq})
	} else if news {
		c.print(c.render.event(u.Event, connect.TargetOf(r.Room).String()))
	}
	if news && c.bell && c.mentions(r, u.Event) {
		c.screen.bell()
	}
}

// shows reports whether an event of r shows anything. That two people are in
// their direct room goes without saying.
func shows(r *timeline.Room, e *plausch.Event) bool {
	return e.Kind == plausch.EventMessage ||
		r.Kind != plausch.RoomDirect && (e.Kind == plausch.EventJoin || e.Kind == plausch.EventLeave)
}

// recent returns the newest messages of a room that show anything.
func recent(r *timeline.Room) []timeline.Message {
	var found []timeline.Message // newest first
	for _, m := range slices.Backward(r.Messages) {
		if len(found) == shownMessages {
			break
		}
		if shows(r, &m.Event) {
			found = append(found, m)
		}
	}
	slices.Reverse(found)
	return found
}

// enter makes a room the one where lines go, and shows what was said there last. Name
// is how it is called if the client has not told of it yet.
func (c *chat) enter(k timeline.Key, name string) {
	c.apply(timeline.Open{Room: k, Name: name})
	r := c.opened()
	c.print(c.render.rule(c.roomTitle(r)))
	c.setPrompt()
	if r.ID != 0 && !c.server.Address.KTN() { // which is asked only for what the user wants
		go learnMembers(c.client, r.ID, c.learned)
	}
	fresh := r.FirstUnread()
	for _, m := range recent(r) {
		if fresh > 0 && m.Seq >= fresh {
			c.print(c.render.rule("new"))
			fresh = 0
		}
		c.print(c.render.event(m.Event, ""))
	}
	c.apply(timeline.Read{Room: r.Key, Seq: r.Last()})
}

func (c *chat) setPrompt() {
	prompt := c.roomTitle(c.opened())
	if c.toldOffline && !c.online {
		prompt += " (offline)"
	}
	style := ""
	if c.render.colour {
		style = styleHead
	}
	c.screen.setPrompt(prompt+"> ", style)
}

// roomTitle returns how people call a room.
func (c *chat) roomTitle(r *timeline.Room) string {
	switch {
	case r.Key.Peer != "":
		return connect.Target{Peer: r.Key.Peer}.String()
	case r.Title() == "":
		return c.roomName(r.ID)
	}
	return connect.TargetOf(r.Room).String()
}

func (c *chat) roomName(id plausch.RoomID) string {
	if r := c.timeline().Room(timeline.ByID(id)); r != nil && r.Title() != "" {
		return connect.TargetOf(r.Room).String()
	}
	if id == plausch.PublicRoom {
		return plausch.PublicRoomName
	}
	return "a room"
}

// label returns sep and where a message goes, unless that is the open room.
func (c *chat) label(m client.Outgoing, sep string) string {
	k := timeline.KeyOf(m)
	r := c.timeline().Room(k)
	switch {
	case r == c.opened():
		return ""
	case r != nil:
		return sep + c.roomTitle(r)
	case m.To != "":
		return sep + connect.Target{Peer: m.To}.String()
	}
	return sep + c.roomName(m.Room)
}

// find returns the room that people call t, of several the one known last; nil if the
// user is in none.
func (c *chat) find(t connect.Target) *timeline.Room {
	var found *timeline.Room
	for _, r := range c.timeline().Rooms() {
		if r.Joined && t.Is(r.Room) && (found == nil || r.ID > found.ID) {
			found = r
		}
	}
	return found
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
