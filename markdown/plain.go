package markdown

import (
	"strconv"
	"strings"
)

// Hidden is what [Plain] shows in the place of a spoiler.
const Hidden = "▮▮▮"

// Plain returns a text as it is shown where there is only text: in notifications,
// on a terminal, by old protocols. It has no markup but > before quotes, - and
// numbers before items, ~~ around what is struck out, since that would say the
// opposite without, and the address behind the text of a link. [Hidden] stands
// for spoilers.
func Plain(text string) string {
	return strings.Join(plainBlocks(nil, Parse(text), ""), "\n")
}

// plainBlocks appends the lines of blocks, each with a prefix.
func plainBlocks(lines []string, blocks []Block, prefix string) []string {
	add := func(first, text string) {
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				first = strings.Repeat(" ", len(first))
			}
			lines = append(lines, prefix+first+line)
		}
	}
	for _, block := range blocks {
		switch block.Kind {
		case Paragraph:
			add("", plainSpans(block.Spans))
		case CodeBlock:
			add("", block.Text)
		case SpoilerBlock:
			add("", Hidden)
		case Quote:
			lines = plainBlocks(lines, block.Children, prefix+"> ")
		case List, OrderedList:
			for _, item := range block.Children {
				marker := "- "
				if block.Kind == OrderedList {
					marker = strconv.Itoa(item.Number) + ". "
				}
				add(marker, plainSpans(item.Spans))
				lines = plainBlocks(lines, item.Children, prefix+"  ")
			}
		}
	}
	return lines
}

func plainSpans(spans []Span) string {
	var b strings.Builder
	for _, span := range spans {
		switch span.Kind {
		case Spoiler:
			b.WriteString(Hidden)
		case Strike:
			b.WriteString("~~" + plainSpans(span.Children) + "~~")
		case Link:
			text := plainSpans(span.Children)
			b.WriteString(text)
			if text != span.URL {
				b.WriteString(" (" + span.URL + ")")
			}
		default:
			b.WriteString(span.Text)
			b.WriteString(plainSpans(span.Children))
		}
	}
	return b.String()
}

// Links returns the addresses of the links in a text, in their order, each once.
// Those in spoilers are among them, those in code are not links.
func Links(text string) []string {
	var links []string
	seen := map[string]bool{}
	visit(Parse(text), true, func(span Span) {
		if span.Kind == Link && !seen[span.URL] {
			seen[span.URL] = true
			links = append(links, span.URL)
		}
	})
	return links
}

// Mentions returns the names that a text mentions, in lower case and in their
// order, each once, and whether it mentions the room. Mentions in quotes do not
// count: who quotes one does not call again.
func Mentions(text string) (names []string, room bool) {
	if !strings.Contains(text, "@") {
		return nil, false
	}
	seen := map[string]bool{}
	visit(Parse(text), false, func(span Span) {
		name := strings.ToLower(strings.TrimPrefix(span.Text, "@"))
		room = room || span.Kind == MentionRoom
		if span.Kind == Mention && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	})
	return names, room
}

// visit calls f for all spans of blocks, in their order, a span before its children.
func visit(blocks []Block, quotes bool, f func(Span)) {
	var spans func([]Span)
	spans = func(children []Span) {
		for _, span := range children {
			f(span)
			spans(span.Children)
		}
	}
	for _, block := range blocks {
		if block.Kind != Quote || quotes {
			spans(block.Spans)
			visit(block.Children, quotes, f)
		}
	}
}
