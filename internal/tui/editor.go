package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// editor is the text that the user writes. Its cursor stands before a cluster, so that
// a letter goes with its marks and a picture with its parts.
type editor struct {
	text   string
	cursor int // in bytes
	column int // that up and down try to keep; -1 for that of the cursor
	killed string
	undo   []edit
}

// edit is a state of an editor.
type edit struct {
	text   string
	cursor int
}

// maxUndo bounds the steps that can be taken back.
const maxUndo = 100

// set replaces the text and puts the cursor behind it.
func (e *editor) set(text string) {
	e.remember()
	e.text, e.cursor, e.column = text, len(text), -1
}

// remember keeps the state before a change, to be taken back.
func (e *editor) remember() {
	if n := len(e.undo); n > 0 && e.undo[n-1].text == e.text {
		return
	}
	if len(e.undo) == maxUndo {
		e.undo = append(e.undo[:0], e.undo[1:]...)
	}
	e.undo = append(e.undo, edit{e.text, e.cursor})
}

// undoLast takes the last change back.
func (e *editor) undoLast() {
	for n := len(e.undo); n > 0; n = len(e.undo) {
		last := e.undo[n-1]
		e.undo = e.undo[:n-1]
		if last.text != e.text {
			e.text, e.cursor, e.column = last.text, last.cursor, -1
			return
		}
	}
}

// insert writes at the cursor.
func (e *editor) insert(s string) {
	if len(s) > 1 || s == " " {
		e.remember()
	}
	e.text = e.text[:e.cursor] + s + e.text[e.cursor:]
	e.cursor += len(s)
	e.column = -1
}

// replace puts s in the place of the text from a byte up to the cursor.
func (e *editor) replace(from int, s string) {
	e.remember()
	e.text = e.text[:from] + s + e.text[e.cursor:]
	e.cursor = from + len(s)
	e.column = -1
}

// remove takes out the text between two bytes, and keeps it for yank if kill is set.
func (e *editor) remove(from, to int, kill bool) {
	if from >= to {
		return
	}
	e.remember()
	if kill {
		e.killed = e.text[from:to]
	}
	e.text = e.text[:from] + e.text[to:]
	e.cursor, e.column = from, -1
}

func (e *editor) move(to int) { e.cursor, e.column = to, -1 }

// before and after return the ends of the clusters on both sides of the cursor.
func (e *editor) before(w widths) int {
	line := strings.LastIndexByte(e.text[:e.cursor], '\n') + 1
	if line == e.cursor {
		return max(0, e.cursor-1)
	}
	last := line
	for i := line; i < e.cursor; {
		last = i
		c, _ := w.first(e.text[i:])
		i += len(c)
	}
	return last
}

func (e *editor) after(w widths) int {
	if e.cursor == len(e.text) {
		return e.cursor
	}
	c, _ := w.first(e.text[e.cursor:])
	return e.cursor + len(c)
}

// wordBefore and wordAfter return where words begin and end.
func (e *editor) wordBefore() int {
	s := strings.TrimRightFunc(e.text[:e.cursor], func(r rune) bool { return !isWord(r) })
	return len(strings.TrimRightFunc(s, isWord))
}

func (e *editor) wordAfter() int {
	s := strings.TrimLeftFunc(e.text[e.cursor:], func(r rune) bool { return !isWord(r) })
	return len(e.text) - len(strings.TrimLeftFunc(s, isWord))
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// spaceBefore returns where the last word begins, of all that is no space.
func (e *editor) spaceBefore() int {
	s := strings.TrimRightFunc(e.text[:e.cursor], unicode.IsSpace)
	i := strings.LastIndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return i + size
}

func (e *editor) lineBegin() int { return strings.LastIndexByte(e.text[:e.cursor], '\n') + 1 }

func (e *editor) lineEnd() int {
	if i := strings.IndexByte(e.text[e.cursor:], '\n'); i >= 0 {
		return e.cursor + i
	}
	return len(e.text)
}

// inputRow is a row of the text as it is shown: its bytes from begin to end.
type inputRow struct{ begin, end int }

// layout breaks the text into rows of at most so many columns, and returns in which row
// and column the cursor is.
func (e *editor) layout(w widths, columns int) (rows []inputRow, x, y int) {
	columns = max(columns, minColumns)
	begin, used := 0, 0
	cursor := func(i int) {
		if i == e.cursor {
			x, y = used, len(rows)
		}
	}
	for i := 0; i < len(e.text); {
		c, n := w.first(e.text[i:])
		switch c {
		case "\n":
			cursor(i)
			rows = append(rows, inputRow{begin, i})
			begin, used = i+1, 0
			i++
			continue
		case "\t":
			n = tabWidth
		}
		if len(c) > 1 {
			n = w.of(w.settle(c)) // as it is drawn
		}
		most := w.most(c, n)
		if used+most > columns-1 && used > 0 { // the last column is the cursor's
			rows = append(rows, inputRow{begin, i})
			begin, used = i, 0
		}
		cursor(i)
		used += n
		i += len(c)
	}
	cursor(len(e.text))
	return append(rows, inputRow{begin, len(e.text)}), x, y
}

// vertical moves the cursor by rows. It returns false if there is none to go to.
func (e *editor) vertical(w widths, columns, by int) bool {
	rows, x, y := e.layout(w, columns)
	to := y + by
	if to < 0 || to >= len(rows) {
		return false
	}
	if e.column < 0 {
		e.column = x
	}
	used, i := 0, rows[to].begin
	for i < rows[to].end {
		c, n := w.first(e.text[i:])
		if len(c) > 1 {
			n = w.of(w.settle(c))
		}
		if used+n > e.column {
			break
		}
		used += n
		i += len(c)
	}
	if i == rows[to].end && to+1 < len(rows) && i > rows[to].begin && e.text[i] != '\n' {
		i-- // a broken row ends before its last character: behind it is the next row
		for !utf8.RuneStart(e.text[i]) {
			i--
		}
	}
	e.cursor = i
	return true
}
