package search

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"plausch"
)

// Query is what is looked for: messages that match every term and every condition.
type Query struct {
	Terms []Term
	// From and In are names as they were written: one of each must hold.
	From, In []string
	// Has are what a message must have, of HasFile, HasPicture and HasLink.
	Has []string
	// Before and After bound the times, the first exclusive; zero: no bound.
	Before, After time.Time
}

// Term is a word or a phrase of a query: pieces that follow each other.
type Term struct{ Pieces []Piece }

// Piece is one token of a term.
type Piece struct {
	Texts []string // in each spelling that differs
	Signs bool     // Texts is one run of Chinese, Japanese or Korean signs
	// Prefix and Part say what else than the whole word is found.
	Prefix, Part bool

	runes [][]rune // Texts
}

// mark is a pair of quotation marks that enclose phrases.
var marks = map[rune]string{'"': `"`, '“': "”“", '„': "“”", '«': "»", '»': "«", '”': "”"}

const dateLayout = "2006-01-02"

// Parse reads a query. Dates are days, months or years of a zone; nil is UTC.
//
// Errors are Invalid, or TooLarge beyond the bounds, and say what to write instead.
func Parse(text string, zone *time.Location) (*Query, error) {
	if len(text) > MaxQuery {
		return nil, plausch.Errorf(plausch.TooLarge, "what you search for can have %d bytes; it has %d", MaxQuery, len(text))
	}
	if zone == nil {
		zone = time.UTC
	}
	q := new(Query)
	found := 0
	for _, p := range split(text) {
		if p.key != "" {
			if err := q.addCondition(p.key, p.text, zone); err != nil {
				return nil, err
			}
			continue
		}
		t, err := newTerm(p)
		if err != nil {
			return nil, err
		}
		q.Terms = append(q.Terms, t)
		if found += len(t.Pieces); found > MaxTokens {
			return nil, plausch.Errorf(plausch.TooLarge, "a search can have %d words; take some away", MaxTokens)
		}
	}
	if len(q.Terms) == 0 && len(q.From) == 0 && len(q.Has) == 0 {
		return nil, plausch.Errorf(plausch.Invalid, "say what to look for: words, from:NAME, or has:file, has:picture, has:link")
	}
	if len(q.From)+len(q.In)+len(q.Has) > MaxTokens {
		return nil, plausch.Errorf(plausch.TooLarge, "a search can have %d conditions; take some away", MaxTokens)
	}
	return q, nil
}

// part is a piece of a query's text.
type part struct {
	key    string // of a condition, with text as its value; empty of a term
	text   string
	quoted bool
	star   bool // behind it
}

// split cuts a query at spaces that are not quoted.
func split(text string) (parts []part) {
	rest := []rune(text)
	for len(rest) > 0 {
		if unicode.IsSpace(rest[0]) {
			rest = rest[1:]
			continue
		}
		var p part
		n := 0
		for n < len(rest) && !unicode.IsSpace(rest[n]) && marks[rest[n]] == "" {
			n++
		}
		if key, value, ok := strings.Cut(string(rest[:n]), ":"); ok && isKey(key) {
			p.key, p.text = strings.ToLower(key), value
			if value != "" || n == len(rest) || unicode.IsSpace(rest[n]) {
				parts, rest = append(parts, p), rest[n:]
				continue
			}
			rest, n = rest[n:], 0 // its value is quoted
		}
		if n > 0 {
			p.text, rest = string(rest[:n]), rest[n:]
			if word, ok := strings.CutSuffix(p.text, "*"); ok {
				p.text, p.star = strings.TrimRight(word, "*"), true
			}
			p.text, p.star = strings.TrimLeft(p.text, "*"), p.star && !strings.HasPrefix(p.text, "*")
			parts = append(parts, p)
			continue
		}
		closing := marks[rest[0]]
		rest = rest[1:]
		for n < len(rest) && !strings.ContainsRune(closing, rest[n]) {
			n++
		}
		p.text, p.quoted = string(rest[:n]), true
		rest = rest[min(n+1, len(rest)):]
		if len(rest) > 0 && rest[0] == '*' {
			p.star, rest = true, rest[1:]
		}
		if p.text != "" || p.key != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func isKey(text string) bool {
	switch strings.ToLower(text) {
	case "from", "in", "has", "before", "after":
		return true
	}
	return false
}

func (q *Query) addCondition(key, value string, zone *time.Location) error {
	if value == "" {
		return plausch.Errorf(plausch.Invalid, "nothing stands behind %s: write it without a space, such as %s", key, map[string]string{
			"from": "from:anna", "in": "in:garden", "has": "has:picture", "before": "before:2026-05-01", "after": "after:2026-05-01",
		}[key])
	}
	switch key {
	case "from":
		q.From = append(q.From, value)
	case "in":
		q.In = append(q.In, value)
	case "has":
		value = strings.ToLower(value)
		if value != HasFile && value != HasPicture && value != HasLink {
			return plausch.Errorf(plausch.Invalid, "has:%s is not known; there are has:file, has:picture and has:link", value)
		}
		if !slices.Contains(q.Has, value) {
			q.Has = append(q.Has, value)
		}
	default:
		return q.addDate(key, value, zone)
	}
	return nil
}

func (q *Query) addDate(key, value string, zone *time.Location) error {
	var at time.Time
	err := error(nil)
	for _, layout := range []string{dateLayout, "2006-01", "2006"} {
		if at, err = time.ParseInLocation(layout, value, zone); err == nil {
			break
		}
	}
	if err != nil {
		return plausch.Errorf(plausch.Invalid, "%s:%s is no date; write it as %s:2026-05-31, %s:2026-05 or %s:2026", key, value, key, key, key)
	}
	bound := &q.Before
	if key == "after" {
		bound = &q.After
	}
	if !bound.IsZero() {
		return plausch.Errorf(plausch.Invalid, "%s: can stand once in a search", key)
	}
	*bound = at
	return nil
}

func newTerm(p part) (Term, error) {
	list, others := tokens(p.text, plain)
	if len(list) == 0 {
		return Term{}, plausch.Errorf(plausch.Invalid, "there is no letter, digit or symbol to look for in %q", p.text)
	}
	lists := [][]token{list}
	for s := digraph; s < spellings; s++ {
		if others[s] {
			list, _ := tokens(p.text, s)
			lists = append(lists, list)
		}
	}
	t := Term{Pieces: make([]Piece, len(list))}
	for i := range t.Pieces {
		piece := &t.Pieces[i]
		piece.Signs = list[i].kind == signs
		for _, l := range lists {
			if text := string(l[i].text); !slices.Contains(piece.Texts, text) {
				piece.Texts, piece.runes = append(piece.Texts, text), append(piece.runes, l[i].text)
			}
		}
	}
	if last := &t.Pieces[len(list)-1]; list[len(list)-1].kind == word {
		last.Prefix = p.star
		// Nobody who types "e-mail" or "ok" means a part.
		last.Part = !p.star && !p.quoted && len(list) == 1 && len(list[0].text) >= MinPart
	}
	return t, nil
}
