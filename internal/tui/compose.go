package tui

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch/client"
)

// composedMsg is what was written in the editor of the user.
type composedMsg struct {
	here place
	text string
	err  error
}

// compose has the user write in their own editor, $VISUAL or $EDITOR. What the input has
// is in it, and comes back from it; it is sent by Enter.
func (m *Model) compose() tea.Cmd {
	here, text := m.here(), m.input.text
	return func() tea.Msg {
		f, err := os.CreateTemp("", "plausch-*.md")
		if err != nil {
			return composedMsg{here: here, err: err}
		}
		_, err = f.WriteString(text)
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
			return composedMsg{here: here, err: err}
		}
		return composeMsg{here, f.Name()}
	}
}

// composeMsg is that there is a file to write in.
type composeMsg struct {
	here place
	path string
}

// run opens the editor in the place of the window.
func (c composeMsg) run() tea.Cmd {
	words := strings.Fields(cmp.Or(os.Getenv("VISUAL"), os.Getenv("EDITOR"), "vi"))
	cmd := exec.Command(words[0], append(words[1:], c.path)...)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		defer os.Remove(c.path)
		if err != nil {
			return composedMsg{here: c.here, err: err}
		}
		text, err := os.ReadFile(c.path)
		return composedMsg{c.here, client.StripControls(strings.TrimRight(string(text), "\n")), err}
	})
}

// composed puts what was written into the input of its room.
func (m *Model) composed(c composedMsg) tea.Cmd {
	switch {
	case c.err != nil:
		m.noteAt(c.here, c.err.Error(), true)
	case m.here() == c.here:
		m.input.set(c.text)
		m.changed()
	}
	return nil
}
