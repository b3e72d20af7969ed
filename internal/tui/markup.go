package tui

import (
	"strconv"
	"strings"

	"plausch/markdown"
)

// paragraph is a part of a text that is broken into rows by itself.
type paragraph struct {
	runs   []run
	first  run // before its first row
	others run // before its other rows
}

// marker draws the Markdown of a message. Spoilers are hidden unless shown is set.
type marker struct {
	names func(name string) bool // whether a name that is mentioned is the user's
	shown bool
}

// text returns the paragraphs of a clean text.
func (m marker) text(text string) []paragraph {
	return m.blocks(nil, markdown.Parse(text), run{}, run{})
}

func (m marker) blocks(to []paragraph, blocks []markdown.Block, first, others run) []paragraph {
	for _, b := range blocks {
		switch b.Kind {
		case markdown.Paragraph:
			to = append(to, paragraph{m.spans(nil, b.Spans, style{}, ""), first, others})
		case markdown.CodeBlock:
			code := style{bg: tokenCode}
			for line := range strings.SplitSeq(b.Text, "\n") {
				to = append(to, paragraph{[]run{{text: line, style: code}}, prefixed(first, "▏ "), prefixed(others, "▏ ")})
				first = others
			}
		case markdown.Quote:
			to = m.blocks(to, b.Children, prefixed(first, "│ "), prefixed(others, "│ "))
		case markdown.SpoilerBlock:
			if m.shown {
				to = m.blocks(to, b.Children, prefixed(first, "▒ "), prefixed(others, "▒ "))
			} else {
				to = append(to, paragraph{[]run{{text: markdown.Hidden, style: styleDim}}, first, others})
			}
		case markdown.List, markdown.OrderedList:
			for _, item := range b.Children {
				sign := "• "
				if b.Kind == markdown.OrderedList {
					sign = strconv.Itoa(item.Number) + ". "
				}
				under := prefixed(others, blanks(len([]rune(sign))))
				to = append(to, paragraph{m.spans(nil, item.Spans, style{}, ""), prefixed(first, sign), under})
				to = m.blocks(to, item.Children, under, under)
				first = others
			}
		}
		first = others
	}
	return to
}

func prefixed(r run, sign string) run { return run{text: r.text + sign, style: styleDim} }

func (m marker) spans(to []run, spans []markdown.Span, s style, link string) []run {
	for _, span := range spans {
		switch span.Kind {
		case markdown.Text:
			to = append(to, run{span.Text, s, link})
		case markdown.Emphasis:
			to = m.spans(to, span.Children, s.with(italic), link)
		case markdown.Strong:
			to = m.spans(to, span.Children, s.with(bold), link)
		case markdown.Strike:
			to = m.spans(to, span.Children, s.with(struck), link)
		case markdown.Code:
			to = append(to, run{span.Text, s.on(tokenCode), link})
		case markdown.Spoiler:
			if m.shown {
				to = m.spans(to, span.Children, s.with(underlined), link)
			} else {
				to = append(to, run{markdown.Hidden, styleDim, ""})
			}
		case markdown.Link:
			to = m.link(to, span, s)
		case markdown.Mention:
			look := s.with(bold)
			look.fg = tokenAccent
			if m.names != nil && m.names(strings.TrimPrefix(span.Text, "@")) {
				look.bg = tokenMention
			}
			to = append(to, run{span.Text, look, link})
		case markdown.MentionRoom:
			to = append(to, run{span.Text, style{fg: tokenAccent, bg: tokenMention, attrs: bold}, link})
		default:
			to = append(to, run{span.Text, s.with(underlined), link})
		}
	}
	return to
}

// link shows the address of a link behind its text, unless that is the text: nobody
// is led to another place than they read.
func (m marker) link(to []run, span markdown.Span, s style) []run {
	look := s.with(underlined)
	look.fg = tokenAccent
	before := len(to)
	to = m.spans(to, span.Children, look, span.URL)
	var text strings.Builder
	for _, r := range to[before:] {
		text.WriteString(r.text)
	}
	if text.String() != span.URL {
		to = append(to, run{" (" + span.URL + ")", styleDim, span.URL})
	}
	return to
}
