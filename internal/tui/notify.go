package tui

import (
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/markdown"
)

// The ways in which a terminal can notify.
const (
	NotifyAuto   = "auto" // as the terminal's name says, else the bell
	NotifyOSC9   = "osc9"
	NotifyOSC777 = "osc777"
	NotifyOSC99  = "osc99"
	NotifyBell   = "bell"
	NotifyOff    = "off"
)

// NotifyWays are all of them.
var NotifyWays = []string{NotifyAuto, NotifyOSC9, NotifyOSC777, NotifyOSC99, NotifyBell, NotifyOff}

// notifyWay returns the way that suits a terminal. Within tmux and screen it is the bell,
// which they hand on.
func notifyWay(way string, getenv func(string) string) string {
	if way != "" && way != NotifyAuto {
		return way
	}
	term, program := getenv("TERM"), getenv("TERM_PROGRAM")
	switch {
	case getenv("TMUX") != "" || strings.HasPrefix(term, "screen"):
		return NotifyBell
	case strings.Contains(term, "kitty"):
		return NotifyOSC99
	case strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "rxvt"), strings.Contains(term, "ghostty"):
		return NotifyOSC777
	case program == "iTerm.app", program == "WezTerm", getenv("WT_SESSION") != "":
		return NotifyOSC9
	}
	return NotifyBell
}

// notification returns the sequence that has a terminal notify. Title and text are clean.
func notification(way, title, text string) string {
	// Semicolons part the fields of OSC 777.
	field := func(s string) string { return strings.ReplaceAll(s, ";", ",") }
	switch way {
	case NotifyOff:
		return ""
	case NotifyOSC9:
		return "\x1b]9;" + title + ": " + text + "\x1b\\"
	case NotifyOSC777:
		return "\x1b]777;notify;" + field(title) + ";" + field(text) + "\x1b\\"
	case NotifyOSC99:
		return "\x1b]99;i=plausch:d=0;" + title + "\x1b\\\x1b]99;i=plausch:p=body;" + text + "\x1b\\"
	}
	return "\a"
}

// maxNotified bounds the text of a notification, in columns.
const maxNotified = 120

// notify tells the user of a message that is for them, if they do not see it.
func (m *Model) notify(s *session, e *plausch.Event) tea.Cmd {
	server := m.state.Server(s.id)
	r := server.Room(timeline.ByID(e.Room))
	if r == nil || !r.Joined || e.Kind != plausch.EventMessage || e.Seq <= r.NewAfter || e.Seq <= r.ReadTo || e.Actor.ID == server.Account().ID {
		return nil
	}
	if s == m.session() && r == m.opened() && !m.blurred || r.Kind != plausch.RoomDirect && !e.Mentions(server.Account().ID) {
		return nil
	}
	title := m.cleanLine(e.Actor.Shown())
	if r.Kind != plausch.RoomDirect {
		title += " (" + roomTitle(r) + ")"
	}
	text, _ := m.cut(m.cleanLine(firstLine(markdown.Plain(connect.MessageText(*e, func(file string) string { return file })))), maxNotified)
	var cmds []tea.Cmd
	if sequence := notification(m.options.Config.Notify, title, text); sequence != "" {
		cmds = append(cmds, tea.Raw(sequence))
	}
	if command := m.options.Config.Highlight; command != "" {
		cmds = append(cmds, runHighlight(command, title, roomTitle(r), text))
	}
	return tea.Batch(cmds...)
}

// runHighlight runs a command of the user's. What others wrote is in its environment, not
// in what the shell reads.
func runHighlight(command, from, room, text string) tea.Cmd {
	return func() tea.Msg {
		cmd := exec.Command("sh", "-c", command)
		cmd.Env = append(os.Environ(), "PLAUSCH_FROM="+from, "PLAUSCH_ROOM="+room, "PLAUSCH_TEXT="+text)
		if err := cmd.Run(); err != nil {
			return outsideMsg{command, err}
		}
		return nil
	}
}
