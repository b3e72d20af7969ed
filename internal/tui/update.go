package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"plausch/client"
	"plausch/client/timeline"
)

// Init begins to read what the servers tell.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	for _, s := range m.sessions {
		if s.client != nil {
			cmds = append(cmds, s.next(m.ctx))
		}
	}
	return tea.Batch(cmds...)
}

// tickMsg is that the time has come for which a timer was set.
type tickMsg struct{ timer int }

// Update takes in what the user does, what servers tell and what the clock says.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.clock()
	cmds := []tea.Cmd{m.handle(msg), m.keepDraftWhenDue()}
	for _, s := range m.sessions {
		cmds = append(cmds, m.sync(s))
	}
	cmds = append(cmds, m.loadPictures())
	return m, tea.Batch(append(cmds, m.setTimer())...)
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case updatesMsg:
		return m.take(msg)
	case answerMsg:
		cmd := msg.then(msg.err)
		m.markRead()
		return cmd
	case outsideMsg:
		m.say(msg.err.Error())
	case pathsMsg:
		return m.offerPaths(msg)
	case droppedMsg:
		m.dropped(msg)
	case composeMsg:
		return msg.run()
	case composedMsg:
		return m.composed(msg)
	case unkeptMsg:
		m.say(m.texts.get(textUnkept, msg.err))
	case queuedMsg:
		return m.queued(msg)
	case tickMsg:
		if msg.timer == m.timers {
			m.timer = time.Time{}
		}
		return nil
	case tea.WindowSizeMsg:
		m.columns, m.rows = msg.Width, msg.Height
		m.arrange()
		return m.loadMissing()
	case tea.FocusMsg:
		return m.focus(true)
	case tea.BlurMsg:
		return m.focus(false)
	case tea.MouseWheelMsg:
		return m.wheel(msg)
	case tea.MouseClickMsg:
		return m.click(msg)
	case tea.BackgroundColorMsg:
		if theme := m.options.Config.Theme; theme == "" || theme == "auto" {
			m.setTheme(!msg.IsDark())
			m.arrange()
		}
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.blocks = nil
		m.arrange()
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeUnicodeCore && (msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet) {
			m.method = ansi.GraphemeWidth // as the renderer does from now on
			m.arrange()
		}
	}
	return nil
}

// focus notes whether the user looks at the window.
func (m *Model) focus(on bool) tea.Cmd {
	m.blurred = !on
	for _, s := range m.sessions {
		m.apply(s.id, timeline.Focus{On: on})
	}
	m.markRead()
	return nil
}

// setTimer sets a timer for the next thing that is due.
func (m *Model) setTimer() tea.Cmd {
	next := m.due()
	if next.IsZero() || !m.timer.IsZero() && !next.Before(m.timer) {
		return nil
	}
	m.timer = next
	m.timers++
	id := m.timers
	return tea.Tick(max(next.Sub(m.now), time.Millisecond), func(time.Time) tea.Msg { return tickMsg{id} })
}

// due returns when something changes by itself: zero for never.
func (m *Model) due() time.Time {
	var next time.Time
	at := func(t time.Time) {
		if t.After(m.now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	at(m.statusEnd)
	at(m.draftDue)
	if len(m.transfers) > 0 {
		at(m.now.Add(transferPause))
	}
	for _, s := range m.sessions {
		at(m.syncDue(s))
	}
	if _, until := m.server().Typing(m.now, m.here().room); !until.IsZero() {
		at(until)
	}
	if state := m.server().Connection(); state.Phase != client.Online {
		at(m.now.Truncate(time.Second).Add(time.Second)) // the seconds until the next try
	} else if waiting := m.waiting(); len(waiting) > 0 {
		at(waiting[0].Since.Add(2 * time.Second))
	}
	at(nextDay(m.now))
	return next
}

// nextDay returns when Today becomes Yesterday.
func nextDay(now time.Time) time.Time {
	y, month, d := now.Local().Date()
	return time.Date(y, month, d+1, 0, 0, 0, 0, time.Local)
}
