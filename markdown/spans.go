package markdown

import "strings"

// mark is a kind of span that is opened and closed by the same characters (S4).
type mark int

const (
	star       mark = iota // *emphasis*
	underscore             // _emphasis_
	starStar               // **strong**
	tildes                 // ~~strike~~
	bars                   // ||spoiler||
	marks      = 5
)

var markKinds = [marks]SpanKind{star: Emphasis, underscore: Emphasis, starStar: Strong, tildes: Strike, bars: Spoiler}

// marksOf has what each run can open or close, in the order of trying; other runs
// are text (S4).
var marksOf = map[string][]mark{
	"*": {star}, "**": {starStar}, "***": {starStar, star}, "_": {underscore}, "~~": {tildes}, "||": {bars},
}

// width is the number of characters of a mark.
func (m mark) width() int {
	if m == star || m == underscore {
		return 1
	}
	return 2
}

// none is the place of what there is not.
const none = -1

// scanner parses the spans of one text, from the left to the right. It puts out
// spans, among them marks and brackets as text; what closes one takes all behind
// it in out for its children.
type scanner struct {
	text  string
	at    int // the next character
	start int // where the text begins that is not in out yet
	steps int

	out      []Span
	open     [marks]int  // where in out each mark was opened last, or none
	brackets []int       // where in out [ stand that may begin a link
	visible  int         // the last place in out with a letter, digit, or character outside of ASCII
	link     int         // the last place in out with a link
	lastBars int         // where in text the last || stands
	ticks    map[int]int // where each run of backticks that begins a span of code has its other one
}

// spans parses the text of a paragraph or an item, which is not blank.
func (p *parser) spans(text string) []Span {
	s := scanner{text: text, visible: none, link: none, lastBars: strings.LastIndex(text, "||")}
	s.open = [marks]int{none, none, none, none, none}
	s.pairTicks()
	for s.at < len(s.text) {
		s.steps++
		if !s.span() {
			s.at++
		}
	}
	s.flush()
	p.steps += s.steps
	return joinText(s.out)
}

// span reads what begins at the next character, and reports whether that is
// anything but text.
func (s *scanner) span() bool {
	switch c := s.text[s.at]; c {
	case '\\':
		return s.escape()
	case '`':
		return s.code()
	case '*', '_', '~', '|':
		return s.marks()
	case '[':
		s.put(1, Span{Kind: Text, Text: "["})
		s.brackets = append(s.brackets, len(s.out)-1)
		return true
	case ']':
		return s.namedLink()
	case 'h', 'H', 'm', 'M':
		return s.bareLink()
	case '@':
		return s.mention()
	case '/':
		return s.messageLink()
	case '\n':
		s.newline()
	}
	return false
}

// put puts out a span of the next n characters, behind the text before it.
func (s *scanner) put(n int, span Span) {
	s.flush()
	s.out = append(s.out, span)
	s.at += n
	s.start = s.at
}

// putVisible is put for a span that is more than punctuation.
func (s *scanner) putVisible(n int, span Span) {
	s.put(n, span)
	s.visible = len(s.out) - 1
}

// flush puts out the text up to the next character.
func (s *scanner) flush() {
	if text := s.text[s.start:s.at]; text != "" {
		s.out = append(s.out, Span{Kind: Text, Text: text})
		s.steps += len(text)
		if strings.IndexFunc(text, isVisible) >= 0 {
			s.visible = len(s.out) - 1
		}
	}
	s.start = s.at
}

// escape reads a backslash that makes text of the character behind it (S1). That
// of ¯\_(ツ)_/¯ is text, too.
func (s *scanner) escape() bool {
	if s.at+1 == len(s.text) || !strings.ContainsRune("*_~|`[>@-", rune(s.text[s.at+1])) {
		return false
	}
	if s.before() == '¯' {
		s.at += 2
		return true
	}
	s.flush()
	s.start = s.at + 1
	s.at += 2
	return true
}

// code reads a span of code (S2).
func (s *scanner) code() bool {
	n := runLength(s.text, s.at)
	end, ok := s.ticks[s.at]
	if !ok {
		s.steps += n
		s.at += n
		return true
	}
	text := s.text[s.at+n : end]
	if strings.HasPrefix(text, " ") && strings.HasSuffix(text, " ") {
		text = text[1 : len(text)-1]
	}
	s.putVisible(end+n-s.at, Span{Kind: Code, Text: text})
	return true
}

// pairTicks finds for each run of backticks the next one of the same length,
// without a blank line between them and with more than white space (S2).
func (s *scanner) pairTicks() {
	if !strings.Contains(s.text, "`") {
		return
	}
	s.ticks = map[int]int{}
	last := map[int]int{} // where the last run of a length begins
	filled := none        // the last character that is not white space
	for at := 0; at < len(s.text); {
		s.steps++
		switch s.text[at] {
		case '`':
			n := runLength(s.text, at)
			if begin, ok := last[n]; ok && filled >= begin+n {
				s.ticks[begin] = at
			}
			last[n] = at
			filled = at + n - 1
			at += n
			continue
		case '\n':
			if s.blankLine(at) && len(last) > 0 {
				last = map[int]int{}
			}
		case ' ', '\t':
		default:
			filled = at
		}
		at++
	}
}

