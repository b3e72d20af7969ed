package timeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client"
)

// Server is the state of one server. It belongs to its [State]: do not change it.
type Server struct {
	ID ServerID

	source string // of this device's drafts
	limit  int    // of a room's messages
	rooms  map[Key]*Room
	order  []*Room // the rooms as they are listed; nil if that has to be found out
	// alias leads from a direct room that did not exist to the one that does.
	alias map[Key]Key
	open  Key
	away  bool // the user does not look at the open room

	account    plausch.AccountRef
	connection client.State
	epoch      string
	caughtUp   bool // once
	people     map[plausch.AccountID]*person
	sends      map[string]*Send
	queue      []*Send // the same in order
	// drafts counts the drafts of which the client told, and the lists of them;
	// draftsListed is what it was at the last list.
	drafts, draftsListed int

	personal map[messageRef]personalMark
	blocks   map[plausch.AccountID]blockMark
	// personalTold, blocksTold and preferencesTold count how often the client told of each.
	personalTold, blocksTold, preferencesTold int
	preferences                               plausch.Preferences

	change Change // by the action of now
	round  int    // counts actions
}

type person struct {
	plausch.AccountRef
	presence plausch.Presence // "" if it is not known
	status   plausch.Status
}

func newServer(id ServerID, o Options) *Server {
	return &Server{
		ID: id, limit: o.Messages, source: o.Source, rooms: make(map[Key]*Room), alias: make(map[Key]Key),
		people: make(map[plausch.AccountID]*person), sends: make(map[string]*Send),
		personal: make(map[messageRef]personalMark), blocks: make(map[plausch.AccountID]blockMark),
	}
}

// Key names a room of a server: by its id, or, while the direct room with somebody
// does not exist yet, by the other's name in lower case. The second form stays good
// when the room comes into being.
type Key struct {
	ID   plausch.RoomID
	Peer string
}

// ByID returns the key of a room.
func ByID(id plausch.RoomID) Key { return Key{ID: id} }

// ByPeer returns the key of the direct room with the account called name.
func ByPeer(name string) Key { return Key{Peer: strings.ToLower(name)} }

// Outgoing returns where a message to the room goes.
func (k Key) Outgoing() client.Outgoing { return client.Outgoing{Room: k.ID, To: k.Peer} }

// KeyOf returns the key of the room to which a message goes.
func KeyOf(m client.Outgoing) Key {
	if m.Room != 0 {
		return ByID(m.Room)
	}
	return ByPeer(m.To)
}

// Connection returns the client's last state.
func (s *Server) Connection() client.State { return s.connection }

// Account returns who is signed in, or was last.
func (s *Server) Account() plausch.AccountRef { return s.account }

// Epoch returns the state of the server in which the seqs of all rooms count, as the
// last client.CaughtUp told; empty before.
func (s *Server) Epoch() string { return s.epoch }

// CaughtUp reports whether a client of the server has told of all that was there.
func (s *Server) CaughtUp() bool { return s.caughtUp }

// Presence returns whether somebody can be expected to answer, Offline if the server
// did not tell.
func (s *Server) Presence(id plausch.AccountID) plausch.Presence {
	if p := s.people[id]; p != nil && p.presence != "" {
		return p.presence
	}
	return plausch.Offline
}

// Status returns what somebody says of themselves, the zero value if nothing, or if the
// server did not tell.
func (s *Server) Status(now time.Time, id plausch.AccountID) plausch.Status {
	if p := s.people[id]; p != nil {
		return p.status.At(now)
	}
	return plausch.Status{}
}

// People returns the accounts that are known by name: members, authors and partners of
// direct rooms, ordered by name. Of very many the first are remembered.
func (s *Server) People() []plausch.AccountRef {
	all := make([]plausch.AccountRef, 0, len(s.people))
	for _, p := range s.people {
		all = append(all, p.AccountRef)
	}
	slices.SortFunc(all, byName)
	return all
}

func byName(a, b plausch.AccountRef) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// Opened returns the room that the user looks at, nil if none.
func (s *Server) Opened() *Room { return s.Room(s.open) }

// Room returns a room, nil if there is none. It belongs to the state.
func (s *Server) Room(k Key) *Room { return s.rooms[s.resolve(k)] }

func (s *Server) resolve(k Key) Key {
	if to, ok := s.alias[k]; ok {
		return to
	}
	return k
}

// Rooms returns the rooms to list: the room that everyone is in, then public and
// private ones by name, and then direct ones by the other's name. The order does not
// depend on what is said in them. Besides the rooms that the account is in there is
// the open one, and those with a draft or unsent messages. The slice belongs to the
// state, until it is changed.
func (s *Server) Rooms() []*Room {
	if s.order == nil {
		s.order = make([]*Room, 0, len(s.rooms))
		for _, r := range s.rooms {
			s.order = append(s.order, r)
		}
		slices.SortFunc(s.order, func(a, b *Room) int {
			return cmp.Or(
				cmp.Compare(a.rank(), b.rank()),
				strings.Compare(a.Title(), b.Title()),
				cmp.Compare(a.Key.ID, b.Key.ID),
				strings.Compare(a.Key.Peer, b.Key.Peer),
			)
		})
	}
	return s.order
}

