package timeline

import (
	"maps"
	"slices"
	"time"

	"plausch"
)

// messageRef names a message of a server.
type messageRef struct {
	room plausch.RoomID
	seq  int64
}

// personalMark is what the account has done with a message.
type personalMark struct {
	hidden, saved bool
	told          int // Server.personalTold when the client told of it; 0 if it was loaded
}

// blockMark is whether somebody is blocked, and Server.blocksTold when the client told so.
type blockMark struct {
	blocked bool
	told    int
}

// Hidden are all messages that the account has hidden, as client.ListHidden returned
// them; Told is [Server.PersonalTold] of before they were asked for. Load them whenever
// the client has caught up.
type Hidden struct {
	Told     int
	Messages []plausch.Personal
}

// Saved are messages that the account has saved, a page of client.ListSaved; Told is
// [Server.PersonalTold] of before it was asked for. It takes the mark from no other.
type Saved struct {
	Told     int
	Messages []plausch.SavedMessage
}

// Blocks are all accounts that are blocked, as client.ListBlocks returned them; Told is
// [Server.BlocksTold] of before they were asked for. Load them whenever the client has
// caught up.
type Blocks struct {
	Told     int
	Accounts []plausch.AccountRef
}

// Preferences are what the account has chosen, as client.GetPreferences returned it; Told
// is [Server.PreferencesTold] of before they were asked for. Load them whenever the client
// has caught up.
type Preferences struct {
	Told int
	plausch.Preferences
}

// PersonalTold counts how often the client told of a message that was hidden or saved:
// see [Hidden].
func (s *Server) PersonalTold() int { return s.personalTold }

// BlocksTold counts how often the client told of a block: see [Blocks].
func (s *Server) BlocksTold() int { return s.blocksTold }

// PreferencesTold counts how often the client told of preferences: see [Preferences].
func (s *Server) PreferencesTold() int { return s.preferencesTold }

// Preferences returns what the account has chosen for all rooms, as far as it was told.
func (s *Server) Preferences() plausch.Preferences { return s.preferences }

// Blocked reports whether the account has blocked another.
func (s *Server) Blocked(id plausch.AccountID) bool { return s.blocks[id].blocked }

// Hidden reports whether the account has hidden a message, which need not be held.
func (s *Server) Hidden(room plausch.RoomID, seq int64) bool {
	return s.personal[messageRef{room, seq}].hidden
}

// Notifies reports whether the user is to be told aloud of a message that has just come,
// by what they have chosen: rooms, mutes and levels. Keywords and quiet hours are for the
// server, which notifies who is away.
func (s *Server) Notifies(now time.Time, r *Room, m *Message) bool {
	if m.Mine || m.Hidden || m.Blocked || m.Deleted != 0 || now.Before(r.Preference.MuteUntil) {
		return false
	}
	level := r.Preference.Level
	if level == "" {
		level = s.preferences.Level
		switch {
		case level == plausch.NotifyMentions && r.Kind == plausch.RoomDirect:
			level = plausch.NotifyEverything // each is for the account
		case level == "" && r.Kind == plausch.RoomPublic:
			level = plausch.NotifyMentions
		case level == "":
			level = plausch.NotifyEverything
		}
	}
	return level == plausch.NotifyEverything || level == plausch.NotifyMentions && m.Mention
}

// mark gives m what the account has done with it and with its author.
func (s *Server) mark(m *Message) {
	p := s.personal[messageRef{m.Room, m.Seq}]
	m.Hidden, m.Saved = p.hidden, p.saved
	m.Blocked = !m.Mine && s.Blocked(m.Actor.ID)
}

// remark gives all messages what the account has done with them.
func (s *Server) remark() {
	for _, r := range s.rooms {
		for i := range r.Messages {
			r.remark(&r.Messages[i])
		}
	}
}

func (r *Room) remark(m *Message) {
	hidden, saved, blocked := m.Hidden, m.Saved, m.Blocked
	if r.server.mark(m); m.Hidden != hidden || m.Saved != saved || m.Blocked != blocked {
		r.server.touch(r)
	}
}

func (s *Server) setPersonal(p plausch.Personal) {
	s.personalTold++
	// It is kept even if it is nothing: a list that was asked for before may differ.
	s.personal[messageRef{p.Room, p.Seq}] = personalMark{p.Hidden, p.Saved, s.personalTold}
	if r := s.rooms[ByID(p.Room)]; r != nil {
		if m := r.Message(p.Seq); m != nil {
			r.remark(m)
		}
	}
}

func (a Hidden) apply(s *Server, _ time.Time) {
	for ref, mark := range s.personal {
		switch {
		case mark.told > a.Told:
		case mark.saved:
			mark.hidden = false
			s.personal[ref] = mark
		default:
			delete(s.personal, ref)
		}
	}
	for _, p := range a.Messages {
		ref := messageRef{p.Room, p.Seq}
		if mark := s.personal[ref]; mark.told <= a.Told {
			s.personal[ref] = personalMark{hidden: true, saved: mark.saved || p.Saved, told: mark.told}
		}
	}
	s.remark()
}

func (a Saved) apply(s *Server, _ time.Time) {
	for i := range a.Messages {
		ref := messageRef{a.Messages[i].Room, a.Messages[i].Seq}
		if mark := s.personal[ref]; mark.told <= a.Told {
			mark.saved = true
			s.personal[ref] = mark
		}
	}
	s.remark()
}

// cutPersonal forgets what was done with the messages of a room behind head, which are
// not there any more.
func (s *Server) cutPersonal(id plausch.RoomID, head int64) {
	maps.DeleteFunc(s.personal, func(ref messageRef, _ personalMark) bool { return ref.room == id && ref.seq > head })
}

func (s *Server) setBlocked(a plausch.AccountRef, blocked bool) {
	s.learn(a)
	s.blocksTold++
	s.blocks[a.ID] = blockMark{blocked, s.blocksTold}
	s.reblocked()
}

func (a Blocks) apply(s *Server, _ time.Time) {
	maps.DeleteFunc(s.blocks, func(_ plausch.AccountID, b blockMark) bool { return b.told <= a.Told })
	for _, other := range a.Accounts {
		if _, told := s.blocks[other.ID]; !told {
			s.learn(other)
			s.blocks[other.ID] = blockMark{blocked: true}
		}
	}
	s.reblocked()
}

// reblocked has all be drawn as it is now who is blocked.
func (s *Server) reblocked() {
	s.change.People = true
	s.remark()
	for _, r := range s.rooms {
		if r.Kind == plausch.RoomDirect && s.Blocked(r.Peer.ID) && r.Seen != 0 {
			r.Seen, r.SeenAt = 0, time.Time{} // neither sees the other's
			s.touch(r)
		}
	}
}

func (a Preferences) apply(s *Server, _ time.Time) {
	if s.preferencesTold == a.Told {
		s.preferences = a.Preferences
		s.preferences.Keywords = slices.Clone(a.Keywords)
	}
}

// forgetPersonal forgets what belongs to an account that is not signed in any more.
func (s *Server) forgetPersonal() {
	clear(s.personal)
	clear(s.blocks)
	s.preferences = plausch.Preferences{}
	s.remark()
}

// setSeen takes in up to where the other one in a direct room has read.
func (r *Room) setSeen(seq int64, at time.Time) {
	if r.Seen != seq && !r.server.Blocked(r.Peer.ID) {
		r.Seen, r.SeenAt = seq, at
		r.server.touch(r)
	}
}
