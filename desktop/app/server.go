package app

import (
	"context"
	"errors"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/protocol"
)

// server is one server that the user is signed in to, as one account.
type server struct {
	app     *App
	id      timeline.ServerID
	saved   SavedServer
	address client.Address
	client  *client.Client // nil if it could not be opened
	ping    time.Duration  // the last round trip, 0 if none is known
	failed  error          // why the client has ended
	stop    context.CancelFunc

	loading  map[timeline.Gap]bool // pages that were asked for, of the open room
	missing  map[int64]bool        // messages that were asked for, of the open room
	counting map[plausch.RoomID]bool
	marking  bool      // the server is being told of read markers
	drafting bool      // or of drafts
	wrote    time.Time // the user last
}

func (s *server) state() *timeline.Server {
	if t := s.app.state.Server(s.id); t != nil {
		return t
	}
	s.app.state.Apply(s.app.Now(), s.id, timeline.Focus{On: s.app.focused})
	return s.app.state.Server(s.id)
}

// newest is how many of the newest events of each room a client begins with.
const newest = 200

// clientOptions returns how a client of a saved server begins.
func (a *App) clientOptions(saved SavedServer, address client.Address) client.Options {
	return client.Options{
		Address: saved.Address, Name: saved.Name, Transient: address.KTN(), Newest: newest,
		Tokens: a.Folders.tokens(), Outbox: a.Folders.outbox(address, saved.Name),
		Dial: client.DialOptions{Pins: a.Folders.pins(), Program: "plausch-desktop/" + plausch.Version},
	}
}

// open opens a client. One whose outbox is in use does without.
func (a *App) open(o client.Options) (*client.Client, error) {
	c, err := client.Open(o)
	if errors.Is(err, client.ErrOutboxInUse) {
		o.Outbox = ""
		a.post(func() { a.notice(a.words.say("outbox_in_use"), true) })
		return client.Open(o)
	}
	return c, err
}

// add opens a server that was signed in to before.
func (a *App) add(saved SavedServer) *server {
	address, err := client.ParseAddress(saved.Address)
	s := a.newServer(saved, address)
	if err == nil {
		var c *client.Client
		if c, err = a.open(a.clientOptions(saved, address)); err == nil {
			s.run(c)
			return s
		}
	}
	s.failed = err
	a.dirty.status = true
	return s
}

func (a *App) newServer(saved SavedServer, address client.Address) *server {
	s := &server{
		app: a, id: timeline.ServerID(saved.Name + "@" + address.Key()), saved: saved, address: address,
		loading: make(map[timeline.Gap]bool), missing: make(map[int64]bool), counting: make(map[plausch.RoomID]bool),
	}
	a.servers = append(a.servers, s)
	a.dirty.list = true
	return s
}

// run has the updates of a client applied until it ends.
func (s *server) run(c *client.Client, first ...client.Update) {
	ctx, cancel := context.WithCancel(s.app.context)
	s.client, s.stop, s.failed = c, cancel, nil
	for _, u := range first {
		s.update(u)
	}
	go func() {
		for {
			us, err := c.Next(ctx)
			if err != nil {
				s.app.post(func() { s.ended(c, err) })
				return
			}
			s.app.post(func() {
				for _, u := range us {
					s.update(u)
				}
			})
		}
	}()
	go s.measure(ctx, c)
}

// pingEvery is how often the round trip is measured.
const pingEvery = 15 * time.Second

// measure finds out how long an answer takes, again and again.
func (s *server) measure(ctx context.Context, c *client.Client) {
	for ctx.Err() == nil {
		if c.WaitOnline(ctx) != nil {
			return
		}
		begin := time.Now()
		if err := c.Call(ctx, protocol.MethodPing, &protocol.Empty{}, nil); err == nil {
			took := time.Since(begin)
			s.app.post(func() { s.ping, s.app.dirty.status = took, true })
		}
		select {
		case <-ctx.Done():
		case <-time.After(pingEvery):
		}
	}
}

// ended tells why there is no client any more.
func (s *server) ended(c *client.Client, err error) {
	if s.client != c || errors.Is(err, client.ErrClosed) || errors.Is(err, context.Canceled) {
		return
	}
	s.stop()
	s.failed, s.app.dirty.status = err, true
	_ = c.Close()
	s.client = nil
	var refused *client.SignInError
	if errors.As(err, &refused) {
		s.app.showSignIn(s.saved.Address, s.saved.Name, s.app.words.failure(refused.Err))
	}
}

