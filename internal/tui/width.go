package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"plausch/client"
	"plausch/internal/terminal"
)

// widths counts columns. The renderer counts by code points until the terminal says
// that it draws a cluster as one (mode 2027), and by clusters from then on. Everything
// here is laid out by the method that the renderer uses, so that both agree where a
// cell is.
type widths struct{ method ansi.Method }

// first returns the first cluster of s and how many columns the renderer gives it.
func (w widths) first(s string) (cluster string, columns int) {
	if len(s) == 1 || s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf {
		if s[0] < ' ' || s[0] == 0x7f {
			return s[:1], 0
		}
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, w.method)
}

// clean returns a text of others as it may be drawn: see [client.Clean]. Where the
// renderer counts by code points, a terminal may do so or not: what both would not count
// alike is drawn in a way that they do. A family is drawn as its members, a skin without
// its tone.
func (w widths) clean(s string) string { return w.settle(client.Clean(s)) }

// cleanLine is clean for what has to stay on one line.
func (w widths) cleanLine(s string) string { return w.settle(client.CleanLine(s)) }

func (w widths) settle(s string) string {
	if w.method == ansi.GraphemeWidth || !strings.ContainsFunc(s, isUnsettled) {
		return s
	}
	var b strings.Builder
	var last rune
	for _, r := range s {
		if !isUnsettled(r) || r == '\u200d' && last < firstSign { // between letters, it says how they join
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// firstSign is behind the letters of all scripts with joiners.
const firstSign = '\u2000'

// isUnsettled reports whether terminals differ in how many columns a cluster with r
// takes: joiners and variation selectors between pictures, skin tones, keycaps, tags.
func isUnsettled(r rune) bool {
	return r == '\u200d' || r == '\ufe0f' || r == '\u20e3' || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f
}

// of returns how many columns the renderer gives a text without escape sequences.
func (w widths) of(s string) int {
	n := 0
	for s != "" {
		c, columns := w.first(s)
		n += columns
		s = s[len(c):]
	}
	return n
}

// most returns how many columns a cluster can take on a terminal that counts in
// another way than the renderer. Rows are broken by it, so that no terminal breaks one
// by itself: the rest would stand at the left edge, like what somebody else says.
func (w widths) most(cluster string, columns int) int {
	if len(cluster) == 1 {
		return columns
	}
	return max(columns, terminal.ClusterWidth(cluster))
}

// cut returns the longest beginning of s that has at most so many columns, with an
// ellipsis if something is missing, and its columns.
func (w widths) cut(s string, columns int) (string, int) {
	used, fits, fitsUsed := 0, 0, 0 // fits leaves room for the ellipsis
	for i := 0; i < len(s); {
		c, n := w.first(s[i:])
		if used+n > columns {
			if columns < 1 {
				return "", 0
			}
			return s[:fits] + "…", fitsUsed + 1
		}
		if used+n <= columns-1 {
			fits, fitsUsed = i+len(c), used+n
		}
		used += n
		i += len(c)
	}
	return s, used
}

// fit returns s cut or padded to exactly so many columns.
func (w widths) fit(s string, columns int) string {
	s, used := w.cut(s, columns)
	return s + blanks(columns-used)
}

const manyBlanks = "                                                                                                                                                                                                                                "

// blanks returns n spaces, none if n is negative.
func blanks(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(manyBlanks):
		return manyBlanks[:n]
	}
	return strings.Repeat(" ", n)
}
