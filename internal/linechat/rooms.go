package linechat

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/protocol"
)

// shownMessages is how many messages are shown of a room that is entered.
const shownMessages = 20

// place is where a line goes: a room, or a person with whom there is no direct
// room yet.
type place struct {
	room plausch.RoomID
	name string // of a room that is not in chat.rooms yet; may be empty
	peer string
}

func (p place) outgoing() client.Outgoing { return client.Outgoing{Room: p.room, To: p.peer} }

// chatRoom is a room that the user is in.
type chatRoom struct {
	plausch.Room
	recent []plausch.Event // the newest, at most shownMessages
	// past is the seq up to which events are what was before, not news.
	past   int64
	late   bool            // the user got in while the chat ran
	last   int64           // seq of the last event that came
	read   int64           // seq up to which everything is read
	after  int64           // seq behind which its events were handed on
	loaded []plausch.Event // that came before the chat had started
	unread int
	more   bool  // unread are more than were counted
	fresh  int64 // seq of the first unread message
}

// joined takes in a room that the user is, or is anew, in.
func (c *chat) joined(u client.RoomJoined) {
	r := &chatRoom{Room: u.Room, past: u.Room.Head, late: c.started, last: u.After}
	if r.late && u.Room.Kind == plausch.RoomDirect {
		r.past = u.After // somebody just wrote first
	}
	c.rooms[u.Room.ID] = r
	r.read, r.after = r.past, u.After
	c.seen.changed = true
	c.learn(r.Peer.Name)
	if c.here.peer != "" && strings.EqualFold(c.here.peer, r.Peer.Name) {
		c.here = place{room: r.ID}
		c.setPrompt()
	}
	c.tellRooms()
}

// left takes in that the user is not in a room any more.
func (c *chat) left(id plausch.RoomID) {
	name := c.roomName(id)
	delete(c.rooms, id)
	c.seen.changed = true
	c.tellRooms()
	if c.here.room == id {
		c.note("You are not in %s any more.", name)
		c.enter(place{room: plausch.PublicRoom})
	}
}

// start shows the room in which everything begins, once it is there.
func (c *chat) start() {
	if c.started {
		return
	}
	c.countLoaded()
	news := c.news()
	c.started = true
	c.enter(c.here)
	if news != "" {
		c.note("%s", news)
	}
	for _, e := range c.early {
		c.event(e)
	}
	c.early = nil
	c.screen.edit()
}

// event takes in the next event of a room.
func (c *chat) event(u client.Event) {
	r := c.rooms[u.Room]
	if r == nil {
		return
	}
	mine := u.Actor.ID == c.me.ID
	if r.late && u.Kind == plausch.EventJoin && u.Member.ID == c.me.ID && u.Seq <= r.past {
		// What follows, the user is there for; and to be added by others is news.
		if r.past = u.Seq; !mine {
			r.past--
		}
		r.read = r.past
	}
	news := u.Seq > r.past
	if !c.started && news && u.Room != c.here.room {
		c.early = append(c.early, u)
		return
	}
	r.last = u.Seq
	c.learn(u.Actor.Name)
	c.learn(u.Member.Name)
	if mine && u.ClientID != "" {
		delete(c.unseen, u.ClientID)
		if i := slices.IndexFunc(c.pending, func(p *pendingSend) bool { return p.ID == u.ClientID }); i >= 0 {
			c.pending[i].seen = true
		}
	}
	if c.started || r.late {
		c.count(r, u.Event)
	} else {
		r.loaded = append(r.loaded, u.Event)
	}
	if !shows(r, u.Event) {
		return
	}
	r.recent = append(r.recent, u.Event)
	if len(r.recent) > shownMessages {
		r.recent = slices.Delete(r.recent, 0, len(r.recent)-shownMessages)
	}
	switch {
	case !c.started:
	case u.Room == c.here.room:
		c.print(c.render.event(u.Event, ""))
	case news:
		c.print(c.render.event(u.Event, connect.TargetOf(r.Room).String()))
	}
	if c.started && news && c.bell && c.mentions(r, u.Event) {
		c.screen.bell()
	}
}

