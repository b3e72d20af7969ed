package timeline

import (
	"slices"
	"time"

	"plausch"
	"plausch/client"
)

// Action is something that changes the state of a server: an [Update] of its client;
// [Open], [Focus], [Read], [MarkUnread], [Draft] or [Dismiss] by the user; what was
// loaded for them: [Page], [Lookup], [Counts], [Drafts], [DraftKept], [Members], [People],
// [Account], [Hidden], [Saved], [Blocks], [Preferences]; and [Reopen].
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

// MarkUnread tells that the user wants a room to be unread from a seq on, for which
// client.MarkUnread was called.
type MarkUnread struct{ Room Key }

// Draft keeps what the user has written and not sent, and the seq of the message that it
// is to answer, 0 if none.
type Draft struct {
	Room   Key
	Text   string
	Target int64
}

// DraftKept tells that client.SetDraft has returned Edit for one of
// [Server.UnsentDrafts].
type DraftKept struct {
	Room   plausch.RoomID
	Text   string
	Target int64
	Edit   int64
}

// Drafts are all drafts of the account, as client.ListDrafts returned them; Told is
// [Server.DraftsTold] of before they were asked for. Load them whenever the client has
// caught up.
type Drafts struct {
	Told   int
	Drafts []plausch.Draft
}

// Dismiss drops a send that was refused, when the user has deleted it or has sent it
// anew.
type Dismiss struct{ ID string }

// Members are all members of a room, as client.ListMembers returned them; AsOf is
// [Room.Last] of before they were asked for. Joins, leaves and roles keep them up to date
// until another room is opened; load them anew then.
type Members struct {
	Room    plausch.RoomID
	AsOf    int64
	Members []client.Member
}

// People are accounts whose names were learned in other ways.
type People struct{ Accounts []plausch.AccountRef }

// Account tells that the account is called otherwise, as client.UpdateAccount
// returned it.
type Account struct{ plausch.AccountRef }

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
		old.divided, old.limit, old.near, old.Members = false, s.limit, 0, nil
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
	r.setDivider()
	s.touch(r)
}

func (a Focus) apply(s *Server, _ time.Time) { s.away = !a.On }

func (a Read) apply(s *Server, _ time.Time) {
	r := s.Room(a.Room)
	if r == nil || !r.Joined {
		return
	}
	if to := min(a.Seq, r.last); to > max(r.read, r.counts.read.Marker) {
		r.read, s.change.Markers = to, true
		r.count()
	}
}

func (a MarkUnread) apply(s *Server, _ time.Time) {
	if r := s.Room(a.Room); r != nil {
		r.read = 0
		r.count()
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
	r.write(a.Text, a.Target)
	s.prune(r)
}

func (a Dismiss) apply(s *Server, _ time.Time) {
	if send := s.sends[a.ID]; send != nil && send.Err != nil {
		s.finish(send)
		s.prune(s.rooms[send.room])
	}
}

func (a Members) apply(s *Server, _ time.Time) {
	for _, m := range a.Members {
		s.setPresence(m.AccountRef, m.Presence, m.Status)
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
	for i := range r.Notices {
		if e := &r.Notices[i]; e.Seq > a.AsOf {
			r.changeMembers(e)
		}
	}
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
