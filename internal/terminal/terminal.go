// Package terminal has what commands know of terminals: how wide they are, how many
// columns a text takes at most, how to break it into rows, how to ask for a secret,
// and how to draw a QR code.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Is reports whether f is a terminal. F may be any reader or writer.
func Is(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Columns returns how many columns the terminal has that w is, 0 if it is
// none.
func Columns(w io.Writer) int {
	if !Is(w) {
		return 0
	}
	columns, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil || columns <= 0 {
		return 80
	}
	return columns
}
