package linechat

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"plausch"
	"plausch/internal/connect"
)

// screen is where a chat is shown and where its lines come from.
type screen interface {
	io.Writer // of whole lines
	// inputs are what the user does. Nothing comes after an inputEnd that is the
	// end of standard input.
	inputs() <-chan input
	setPrompt(text, style string)
	edit() // begins to take lines
	// ask begins to take answers: with text in the first, and with hidden without
	// showing them.
	ask(text string, hidden bool)
	rest()        // takes no lines; what is typed meanwhile is kept
	bell()        // rings, if it can
	columns() int // 0 if nothing should be broken into rows
	terminal() bool
	close()
}

// openScreen returns an editor on the terminal, or plain lines if standard input
// and output are not both one that can do more.
func openScreen(stdin io.Reader, stdout io.Writer, complete func(string) (int, []string)) (screen, error) {
	in, ok1 := stdin.(*os.File)
	out, ok2 := stdout.(*os.File)
	if !ok1 || !ok2 || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) || os.Getenv("TERM") == "dumb" {
		return newPlainScreen(stdin, stdout), nil
	}
	s := &terminalScreen{in: in, out: out, lines: make(chan input, 256), closed: make(chan struct{})}
	s.editor = &editor{out: out, size: s.size, complete: complete}
	return s, s.start()
}

// plainScreen reads and prints plain lines.
type plainScreen struct {
	io.Writer
	lines chan input
}

func newPlainScreen(stdin io.Reader, stdout io.Writer) *plainScreen {
	s := &plainScreen{stdout, make(chan input)}
	go s.read(bufio.NewReaderSize(stdin, 2*plausch.MaxText))
	return s
}

func (s *plainScreen) read(in *bufio.Reader) {
	for n := 1; ; n++ {
		b, err := in.ReadSlice('\n')
		text := connect.VisibleText(strings.TrimSuffix(string(b), "\n"))
		switch {
		case err == bufio.ErrBufferFull:
			for err == bufio.ErrBufferFull {
				_, err = in.ReadSlice('\n')
			}
			s.lines <- input{err: plausch.Errorf(plausch.TooLarge, "line %d is longer than %d bytes", n, plausch.MaxText)}
		case text != "":
			s.lines <- input{text: text}
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			s.lines <- input{kind: inputEnd, err: err}
			return
		}
	}
}

func (s *plainScreen) inputs() <-chan input     { return s.lines }
func (s *plainScreen) setPrompt(string, string) {}
func (s *plainScreen) edit()                    {}
func (s *plainScreen) ask(string, bool)         {}
func (s *plainScreen) rest()                    {}
func (s *plainScreen) bell()                    {}
func (s *plainScreen) columns() int             { return 0 }
func (s *plainScreen) terminal() bool           { return false }
func (s *plainScreen) close()                   {}

// terminalScreen is an [editor] on the terminal. A goroutine of it reads keys;
// it ends with the process, since the read of a terminal cannot be woken.
type terminalScreen struct {
	*editor
	in, out *os.File
	before  *term.State
	lines   chan input
	closed  chan struct{}
}

// Bracketed paste (xterm control sequences, "Bracketed Paste Mode") lets a
// pasted text be told from typed lines.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

func (s *terminalScreen) start() (err error) {
	if err := s.raw(); err != nil {
		return err
	}
	go s.read()
	go s.watchSize()
	return nil
}

// raw takes the terminal over.
func (s *terminalScreen) raw() (err error) {
	if s.before, err = term.MakeRaw(int(s.in.Fd())); err != nil {
		return fmt.Errorf("the terminal: %w", err)
	}
	_, err = io.WriteString(s.out, pasteOn)
	return err
}

// cooked gives the terminal back.
func (s *terminalScreen) cooked() {
	s.show(false, false)
	_, _ = io.WriteString(s.out, pasteOff)
	_ = term.Restore(int(s.in.Fd()), s.before)
}

func (s *terminalScreen) read() {
	keys := newKeyReader(s.in)
	for {
		k, text, err := keys.next()
		if err != nil {
			s.lines <- input{kind: inputEnd} // the terminal is gone
			return
		}
		if k == keySuspend {
			s.suspend()
			continue
		}
		if k == keyEnter && s.breaksLines() && keys.textFollows() {
			k, text = keyPaste, "\n" // of a terminal that does not bracket what is pasted
		}
		if in, done := s.press(k, text); done {
			s.lines <- in
		}
	}
}

// size returns the size of the terminal, or the usual one where it has none.
func (s *terminalScreen) size() (width, height int) {
	width, height, err := term.GetSize(int(s.out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

func (s *terminalScreen) inputs() <-chan input { return s.lines }

func (s *terminalScreen) edit() { s.show(true, false) }

func (s *terminalScreen) ask(text string, hidden bool) {
	if text != "" {
		s.prefill(text)
	}
	s.change(func() { s.on, s.hidden, s.asking = true, hidden, true })
}

func (s *terminalScreen) rest() {
	s.change(func() { s.on, s.hidden, s.asking = false, false, false })
	s.forget() // answers to questions are no messages
}

func (s *terminalScreen) bell() { _, _ = io.WriteString(s.out, "\a") }

func (s *terminalScreen) columns() int   { w, _ := s.size(); return w }
func (s *terminalScreen) terminal() bool { return true }

func (s *terminalScreen) close() {
	close(s.closed)
	s.cooked()
}
