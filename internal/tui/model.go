package tui

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"plausch"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// place names a room of a server.
type place struct {
	server timeline.ServerID
	room   timeline.Key
}

// notice is something that the program itself says in a room, behind a message.
type notice struct {
	id     int
	after  int64 // the seq of the newest message of then
	text   string
	failed bool
}

// maxNotices bounds the notices of a room.
const maxNotices = 100

// Model is the window. Update changes it and does no I/O; what takes time is a command.
type Model struct {
	ctx     context.Context // ends commands that wait
	clock   func() time.Time
	now     time.Time // of the message that is being handled
	texts   *texts
	theme   *theme
	keys    keymap
	options Options
	columns int
	rows    int
	widths
	layout

	state    *timeline.State
	sessions []*session
	current  int // the session of the open room

	at       position // where the user reads
	landing  bool     // the room was just opened: where to read is not known yet
	reader   *reader  // nil if it has to be made anew
	blocks   *blocks
	notices  map[place][]notice
	noted    int            // how many notices there were
	selected int64          // the seq of the message that is selected; 0 for none
	spoilers map[int64]bool // of the open room, those that are shown

	showRooms, showPeople shows
	blurred               bool  // the window has not the focus
	kept                  place // a room that the user wants to stay unread, as long as it is open

	input       editor
	replyTo     int64     // the seq of the message that is answered; 0 for none
	editing     int64     // the seq of the message that is edited; 0 for none
	editAside   string    // what was being written before that
	drafted     string    // of input, what the state has as the draft
	draftDue    time.Time // when the state gets what was written since; zero if nothing was
	inputRows   []inputRow
	inputX      int
	inputY      int
	completing  *completion
	vim, normal bool     // the keys of vi are on, and letters are commands
	sent        []string // what was sent, for the keys up and down
	sentAt      int      // of sent, what is in the input; len(sent) for neither

	picker *picker
	page   *page

	transfers []*transfer
	profile   colorprofile.Profile // the colours that the terminal has
	fetching  int                  // pictures that are on their way
	versions  int                  // of what is kept on the disk
	toQuit    time.Time            // until when the second Ctrl C ends
	status    string               // what the status line says for a while
	statusEnd time.Time
	timer     time.Time // when the next tick comes; zero if none is on its way
	timers    int       // counts ticks, to know the newest
	left      bool      // the user wants to leave
	failed    error     // why the program ends
	failedAt  *session  // of which server that is
}

func newModel(ctx context.Context, o Options, sessions []*session) *Model {
	m := &Model{
		ctx: ctx, clock: time.Now, texts: textsOfEnvironment(), theme: darkTheme(), keys: defaultKeys(), options: o,
		columns: 80, rows: 24, state: timeline.New(timeline.Options{Source: rand.Text()}), sessions: sessions,
		notices: make(map[place][]notice), spoilers: make(map[int64]bool), at: position{end: true}, landing: true,
	}
	m.now = m.clock()
	m.input.column = -1
	for _, s := range sessions {
		m.state.Apply(m.now, s.id, timeline.Open{Room: timeline.ByID(plausch.PublicRoom), Name: plausch.PublicRoomName})
	}
	m.arrange()
	o.Config.apply(m)
	for _, s := range sessions {
		m.restoreCopy(s)
		s.copy = nil
		m.restoreUnsent(s)
	}
	m.takeDraft()
	return m
}

// session returns the session of the open room.
func (m *Model) session() *session { return m.sessions[m.current] }

// server returns the state of the server of the open room.
func (m *Model) server() *timeline.Server { return m.state.Server(m.session().id) }

// opened returns the room that the user looks at, nil for none.
func (m *Model) opened() *timeline.Room { return m.server().Opened() }

// here names the open room.
func (m *Model) here() place {
	p := place{server: m.session().id}
	if r := m.opened(); r != nil {
		p.room = r.Key
	}
	return p
}

// isMe reports whether a name is that of the account.
func (m *Model) isMe(name string) bool { return strings.EqualFold(name, m.server().Account().Name) }

// invalidate has the open room drawn anew.
func (m *Model) invalidate() { m.reader = nil }

// read returns the reader of the open room.
func (m *Model) read() *reader {
	if m.reader == nil {
		m.reader = m.newReader()
	}
	return m.reader
}

