package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"plausch"
	"plausch/internal/search"
)

const (
	// maxExpanded is for how many words the parts and beginnings of words in a query stand
	// at most, together: each is looked up, in 20 to 50 µs.
	maxExpanded = 128
	// maxRoomMarks is up to how many rooms FTS5 is told them.
	maxRoomMarks = 64
)

// expression writes the query for FTS5. What it proposes is held against the texts, so it
// may propose too much. It reports none if nothing can match.
func (f *finder) expression(rooms []plausch.RoomID) (match string, none bool, err error) {
	var all []string
	expanding := 0
	for i := range f.q.Query.Terms {
		for _, p := range f.q.Query.Terms[i].Pieces {
			if p.Prefix || p.Part || p.Signs {
				expanding += len(p.Texts)
			}
		}
	}
	f.expanded = maxExpanded / max(expanding, 1)
	for i := range f.q.Query.Terms {
		one, none, err := f.term(&f.q.Query.Terms[i])
		if none || err != nil {
			return "", none, err
		}
		all = append(all, one)
	}
	var authors, in []string
	for _, id := range f.q.Authors {
		authors = append(authors, fmt.Sprint("u", id))
	}
	for _, id := range rooms {
		in = append(in, fmt.Sprint("r", id))
	}
	for _, any := range [][]string{authors, in} {
		if len(any) > 0 {
			all = append(all, anyOf("marks", any))
		}
	}
	for _, has := range f.q.Query.Has {
		all = append(all, anyOf("marks", []string{has}))
	}
	return strings.Join(all, " AND "), false, nil
}

// term writes one term.
func (f *finder) term(t *search.Term) (match string, none bool, err error) {
	pieces := make([]string, len(t.Pieces))
	exact := true // words that stand as they are
	for i := range t.Pieces {
		p := &t.Pieces[i]
		exact = exact && !p.Signs && !p.Prefix && !p.Part
		if pieces[i], err = f.piece(p); err != nil || pieces[i] == "" {
			return "", err == nil, err
		}
	}
	match = strings.Join(pieces, " AND ")
	if !exact || len(pieces) == 1 {
		return match, false, nil
	}
	// A phrase, in each spelling; or with a word that has another one.
	var spellings, words []string
	for n := range 3 {
		var phrase []string
		for _, p := range t.Pieces {
			phrase = append(phrase, p.Texts[min(n, len(p.Texts)-1)])
		}
		if one := "words : " + quoteToken(strings.Join(phrase, " ")); !slices.Contains(spellings, one) {
			spellings = append(spellings, one)
		}
	}
	for _, p := range t.Pieces {
		words = append(words, p.Texts...)
	}
	return "(" + strings.Join(spellings, " OR ") + " OR (" + anyOf("alternatives", words) + " AND " + match + "))", false, nil
}

// piece writes one token; it is empty if no message has it.
func (f *finder) piece(p *search.Piece) (string, error) {
	if p.Signs {
		runes := []rune(p.Texts[0])
		if len(runes) == 1 {
			pairs, err := f.words(f.r.wordsFrom, p.Texts[0])
			return anyOf("grams", pairs), err
		}
		var grams []string
		for i := range len(runes) - 1 {
			grams = append(grams, string(runes[i:i+2]))
		}
		return "grams : " + quoteToken(strings.Join(grams, " ")), nil
	}
	words := slices.Clone(p.Texts)
	for _, text := range p.Texts {
		var more []string
		var err error
		switch {
		case p.Prefix:
			more, err = f.words(f.r.wordsFrom, text)
		case p.Part:
			more, err = f.words(f.r.wordsWith, text)
		}
		if err != nil {
			return "", err
		}
		words = append(words, more...)
	}
	slices.Sort(words)
	return anyOf("{words alternatives}", slices.Compact(words)), nil
}

// words returns the words that begin with a text, or have it in them: those that came
// first, which are the commonest.
func (f *finder) words(query *statement, text string) ([]string, error) {
	args := []any{text, text + "\U0010ffff", f.expanded + 1}
	if query == f.r.wordsWith {
		args = []any{quoteToken(text), f.expanded + 1}
	}
	words, err := list(f.ctx, "words", f.in.of(query), func(row scanner) (word string, err error) {
		return word, row.Scan(&word)
	}, args...)
	if len(words) > f.expanded {
		words, f.page.Partial = words[:f.expanded], true
	}
	return words, err
}

// anyOf writes that a column has one of tokens; it is empty if there are none.
func anyOf(column string, tokens []string) string {
	if len(tokens) == 0 {
		return ""
	}
	quoted := make([]string, len(tokens))
	for i, token := range tokens {
		quoted[i] = quoteToken(token)
	}
	if len(quoted) == 1 {
		return column + " : " + quoted[0]
	}
	return column + " : (" + strings.Join(quoted, " OR ") + ")"
}
