package terminal

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/term"
)

// ErrInterrupted is the end of a question by Ctrl-C or SIGTERM.
var ErrInterrupted = errors.New("interrupted")

// ReadHidden reads a line from the terminal fd without showing it. If ctx ends
// first, the terminal shows again what is typed, and the error is [ErrInterrupted].
func ReadHidden(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("asking for the password: %w", err)
	}
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("asking for the password: %w", a.err)
		}
		return string(a.line), nil
	case <-ctx.Done():
		// The reader cannot be woken; it ends with the process.
		return "", errors.Join(ErrInterrupted, term.Restore(fd, before))
	}
}
