package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ErrInterrupted is the end of a question by Ctrl-C or SIGTERM.
var ErrInterrupted = errors.New("interrupted")

// maxLine bounds a line that is read, in bytes.
const maxLine = 4 << 10

// ReadLine reads a line, without its end. It takes no byte that comes after it. If ctx
// ends first, the error is [ErrInterrupted]; at the end of r without a line it is
// [io.EOF].
func ReadLine(ctx context.Context, r io.Reader) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		var line []byte
		var b [1]byte
		for {
			n, err := r.Read(b[:])
			switch {
			case n == 1 && b[0] == '\n', err == io.EOF && len(line) > 0:
				answers <- answer{strings.TrimSuffix(string(line), "\r"), nil}
				return
			case err != nil:
				answers <- answer{"", err}
				return
			case n == 1 && len(line) < maxLine:
				line = append(line, b[0])
			}
		}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		return "", ErrInterrupted // the reader ends with the process
	}
}

// ReadHidden reads a line from the terminal r without showing it. If ctx ends
// first, the terminal shows again what is typed, and the error is [ErrInterrupted].
func ReadHidden(ctx context.Context, r io.Reader) (string, error) {
	file, ok := r.(*os.File)
	if !ok {
		return "", errors.New("asking for the password: there is no terminal")
	}
	fd := int(file.Fd())
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
