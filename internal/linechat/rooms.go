package linechat

import (
	"context"
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
	if !c.started || open && c.loading {
		return // it is shown with the others
	}
	label := ""
	if !open {
		label = connect.TargetOf(r.Room).String()
	}
	m := r.Message(u.Seq)
	switch {
	case !open && !news || !shows(r, &u.Event, open):
	case u.Kind.Targeted() && c.timeline().Blocked(u.Actor.ID): // neither their edits nor their reactions
	case u.Kind != plausch.EventMessage:
		c.print(c.render.event(&u.Event, label))
	case m != nil:
		c.showMessage(&m.Message, label, false)
	}
	if open {
		c.apply(timeline.Read{Room: key, Seq: u.Seq})
	}
	if news && c.bell && m != nil && c.rings(r, m) {
		c.screen.bell()
	}
}

// shows reports whether an event of r is shown. That two people are in their direct room
// goes without saying, and what happens to messages is shown where they are.
func shows(r *timeline.Room, e *plausch.Event, open bool) bool {
	switch e.Kind {
	case plausch.EventMessage:
		return true
	case plausch.EventJoin, plausch.EventLeave:
		return r.Kind != plausch.RoomDirect
	default:
		return open
	}
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
		if c.online && len(r.Messages) < shownMessages && len(r.Gaps()) > 0 {
			c.loadPage(r)
			return
		}
	}
	c.showRecent(r)
}

// loadPage has the newest messages of a room shown when the server has sent them.
func (c *chat) loadPage(r *timeline.Room) {
	page := timeline.Page{Room: r.ID, Epoch: r.Epoch, Query: client.MessageQuery{Limit: shownMessages}}
	c.loading = true
	c.ask(c.ctx, func(ctx context.Context) (err error) {
		page.MessageState, err = c.client.Messages(ctx, page.Room, page.Query)
		return err
	}, func(err error) {
		c.loading = false
		if err == nil {
			c.apply(page)
		}
		c.showRecent(c.opened())
	})
}

// showRecent shows what was said last in the open room.
func (c *chat) showRecent(r *timeline.Room) {
	divider := r.Divider()
	for i := max(0, len(r.Messages)-shownMessages); i < len(r.Messages); i++ {
		m := &r.Messages[i]
		if m.Seq == divider {
			c.print(c.render.rule("new"))
		}
		c.showMessage(&m.Message, "", false)
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
