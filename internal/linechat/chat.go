package linechat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

const (
	// firstPatience is how long a chat waits for its first sign-in. Later it
	// never gives up.
	firstPatience = 10 * time.Second
	// askPatience bounds what a command asks the server.
	askPatience = 10 * time.Second
	// lastPatience is how long a user who leaves waits for what is on its way,
	// and pipePatience how long a pipe waits without progress.
	lastPatience = 2 * time.Second
	pipePatience = 30 * time.Second
	// twice is how soon the second Ctrl-C has to follow to mean it.
	twice = 3 * time.Second
)

// chat is one run of plausch chat: an event loop over what the client tells,
// what the user types, what the server answers and what the clock says. All of
// its fields belong to the loop, but completion.
type chat struct {
	completion // guarded by its own lock: it runs while a key is pressed

	ctx    context.Context // of the run
	server *connect.Login
	client *client.Client
	screen screen
	render *renderer
	kept   bool // the outbox outlives the process

	bell bool // rings for what is for the user in particular

	state     *timeline.State // of the one server: see apply
	changed   timeline.Change // People and List, each since it was last looked at
	marked    time.Time       // when the server was told last of what was read
	syncAfter time.Time       // when to ask again what failed
	working   bool            // something is asked in the background
	worked    chan func()     // what to do when that is answered
	loading   bool            // the messages of the open room are asked for
	reload    bool            // what the account has chosen may have changed meanwhile
	learned   chan []plausch.AccountRef
	started   bool           // the first page is shown
	early     []client.Event // news from before that; the state has not got them

	online      bool
	wasOnline   bool
	lostAt      time.Time // when the connection was lost
	offline     error     // why
	toldOffline bool
	toldSlow    bool                     // that the server does not acknowledge, since all was
	toldSeen    map[plausch.RoomID]int64 // the newest own message of which was said that it was seen
	toldWaiting map[string]bool          // of these sends, that they wait

	queue     []input // typed while something is asked
	asking    context.CancelFunc
	answers   chan func()
	interrupt time.Time // of the last Ctrl-C
	quitting  bool
	quitAt    time.Time // when to stop waiting for what is pending
	badInput  error     // the first line of a pipe that could not be sent
}

func (c *chat) run(ctx context.Context, server *connect.Login, s screen, r *renderer) error {
	cl, kept, err := openChat(server)
	if err != nil {
		return err
	}
	defer server.Close(cl)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.ctx, c.server, c.client, c.screen, c.render, c.kept = ctx, server, cl, s, r, kept
	c.reset()
	c.learned, c.worked, c.working, c.loading = make(chan []plausch.AccountRef), make(chan func()), false, false
	c.answers = make(chan func(), 1) // an answer that comes too late waits for nobody
	c.queue, c.asking = nil, nil
	c.lostAt, c.offline, c.toldOffline = time.Now(), nil, false
	defer c.saveMarkers()
	updates := connect.Updates(ctx, cl)
	clock := time.NewTimer(connect.OfflineDelay)
	defer clock.Stop()
	for !c.done() {
		inputs := s.inputs()
		if !s.terminal() && (c.busy() || c.quitting || len(c.waiting()) >= connect.MaxUnacknowledged) {
			inputs = nil // a pipe can wait
		}
		select {
		case b := <-updates:
			if b.Err != nil {
				return c.ended(b.Err)
			}
			for _, u := range b.Updates {
				c.take(u)
			}
		case in := <-inputs:
			c.input(ctx, in)
		case answer := <-c.answers:
			c.asking = nil
			answer()
		case then := <-c.worked:
			then()
		case people := <-c.learned:
			c.apply(timeline.People{Accounts: people})
		case <-clock.C:
		case <-ctx.Done():
			c.quit(0)
		}
		for len(c.queue) > 0 && !c.busy() && !c.quitting {
			in := c.queue[0]
			c.queue = c.queue[1:]
			c.line(ctx, in)
		}
		if err := c.tick(); err != nil {
			return err
		}
		c.tellCompletion()
		c.setClock(clock)
	}
	return c.farewell()
}

// busy reports whether the next line has to wait.
func (c *chat) busy() bool { return !c.started || c.asking != nil }

// done reports whether nothing is left to wait for after a quit.
func (c *chat) done() bool {
	return c.quitting && (len(c.timeline().Sends()) == 0 || !time.Now().Before(c.quitAt))
}

