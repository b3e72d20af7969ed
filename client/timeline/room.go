package timeline

import (
	"slices"
	"time"

	"plausch"
)

// Room is a room as it is drawn. It belongs to its [State]: do not change it.
type Room struct {
	// Room is as the client told, with what events have changed since. While Joined was
	// never set, only ID and, as far as the user gave them, Name or Peer.Name are known.
	// Head is the newest seq there is.
	plausch.Room
	Key    Key
	Epoch  string           // the state of the server in which the seqs count
	Joined bool             // the account is a member
	Role   plausch.RoomRole // the account's in the room

	// Messages ascend by seq. Between them, before and behind them may be gaps: see
	// [Room.Gaps].
	Messages []Message
	// Notices are the newest joins, leaves, changes of roles and changes of the room of
	// which the client told, ascending by seq. They are not part of any gap.
	Notices []plausch.Event
	// Sends are drawn behind the messages, in order.
	Sends []*Send
	// Members are the room's, by name; nil if they were not loaded since the room was
	// opened: see [Members].
	Members []plausch.Member
	// Draft is what the user, here or on another device, has begun to write. Edit is the
	// newest edit that is known of it.
	Draft plausch.Draft

	// ReadTo is the read marker: up to this seq everything is read.
	ReadTo int64
	// Unread and Mentions are messages of others behind the marker, and those of them
	// that name the account: at most plausch.MaxUnread, which means that many or more.
	Unread, Mentions int
	// Seen is, in a direct room, the seq up to which the other one has read, 0 if that is
	// not to be seen; SeenAt is when the client told of it, zero if it was so before.
	Seen   int64
	SeenAt time.Time
	// Preference is what the account has chosen for the room: see [Server.Notifies].
	Preference plausch.RoomPreference
	// Recount is set if an event may have changed the counts in a way that cannot be
	// told: ask client.GetRoom, and apply [Counts].
	Recount bool
	// NewAfter is the seq behind which events are news: they happened since the client
	// was opened, or since the account got in. Notify only of those.
	NewAfter int64

	server *Server
	last   int64 // the newest seq that was told of
	held   spans // of which every message is in Messages
	limit  int   // of Messages
	near   int64 // the seq near which messages are kept; 0 for the newest

	changes   []plausch.Event  // the newest that changed messages, for pages older than they
	forgotten int64            // the newest seq that changes does not have
	quotes    map[int64]*quote // by the seq of the message that is answered
	described int64            // the newest seq that is in Room and Role

	counts  counts
	read    int64 // the seq to which the user has read, of which the server has not told
	marks   int   // how often the server told of the marker
	divided bool  // whether there is a divider
	divider int64 // the first unread message behind this seq has it

	draft draftState

	typing map[plausch.AccountRef]time.Time // until when
	late   bool                             // the account got in while the client ran
	gone   bool                             // the account was a member, and is not any more
	stale  bool                             // the client that was opened anew has not told of it

	touched int // the last action that changed it
}

func newRoom(s *Server, k Key) *Room {
	r := &Room{Key: k, server: s, limit: s.limit, typing: make(map[plausch.AccountRef]time.Time), quotes: make(map[int64]*quote)}
	r.ID = k.ID
	if k.ID == 0 {
		r.Kind, r.Peer.Name = plausch.RoomDirect, k.Peer
	}
	return r
}

// Title returns how the room is called: its name, or that of the other in a direct
// room; empty if neither is known.
func (r *Room) Title() string {
	if r.Kind == plausch.RoomDirect {
		return r.Peer.Name
	}
	return r.Name
}

// Public reports whether r belongs to the section Public of a list of rooms, and
// otherwise to Private.
func (r *Room) Public() bool { return r.Kind == plausch.RoomPublic || r.ID == plausch.PublicRoom }

// rank orders rooms by what they are.
func (r *Room) rank() int {
	switch {
	case r.ID == plausch.PublicRoom:
		return 0
	case r.Kind == plausch.RoomDirect:
		return 2
	default:
		return 1
	}
}

// Last returns the newest seq that the client has told of. Events up to Head follow
// by themselves.
func (r *Room) Last() int64 { return r.last }

// Message returns the message seq, nil if it is not held.
func (r *Room) Message(seq int64) *Message {
	if i, held := r.find(seq); held {
		return &r.Messages[i]
	}
	return nil
}

// Divider returns the seq of the message before which a line says that what follows is
// new; 0 for none. It is the message that was the first unread one when the room was
// opened, or the first since the user looked away. It stays until another room is opened.
func (r *Room) Divider() int64 {
	if !r.divided {
		return 0
	}
	return r.firstUnread(r.divider)
}

