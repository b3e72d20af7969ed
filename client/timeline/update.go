package timeline

import (
	"maps"
	"time"

	"plausch"
	"plausch/client"
)

// Update is what the client of the server tells. All updates of a client are to be
// applied, in order.
type Update struct{ client.Update }

func (a Update) apply(s *Server, now time.Time) {
	switch u := a.Update.(type) {
	case client.State:
		s.setConnection(u)
	case client.CaughtUp:
		s.catchUp(u)
	case client.RoomJoined:
		s.joined(u)
	case client.RoomLeft:
		s.left(s.rooms[ByID(u.Room)])
	case client.RoomReset:
		if r := s.rooms[ByID(u.Room)]; r != nil {
			r.Epoch, r.RoomSettings, r.Role = u.Epoch, u.Settings, u.Role
			r.cut(u.Head)
			r.First = min(r.First, 1) // what is kept now is told behind this
		}
	case client.RoomTrimmed:
		if r := s.rooms[ByID(u.Room)]; r != nil && r.Joined {
			r.setFirst(u.First)
			r.count()
		}
	case client.Event:
		if r := s.rooms[ByID(u.Room)]; r != nil && r.Joined {
			s.learn(u.Actor)
			s.learn(u.Member)
			r.add(u.Event)
		}
	case client.Marker:
		s.marked(u)
	case client.Draft:
		s.drafted(u)
	case client.Presence:
		s.setPresence(u.Account, u.Presence, u.Status)
	case client.Typing:
		s.typing(u, now)
	case client.Personal:
		s.setPersonal(u.Personal)
	case client.Block:
		s.setBlocked(u.Account, u.Blocked)
	case client.Seen:
		if r := s.rooms[ByID(u.Room)]; r != nil && r.Joined {
			r.setSeen(u.Seq, now)
		}
	case client.Preferences:
		s.preferencesTold++
		s.preferences = u.Preferences
	case client.RoomPreference:
		if r := s.rooms[ByID(u.Room)]; r != nil && r.Joined {
			r.Preference = u.RoomPreference
			s.touch(r)
		}
	case client.Queued:
		s.queued(u, now)
	case client.Sent:
		s.sent(u)
	case client.Failed:
		s.failed(u)
	}
}

func (s *Server) setConnection(state client.State) {
	s.connection, s.change.Status = state, true
	if state.Phase == client.Online {
		s.learn(state.Account)
		s.setAccount(state.Account)
		for _, send := range s.queue {
			send.old = send.Seq > 0
		}
		return
	}
	// Who is there, who says what of themselves, and who types, is not known without a connection.
	for _, p := range s.people {
		if p.presence != "" || p.status != (plausch.Status{}) {
			p.presence, p.status, s.change.People = "", plausch.Status{}, true
		}
	}
	for _, r := range s.rooms {
		if len(r.typing) > 0 {
			clear(r.typing)
			s.touch(r)
		}
	}
}

func (s *Server) catchUp(u client.CaughtUp) {
	s.caughtUp, s.epoch = true, u.Epoch
	for _, r := range s.rooms {
		if r.Joined && r.stale {
			s.left(r)
		}
		// Their events would have been told, if the server had not forgotten them or the
		// account left the room.
		r.finishSends(func(s *Send) bool { return s.old })
		s.prune(r)
		// What was not cut, both states have in common.
		if r.Epoch != u.Epoch {
			r.distrust(r.last)
		}
		r.Epoch, r.stale = u.Epoch, false
	}
}

func (s *Server) joined(u client.RoomJoined) {
	r := s.room(ByID(u.Room.ID))
	fresh := s.caughtUp // the account got in while the client ran
	if r.Epoch != u.Epoch && r.last > 0 {
		r.reset()
		fresh = false
	}
	r.Epoch, r.stale = u.Epoch, false
	first := min(r.First, u.Room.First)
	r.Room, r.Role, r.described = u.Room, u.Role, u.Room.Head
	r.First = first // for setFirst below
	if u.After > r.last {
		r.jump(u.After)
	}
	r.setFirst(u.Room.First)
	r.Head = max(r.Head, r.last)
	r.counts.set(u.Read)
	r.Preference, r.Seen, r.SeenAt = u.Preference, u.Read.Seen, time.Time{}
	if !r.Joined {
		r.Joined, r.gone, r.late = true, false, fresh
		// What was there when the client was opened is not new.
		r.NewAfter = u.Room.Head
		if fresh && r.Kind == plausch.RoomDirect {
			r.NewAfter = u.After // somebody just wrote first
		}
	}
	s.learn(r.Peer)
	s.relist(r)
	if r.Kind == plausch.RoomDirect {
		s.become(ByPeer(r.Peer.Name), r)
	}
	r.count()
	if r.Key == s.open && !r.divided {
		r.setDivider()
	}
	r.settle()
}

// marked takes over what the server says the account has read of a room.
func (s *Server) marked(u client.Marker) {
	r := s.rooms[ByID(u.Room)]
	if r == nil || !r.Joined {
		return
	}
	r.marks++
	r.setRead(u.ReadState)
	if u.Seen > r.Seen { // 0 if the server did not say
		r.setSeen(u.Seen, time.Time{})
	}
}

// setRead takes over a state of the server, which may know by it what the user has read.
func (r *Room) setRead(read plausch.ReadState) {
	r.counts.set(read)
	if read.Marker >= r.read {
		r.read = 0
	}
	r.count()
}

func (s *Server) left(r *Room) {
	if r == nil {
		return
	}
	r.Joined, r.gone, r.Members, r.Role = false, true, nil, ""
	r.read, r.counts = 0, counts{}
	r.Draft.Edit, r.draft = 0, draftState{unsent: r.Draft.Text != ""} // the server forgets it
	clear(r.typing)
	r.finishSends(func(s *Send) bool { return s.Seq > 0 }) // their events do not come any more
	r.count()
	s.relist(r)
	s.prune(r)
}

func (s *Server) typing(u client.Typing, now time.Time) {
	r := s.rooms[ByID(u.Room)]
	if r == nil || u.Account.ID == s.account.ID {
		return
	}
	maps.DeleteFunc(r.typing, func(_ plausch.AccountRef, until time.Time) bool { return !now.Before(until) })
	r.typing[u.Account] = now.Add(client.TypingHolds)
	s.touch(r)
}