// quit ends the chat when everything is sent, or after patience.
func (c *chat) quit(patience time.Duration) {
	c.quitting, c.quitAt = true, time.Now().Add(patience)
	if c.asking != nil {
		c.asking()
	}
}

// tick does what is due, and returns an error if it is the end.
func (c *chat) tick() error {
	now := time.Now()
	atOnce := !c.wasOnline && c.offline != nil && c.screen.terminal() // somebody waits for the first sign of it
	if !c.online && !c.toldOffline && (atOnce || now.Sub(c.lostAt) >= connect.OfflineDelay) && !c.quitting {
		c.toldOffline = true
		why := fmt.Sprintf("the server at %s does not answer", c.server.Address)
		if c.offline != nil {
			why = c.server.ExplainOffline(c.offline)
		}
		c.note("No connection: %s. Trying again; what you write is kept.", why)
		c.setPrompt()
	}
	if !c.wasOnline && now.Sub(c.lostAt) >= firstPatience {
		return &connect.NoProgressError{After: firstPatience, Last: c.offline}
	}
	c.tellWaiting(now)
	c.sync(now)
	return nil
}

// setClock has the loop come round when the next thing is due.
func (c *chat) setClock(clock *time.Timer) {
	now := time.Now()
	next := now.Add(time.Hour)
	due := func(at time.Time) {
		if at.Before(next) {
			next = at
		}
	}
	if !c.online && !c.toldOffline {
		due(c.lostAt.Add(connect.OfflineDelay))
	}
	if !c.wasOnline {
		due(c.lostAt.Add(firstPatience))
	}
	for _, s := range c.waiting() {
		if !c.toldWaiting[s.ID] {
			due(s.Since.Add(connect.OfflineDelay))
			break
		}
	}
	if c.marks() && !c.working {
		due(c.marked.Add(markerDelay))
	}
	if c.syncAfter.After(now) {
		due(c.syncAfter)
	}
	if c.quitting {
		due(c.quitAt)
	}
	clock.Reset(max(next.Sub(now), time.Millisecond))
}

// serverID is the name of the one server in the state.
const serverID = "server"

// reset begins a new state, in which the user looks at the room that everyone is in.
func (c *chat) reset() {
	c.state, c.changed, c.early = timeline.New(timeline.Options{Messages: newestEvents}), timeline.Change{}, nil
	c.toldWaiting = make(map[string]bool)
	c.toldSeen, c.reload = make(map[plausch.RoomID]int64), false
	c.apply(timeline.Open{Room: timeline.ByID(plausch.PublicRoom), Name: plausch.PublicRoomName})
}

// opened returns the room that the user looks at, where lines go.
func (c *chat) opened() *timeline.Room { return c.timeline().Opened() }

// timeline returns the state of the server, which c.apply changes.
func (c *chat) timeline() *timeline.Server { return c.state.Server(serverID) }

// apply changes the state of the server.
func (c *chat) apply(a timeline.Action) {
	change := c.state.Apply(time.Now(), serverID, a)
	c.changed.List = c.changed.List || change.List
	c.changed.People = c.changed.People || change.People
}

// take takes in what the client tells.
func (c *chat) take(u client.Update) {
	if e, ok := u.(client.Event); ok {
		c.event(e)
		return
	}
	title, left := c.roomTitle(c.opened()), ""
	if u, ok := u.(client.RoomLeft); ok {
		left = c.roomName(u.Room)
	}
	c.apply(timeline.Update{Update: u})
	if c.roomTitle(c.opened()) != title {
		c.setPrompt() // it has come into being, or is called otherwise than the user wrote
	}
	switch u := u.(type) {
	case client.State:
		c.connection(u)
	case client.CaughtUp:
		c.loadChoices()
	case client.RoomLeft:
		c.left(u.Room, left)
	case client.RoomReset:
		c.forgetEarly(u.Room) // others take these seqs
		c.note("The server went back to an older state: what was said last in %s is gone there.", c.roomName(u.Room))
	case client.Seen:
		c.seen(u)
	case client.Reminder:
		c.reminder(u)
	case client.NewGuest:
		c.note("The guest %s was away for too long; you are a new one of that name.", u.Name)
	case client.NotKept:
		c.note("Your sign-in cannot be kept: %v. This name cannot be had again later.", u.Err)
	case client.Sent:
		c.settled(u.ID)
	case client.Failed:
		c.settled(u.ID)
		c.apply(timeline.Dismiss{ID: u.ID})
		c.note("Not sent%s: %q: %s.", c.label(u.Outgoing, " to "), shorten(u.Text), c.why(u.Err))
	}
}

