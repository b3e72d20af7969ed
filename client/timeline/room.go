package timeline

import (
	"cmp"
	"slices"
	"time"

	"plausch"
)

// Room is a room as it is drawn. It belongs to its [State]: do not change it.
type Room struct {
	// Room is as the client told. While Joined was never set, only ID and, as far as the
	// user gave them, Name or Peer.Name are known. Head is the newest seq there is.
	plausch.Room
	Key    Key
	Epoch  string // the state of the server in which the seqs count
	Joined bool   // the account is a member

	// Messages ascend by seq. Between them, before and behind them may be gaps: see
	// [Room.Gaps].
	Messages []Message
	// Sends are drawn behind the messages, in order.
	Sends []*Send
	// Members are the room's, by name; nil if they were not loaded since the room was
	// opened: see [Members].
	Members []plausch.Member
	Draft   string

	// ReadTo is the seq up to which everything is read: the read marker.
	ReadTo int64
	// Unread and Mentions count messages of others behind ReadTo. If UnreadMore is
	// set there may be more, in events that were not loaded.
	Unread, Mentions int
	UnreadMore       bool
	// NewAfter is the seq behind which events are news: they happened since the client
	// was opened, or since the account got in. Notify only of those.
	NewAfter int64
	// Marker is where the divider "new" stands: the seq of the message that was the
	// first unread one when the room was opened, or when the user looked away; 0 for
	// none. It stays until another room is opened, or new messages come while the user
	// looks away again.
	Marker int64

	server *Server
	last   int64 // the newest seq that was told of
	held   spans // whose events are in Messages
	limit  int   // of Messages
	near   int64 // the seq near which messages are kept; 0 for the newest

	counted   spans   // behind ReadTo, whose events are counted
	unread    []int64 // seqs, ascending
	mentioned []int64

	typing map[plausch.AccountRef]time.Time // until when
	late   bool                             // the account got in while the client ran
	gone   bool                             // the account was a member, and is not any more
	stale  bool                             // the client that was opened anew has not told of it

	touched int // the last action that changed it
}

func newRoom(s *Server, k Key) *Room {
	r := &Room{Key: k, server: s, limit: s.limit, typing: make(map[plausch.AccountRef]time.Time)}
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

// Gap is a part of a room's log that is not held: the seqs between After and Before,
// both exclusive. client.History with Page{Before: gap.Before} returns its newest
// events, and with Page{After: gap.After, Forward: true} its oldest.
type Gap struct{ After, Before int64 }

// Gaps returns what is not held of the log, ascending; the first gap ends at the
// first message. There are none in a room that the account is not in. The slice is
// new.
func (r *Room) Gaps() []Gap {
	if !r.Joined {
		return nil
	}
	var gaps []Gap
	after := int64(0)
	for _, x := range r.held {
		if x.first > after+1 {
			gaps = append(gaps, Gap{after, x.first})
		}
		after = x.last
	}
	if after < r.last {
		gaps = append(gaps, Gap{after, r.last + 1})
	}
	return gaps
}

// Last returns the newest seq that the client has told of. Events up to Head follow
// by themselves.
func (r *Room) Last() int64 { return r.last }

// add takes in an event that the client tells, the next one or one that is known.
func (r *Room) add(e plausch.Event) {
	m := r.server.message(e)
	if e.Seq <= r.last {
		r.insert([]Message{m})
		return
	}
	r.last, r.Head = e.Seq, max(r.Head, e.Seq)
	if r.late && r.server.isJoin(&e) && e.Seq <= r.NewAfter {
		// The account is there for what follows, and to be added by others is news.
		if r.NewAfter = e.Seq; !m.Mine {
			r.NewAfter--
		}
		r.lower(min(r.ReadTo, e.Seq))
	}
	delete(r.typing, e.Actor)
	r.changeMembers(e)
	if m.counts() && e.Seq > r.ReadTo && r.Key == r.server.open && r.server.away && r.Marker <= r.ReadTo {
		r.Marker = e.Seq
	}
	r.insert([]Message{m})
	if m.Mine {
		r.server.arrived(e.ClientID)
	}
	r.settle()
}

// insert takes in events that follow each other in the log.
func (r *Room) insert(page []Message) {
	for _, m := range page {
		if !r.held.has(m.Seq) {
			i, _ := slices.BinarySearchFunc(r.Messages, m.Seq, func(m Message, seq int64) int { return cmp.Compare(m.Seq, seq) })
			r.Messages = slices.Insert(r.Messages, i, m)
			r.server.touch(r)
		}
		r.count(&m)
	}
	first, last := page[0].Seq, page[len(page)-1].Seq
	r.held, r.counted = r.held.add(first, last), r.counted.add(first, last)
	r.sum()
	r.trim()
}

// trim drops the messages that are too many, farthest from where the user reads.
func (r *Room) trim() {
	n := len(r.Messages)
	if n <= r.limit {
		return
	}
	at := n
	if r.near > 0 {
		at, _ = slices.BinarySearchFunc(r.Messages, r.near, func(m Message, seq int64) int { return cmp.Compare(m.Seq, seq) })
	}
	from := min(max(at-r.limit/2, 0), n-r.limit)
	clear(r.Messages[:from])
	clear(r.Messages[from+r.limit:])
	r.Messages = r.Messages[from : from+r.limit]
	r.held = r.held.from(r.Messages[0].Seq).upTo(r.Messages[r.limit-1].Seq)
}

// cut drops what is behind head, which is not there any more.
func (r *Room) cut(head int64) {
	behind := func(m Message) bool { return m.Seq > head }
	if i := slices.IndexFunc(r.Messages, behind); i >= 0 {
		clear(r.Messages[i:])
		r.Messages = r.Messages[:i]
	}
	r.held, r.counted = r.held.upTo(head), r.counted.upTo(head)
	r.unread, r.mentioned = upTo(r.unread, head), upTo(r.mentioned, head)
	r.last, r.Head = min(r.last, head), head
	r.ReadTo, r.NewAfter = min(r.ReadTo, head), min(r.NewAfter, head)
	if r.Marker > head {
		r.Marker = 0
	}
	r.sum()
	r.server.touch(r)
}

// reset drops all that came from the server.
func (r *Room) reset() {
	r.Joined = false
	r.Members = nil
	r.cut(0)
}

// changeMembers keeps the list of members up to date, if it is there.
func (r *Room) changeMembers(e plausch.Event) {
	if r.Members == nil || e.Member.ID == 0 || e.Kind != plausch.EventJoin && e.Kind != plausch.EventLeave {
		return
	}
	i := slices.IndexFunc(r.Members, func(m plausch.Member) bool { return m.ID == e.Member.ID })
	switch {
	case e.Kind == plausch.EventLeave && i >= 0:
		r.Members = slices.Delete(r.Members, i, i+1)
	case e.Kind == plausch.EventJoin && i < 0:
		r.Members = append(r.Members, plausch.Member{AccountRef: e.Member})
		r.sortMembers()
	}
}

func (r *Room) sortMembers() {
	slices.SortFunc(r.Members, func(a, b plausch.Member) int { return byName(a.AccountRef, b.AccountRef) })
}
