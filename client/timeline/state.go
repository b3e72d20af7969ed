// Package timeline is what a chat client draws: servers, their rooms in order, each
// with its newest messages, unread counts, unsent messages, drafts, members, and who
// is typing and present.
//
// It is state and nothing else: no goroutine, no lock, no clock and no I/O. One
// goroutine owns a [State]. It applies what each server's client tells and what the
// user does, and draws again what the [Change] names:
//
//	for u := range c.Updates(ctx) {
//		change := state.Apply(time.Now(), id, timeline.Update{Update: u})
//		...
//	}
//
// # What it holds
//
// A room holds messages as they are now: each event that the client tells is folded into
// the message that it changes. A message comes from its own event or from a [Page], which
// is read in one state of the room and knows up to which seq; the events behind that are
// folded in, whether they come before the page or after it. So the order of updates and
// pages does not matter: the same log makes the same messages. What a page and the events
// behind it do not tell is listed by [Room.Missing].
//
// A room holds its newest messages, at most [Options].Messages, and up to
// [OpenFactor] times as many while it is open and its user reads older ones. What is
// missing between them is a [Gap]: load it by client.Messages, and apply [Page].
//
// What is unread, the server counts. Between two of its answers the state counts on with
// the events that come, by the definition of the protocol; a number of the server always
// takes the place of that. [Read] is drawn at once, and [Server.UnsentMarkers] are what
// the server has to be told. Drafts go the same way.
//
// A server that goes back to an older state begins another epoch. What a room has from
// another epoch is dropped: from the seq that client.RoomReset tells, or all of it when
// client.RoomJoined names another epoch.
//
// Strings are as the server sent them: whoever draws them on a terminal cleans them
// first (client.Clean).
package timeline

import (
	"slices"
	"time"
)

const (
	// DefaultMessages is how many messages of a room are held unless told otherwise.
	DefaultMessages = 500
	// OpenFactor is how many times as many the open room may hold.
	OpenFactor = 4
	// maxPeople bounds the accounts of a server that are remembered.
	maxPeople = 10_000
)

// Options are how much is held. The zero value works.
type Options struct {
	// Messages is how many messages of each room are held; DefaultMessages if 0.
	Messages int
	// Source is by what the drafts of this device are known: a random word.
	Source string
}

// ServerID names a server in a State. [client.Address.Key] is a good one; add the
// account's name if somebody is signed in there twice.
type ServerID string

// State is all that is drawn, for any number of servers. Make it by [New].
type State struct {
	options Options
	servers []*Server
}

// New returns a state without servers.
func New(o Options) *State {
	if o.Messages <= 0 {
		o.Messages = DefaultMessages
	}
	return &State{options: o}
}

// Apply changes the state of a server, which it adds if there is none of that id, and
// returns what has to be drawn again. All calls take now from one clock; only the
// expiry of typing and [Send].Since depend on it.
func (s *State) Apply(now time.Time, id ServerID, a Action) Change {
	server := s.Server(id)
	if server == nil {
		server = newServer(id, s.options)
		s.servers = append(s.servers, server)
	}
	server.round++
	server.change = Change{}
	a.apply(server, now)
	return server.change
}

// Servers returns the servers in the order in which they were added. The slice
// belongs to the state.
func (s *State) Servers() []*Server { return s.servers }

// Server returns a server, nil if there is none. It belongs to the state.
func (s *State) Server(id ServerID) *Server {
	if i := slices.IndexFunc(s.servers, func(server *Server) bool { return server.ID == id }); i >= 0 {
		return s.servers[i]
	}
	return nil
}

// Remove forgets a server.
func (s *State) Remove(id ServerID) {
	s.servers = slices.DeleteFunc(s.servers, func(server *Server) bool { return server.ID == id })
}

// Unread returns the sums over all rooms of all servers.
func (s *State) Unread() (messages, mentions int) {
	for _, server := range s.servers {
		m, n := server.Unread()
		messages, mentions = messages+m, mentions+n
	}
	return messages, mentions
}

// Change says what has to be drawn again after an [Action].
type Change struct {
	// Rooms are those of which something changed, none twice. One that is not there
	// any more is among them.
	Rooms []Key
	// List is set if rooms came, went, or have another place or name in
	// [Server.Rooms].
	List bool
	// Status is set if [Server.Connection] or [Server.Account] changed.
	Status bool
	// People is set if a name, a presence or a status changed, or who is blocked.
	People bool
	// Markers is set if [Server.UnsentMarkers] has more, and Drafts if
	// [Server.UnsentDrafts] has.
	Markers, Drafts bool
}

// None reports whether nothing changed.
func (c Change) None() bool {
	return len(c.Rooms) == 0 && !c.List && !c.Status && !c.People && !c.Markers && !c.Drafts
}
