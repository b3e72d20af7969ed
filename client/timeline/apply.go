package timeline

import (
	"time"

	"plausch"
	"plausch/client"
)

// Update is what the client told.
type Update struct{ client.Update }

// Open has the user look at a room, which may be one that does not exist yet
// (see [ByPeer]). The zero Key is no room.
type Open struct{ Room Key }

// Focus tells whether the user looks at the open room, which holds at first.
type Focus struct{ On bool }

// Read tells that the user has read a room up to a seq.
type Read struct {
	Room Key
	Seq  int64
}

// Draft keeps what the user has written and not sent.
type Draft struct {
	Room Key
	Text string
}

// Older puts a page of history before a room's messages.
type Older struct {
	Room   plausch.RoomID
	Events []plausch.Event
}

// Dismiss drops a send that failed, when the user has deleted it or has sent it
// anew.
type Dismiss struct{ ID string }

func (a Open) apply(t *Timeline, _ time.Time) {
	k := t.resolve(a.Room)
	if k == t.open {
		return
	}
	if old := t.Opened(); old != nil {
		old.Marker, old.limit = 0, t.window
		old.trim()
	}
	t.open = k
	if k == (Key{}) {
		return
	}
	r := t.room(k)
	for _, m := range r.Messages {
		if r.counts(m) {
			r.Marker = m.Seq
			return
		}
	}
}

func (a Focus) apply(t *Timeline, _ time.Time) { t.away = !a.On }

func (a Read) apply(t *Timeline, _ time.Time) {
	if r := t.Room(a.Room); r != nil {
		r.read(min(a.Seq, r.last))
	}
}

func (a Draft) apply(t *Timeline, _ time.Time) {
	if r := t.Room(a.Room); r != nil || a.Text != "" {
		t.room(a.Room).Draft = a.Text
	}
}

func (a Older) apply(t *Timeline, _ time.Time) {
	r := t.rooms[ByID(a.Room)]
	if r == nil {
		return
	}
	page := make([]Message, len(a.Events))
	for i, e := range a.Events {
		page[i] = t.message(e)
	}
	r.prepend(page, t.window)
}

func (a Dismiss) apply(t *Timeline, _ time.Time) {
	for _, r := range t.rooms {
		if s := r.send(a.ID); s != nil && s.Err != nil {
			r.dropSend(a.ID)
		}
	}
}

func (a Update) apply(t *Timeline, now time.Time) {
	switch u := a.Update.(type) {
	case client.State:
		t.setState(u)
	case client.CaughtUp:
		t.caughtUp = true
	case client.RoomJoined:
		t.joined(u)
	case client.RoomLeft:
		if r := t.rooms[ByID(u.Room)]; r != nil {
			r.Left = true
			clear(r.typing)
		}
	case client.RoomReset:
		if r := t.rooms[ByID(u.Room)]; r != nil {
			r.cut(u.Head)
		}
	case client.Event:
		r := t.room(ByID(u.Room))
		r.add(t.message(u.Event), r.Key == t.open && t.away)
	case client.Presence:
		t.presence[u.Account.ID] = u.Presence
	case client.Typing:
		if u.Account.ID != t.me.ID {
			t.room(ByID(u.Room)).typing[u.Account] = now.Add(client.TypingHolds)
		}
	case client.Queued:
		t.queued(u)
	case client.Sent:
		t.sent(u)
	case client.Failed:
		for _, r := range t.rooms {
			if s := r.send(u.ID); s != nil {
				s.Err = u.Err
			}
		}
	}
}

func (t *Timeline) setState(s client.State) {
	t.state = s
	if s.Phase == client.Online {
		t.me = s.Account
		return
	}
	// Who is there, and who writes, is not known without a connection.
	clear(t.presence)
	for _, r := range t.rooms {
		clear(r.typing)
	}
}

func (t *Timeline) message(e plausch.Event) Message {
	mine := e.Actor.ID == t.me.ID
	return Message{
		Event: e, Mine: mine,
		Mention: !mine && e.Kind == plausch.EventMessage && mentions(e.Text, t.me.Name),
	}
}

func (t *Timeline) joined(u client.RoomJoined) {
	r := t.room(ByID(u.Room.ID))
	r.Kind, r.Name, r.Peer, r.Left = u.Room.Kind, u.Room.Name, u.Room.Peer, false
	if !r.known {
		r.known, r.last = true, max(r.last, u.After)
		r.ReadTo = u.After
		if !t.caughtUp {
			// What was there when the client started is not new.
			r.ReadTo = u.Room.Head
		}
		r.recount()
	}
	if u.Room.Kind == plausch.RoomDirect {
		r.Name = u.Room.Peer.Name
		t.become(ByPeer(r.Name), u.Room.ID)
	}
	r.settle()
}

func (t *Timeline) queued(u client.Queued) {
	k := ByID(u.Room)
	if u.Room == 0 {
		k = ByPeer(u.To)
	}
	r := t.room(k)
	if r.send(u.ID) != nil {
		return
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if m := &r.Messages[i]; m.Mine && m.ClientID == u.ID {
			return
		}
	}
	r.Sends = append(r.Sends, Send{ID: u.ID, Text: u.Text, Time: u.Time})
}

func (t *Timeline) sent(u client.Sent) {
	for _, r := range t.rooms {
		s := r.send(u.ID)
		if s == nil {
			continue
		}
		s.Seq, s.Err = u.Seq, nil
		if r.Key.ID == 0 {
			// The server may write the other's name in another way than the user.
			t.become(r.Key, u.Room)
		}
		r.settle()
		return
	}
}
