package timeline

import (
	"slices"
	"time"

	"plausch"
	"plausch/client"
)

// Page is a part of a room's messages, as client.Messages answered Query. Messages that
// the client will tell by itself are left out. The messages near a page are kept when a
// room has too many.
//
// A page that was read before events which were forgotten meanwhile is dropped, as is one
// of another state of the server: its gap stays, so ask again.
type Page struct {
	Room plausch.RoomID
	// Epoch is [Room].Epoch of when the page was asked for.
	Epoch string
	Query client.MessageQuery
	client.MessageState
}

// Lookup is the answer for one of [Room.Missing], as client.Messages returned it for
// MessageQuery{Around: Seq, Limit: 1}. It does not come into Room.Messages.
type Lookup struct {
	Room  plausch.RoomID
	Epoch string // as of [Page]
	Seq   int64
	client.MessageState
}

// Counts are what the account has read of a room, as client.GetRoom or client.SetMarker
// returned it; Told is [Room.MarkersTold] of before that was called. If the client has
// told of a marker since, Counts may be older, and are dropped.
type Counts struct {
	Room  plausch.RoomID
	Epoch string // as of [Page]
	Told  int
	plausch.ReadState
}

func (a Page) apply(s *Server, _ time.Time) {
	r := s.current(a.Room, a.Epoch, a.AsOf)
	if r == nil {
		return
	}
	r.setFirst(a.First)
	for i := range a.Messages {
		m := &a.Messages[i]
		s.learn(m.Actor)
		if m.Seq <= r.last && m.Seq >= r.First {
			r.insert(m, a.AsOf)
		}
	}
	if len(a.Messages) > 0 {
		r.near = a.Messages[0].Seq
	}
	is := covered(a.Query, &a.MessageState)
	r.held = r.held.add(max(is.first, r.First), min(is.last, r.last))
	r.requote()
	r.trim()
	r.count()
	s.touch(r)
}

func (a Lookup) apply(s *Server, _ time.Time) {
	r := s.current(a.Room, a.Epoch, a.AsOf)
	if r == nil {
		return
	}
	r.setFirst(a.First)
	s.touch(r)
	i := slices.IndexFunc(a.Messages, func(m plausch.Message) bool { return m.Seq == a.Seq })
	at, held := r.find(a.Seq)
	q := r.quotes[a.Seq]
	if i < 0 {
		if held {
			r.Messages = slices.Delete(r.Messages, at, at+1)
		}
		if q != nil {
			*q = quote{asOf: a.AsOf, known: true, gone: true}
		}
		r.requote()
		return
	}
	if held {
		r.insert(&a.Messages[i], a.AsOf)
	}
	if q != nil && (!q.known || q.asOf <= a.AsOf) {
		m := r.bringUp(&a.Messages[i], a.AsOf)
		*q = quoteOf(&m)
	}
	r.requote()
}

// current returns the room to which an answer of the server belongs, nil if the answer is
// of no use any more.
func (s *Server) current(id plausch.RoomID, epoch string, asOf int64) *Room {
	r := s.rooms[ByID(id)]
	if r == nil || !r.Joined || r.Epoch != epoch || asOf < r.forgotten {
		return nil
	}
	return r
}

func (a Counts) apply(s *Server, _ time.Time) {
	if r := s.rooms[ByID(a.Room)]; r != nil && r.Joined && r.Epoch == a.Epoch && r.marks == a.Told {
		r.setRead(a.ReadState)
	}
}
