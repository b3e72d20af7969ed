package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// completion is what the word before the cursor can become.
type completion struct {
	from       int // where the word begins, in bytes
	candidates []candidate
	chosen     int
	taken      bool // a candidate stands in the input: the next Tab takes the next
}

// candidate is a word, and what stands behind it when it is taken.
type candidate struct{ word, suffix string }

// maxCandidates bounds what is offered.
const maxCandidates = 50

// complete takes the candidate that is offered; the next Tab takes the next one.
func (m *Model) complete() tea.Cmd {
	c := m.completing
	if c == nil || len(c.candidates) == 0 {
		if from, word, ok := m.pathWord(); ok {
			return m.completePath(from, word)
		}
		if c = m.candidates(true); c == nil {
			return nil
		}
	} else if c.taken {
		c.chosen = (c.chosen + 1) % len(c.candidates)
	}
	taken := c.candidates[c.chosen]
	m.input.replace(c.from, taken.word+taken.suffix)
	c.taken = true
	m.completing = c
	if len(c.candidates) == 1 {
		m.completing = nil
	}
	m.arrange()
	return nil
}

// pathWord returns the word before the cursor if it is the path of a command.
func (m *Model) pathWord() (from int, word string, ok bool) {
	before := m.input.text[:m.input.cursor]
	name, _, _ := parseCommand(before)
	cmd, known := findCommand(name)
	if !strings.HasPrefix(before, "/") || !known || !strings.HasPrefix(cmd.args, argFile) {
		return 0, "", false
	}
	from = strings.IndexByte(before, ' ') + 1
	word = strings.ReplaceAll(before[from:], `\ `, " ")
	return from, word, from > 0
}

// suggest offers candidates while the user types: after @, after / at the beginning, and
// after a colon with two letters.
func (m *Model) suggest() { m.completing = m.candidates(false) }

// candidates returns what the word before the cursor can become, nil for nothing. Asked
// is set if the user has pressed Tab.
func (m *Model) candidates(asked bool) *completion {
	before := m.input.text[:m.input.cursor]
	from := strings.LastIndexAny(before, " \n\t") + 1
	word := before[from:]
	c := &completion{from: from}
	switch {
	case from == 0 && strings.HasPrefix(word, "/") && !strings.HasPrefix(word, "//"):
		for _, cmd := range commands {
			c.add(word, "/"+cmd.name, " ")
		}
	case isCommandLine(before):
		m.argumentCandidates(c, before, word, asked)
	case strings.HasPrefix(word, "@"):
		m.nameCandidates(c, word, "@", suffixOf(from))
	case strings.HasPrefix(word, ":") && len(word) > 2:
		emojiCandidates(c, word)
	case asked && word != "":
		m.nameCandidates(c, word, "", suffixOf(from))
	}
	if len(c.candidates) == 0 {
		return nil
	}
	return c
}

// suffixOf returns what follows a name: at the beginning of a text it is whom that is
// for.
func suffixOf(from int) string {
	if from == 0 {
		return ": "
	}
	return " "
}

func isCommandLine(before string) bool {
	name, _, _ := parseCommand(before)
	_, known := findCommand(name)
	return strings.HasPrefix(before, "/") && known
}

// argumentCandidates completes the words of a command.
func (m *Model) argumentCandidates(c *completion, before, word string, asked bool) {
	name, words, _ := parseCommand(before)
	cmd, _ := findCommand(name)
	first := len(words) == 0 || len(words) == 1 && word != ""
	if !asked && word == "" {
		return
	}
	switch {
	case first && cmd.args == argRoom:
		for _, r := range m.server().Rooms() {
			if r.Joined {
				c.add(word, roomTitle(r), " ")
			}
		}
		m.nameCandidates(c, word, "@", " ")
	case first && strings.HasPrefix(cmd.args, argName):
		m.nameCandidates(c, word, "", " ")
	case strings.Contains(cmd.args, argText) && strings.HasPrefix(word, "@"):
		m.nameCandidates(c, word, "@", " ")
	}
}

// nameCandidates completes the names of people: of those in the room first.
func (m *Model) nameCandidates(c *completion, word, sign, suffix string) {
	if r := m.opened(); r != nil {
		for _, member := range r.Members {
			c.add(word, sign+m.cleanLine(member.Name), suffix)
		}
	}
	for _, p := range m.server().People() {
		c.add(word, sign+m.cleanLine(p.Name), suffix)
	}
}

// add offers a word if it begins like what is there.
func (c *completion) add(word, offered, suffix string) {
	if len(c.candidates) >= maxCandidates || len(offered) < len(word) || !strings.EqualFold(offered[:len(word)], word) || offered == word && suffix == "" {
		return
	}
	if !slices.ContainsFunc(c.candidates, func(old candidate) bool { return old.word == offered }) {
		c.candidates = append(c.candidates, candidate{offered, suffix})
	}
}

// completionLine shows the candidates in the place of the status line.
func (m *Model) completionLine(c *completion) string {
	var b strings.Builder
	used := 0
	put := func(s style, text string) {
		text, n := m.cut(text, m.columns-used)
		m.theme.put(&b, s, text)
		used += n
	}
	from := max(0, c.chosen-5)
	for i, cand := range c.candidates[from:] {
		put(style{bg: tokenBar}, " ")
		s := style{bg: tokenBar}
		if i+from == c.chosen {
			s = style{fg: tokenAccent, bg: tokenBar, attrs: bold}
		}
		put(s, cand.word)
		if cmd, known := findCommand(strings.TrimPrefix(cand.word, "/")); known && len(c.candidates) == 1 && strings.HasPrefix(cand.word, "/") {
			put(style{fg: tokenDim, bg: tokenBar}, "  "+cmd.args+"  "+cmd.help)
		}
	}
	m.theme.put(&b, style{bg: tokenBar}, blanks(m.columns-used))
	return b.String()
}
