package timeline

import (
	"slices"
	"time"

	"plausch/client"
)

// Send is a message of the account on its way: it waits to be acknowledged, or is
// acknowledged and its event has not come, or was refused.
type Send struct {
	client.Queued           // its Time is when it was put into the outbox
	Since         time.Time // when the state was told of it
	// Seq is set when the server has it on disk.
	Seq int64
	// Err is why the server refused it. It stays until it is dismissed.
	Err error

	room  Key
	shown bool // its event has come, before the acknowledgement
	old   bool // acknowledged before the connection of now
}

// Waiting reports whether the server has neither acknowledged nor refused s.
func (s *Send) Waiting() bool { return s.Seq == 0 && s.Err == nil }

// Sends returns all messages that are on their way, in the order in which they were
// written, also those whose event has come before the acknowledgement. The slice
// belongs to the state.
func (s *Server) Sends() []*Send { return s.queue }

func (s *Server) queued(u client.Queued, now time.Time) {
	if s.sends[u.ID] != nil {
		return
	}
	r := s.room(KeyOf(u.Outgoing))
	send := &Send{Queued: u, Since: now, room: r.Key}
	s.sends[u.ID] = send
	s.queue = append(s.queue, send)
	for _, m := range slices.Backward(r.Messages) {
		if m.Mine && m.ClientID == u.ID {
			send.shown = true
			return
		}
	}
	r.Sends = append(r.Sends, send)
	s.touch(r)
}

func (s *Server) sent(u client.Sent) {
	send := s.sends[u.ID]
	if send == nil {
		return
	}
	send.Seq, send.Err = u.Seq, nil
	if send.shown {
		s.finish(send)
		return
	}
	if send.room.ID == 0 {
		// The server may write the other's name in another way than the user.
		s.become(send.room, s.room(ByID(u.Room)))
	}
	r := s.rooms[send.room]
	if r.gone {
		s.finish(send)
	}
	r.settle()
	s.touch(r)
	s.prune(r)
}

func (s *Server) failed(u client.Failed) {
	if send := s.sends[u.ID]; send != nil {
		send.Err = u.Err
		s.touch(s.rooms[send.room])
	}
}

// arrived notes that the event of a send of this account has come.
func (s *Server) arrived(id string) {
	send := s.sends[id]
	if send == nil || id == "" {
		return
	}
	if send.Seq > 0 {
		s.finish(send)
		return
	}
	send.shown = true
	s.hide(send)
}

// finish forgets a send.
func (s *Server) finish(send *Send) {
	s.hide(send)
	delete(s.sends, send.ID)
	s.queue = remove(s.queue, send)
}

// hide has a send not drawn any more behind the messages of its room.
func (s *Server) hide(send *Send) {
	if r := s.rooms[send.room]; r != nil {
		r.Sends = remove(r.Sends, send)
		s.touch(r)
	}
}

func remove(sends []*Send, send *Send) []*Send {
	if i := slices.Index(sends, send); i >= 0 {
		return slices.Delete(sends, i, i+1)
	}
	return sends
}

// settle finishes the acknowledged sends of r whose events are behind what is told of
// the room, so that they will not come any more.
func (r *Room) settle() {
	if !r.Joined {
		return
	}
	r.finishSends(func(s *Send) bool { return s.Seq > 0 && s.Seq <= r.last })
}

// finishSends finishes those sends of r that are drawn and of which done holds.
func (r *Room) finishSends(done func(*Send) bool) {
	if !slices.ContainsFunc(r.Sends, done) {
		return
	}
	for _, send := range slices.Clone(r.Sends) {
		if done(send) {
			r.server.finish(send)
		}
	}
}
