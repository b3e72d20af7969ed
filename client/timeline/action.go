package timeline

import (
	"slices"
	"time"

	"plausch"
	"plausch/client"
)

// Action is something that changes the state of a server: an [Update] of its client;
// [Open], [Focus], [Read], [Draft] or [Dismiss] by the user; or what was loaded for
// them: [Page], [Members], [People], [Account], [Markers]; and [Reopen].
type Action interface {
	apply(s *Server, now time.Time)
}

// Open has the user look at a room, which may be one that does not exist yet (see
// [ByPeer]). The zero Key is no room. Each server has one open room.
type Open struct {
	Room Key
	// Name is what a room is called of which the client has not told yet.
	Name string
}

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

// Dismiss drops a send that was refused, when the user has deleted it or has sent it
// anew.
type Dismiss struct{ ID string }

// Page is a part of a room's log as client.History returned it: ascending and without
// gaps. Events that the client will tell by itself are left out. The messages near a
// page are kept when a room has too many.
type Page struct {
	Room plausch.RoomID
	// Epoch is [Room].Epoch of when the page was asked for. One that was asked for in
	// another state of the server is dropped.
	Epoch  string
	Events []plausch.Event
}

// Members are all members of a room, as client.ListMembers returned them. Joins and
// leaves keep them up to date until another room is opened; load them anew then.
type Members struct {
	Room    plausch.RoomID
	Members []client.Member
}

// People are accounts whose names were learned in other ways.
type People struct{ Accounts []plausch.AccountRef }

// Account tells that the account is called otherwise, as client.UpdateAccount
// returned it.
type Account struct{ plausch.AccountRef }

// Markers sets the read markers of all rooms that the account is in, as
// [Server.Markers] returned them when they were kept. A room that is not in Read was
// not read at all. Apply it when the client has caught up, if the account and the
// epoch are the same.
type Markers struct{ Read map[plausch.RoomID]int64 }

// Reopen tells that the server's client was replaced by one that begins anew: what
// waits to be sent is forgotten, since it will be told by client.Queued, and rooms of
// which the new client has not told when it has caught up are dropped.
type Reopen struct{}

func (a Open) apply(s *Server, _ time.Time) {
	k := s.resolve(a.Room)
	if k == s.open {
		return
	}
	old := s.Opened()
	s.open = k
	if old != nil {
		old.Marker, old.limit, old.near, old.Members = 0, s.limit, 0, nil
		old.trim()
		s.touch(old)
		s.prune(old)
	}
	if k == (Key{}) {
		return
	}
	r := s.room(k)
	if r.Title() == "" {
		r.Name = a.Name
		s.relist(r)
	}
	r.limit = s.limit * OpenFactor
	r.Marker = r.FirstUnread()
	s.touch(r)
}

func (a Focus) apply(s *Server, _ time.Time) { s.away = !a.On }

func (a Read) apply(s *Server, _ time.Time) {
	if r := s.Room(a.Room); r != nil {
		r.raise(min(a.Seq, r.last))
		r.sum()
	}
}

func (a Draft) apply(s *Server, _ time.Time) {
	r := s.Room(a.Room)
	if r == nil {
		if a.Text == "" || a.Room == (Key{}) {
			return
		}
		r = s.room(a.Room)
	}
	if r.Draft != a.Text {
		r.Draft = a.Text
		s.touch(r)
		s.prune(r)
	}
}

func (a Dismiss) apply(s *Server, _ time.Time) {
	if send := s.sends[a.ID]; send != nil && send.Err != nil {
		s.finish(send)
		s.prune(s.rooms[send.room])
	}
}

func (a Page) apply(s *Server, _ time.Time) {
	r := s.rooms[ByID(a.Room)]
	if r == nil || !r.Joined || r.Epoch != a.Epoch {
		return
	}
	var page []Message
	for _, e := range a.Events {
		if e.Room != a.Room || e.Seq > r.last || len(page) > 0 && e.Seq != page[len(page)-1].Seq+1 {
			break
		}
		s.learn(e.Actor)
		s.learn(e.Member)
		page = append(page, s.message(e))
	}
	if len(page) == 0 {
		return
	}
	r.near = page[0].Seq
	r.insert(page)
}

func (a Members) apply(s *Server, _ time.Time) {
	for _, m := range a.Members {
		s.setPresence(m.AccountRef, m.Presence)
	}
	r := s.rooms[ByID(a.Room)]
	if r == nil || r.Key != s.open {
		return
	}
	r.Members = make([]plausch.Member, 0, len(a.Members))
	for _, m := range a.Members {
		r.Members = append(r.Members, m.Member)
	}
	r.sortMembers()
	s.touch(r)
}

func (a People) apply(s *Server, _ time.Time) {
	for _, p := range a.Accounts {
		s.learn(p)
	}
}

func (a Account) apply(s *Server, _ time.Time) {
	s.learn(a.AccountRef)
	s.setAccount(a.AccountRef)
}

func (a Markers) apply(s *Server, _ time.Time) {
	for _, r := range s.rooms {
		if !r.Joined {
			continue
		}
		to := a.Read[r.ID]
		r.raise(min(to, r.last))
		r.lower(to)
		r.sum()
		if r.Key == s.open {
			r.Marker = r.FirstUnread()
		}
	}
}

func (a Reopen) apply(s *Server, _ time.Time) {
	for _, send := range slices.Clone(s.queue) {
		if send.Err == nil {
			s.finish(send)
			s.prune(s.rooms[send.room])
		}
	}
	for _, r := range s.rooms {
		r.stale = true
	}
}
