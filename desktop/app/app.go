// Package app is the desktop client but for its window: it keeps connections, holds what
// they tell in a timeline.State, shows that on a screen.Screen, and does what the user
// wants.
//
// One goroutine, that of [App.Run], owns the state and all of App. Each server has a
// goroutine that waits for its client's updates and one that measures the round trip;
// calls of a server, files and pictures run in goroutines of their own. All of them hand
// what they have to the owner as functions.
package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"plausch/client/timeline"
	"plausch/desktop/screen"
)

// Options are what a program gives an App. Screen, Events and Folders are needed.
type Options struct {
	Screen  screen.Screen
	Events  <-chan screen.Event
	Folders Folders
	Config  *Config // as [Folders.LoadConfig] returned it
	Alerts  Alerts  // shows notifications of the desktop; nil for none
	Now     func() time.Time
	Log     *slog.Logger
}

// App is the running program.
type App struct {
	Options
	words   *words
	state   *timeline.State
	servers []*server
	shown   *server // whose room is open, nil if none
	work    chan func()
	context context.Context
	rows    rowMaker
	started bool

	drawn     []screen.Row // of the open room
	drawnRoom shownRoom
	near      int64 // a message around which the open room is shown, 0 for the newest
	landed    bool  // the open room was scrolled to where its user begins to read
	focused   bool  // the window has the focus
	dirty     dirty
	signIn    signInState
	transfers []*transfer
	pictures  map[string]bool // that were asked for
	questions map[string]func()
	alerts    map[alertKey]uint32
	badge     int

	editing   int64 // the message that the composer has, 0 if none
	drawnHead head
	older     bool // that there are older rows was told
	status    screen.Status
	typing    string
	noticed   int // counts notices
	searches  int // counts searches
}

type shownRoom struct {
	server timeline.ServerID
	key    timeline.Key
}

// dirty says what has to be drawn again.
type dirty struct{ list, people, room, status, typing bool }

// New returns an App, which does nothing yet.
func New(o Options) *App {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{
		Options: o, words: wordsOf(o.Config.Language), state: timeline.New(timeline.Options{Source: rand.Text()}),
		work: make(chan func(), 1024), pictures: make(map[string]bool), questions: make(map[string]func()), alerts: make(map[alertKey]uint32), badge: -1,
	}
	a.rows = rowMaker{words: a.words, now: o.Now, made: make(map[int64]formatted)}
	return a
}

// tick is how often what depends on the time is drawn again.
const tick = time.Second

// Run is the program, until the user quits or the context is done.
func (a *App) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.context = ctx
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.close()
			return
		case e := <-a.Events:
			if e.Kind == "quit" {
				a.quit(e)
				return
			}
			a.handle(e)
		case do := <-a.work:
			do()
		case <-ticker.C:
			a.dirty.typing = true
			a.tellServers()
		}
		a.drain()
		a.draw()
	}
}

// drain does what waits already, so that it is drawn once.
func (a *App) drain() {
	for range cap(a.work) {
		select {
		case do := <-a.work:
			do()
		default:
			return
		}
	}
}

// async runs f in a goroutine of its own, and then what it returns, if anything, in the
// goroutine of App.
func (a *App) async(f func(context.Context) func()) {
	go func() {
		if then := f(a.context); then != nil {
			a.post(then)
		}
	}()
}

// post has f run in the goroutine of App.
func (a *App) post(f func()) {
	select {
	case a.work <- f:
	case <-a.context.Done():
	}
}

// begin is the start of the program, when there is a window.
func (a *App) begin() {
	if a.started {
		return
	}
	a.started = true
	a.Screen.Show(screen.Texts(a.words.texts))
	a.Screen.Show(screen.Theme{Name: a.Config.Theme})
	for _, s := range a.Config.Servers {
		a.add(s)
	}
	if len(a.servers) == 0 {
		a.Screen.Show(screen.SignIn{})
		return
	}
	a.Screen.Show(screen.Chat{})
	a.shown = a.servers[0]
	a.openRoom(a.servers[0], publicRoom, "")
}

func (a *App) quit(e screen.Event) {
	if e.Width > 0 {
		a.Config.Width, a.Config.Height = e.Width, e.Height
		a.saveConfig()
	}
	a.close()
	a.Screen.Show(screen.Quit{})
}

// closeTime bounds the end of the program.
const closeTime = 2 * time.Second

// close tells the servers what they do not know yet, and ends the clients.
func (a *App) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.context), closeTime)
	defer cancel()
	for _, s := range a.servers {
		s.flush(ctx)
		if s.client != nil {
			_ = s.client.Close()
		}
	}
	if a.Alerts != nil {
		a.Alerts.Close()
	}
}

// apply changes the state of a server and notes what has to be drawn.
func (a *App) apply(s *server, action timeline.Action) {
	change := a.state.Apply(a.Now(), s.id, action)
	if change.List {
		a.dirty.list, a.dirty.people = true, true
	}
	if change.People {
		a.dirty.people = true
	}
	if change.Status {
		a.dirty.status = true
	}
	if len(change.Rooms) > 0 {
		a.dirty.list, a.dirty.people, a.dirty.typing = true, true, true
	}
	for _, key := range change.Rooms {
		r := s.state().Room(key)
		if r == nil {
			continue
		}
		if r == s.state().Opened() && s == a.shown {
			a.dirty.room = true
		}
		if r.Recount {
			s.recount(r)
		}
	}
}
