package gateway

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/protocol"
)

// Message is a message of the public room or of a direct room, or what one says
// instead since it was edited.
type Message struct {
	Edit bool // an earlier message was changed to this

	Author  string
	To      string // the other one of a direct room's two; empty for everyone
	Private bool   // of a direct room
	Mine    bool   // written by the session's account
	Sent    bool   // and over this connection
	Text    string // may be empty if there are attachments
	Time    time.Time
	// Attachments are the files that came with it.
	Attachments []plausch.Attachment
	// Links are addresses at which a browser gets the files for an hour; empty if there
	// are none.
	Links []string
}

// ChangedText says that a message was edited, for protocols that have no other word
// for it.
func (m *Message) ChangedText() string { return m.Author + " changed: " + m.Text }

// maxRooms is how many direct rooms are looked at for recent messages: those
// made last.
const maxRooms = 100

// Recent returns the newest n messages of the public room and the direct rooms
// together, as they are now, in the order of their time, and of each room in its own. Before
// [Session.StartDelivery], what it has read is not written again.
func (s *Session) Recent(n int) ([]Message, error) {
	known, err := s.rooms.list()
	if err != nil {
		return nil, err
	}
	var found []Message
	for _, id := range known {
		s.out.dropHeld(id)
		page, err := call[protocol.Messages](s, protocol.MethodMessages, protocol.MessagesGet{Room: int64(id), Limit: min(n, protocol.MaxPage)})
		if err != nil {
			return nil, err
		}
		s.out.markShown(id, page.AsOf)
		var last time.Time
		for i := range page.Messages {
			e := page.Messages[i].Message(id).Event
			m, ok := s.message(&e)
			if !ok {
				continue
			}
			if m.Time.Before(last) {
				m.Time = last // the clock was set back; the seq is the order
			}
			last = m.Time
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b Message) int { return a.Time.Compare(b.Time) })
	return found[max(0, len(found)-n):], nil
}

// shows reports whether the messages of a room are for this connection.
func (s *Session) shows(id plausch.RoomID) bool {
	return id == plausch.PublicRoom || s.rooms.get(id).kind == plausch.RoomDirect
}

// isShown reports whether the old protocols say anything of an event: a deletion, a
// reaction and who runs a room they have no words for.
func isShown(e *plausch.Event) bool {
	return e.Kind == plausch.EventMessage || e.Kind == plausch.EventEdit && !e.Erased()
}

// message returns an event as a message, if it is one for this connection.
func (s *Session) message(e *plausch.Event) (Message, bool) {
	if !isShown(e) || !s.shows(e.Room) {
		return Message{}, false
	}
	m := Message{Edit: e.Kind == plausch.EventEdit, Author: s.nameOf(e.Actor), Text: e.Text, Time: e.Time, Attachments: e.Attachments}
	switch {
	case e.Sealed():
		m.Text = plausch.SealedText
	case e.Erased():
		m.Text = plausch.ErasedText
	}
	if base := s.server.opts.Links; base != "" {
		for _, a := range e.Attachments {
			m.Links = append(m.Links, base+"/api/files/"+s.server.api.FileLink(s.me.ID, a.ID))
		}
	}
	m.Mine = e.Actor.ID == s.me.ID
	m.Sent = m.Mine && strings.HasPrefix(e.ClientID, s.clientIDPrefix)
	if room := s.rooms.get(e.Room); room.kind == plausch.RoomDirect {
		m.Private, m.To = true, s.ownName
		if m.Mine {
			m.To = room.peer
		}
	}
	return m, true
}

// between returns the messages of a room between two seqs, both exclusive, if
// they can be had: no more than a page of them.
func (s *Session) between(id plausch.RoomID, after, before int64) (found []Message) {
	page, err := callFromWriter[protocol.History](s, protocol.MethodHistory, protocol.HistoryGet{
		Room: int64(id), After: &after, Before: before, Limit: protocol.MaxPage,
	})
	if err != nil {
		return nil
	}
	for i := range page.Events {
		e := page.Events[i].Event()
		if m, ok := s.message(&e); ok {
			found = append(found, m)
		}
	}
	return found
}

// rooms remembers what rooms are.
type rooms struct {
	session *Session
	mu      sync.Mutex
	known   map[plausch.RoomID]room
}

type room struct {
	kind plausch.RoomKind
	peer string // of direct rooms: the other one's name
}

func (r *rooms) init(s *Session) {
	r.session = s
	r.known = map[plausch.RoomID]room{plausch.PublicRoom: {kind: plausch.RoomPublic}}
}

// get returns a room, with no kind if it cannot be known. The session's own
// goroutine may call it, and the writing one.
func (r *rooms) get(id plausch.RoomID) room {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.known[id]; ok {
		return known
	}
	found, err := callFromWriter[protocol.Room](r.session, protocol.MethodRoomGet, protocol.RoomRef{Room: int64(id)})
	if err != nil {
		return room{}
	}
	return r.add(found)
}

// add remembers a room. The lock is held.
func (r *rooms) add(found protocol.Room) room {
	known := room{kind: plausch.RoomKind(found.Kind)}
	if found.Peer != nil {
		known.peer = writableName(found.Peer.Ref())
	}
	r.known[plausch.RoomID(found.ID)] = known
	return known
}

// list returns the public room and the newest direct rooms.
func (r *rooms) list() ([]plausch.RoomID, error) {
	var ids []plausch.RoomID
	for after := int64(0); ; {
		page, err := call[protocol.Rooms](r.session, protocol.MethodRoomList, protocol.RoomList{After: after, Limit: protocol.MaxPage})
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		for _, found := range page.Rooms {
			after = found.ID
			known := r.add(found)
			if known.kind == plausch.RoomDirect {
				ids = append(ids, plausch.RoomID(found.ID))
			}
		}
		r.mu.Unlock()
		if !page.More || len(page.Rooms) == 0 {
			break
		}
	}
	slices.SortFunc(ids, func(a, b plausch.RoomID) int { return cmp.Compare(b, a) })
	ids = ids[:min(len(ids), maxRooms)]
	return append([]plausch.RoomID{plausch.PublicRoom}, ids...), nil
}
