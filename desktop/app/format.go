package app

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"plausch/client"
	"plausch/desktop/screen"
	"plausch/markdown"
)

// format returns a text as the window draws it; me is the name of who reads it.
func format(text, me string) (blocks []screen.Block, big bool) {
	text = client.Clean(text)
	if n := markdown.OnlyEmoji(text); n > 0 && n <= 6 {
		return []screen.Block{{Kind: "text", Text: strings.TrimSpace(text)}}, true
	}
	f := formatter{me: strings.ToLower(me)}
	f.blocks(markdown.Parse(text), place{})
	return f.out, false
}

// place is where a block stands.
type place struct {
	indent, quotes int
	spoiler        bool
}

type formatter struct {
	me  string
	out []screen.Block
}

func (f *formatter) blocks(bs []markdown.Block, at place) {
	for _, b := range bs {
		switch b.Kind {
		case markdown.CodeBlock:
			f.add(screen.Block{Kind: "code", Text: b.Text}, at)
		case markdown.Quote:
			inner := at
			inner.quotes++
			f.blocks(b.Children, inner)
		case markdown.SpoilerBlock:
			inner := at
			inner.spoiler = true
			f.blocks(b.Children, inner)
		case markdown.List, markdown.OrderedList:
			f.items(b, at)
		default:
			f.add(f.line("text", b.Spans), at)
		}
	}
}

func (f *formatter) items(list markdown.Block, at place) {
	for _, item := range list.Children {
		block := f.line("item", item.Spans)
		if block.Mark = "•"; list.Kind == markdown.OrderedList {
			block.Mark = strconv.Itoa(item.Number) + "."
		}
		f.add(block, at)
		inner := at
		inner.indent++
		f.blocks(item.Children, inner)
	}
}

func (f *formatter) add(b screen.Block, at place) {
	b.Indent, b.Quotes, b.Spoiler = at.indent, at.quotes, at.spoiler
	f.out = append(f.out, b)
}

// line returns spans as one text with marked parts.
func (f *formatter) line(kind string, spans []markdown.Span) screen.Block {
	w := lineWriter{me: f.me}
	w.write(spans)
	return screen.Block{Kind: kind, Text: w.text.String(), Spans: w.spans}
}

type lineWriter struct {
	me    string
	text  strings.Builder
	units int // of UTF-16, in which Qt counts
	spans []screen.Span
}

var spanKinds = map[markdown.SpanKind]string{
	markdown.Emphasis: "italic", markdown.Strong: "bold", markdown.Strike: "strike", markdown.Spoiler: "spoiler", markdown.Code: "code",
	markdown.Link: "link", markdown.Mention: "mention", markdown.MentionRoom: "me", markdown.MessageLink: "jump",
}

func (w *lineWriter) write(spans []markdown.Span) {
	for _, s := range spans {
		kind := spanKinds[s.Kind]
		if s.Kind == markdown.Mention && strings.ToLower(strings.TrimPrefix(s.Text, "@")) == w.me {
			kind = "me"
		}
		start, i := w.units, len(w.spans)
		if kind != "" {
			w.spans = append(w.spans, screen.Span{Start: start, Kind: kind, URL: s.URL})
		}
		w.text.WriteString(s.Text)
		w.units += units(s.Text)
		w.write(s.Children)
		if kind != "" {
			w.spans[i].Length = w.units - start
		}
	}
}

// units returns the length of s in UTF-16.
func units(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xFFFF && r <= utf8.MaxRune {
			n++
		}
	}
	return n
}