// arrange lays the window out anew, when its size, the input or what it shows has
// changed.
func (m *Model) arrange() {
	columns := max(m.columns-m.promptColumns(), minColumns)
	m.inputRows, m.inputX, m.inputY = m.input.layout(m.widths, columns)
	l := newLayout(m.columns, m.rows, len(m.inputRows), m.aboutText() != "", m.showRooms, m.showPeople)
	if m.blocks == nil || m.layout.timeline != l.timeline || m.blocks.method != m.method || m.blocks.theme != m.theme || m.blocks.texts != m.texts {
		m.blocks = newBlocks(m.widths, m.theme, m.texts, l.timeline)
		m.blocks.showPictures = m.showsPictures()
		m.invalidate()
	}
	m.layout = l
}

// apply changes the state of a server.
func (m *Model) apply(id timeline.ServerID, a timeline.Action) timeline.Change {
	change := m.state.Apply(m.now, id, a)
	if id == m.session().id {
		open := m.here().room
		for _, k := range change.Rooms {
			if k == open {
				m.invalidate()
			}
		}
		if change.People || change.Status {
			m.invalidate()
		}
		m.takeRemoteDraft()
	}
	return change
}

// open shows a room, with the name that the user gave it if the server has not told of
// it yet.
func (m *Model) open(session int, k timeline.Key, name string) tea.Cmd {
	m.endEdit()
	m.keepDraft()
	m.current = session
	m.apply(m.session().id, timeline.Open{Room: k, Name: name})
	m.invalidate()
	clear(m.spoilers)
	m.kept = place{}
	m.selected, m.at, m.landing, m.completing = 0, position{end: true}, true, nil
	m.sentAt = len(m.sent)
	m.input = editor{killed: m.input.killed}
	m.takeDraft()
	return tea.Batch(m.loadMembers(), m.loadMissing())
}

// land finds out where to read in a room that was opened, as soon as it is there.
func (m *Model) land() {
	if !m.landing || !m.server().CaughtUp() {
		return
	}
	m.landing = false
	m.at = m.read().landing(m.history())
}

// note says something in the open room.
func (m *Model) note(text string) { m.noteAt(m.here(), text, false) }

// fail says in the open room what went wrong.
func (m *Model) fail(text string) { m.noteAt(m.here(), text, true) }

func (m *Model) noteAt(p place, text string, failed bool) {
	after := int64(0)
	if r := m.state.Server(p.server).Room(p.room); r != nil {
		after = r.Last()
	}
	m.noted++
	all := append(m.notices[p], notice{m.noted, after, text, failed})
	if n := len(all) - maxNotices; n > 0 {
		all = all[n:]
	}
	m.notices[p] = all
	m.invalidate()
	m.at = position{end: true}
}

// noticesAt returns the notices of r that stand between two messages.
func (m *Model) noticesAt(r *timeline.Room, seq, next int64) []notice {
	all := m.notices[place{m.session().id, r.Key}]
	if len(all) == 0 {
		return nil
	}
	var found []notice
	for _, n := range all {
		if n.after >= seq && n.after < next {
			found = append(found, n)
		}
	}
	return found
}

// tailRows returns what stands behind all messages: those on their way.
func (m *Model) tailRows(r *timeline.Room, empty bool) []row {
	rows := []row{}
	if r == nil {
		return rows
	}
	if empty {
		if m.server().CaughtUp() && len(r.Sends) == 0 {
			rows = append(rows, m.blocks.plain(m.texts.get(textEmpty), styleDim)...)
		}
		for _, n := range m.noticesAt(r, 0, tail) {
			rows = append(rows, m.blocks.notice(n)...)
		}
	}
	for _, s := range r.Sends {
		rows = append(rows, m.blocks.send(s, m.server().Account(), m.texts)...)
	}
	return rows
}

// roomTitle returns how people call a room: a name, or @NAME for a person.
func roomTitle(r *timeline.Room) string {
	switch {
	case r.Key.Peer != "":
		return connect.Target{Peer: r.Key.Peer}.String()
	case r.Title() == "" && r.ID == plausch.PublicRoom:
		return plausch.PublicRoomName
	}
	return connect.TargetOf(r.Room).String()
}
