package tui

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// run is a part of a text in one style. Its text is clean, and has newlines at most.
type run struct {
	text  string
	style style
	link  string // an address that the text leads to; empty for none
}

// row is a row of the screen as it is written: text with escape sequences that end
// where they began, and how many columns it takes.
type row struct {
	text    string
	columns int
}

// wrapper breaks runs into rows. A word that does not fit goes to the next row; one
// that fits in none is broken.
type wrapper struct {
	widths
	theme    *theme
	columns  int
	indent   []cell // what every row but the first begins with
	indented int    // its columns

	rows []row
	line []cell // of the row that is being filled
	used int    // columns of line at most
	base int    // how many cells of line are the indent
	word int    // where in line its last word begins
}

// cell is a cluster with its looks.
type cell struct {
	text    string
	columns int // by the renderer
	most    int // on any terminal
	style   style
	link    string
}

const tabWidth = 4

// minColumns is the least that text is broken to.
const minColumns = 4

// wrap breaks runs into rows of at most so many columns. All rows but the first begin
// with the indent, or with its beginning where rows are short.
func (w widths) wrap(t *theme, columns int, runs []run, indent run) []row {
	wr := wrapper{widths: w, theme: t, columns: max(columns, minColumns)}
	for _, r := range indent.text {
		n := w.of(string(r))
		if wr.indented+n <= wr.columns/4 {
			wr.indent = append(wr.indent, cell{string(r), n, n, indent.style, ""})
			wr.indented += n
		}
	}
	for _, r := range runs {
		wr.add(r)
	}
	wr.end()
	return wr.rows
}

// add takes in a run.
func (w *wrapper) add(r run) {
	for s := r.text; s != ""; {
		c, n := w.first(s)
		s = s[len(c):]
		switch c {
		case "\n":
			w.end()
			w.begin()
			continue
		case "\t":
			for range tabWidth {
				w.put(cell{" ", 1, 1, r.style, r.link})
			}
			continue
		}
		if n == 0 && len(w.line) > 0 { // a mark whose letter is in the run before
			w.line[len(w.line)-1].text += c
			continue
		}
		w.put(cell{c, n, w.most(c, n), r.style, r.link})
	}
}

// put adds a cell, breaking the row before it if there is no place.
func (w *wrapper) put(c cell) {
	if room := w.columns - w.indented; c.most > room { // a picture of several: its first part alone
		r, _ := utf8.DecodeRuneInString(c.text)
		c.text = string(r)
		c.columns = w.of(c.text)
		c.most = min(w.most(c.text, c.columns), room)
	}
	if w.used+c.most > w.columns && len(w.line) > w.base {
		if c.text == " " { // the break stands for it
			w.end()
			w.begin()
			return
		}
		rest := w.breakWord()
		w.end()
		w.begin()
		for _, moved := range rest {
			w.put(moved)
		}
		w.put(c)
		return
	}
	w.line = append(w.line, c)
	w.used += c.most
	if c.text == " " {
		w.word = len(w.line)
	}
}

// breakWord takes the word that does not fit off the row, unless the row has nothing
// else, and returns it.
func (w *wrapper) breakWord() []cell {
	if w.word <= w.base {
		return nil
	}
	rest := slices.Clone(w.line[w.word:])
	w.line = w.line[:w.word]
	return rest
}

// begin begins a row that is not the first.
func (w *wrapper) begin() {
	w.line = append(w.line, w.indent...)
	w.used, w.base, w.word = w.indented, len(w.indent), len(w.indent)
}

// end ends the row.
func (w *wrapper) end() {
	var b strings.Builder
	columns := 0
	for i := 0; i < len(w.line); {
		j := i
		var part strings.Builder
		for ; j < len(w.line) && w.line[j].style == w.line[i].style && w.line[j].link == w.line[i].link; j++ {
			part.WriteString(w.line[j].text)
			columns += w.line[j].columns
		}
		putLinked(&b, w.theme, w.line[i].style, w.line[i].link, part.String())
		i = j
	}
	w.rows = append(w.rows, row{b.String(), columns})
	w.line, w.used, w.base, w.word = w.line[:0], 0, 0, 0
}

// putLinked writes a text that leads to an address, if there is one (OSC 8).
func putLinked(b *strings.Builder, t *theme, s style, link, text string) {
	if link == "" {
		t.put(b, s, text)
		return
	}
	b.WriteString("\x1b]8;;" + link + "\x1b\\")
	t.put(b, s, text)
	b.WriteString("\x1b]8;;\x1b\\")
}