// shows reports whether an event of r shows anything. That two people are in
// their direct room goes without saying.
func shows(r *chatRoom, e plausch.Event) bool {
	return e.Kind == plausch.EventMessage ||
		r.Kind != plausch.RoomDirect && (e.Kind == plausch.EventJoin || e.Kind == plausch.EventLeave)
}

// enter makes p the place where lines go, and shows what was said there last.
func (c *chat) enter(p place) {
	c.here = p
	c.print(c.render.rule(c.placeName(p)))
	c.setPrompt()
	if p.room != 0 && !c.server.Address.KTN() { // which is asked only for what the user wants
		go c.learnMembers(c.client, p.room)
	}
	r := c.rooms[p.room]
	if r == nil {
		return
	}
	for _, e := range r.recent {
		if r.unread > 0 && e.Seq >= r.fresh {
			c.print(c.render.rule("new"))
			r.unread = 0
		}
		c.print(c.render.event(e, ""))
	}
	c.read(r, r.last)
}

func (c *chat) setPrompt() {
	prompt := c.placeName(c.here)
	if c.toldOffline && !c.online {
		prompt += " (offline)"
	}
	style := ""
	if c.render.colour {
		style = styleHead
	}
	c.screen.setPrompt(prompt+"> ", style)
}

func (c *chat) placeName(p place) string {
	switch {
	case p.peer != "":
		return connect.Target{Peer: p.peer}.String()
	case p.name != "" && c.rooms[p.room] == nil:
		return p.name
	}
	return c.roomName(p.room)
}

func (c *chat) roomName(id plausch.RoomID) string {
	if r := c.rooms[id]; r != nil {
		return connect.TargetOf(r.Room).String()
	}
	if id == plausch.PublicRoom {
		return plausch.PublicRoomName
	}
	return "a room"
}

// label returns sep and where a message goes, unless that is here.
func (c *chat) label(m client.Outgoing, sep string) string {
	if m.Room == c.here.room && m.To == c.here.peer {
		return ""
	}
	return sep + c.placeName(place{room: m.Room, peer: m.To})
}

// find returns the room that people call t, of several the one known last.
func (c *chat) find(t connect.Target) *chatRoom {
	var found *chatRoom
	for _, r := range c.rooms {
		if t.Is(r.Room) && (found == nil || r.ID > found.ID) {
			found = r
		}
	}
	return found
}

// sortedRooms returns the rooms: public, the others, and then people.
func (c *chat) sortedRooms() []*chatRoom {
	var rooms []*chatRoom
	for _, r := range c.rooms {
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, func(a, b *chatRoom) int {
		if a.ID == plausch.PublicRoom || b.ID == plausch.PublicRoom {
			return int(a.ID - b.ID)
		}
		return strings.Compare(sortKey(a.Room), sortKey(b.Room))
	})
	return rooms
}

func sortKey(r plausch.Room) string {
	if r.Kind == plausch.RoomDirect {
		return "~" + r.Peer.Name // behind all that rooms can be called
	}
	return r.Name
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// maxKnownNames bounds the names that are completed.
const maxKnownNames = 5000

// known is what completion looks through.
type known struct {
	mu    sync.Mutex
	names map[string]bool
	lists []string // rooms, as targets
}

// learn adds a name to those that are completed.
func (k *known) learn(name string) {
	name = client.CleanLine(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names == nil {
		k.names = make(map[string]bool)
	}
	if name != "" && len(k.names) < maxKnownNames {
		k.names[name] = true
	}
}

// learnMembers has the members of a room completed: of a large one, the first.
// It runs beside the loop, and it does not matter if it fails.
func (k *known) learnMembers(c *client.Client, room plausch.RoomID) {
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	var page protocol.Members
	params := &protocol.MemberList{Room: int64(room), Limit: protocol.MaxPage}
	if c.Call(ctx, protocol.MethodMemberList, params, &page) != nil {
		return
	}
	for _, m := range page.Members {
		k.learn(m.Name)
	}
}

// tellRooms has the rooms of now completed.
func (c *chat) tellRooms() {
	var lists []string
	for _, r := range c.sortedRooms() {
		lists = append(lists, connect.TargetOf(r.Room).String())
	}
	c.known.mu.Lock()
	defer c.known.mu.Unlock()
	c.known.lists = lists
}
