package terminal

import (
	"testing"

	"github.com/charmbracelet/x/vt"

	"plausch/client"
)

func TestRuneWidthOfAll(t *testing.T) {
	screen := vt.NewEmulator(20, 2)
	for r := rune(' '); r <= 0x10ffff; r += 1 + r/0x3000 { // all of the first planes, and some of the rest
		s := client.CleanLine(string(r))
		_, _ = screen.WriteString("\r" + s)
		if x := screen.CursorPosition().X; x > Width(s) {
			t.Errorf("%U takes %d columns, and is counted as %d", r, x, Width(s))
		}
	}
}