// Unread returns the sums over all rooms that the account is in.
func (s *Server) Unread() (messages, mentions int) {
	for _, r := range s.rooms {
		if r.Joined {
			messages += r.Unread
			mentions += r.Mentions
		}
	}
	return messages, mentions
}

// UnsentMarkers returns how far the user has read each room of which the server does not
// know it yet: give each to client.SetMarker, at most about once a second, and apply
// [Counts].
func (s *Server) UnsentMarkers() map[plausch.RoomID]int64 {
	all := make(map[plausch.RoomID]int64)
	for _, r := range s.rooms {
		if r.Joined && r.read > 0 {
			all[r.ID] = r.read
		}
	}
	return all
}

// Typing returns who is typing in a room, by name, and until when that holds: ask
// again then. Until is zero if nobody is.
func (s *Server) Typing(now time.Time, k Key) (who []plausch.AccountRef, until time.Time) {
	r := s.Room(k)
	if r == nil {
		return nil, time.Time{}
	}
	for a, end := range r.typing {
		if now.Before(end) && !s.Blocked(a.ID) {
			who = append(who, a)
			if until.IsZero() || end.Before(until) {
				until = end
			}
		}
	}
	slices.SortFunc(who, byName)
	return who, until
}

// room returns the room of k, which it makes if need be.
func (s *Server) room(k Key) *Room {
	k = s.resolve(k)
	r := s.rooms[k]
	if r == nil {
		r = newRoom(s, k)
		s.rooms[k] = r
		s.relist(r)
	}
	return r
}

// touch notes that r has to be drawn again.
func (s *Server) touch(r *Room) {
	if r != nil && r.touched != s.round {
		r.touched = s.round
		s.change.Rooms = append(s.change.Rooms, r.Key)
	}
}

// relist notes that the list of rooms changed because of r.
func (s *Server) relist(r *Room) {
	s.order, s.change.List = nil, true
	s.touch(r)
}

// prune forgets r if there is no reason left to list it.
func (s *Server) prune(r *Room) {
	if r == nil || r.Joined || r.Key == s.open || r.Draft.Text != "" || len(r.Sends) > 0 {
		return
	}
	delete(s.rooms, r.Key)
	for from, to := range s.alias {
		if to == r.Key {
			delete(s.alias, from)
		}
	}
	s.relist(r)
}

// become makes the room that waited under a peer's name the room that exists. Of
// several rooms with people of that name it is the newest.
func (s *Server) become(waiting Key, to *Room) {
	if old, ok := s.alias[waiting]; waiting.ID != 0 || ok && old.ID >= to.ID {
		return
	}
	s.alias[waiting] = to.Key
	if s.open == waiting {
		s.open = to.Key
		to.limit = s.limit * OpenFactor
	}
	from := s.rooms[waiting]
	if from == nil {
		return
	}
	delete(s.rooms, waiting)
	s.relist(from)
	s.relist(to)
	for _, send := range from.Sends {
		send.room = to.Key
	}
	to.Sends = append(from.Sends, to.Sends...)
	switch {
	case from.Draft.Text == "":
	case to.Draft.Text == "":
		to.write(from.Draft.Text, 0)
	default:
		to.write(to.Draft.Text+"\n"+from.Draft.Text, to.Draft.Target)
	}
	if to.Kind == "" {
		to.Kind, to.Peer = from.Kind, from.Peer
	}
	to.settle()
}

// learn remembers an account's name.
func (s *Server) learn(a plausch.AccountRef) *person {
	p := s.people[a.ID]
	switch {
	case a.ID == 0 || p == nil && len(s.people) >= maxPeople:
		return nil
	case p == nil:
		p = &person{AccountRef: a}
		s.people[a.ID] = p
		s.change.People = true
	case p.AccountRef != a:
		p.AccountRef, s.change.People = a, true
	}
	return p
}

func (s *Server) setPresence(a plausch.AccountRef, presence plausch.Presence, status plausch.Status) {
	if p := s.learn(a); p != nil && (p.presence != presence || p.status != status) {
		p.presence, p.status, s.change.People = presence, status, true
	}
}

// isMine reports whether the account did e.
func (s *Server) isMine(e *plausch.Event) bool {
	return s.account.ID != 0 && e.Actor.ID == s.account.ID
}

// isJoin reports whether the account got into a room by e.
func (s *Server) isJoin(e *plausch.Event) bool {
	return s.account.ID != 0 && e.Kind == plausch.EventJoin && e.Member.ID == s.account.ID
}

// setAccount takes in who is signed in, on which it depends what is whose and unread.
func (s *Server) setAccount(a plausch.AccountRef) {
	old := s.account
	if old == a {
		return
	}
	s.account, s.change.Status = a, true
	if old.ID == a.ID {
		return
	}
	s.forgetPersonal()
	for _, r := range s.rooms {
		for i := range r.Messages {
			r.Messages[i].become(a.ID)
		}
		if len(r.counts.effects) > 0 || r.counts.dropped > 0 {
			r.counts.unsure = r.last
		}
		r.count()
		s.touch(r)
	}
}
