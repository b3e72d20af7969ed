package linechat

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"plausch/client"
	"plausch/internal/terminal"
)

// editor is the line that is being typed, at the bottom of what has been
// printed. One lock is over both: what is printed goes above the line, which is
// taken away and drawn again in one write, so that neither can tear the other.
//
// It always knows where the cursor is without asking the terminal, since
// whatever is printed ends with a newline and rows are broken by the editor
// itself, never by the terminal.
type editor struct {
	out  io.Writer
	size func() (width, height int)

	mu       sync.Mutex // guards what follows
	on       bool       // the line is drawn
	hidden   bool       // what is typed is not shown
	asking   bool       // for an answer, which is no message
	pasted   bool       // the line begins with what was pasted
	prompt   string
	style    string // SGR parameters of the prompt; may be empty
	line     []rune
	pos      int   // of the cursor in line
	rows     []int // widths of the rows as they are drawn
	row, col int   // of the cursor in them

	history []string
	at      int    // which of history is in line; len(history) if none is
	draft   []rune // what was typed before one of history came
	killed  []rune
	tabs    bool // the last key was a tab that found several candidates

	// complete returns the candidates for what stands from start to the cursor.
	complete func(before string) (start int, candidates []string)
}

const maxHistory = 500

// inputKind says what the user did.
type inputKind int

const (
	inputLine      inputKind = iota // Enter
	inputInterrupt                  // Ctrl-C on an empty line
	inputEnd                        // Ctrl-D on an empty line, or the end of standard input
)

type input struct {
	kind inputKind
	text string
	// pasted tells that text begins with what was pasted, and not typed.
	pasted bool
	err    error // of standard input, or why text cannot be sent
}

// Write prints whole lines above the line being typed.
func (e *editor) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b bytes.Buffer
	e.erase(&b)
	b.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))) // raw mode does not do it
	e.draw(&b)
	_, err := e.out.Write(b.Bytes())
	return len(p), err
}

// setPrompt changes what stands before the line.
func (e *editor) setPrompt(prompt, style string) {
	e.change(func() { e.prompt, e.style = prompt, style })
}

// show begins or ends to draw the line. What was typed before is in it.
func (e *editor) show(on, hidden bool) { e.change(func() { e.on, e.hidden = on, hidden }) }

// forget empties the history.
func (e *editor) forget() { e.change(func() { e.history, e.at = nil, 0 }) }

// prefill sets the line.
func (e *editor) prefill(text string) {
	e.change(func() { e.line = []rune(text); e.pos = len(e.line) })
}

// breaksLines reports whether a line's end that comes at once with more is one
// within a text. Answers and commands end with their line.
func (e *editor) breaksLines() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.asking && !isCommand(string(e.line))
}

// change redraws the line around a change of what it shows.
func (e *editor) change(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.redraw(change)
}

func (e *editor) redraw(change func()) {
	var b bytes.Buffer
	e.erase(&b)
	change()
	e.draw(&b)
	if b.Len() > 0 {
		_, _ = e.out.Write(b.Bytes()) // a terminal that is gone ends the input, too
	}
}

// erase takes the line off the screen, row by row from below: some terminals
// take the erasing of a screen from its first row on for a new page, and keep
// the old one among what has scrolled away.
func (e *editor) erase(b *bytes.Buffer) {
	if len(e.rows) == 0 {
		return
	}
	if down := len(e.rows) - 1 - e.row; down > 0 {
		fmt.Fprintf(b, "\x1b[%dB", down)
	}
	b.WriteString("\r\x1b[K")
	for range len(e.rows) - 1 {
		b.WriteString("\x1b[A\x1b[K")
	}
	e.rows, e.row = nil, 0
}

// draw draws the line where the cursor is, at the start of a row. Of a line that
// is higher than the screen it draws what is around the cursor.
func (e *editor) draw(b *bytes.Buffer) {
	if !e.on {
		return
	}
	columns, height := e.size()
	rows, row, col := e.layout(columns)
	from := max(0, row+1-max(1, height-1))
	rows = rows[from:min(len(rows), from+max(1, height-1))]
	e.rows, e.row, e.col = e.rows[:0], row-from, col
	for i, r := range rows {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(r.text)
		e.rows = append(e.rows, r.width)
	}
	here := rows[e.row]
	up := len(rows) - 1 - e.row
	if up == 0 && here.cursor == len(here.text) {
		return // the cursor stands there
	}
	if up > 0 {
		fmt.Fprintf(b, "\x1b[%dA", up)
	}
	// What stands before the cursor is written once more: only the terminal knows how
	// wide it is to it.
	b.WriteString("\r" + here.text[:here.cursor])
}