// connection takes in how the client stands to its server.
func (c *chat) connection(u client.State) {
	switch {
	case u.Phase == client.Online:
		c.render.mention = mentionOf(u.Account)
		if !c.wasOnline {
			c.hello()
		} else if c.toldOffline {
			c.note("Connected again.")
		}
		c.online, c.wasOnline, c.toldOffline, c.offline = true, true, false, nil
		if c.started {
			c.setPrompt()
		}
	case u.Phase == client.Offline || c.online:
		if c.online {
			c.online, c.lostAt = false, time.Now()
		}
		if u.Err != nil {
			c.offline = u.Err
		}
	}
}

// hello says who is where, and what is left from last time.
func (c *chat) hello() {
	plain := ""
	if a := c.server.Address; !a.Secure() && !loopback(a.Host) {
		plain = ", not encrypted"
	}
	c.note("You are %s at %s%s. /help lists the commands.", client.CleanLine(c.timeline().Account().Shown()), c.server.Address, plain)
	if err := c.server.StateError(); err != nil {
		c.note("Nothing is kept when this ends, neither your sign-in nor what is not sent by then: %v.", err)
	} else if !c.kept {
		c.note("Another chat runs under this name: what this one has not sent when it ends is not kept.")
	}
	if waiting := c.waiting(); len(waiting) > 0 {
		c.note("%s kept from last time; sending.", connect.Plural(len(waiting), "message is", "messages are"))
		for _, s := range waiting {
			c.toldWaiting[s.ID] = true
		}
	}
}

// input takes in what the user does.
func (c *chat) input(ctx context.Context, in input) {
	if c.quitting {
		if in.kind != inputLine {
			c.quitAt = time.Now() // enough waited
		}
		return
	}
	switch in.kind {
	case inputEnd:
		if in.err != nil {
			c.badInput = fmt.Errorf("standard input: %w", in.err)
		}
		c.quit(c.patience())
	case inputInterrupt:
		switch now := time.Now(); {
		case c.asking != nil:
			c.asking()
		case !c.started || now.Sub(c.interrupt) < twice:
			c.quit(c.patience())
		default:
			c.interrupt = now
			c.note("Press Ctrl-C once more to leave.")
		}
	case inputLine:
		c.queue = append(c.queue, in)
	}
}

// patience is how long to wait at the end for what is not sent.
func (c *chat) patience() time.Duration {
	switch {
	case !c.screen.terminal():
		return pipePatience
	case c.online:
		return lastPatience
	default:
		return 0
	}
}

// line does what a line says.
func (c *chat) line(ctx context.Context, in input) {
	if in.err != nil {
		c.refuse(in.err)
		return
	}
	switch text := in.text; {
	case strings.TrimSpace(text) == "":
	case isCommand(text) && !(in.pasted && strings.Contains(text, "\n") && !isKnownCommand(text)):
		c.command(ctx, text)
	case !in.pasted && strings.HasPrefix(text, "//") && strings.TrimLeft(text[2:min(3, len(text))], " \t\n") != "":
		c.send(c.opened().Key.Outgoing(), text[1:])
	default:
		c.send(c.opened().Key.Outgoing(), text)
	}
}

// why returns err as a person wants to read it.
func (c *chat) why(err error) string {
	var refused *plausch.Error
	switch {
	case errors.Is(err, client.ErrLost), errors.Is(err, context.DeadlineExceeded):
		return "the connection was lost meanwhile; look whether it was done, and try again if not"
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &refused):
		return client.CleanLine(refused.Message)
	default:
		return client.CleanLine(err.Error())
	}
}

func (c *chat) print(s string) { _, _ = c.screen.Write([]byte(s)) }

// ended is the end because of the client.
func (c *chat) ended(err error) error {
	if !c.wasOnline {
		return err
	}
	c.note("This is the end: %s.", c.why(err))
	c.sayKept()
	return err
}