// setDivider has the line before what is unread now.
func (r *Room) setDivider() {
	r.divided, r.divider = r.Unread > 0, r.readTo()
}

// add takes in an event that the client tells. One that is known changes nothing.
func (r *Room) add(e plausch.Event) {
	if e.Seq <= r.last {
		return
	}
	r.last, r.Head = e.Seq, max(r.Head, e.Seq)
	r.server.touch(r)
	if r.late && r.server.isJoin(&e) && e.Seq <= r.NewAfter {
		// The account is there for what follows, and to be added by others is news.
		if r.NewAfter = e.Seq; !r.server.isMine(&e) {
			r.NewAfter--
		}
	}
	delete(r.typing, e.Actor)
	switch {
	case e.Kind == plausch.EventMessage:
		r.addMessage(&e)
	case changes(&e):
		r.change(&e)
	default:
		r.changeRoom(&e)
	}
	r.held = r.held.add(e.Seq, e.Seq)
	if e.Kind == plausch.EventMessage && r.server.isMine(&e) {
		r.server.arrived(e.ClientID)
	}
	r.trim()
	r.count()
	r.settle()
}

// addMessage takes in a message that is newer than all others.
func (r *Room) addMessage(e *plausch.Event) {
	m := r.server.newMessage(plausch.Message{Event: *e}, e.Seq)
	r.want(&m, nil)
	m.Quote = r.quotes[m.Target].drawn()
	if m.unread() && r.Key == r.server.open && r.server.away && (!r.divided || r.divider < r.ReadTo) {
		r.divided, r.divider = true, e.Seq-1
	}
	r.countEvent(e, nil, &m)
	r.Messages = append(r.Messages, m)
}

// maxChanges bounds the events that are remembered for pages which were read before them.
const maxChanges = 512

// change takes in an event that changes messages.
func (r *Room) change(e *plausch.Event) {
	if len(r.changes) == maxChanges {
		r.forgotten = r.changes[maxChanges/2-1].Seq
		r.changes = append(r.changes[:0], r.changes[maxChanges/2:]...)
	}
	r.changes = append(r.changes, *e)
	if e.Target == 0 && r.held.end(r.counts.read.Marker+1) < e.Seq-1 {
		r.counts.unsure = e.Seq // they may be unread and not held
	}
	held := false
	for i := range r.Messages {
		m := &r.Messages[i]
		if !isOf(e, m.Seq, m.Actor.ID) {
			continue
		}
		held = true
		before := *m
		if m.fold(e, r.server.account.ID) {
			r.countEvent(e, &before, m)
		}
	}
	if e.Target != 0 && !held {
		r.countEvent(e, nil, nil)
	}
	quoted := false
	for target, q := range r.quotes {
		if isOf(e, target, q.Actor.ID) {
			q.fold(e)
			quoted = true
		}
	}
	if quoted {
		r.requote()
	}
}

// distrust drops what may have been changed by events behind head, of a state of the
// server that is not there any more.
func (r *Room) distrust(head int64) {
	from := int64(0)
	for i := range r.Messages {
		// What came empty was emptied by an event that may be behind head.
		if m := &r.Messages[i]; m.Seq <= head && (m.asOf > head || m.Deleted == m.Seq) {
			from = m.Seq + 1
		}
	}
	r.Messages = slices.DeleteFunc(r.Messages, func(m Message) bool { return m.Seq < from || m.Seq > head })
	r.held = r.held.from(from).upTo(head)
	for _, q := range r.quotes {
		if q.asOf > head || q.Deleted {
			*q = quote{}
		}
	}
	r.requote()
	r.server.touch(r)
}

// cut drops what is behind head, which is not there any more.
func (r *Room) cut(head int64) {
	r.distrust(head)
	behind := func(e plausch.Event) bool { return e.Seq > head }
	r.Notices, r.changes = slices.DeleteFunc(r.Notices, behind), slices.DeleteFunc(r.changes, behind)
	r.last, r.Head, r.forgotten, r.described = min(r.last, head), head, min(r.forgotten, head), min(r.described, head)
	r.counts.cut(head)
	r.server.cutPersonal(r.ID, head)
	r.Seen = min(r.Seen, head)
	r.read, r.divider, r.NewAfter = min(r.read, head), min(r.divider, head), min(r.NewAfter, head)
	r.count()
}

// reset drops all that came from the server.
func (r *Room) reset() {
	r.Joined = false
	r.Members = nil
	r.cut(0)
}

// jump goes on behind after, without the events up to it: what they changed is not known.
func (r *Room) jump(after int64) {
	r.Messages, r.Notices, r.held, r.changes = nil, nil, nil, nil
	clear(r.quotes)
	r.last, r.forgotten = after, after
}
