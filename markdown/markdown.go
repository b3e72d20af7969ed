// Package markdown reads the Markdown of messages: text to a tree of blocks and
// spans.
//
// docs/markdown.md is its grammar. Its rules have names, B1 to B5 for blocks and
// S1 to S8 for spans, which the comments here cite. testdata/vectors.json has
// texts and their trees, for parsers in other languages too.
//
// There are no errors. What is no markup is text, as it was typed. Parsing takes
// time and memory linear in the length of the text, and no tree is deeper than
// [MaxDepth], so that the tree of a stranger's text can be walked by recursion.
package markdown

import "strings"

const (
	// MaxDepth is the most nodes, blocks and spans together, on the way from the
	// root of a tree to a leaf.
	MaxDepth = maxContainers + 2*maxLists + maxSpans
	// maxContainers is how many quotes and spoilers can stand in each other (B3, B4).
	maxContainers = 4
	// maxLists is how many lists can stand in each other (B5).
	maxLists = 4
	// maxSpans is the paragraph, each kind of mark once, a link, and what is in it.
	// No kind of mark stands in itself (S4).
	maxSpans = 1 + marks + 1 + 1
)

// BlockKind says what a [Block] is.
type BlockKind string

// The kinds of blocks.
const (
	Paragraph    BlockKind = "paragraph"    // Spans
	CodeBlock    BlockKind = "code"         // Text, and Lang if it was given
	Quote        BlockKind = "quote"        // Children
	SpoilerBlock BlockKind = "spoiler"      // Children, hidden until they are asked for
	List         BlockKind = "list"         // Children of kind Item
	OrderedList  BlockKind = "ordered_list" // Children of kind Item, each with a Number
	Item         BlockKind = "item"         // Spans, and Children that are lists
)

// Block is a part of a message that has lines of its own. Which fields it has
// depends on its kind.
type Block struct {
	Kind     BlockKind `json:"kind"`
	Lang     string    `json:"lang,omitempty"`   // 1 to 32 of a-z A-Z 0-9 + # . _ -, as typed
	Text     string    `json:"text,omitempty"`   // without the newline at its end
	Number   int       `json:"number,omitempty"` // 0 to 999,999,999, as typed
	Spans    []Span    `json:"spans,omitempty"`
	Children []Block   `json:"children,omitempty"`
}

// SpanKind says what a [Span] is.
type SpanKind string

// The kinds of spans.
const (
	Text        SpanKind = "text"         // Text, in which a newline is a new line
	Emphasis    SpanKind = "em"           // Children
	Strong      SpanKind = "strong"       // Children
	Strike      SpanKind = "strike"       // Children
	Spoiler     SpanKind = "spoiler"      // Children, hidden until they are asked for
	Code        SpanKind = "code"         // Text
	Link        SpanKind = "link"         // URL, and Children without another link
	Mention     SpanKind = "mention"      // Text: @ and a name, as typed
	MentionRoom SpanKind = "mention_room" // Text: @room, as typed
	MessageLink SpanKind = "message_link" // Text as typed, and URL: /r/ROOM/SEQ in lower case
)

// Span is a part of a line. Which fields it has depends on its kind.
type Span struct {
	Kind     SpanKind `json:"kind"`
	Text     string   `json:"text,omitempty"`
	URL      string   `json:"url,omitempty"` // https:, http: or mailto:, as typed
	Children []Span   `json:"children,omitempty"`
}

// Parse returns the tree of a text. It is empty only if the text is blank.
// Neighbours of kind [Text] are one span, and no block or span is empty.
func Parse(text string) []Block {
	blocks, _ := parse(text)
	return blocks
}

// parse returns, beside the tree, how many characters were looked at, counted as
// often as that was done. Tests hold that it is linear.
func parse(text string) (blocks []Block, steps int) {
	var p parser
	blocks = p.blocks(strings.Split(text, "\n"), 0)
	return blocks, p.steps
}

// parser is the parsing of one text.
type parser struct{ steps int }