// update takes in what the client tells.
func (s *server) update(u client.Update) {
	s.app.apply(s, timeline.Update{Update: u})
	switch u := u.(type) {
	case client.State:
		if u.Phase != client.Online {
			s.ping = 0
		}
	case client.CaughtUp:
		s.caughtUp()
	case client.Event:
		s.app.alert(s, u.Event)
	case client.Draft:
		s.app.draftArrived(s, u.Room)
	case client.RoomJoined:
		if r := s.state().Opened(); r != nil && r.ID == u.Room.ID {
			s.loadMembers(r)
		}
	}
}

// caughtUp loads what the client does not tell by itself.
func (s *server) caughtUp() {
	if s.address.KTN() {
		return
	}
	c, told := s.client, s.state().DraftsTold()
	s.call(func(ctx context.Context) func() {
		drafts, err := c.ListDrafts(ctx)
		if err != nil {
			return nil
		}
		return func() {
			s.app.apply(s, timeline.Drafts{Told: told, Drafts: drafts})
			if r := s.state().Opened(); r != nil && s == s.app.shown {
				s.app.draftArrived(s, r.ID)
			}
		}
	})
	s.call(func(ctx context.Context) func() {
		people, err := c.ListPresences(ctx)
		if err != nil {
			return nil
		}
		return func() {
			var refs []plausch.AccountRef
			for _, p := range people {
				refs = append(refs, p.Account)
			}
			s.app.apply(s, timeline.People{Accounts: refs})
			for _, p := range people {
				s.app.apply(s, timeline.Update{Update: p})
			}
		}
	})
	if r := s.state().Opened(); r != nil {
		s.loadMembers(r)
		s.loadMissing(r)
	}
	s.app.landRoom()
}

// callTime bounds a call of a server.
const callTime = 30 * time.Second

// call runs a call of the client; what it returns is dropped if the client is another then.
func (s *server) call(f func(context.Context) func()) {
	c := s.client
	if c == nil {
		return
	}
	s.app.async(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		then := f(ctx)
		return func() {
			if then != nil && s.client == c {
				then()
			}
		}
	})
}

func (s *server) loadMembers(r *timeline.Room) {
	if r.ID == 0 || !r.Joined || s.address.KTN() {
		return
	}
	c, id, asOf := s.client, r.ID, r.Last()
	s.call(func(ctx context.Context) func() {
		members, err := c.ListMembers(ctx, id)
		if err != nil {
			return nil
		}
		return func() { s.app.apply(s, timeline.Members{Room: id, AsOf: asOf, Members: members}) }
	})
}

// recount asks for the counts of a room that cannot be told.
func (s *server) recount(r *timeline.Room) {
	if s.counting[r.ID] || s.client == nil {
		return
	}
	s.counting[r.ID] = true
	c, id, epoch, told := s.client, r.ID, r.Epoch, r.MarkersTold()
	s.call(func(ctx context.Context) func() {
		room, err := c.GetRoom(ctx, client.RoomRef{ID: id})
		return func() {
			delete(s.counting, id)
			if err == nil {
				s.app.apply(s, timeline.Counts{Room: id, Epoch: epoch, Told: told, ReadState: room.Read})
			}
		}
	})
}

// loadMissing asks for what cannot be told of messages of the open room.
func (s *server) loadMissing(r *timeline.Room) {
	for _, seq := range r.Missing() {
		if s.missing[seq] || s.client == nil || len(s.missing) > 32 {
			continue
		}
		s.missing[seq] = true
		c, id, epoch := s.client, r.ID, r.Epoch
		s.call(func(ctx context.Context) func() {
			state, err := c.Messages(ctx, id, client.MessageQuery{Around: seq, Limit: 1})
			return func() {
				delete(s.missing, seq)
				if err == nil {
					s.app.apply(s, timeline.Lookup{Room: id, Epoch: epoch, Seq: seq, MessageState: state})
				}
			}
		})
	}
}

// loadPage loads messages of a room; then is called when they are there, or not.
func (s *server) loadPage(r *timeline.Room, q client.MessageQuery, then func(error)) {
	if s.client == nil || r.ID == 0 {
		return
	}
	c, id, epoch := s.client, r.ID, r.Epoch
	q.Limit = protocol.MaxPage
	s.call(func(ctx context.Context) func() {
		state, err := c.Messages(ctx, id, q)
		return func() {
			if err == nil {
				s.app.apply(s, timeline.Page{Room: id, Epoch: epoch, Query: q, MessageState: state})
			}
			then(err)
		}
	})
}