// newline leaves as text, at a blank line, what was opened before it (S4, S5).
// Spoilers go on: what was to be hidden stays hidden.
func (s *scanner) newline() {
	if s.blankLine(s.at) {
		spoiler := s.open[bars]
		s.forget(none)
		s.open[bars] = spoiler
	}
}

// blankLine reports whether the line behind the newline at at is blank.
func (s *scanner) blankLine(at int) bool {
	line := at + 1
	for line < len(s.text) && (s.text[line] == ' ' || s.text[line] == '\t') {
		line++
	}
	s.steps += line - at
	return line < len(s.text) && s.text[line] == '\n'
}

// marks reads a run of *, _, ~ or | (S4).
func (s *scanner) marks() bool {
	c := s.text[s.at]
	n := runLength(s.text, s.at)
	s.steps += n
	kinds := marksOf[s.text[s.at:s.at+n]]
	if kinds == nil {
		s.at += n
		return true
	}
	before, after := s.before(), s.runeAt(s.at+n)
	opens := c == '|' || !isSpace(after) && !isWord(before)
	closes := c == '|' || !isSpace(before) && (c != '_' || !isWord(after))
	s.flush()
	left := n
	if len(kinds) == 2 && s.open[kinds[0]] < s.open[kinds[1]] {
		kinds = []mark{kinds[1], kinds[0]} // the inner one first
	}
	for _, m := range kinds {
		if closes && s.close(m) {
			left -= m.width()
		}
	}
	if left > 0 {
		s.put(left, Span{Kind: Text, Text: s.text[s.at : s.at+left]})
	}
	s.at += n - left
	s.start = s.at
	if left == n && opens {
		for _, m := range kinds {
			s.open[m] = len(s.out) - 1
		}
	}
	return true
}

// close makes one span of a mark that is open and all that was put out since,
// and reports whether it did (S4). If that is punctuation alone, both marks are text.
func (s *scanner) close(m mark) bool {
	p := s.open[m]
	if p == none || s.inSpoiler(p) {
		return false
	}
	if m == bars && isBlankText(s.out[p+1:]) || m != bars && s.visible <= p {
		s.open[m] = none
		return false
	}
	s.out[p].Text = s.out[p].Text[m.width():]
	s.wrap(p+1, Span{Kind: markKinds[m]})
	s.open[m] = none
	s.forget(p)
	return true
}

// inSpoiler reports whether a spoiler was opened behind place p and can still be
// closed. Nothing may end in it that began before it: what was to be hidden stays
// hidden (S4, S5).
func (s *scanner) inSpoiler(p int) bool { return s.open[bars] > p && s.lastBars >= s.at }

// wrap makes all from place p on the children of a span that takes their place.
func (s *scanner) wrap(p int, span Span) {
	span.Children = joinText(s.out[p:])
	s.out = append(s.out[:p], span)
	s.visible = min(s.visible, p)
	s.link = min(s.link, p)
}

// forget leaves as text what was opened behind place p.
func (s *scanner) forget(p int) {
	for m, opened := range s.open {
		if opened > p {
			s.open[m] = none
		}
	}
	for len(s.brackets) > 0 && s.brackets[len(s.brackets)-1] > p {
		s.brackets = s.brackets[:len(s.brackets)-1]
	}
}

// namedLink reads the ] of [text](address) (S5).
func (s *scanner) namedLink() bool {
	if len(s.brackets) == 0 {
		return false
	}
	p := s.brackets[len(s.brackets)-1]
	s.brackets = s.brackets[:len(s.brackets)-1]
	if !strings.HasPrefix(s.text[s.at:], "](") {
		return false
	}
	end := s.address(s.at + 2)
	if end == none || end == len(s.text) || s.text[end] != ')' {
		return false
	}
	s.flush()
	if s.link > p || s.inSpoiler(p) || isBlankText(s.out[p+1:]) {
		return false
	}
	url := s.text[s.at+2 : end]
	s.out = append(s.out[:p], s.out[p+1:]...)
	s.wrap(p, Span{Kind: Link, URL: url})
	s.link, s.visible = p, p
	s.forget(p - 1)
	s.at = end + 1
	s.start = s.at
	return true
}

// joinText returns a copy of spans without those of no text, and with neighbours
// of text in one.
func joinText(spans []Span) []Span {
	var joined []Span
	for i := 0; i < len(spans); i++ {
		if spans[i].Kind != Text {
			joined = append(joined, spans[i])
			continue
		}
		first := i
		for i+1 < len(spans) && spans[i+1].Kind == Text {
			i++
		}
		text := spans[i].Text
		if first < i {
			var b strings.Builder
			for _, span := range spans[first : i+1] {
				b.WriteString(span.Text)
			}
			text = b.String()
		}
		if text != "" {
			joined = append(joined, Span{Kind: Text, Text: text})
		}
	}
	return joined
}

// isBlankText reports whether spans show nothing but white space.
func isBlankText(spans []Span) bool {
	for _, span := range spans {
		if span.Kind != Text || strings.Trim(span.Text, " \t\n") != "" {
			return false
		}
	}
	return true
}
