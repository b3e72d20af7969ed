package search

import (
	"slices"
	"strings"

	"plausch/markdown"
)

// Document is what an index holds of a text. In each list the tokens stand in their
// order, with spaces between them.
type Document struct {
	// Words are those in the plain spelling, with symbols; Alternatives are the words
	// that have other spellings, in those.
	Words, Alternatives string
	// Grams are pairs of neighbouring Chinese, Japanese and Korean signs, and the last
	// sign of each run alone.
	Grams string
	// Link reports whether there is a link.
	Link bool
}

// Empty reports whether nothing of the text can be found.
func (d *Document) Empty() bool { return d.Words == "" && d.Grams == "" && d.Alternatives == "" }

// Tokens returns each token once.
func (d *Document) Tokens() []string {
	list := slices.Concat(strings.Fields(d.Words), strings.Fields(d.Alternatives), strings.Fields(d.Grams))
	slices.Sort(list)
	return slices.Compact(list)
}

// NewDocument returns what an index holds of a text.
func NewDocument(text string) Document {
	var words, alternatives, grams strings.Builder
	plainTokens, others := tokens(text, plain)
	for i := range plainTokens {
		switch t := &plainTokens[i]; t.kind {
		case word, symbol:
			add(&words, string(t.text))
		case signs:
			for j := range t.text {
				add(&grams, string(t.text[j:min(j+2, len(t.text))]))
			}
		}
	}
	for s := digraph; s < spellings; s++ {
		if !others[s] {
			continue
		}
		list, _ := tokens(text, s)
		for i := range list {
			if i >= len(plainTokens) || !slices.Equal(list[i].text, plainTokens[i].text) {
				add(&alternatives, string(list[i].text))
			}
		}
	}
	return Document{Words: words.String(), Alternatives: alternatives.String(), Grams: grams.String(), Link: hasLink(text)}
}

func add(b *strings.Builder, token string) {
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(token)
}

func hasLink(text string) bool {
	return (strings.Contains(text, "://") || strings.Contains(text, "mailto:")) && len(markdown.Links(text)) > 0
}
