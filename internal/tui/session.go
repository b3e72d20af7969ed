package tui

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// session is one server in the window, with its client.
type session struct {
	id        timeline.ServerID
	login     *connect.Login
	client    *client.Client
	kept      bool // the outbox outlives the process
	unsent    *unsentFile
	copy      *localCopy // what was seen last; nil for nothing
	copyPath  string
	queue     []client.Outgoing // not in the outbox yet; the first is on its way there
	loading   map[timeline.Key]bool
	lost      time.Time // since when there is no connection; zero while there is one
	syncing   bool      // something is asked in the background
	syncAfter time.Time // when to try again what has failed
	wrote     time.Time // when a draft changed last
	marked    time.Time // when the server was told last of what was read
}

// keepEvents is how many of the newest events of each room are loaded at first.
const keepEvents = 200

// openSession opens the client of a login. If another client uses the outbox, it keeps
// nothing after its end.
func openSession(l *connect.Login) (*session, error) {
	o := l.Options()
	seen := readCopy(l.CopyFile())
	seen.goOn(&o)
	o.Outbox = l.OutboxFile()
	c, err := client.Open(o)
	if errors.Is(err, client.ErrOutboxInUse) {
		o.Outbox = ""
		c, err = client.Open(o)
	}
	if err != nil {
		return nil, err
	}
	s := newSession(l, c, o.Outbox != "")
	s.copy = seen
	if s.kept {
		s.unsent.path, s.copyPath = l.DraftFile(), l.CopyFile()
	}
	return s, nil
}

func newSession(l *connect.Login, c *client.Client, kept bool) *session {
	return &session{
		id: timeline.ServerID(l.Address.Key()), login: l, client: c, kept: kept, unsent: new(unsentFile),
		loading: make(map[timeline.Key]bool), lost: time.Now(),
	}
}

// updatesMsg is what the client of a session tells.
type updatesMsg struct {
	session *session
	updates []client.Update
	err     error
}

// next waits for what the client tells.
func (s *session) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		updates, err := s.client.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		return updatesMsg{s, updates, err}
	}
}

// answerMsg is the answer to something that a server was asked.
type answerMsg struct {
	then func(err error) tea.Cmd
	err  error
}

// askPatience bounds what a server is asked.
const askPatience = 10 * time.Second

// ask has call ask the server, and then, in Update, takes in its error.
func (m *Model) ask(s *session, call func(ctx context.Context, c *client.Client) error, then func(error) tea.Cmd) tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, askPatience)
		defer cancel()
		return answerMsg{then, call(ctx, s.client)}
	}
}

// askOnline is ask for what the user waits for: without a connection it says so.
func (m *Model) askOnline(call func(ctx context.Context, c *client.Client) error, then func() tea.Cmd) tea.Cmd {
	s, here := m.session(), m.here()
	if m.server().Connection().Phase != client.Online {
		m.fail(m.texts.get(textNeedsOnline))
		return nil
	}
	return m.ask(s, call, func(err error) tea.Cmd {
		if err != nil {
			m.noteAt(here, m.why(err), true)
			return nil
		}
		if then == nil {
			return nil
		}
		return then()
	})
}

// why returns an error as a person wants to read it.
func (m *Model) why(err error) string {
	var refused *plausch.Error
	text := ""
	switch {
	case errors.Is(err, client.ErrLost), errors.Is(err, context.DeadlineExceeded):
		return m.texts.get(textLost)
	case errors.Is(err, context.Canceled):
		return m.texts.get(textStopped)
	case errors.As(err, &refused):
		text = m.cleanLine(refused.Message)
	default:
		text = m.cleanLine(err.Error())
	}
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// take takes in what the client of a session tells.
func (m *Model) take(u updatesMsg) tea.Cmd {
	s := u.session
	if u.err != nil {
		m.failed, m.failedAt = u.err, s
		return tea.Quit
	}
	cmds := []tea.Cmd{s.next(m.ctx)}
	for _, update := range u.updates {
		cmds = append(cmds, m.update(s, update))
	}
	if s == m.session() {
		m.land()
		m.markRead()
		cmds = append(cmds, m.loadMissing())
	}
	return tea.Batch(cmds...)
}

func (m *Model) update(s *session, update client.Update) tea.Cmd {
	left := ""
	if u, ok := update.(client.RoomLeft); ok {
		if r := m.state.Server(s.id).Room(timeline.ByID(u.Room)); r != nil {
			left = roomTitle(r)
		}
	}
	m.apply(s.id, timeline.Update{Update: update})
	public := place{s.id, timeline.ByID(plausch.PublicRoom)}
	switch u := update.(type) {
	case client.State:
		switch {
		case u.Phase == client.Online:
			s.lost = time.Time{}
		case s.lost.IsZero():
			s.lost = m.now
		}
	case client.CaughtUp:
		if s == m.session() {
			return tea.Batch(m.loadDrafts(s), m.loadMembers())
		}
		return m.loadDrafts(s)
	case client.RoomJoined:
		if m.here() == (place{s.id, timeline.ByID(u.Room.ID)}) {
			return m.loadMembers()
		}
	case client.RoomLeft:
		if r := m.state.Server(s.id).Opened(); r != nil && r.ID == u.Room {
			m.noteAt(public, m.texts.get(textNotInRoom, left), false)
			if s == m.session() {
				return m.open(m.current, public.room, "")
			}
			m.apply(s.id, timeline.Open{Room: public.room})
		}
	case client.RoomReset:
		m.noteAt(place{s.id, timeline.ByID(u.Room)}, m.texts.get(textRoomReset), false)
	case client.NewGuest:
		m.noteAt(public, m.texts.get(textNewGuest, m.cleanLine(u.Name)), false)
	case client.NotKept:
		m.noteAt(public, m.texts.get(textNotKept, m.cleanLine(u.Err.Error())), true)
	case client.Event:
		return m.notify(s, &u.Event)
	}
	return nil
}
