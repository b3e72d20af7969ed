package tui

import (
	"os/exec"
	"runtime"

	tea "charm.land/bubbletea/v2"
)

// openOutside opens an address or a file in the program that the desktop has for it. The
// terminal is not touched: the program gets neither its input nor its output.
func openOutside(what string) tea.Cmd {
	return func() tea.Msg {
		name, args := "xdg-open", []string{what}
		switch runtime.GOOS {
		case "darwin":
			name = "open"
		case "windows":
			name, args = "rundll32", []string{"url.dll,FileProtocolHandler", what}
		}
		if err := exec.Command(name, args...).Run(); err != nil {
			return outsideMsg{what, err}
		}
		return nil
	}
}

// outsideMsg tells that something could not be opened.
type outsideMsg struct {
	what string
	err  error
}
