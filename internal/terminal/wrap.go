package terminal

import "strings"

// Wrap returns head and text, broken into rows of at most columns, as many as any
// terminal could need for them. All rows but the first begin with indent spaces,
// less on a very narrow terminal, so that no text can look like a message of
// somebody else. With 0 columns only the line breaks of the text count.
func Wrap(head, text string, columns, indent int) string {
	if columns <= 0 {
		return head + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indent))
	}
	columns = max(columns, MinColumns)
	w := wrapper{columns: columns, indent: min(indent, max(1, columns/4))}
	for i, line := range strings.Split(head+text, "\n") {
		if i > 0 {
			w.newRow()
		}
		w.line(strings.ReplaceAll(line, "\t", strings.Repeat(" ", TabWidth)))
	}
	return w.String()
}

// TabWidth is how many columns a tab takes.
const TabWidth = 4

// MinColumns is the least that has room for an indent and a wide character.
const MinColumns = 4

// wrapper breaks lines into rows.
type wrapper struct {
	strings.Builder
	columns, indent int
	used            int  // columns of the row
	words           bool // the row has more than its indent
}

func (w *wrapper) newRow() {
	w.WriteString("\n" + strings.Repeat(" ", w.indent))
	w.used, w.words = w.indent, false
}

// line adds a line, which goes on in further rows if need be. A word with the
// spaces before it is the least that is kept together.
func (w *wrapper) line(line string) {
	for line != "" {
		word := strings.TrimLeft(line, " ")
		spaces := len(line) - len(word)
		if end := strings.IndexByte(word, ' '); end >= 0 {
			word = word[:end]
		}
		line = line[spaces+len(word):]
		width := Width(word)
		if w.used+spaces+width > w.columns && w.words && width <= w.columns-w.indent {
			w.newRow()
			spaces = 0
		}
		for range spaces {
			w.cluster(" ", 1)
		}
		for c := range Clusters(word) {
			w.cluster(c, ClusterWidth(c))
		}
	}
}

// cluster adds a cluster, in a new row if there is no place in this one.
func (w *wrapper) cluster(c string, width int) {
	if width > w.columns-w.indent { // a picture of several: its first part alone
		for _, r := range c {
			c, width = string(r), RuneWidth(r)
			break
		}
	}
	if w.used+width > w.columns {
		w.newRow()
	}
	w.WriteString(c)
	w.used += width
	w.words = w.words || width > 0
}