type editorRow struct {
	text   string
	width  int // where pictures of several parts are drawn as one
	cursor int // of the row with the cursor: how many bytes of text are before it
}

// layout breaks prompt and line into rows and returns where the cursor is.
func (e *editor) layout(columns int) (rows []editorRow, row, col int) {
	l := editorLayout{columns: max(columns, 8)}
	if e.style != "" {
		l.WriteString("\x1b[" + e.style + "m")
	}
	for c := range terminal.Clusters(e.prompt) {
		l.cluster(c)
	}
	if e.style != "" {
		l.WriteString("\x1b[0m")
	}
	at := 0
	if !e.hidden {
		for c := range terminal.Clusters(string(e.line)) {
			if at <= e.pos { // within a cluster, it stands before it
				l.setCursor(terminal.ClusterWidth(c))
			}
			l.cluster(c)
			at += utf8.RuneCountInString(c)
		}
	}
	if e.hidden || at <= e.pos {
		l.setCursor(1) // at the end it needs a place, too
	}
	l.endRow()
	return l.rows, l.row, l.col
}

// editorLayout breaks a line into rows.
type editorLayout struct {
	strings.Builder // of the row
	columns         int
	used            int // by the row, at most
	width           int // of the row
	rows            []editorRow
	row, col        int // of the cursor
	cursor          int // in bytes of its row
}

// cluster adds a cluster in the form in which it can be shown.
func (l *editorLayout) cluster(c string) {
	switch c = client.Clean(c); c {
	case "\n":
		l.endRow()
		return
	case "\t":
		c = strings.Repeat(" ", terminal.TabWidth)
	}
	l.makePlace(terminal.Width(c))
	l.WriteString(c)
	l.used += terminal.Width(c)
	l.width += uniseg.StringWidth(c)
}

// setCursor puts the cursor before something of this width.
func (l *editorLayout) setCursor(width int) {
	l.makePlace(width)
	l.row, l.col, l.cursor = len(l.rows), min(l.width, l.columns-1), l.Len()
}

// makePlace begins a new row if this one has no place for something of this width.
func (l *editorLayout) makePlace(width int) {
	if l.used > 0 && l.used+width > l.columns {
		l.endRow()
	}
}

func (l *editorLayout) endRow() {
	r := editorRow{text: l.String(), width: l.width}
	if l.row == len(l.rows) {
		r.cursor = l.cursor
	}
	l.rows = append(l.rows, r)
	l.Reset()
	l.used, l.width = 0, 0
}

// resized draws the line anew after the terminal has changed its size and, as
// terminals do, broken rows that were too long for it.
func (e *editor) resized() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.rows) == 0 {
		return
	}
	columns, height := e.size()
	columns = max(columns, 1)
	row := e.col / columns
	for _, w := range e.rows[:e.row] {
		row += max(1, (w+columns-1)/columns)
	}
	var b bytes.Buffer
	if row = min(row, max(0, height-1)); row > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", row)
	}
	b.WriteString("\r\x1b[J") // how many rows there are is a guess; this needs none
	e.rows, e.row = nil, 0
	e.draw(&b)
	_, _ = e.out.Write(b.Bytes())
}

// press does what a key means. It returns true and the input if the key ends it.
func (e *editor) press(k key, text string) (in input, done bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var print string // above the line
	e.redraw(func() {
		if k == keyTab {
			print = e.tab()
			return
		}
		e.tabs = false
		in, done = e.edit(k, text)
	})
	if print != "" {
		var b bytes.Buffer
		e.erase(&b)
		b.WriteString(print)
		e.draw(&b)
		_, _ = e.out.Write(b.Bytes())
	}
	return in, done
}

// tab completes what stands before the cursor as far as all candidates agree.
// The second tab in a row shows them.
func (e *editor) tab() (print string) {
	if e.complete == nil || e.hidden {
		return ""
	}
	before := e.line[:e.pos]
	start, candidates := e.complete(string(before))
	if len(candidates) == 0 {
		return ""
	}
	common := []rune(candidates[0])
	for _, c := range candidates[1:] {
		n := 0
		for i, r := range []rune(c) {
			if i >= len(common) || r != common[i] {
				break
			}
			n++
		}
		common = common[:n]
	}
	old := before[start:]
	if len(common) < len(old) || string(common) == string(old) {
		if e.tabs && len(candidates) > 1 {
			columns, _ := e.size()
			print = strings.ReplaceAll(terminal.Wrap("", strings.Join(candidates, "  "), columns, 2), "\n", "\r\n") + "\r\n"
		}
		e.tabs = true
		return print
	}
	tail := slices.Clone(e.line[e.pos:])
	e.line = append(append(before[:start:start], common...), tail...)
	e.pos = start + len(common)
	e.tabs = len(candidates) > 1
	return ""
}
