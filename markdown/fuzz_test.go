package markdown_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"plausch/markdown"
)

func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree := markdown.Parse(text)
		if !reflect.DeepEqual(tree, markdown.Parse(text)) {
			t.Fatal("the text has two trees")
		}
		if len(tree) == 0 && strings.Trim(text, " \t\n") != "" {
			t.Error("the text has no tree")
		}
		var shown strings.Builder
		checkBlocks(t, tree, 1, &shown)
		checkShown(t, text, shown.String())
		markdown.Plain(text)
		markdown.OnlyEmoji(text)
	})
}

// checkShown checks that shown is text without some of its markup.
func checkShown(t *testing.T, text, shown string) {
	t.Helper()
	rest := shown
	for i := range len(text) {
		switch {
		case rest != "" && text[i] == rest[0]:
			rest = rest[1:]
		case strings.IndexByte("*_~|`[]()>\\-. \t\n", text[i]) < 0:
			t.Fatalf("the tree of %q loses %q: it shows %q", text, text[i:], shown)
		}
	}
	if rest != "" {
		t.Fatalf("the tree of %q shows %q, of which %q is not in it", text, shown, rest)
	}
}

// checkBlocks checks blocks and writes all that they have into shown, in its order.
func checkBlocks(t *testing.T, blocks []markdown.Block, depth int, shown *strings.Builder) {
	t.Helper()
	if depth > markdown.MaxDepth {
		t.Fatalf("the tree has a depth of %d", depth)
	}
	for _, block := range blocks {
		if block.Text == "" && len(block.Spans) == 0 && len(block.Children) == 0 {
			t.Errorf("there is an empty %s", block.Kind)
		}
		shown.WriteString(block.Lang + block.Text)
		checkSpans(t, block.Spans, depth+1, shown)
		for _, child := range block.Children {
			if block.Kind == markdown.OrderedList {
				shown.WriteString(strconv.Itoa(child.Number))
			}
			checkBlocks(t, []markdown.Block{child}, depth+1, shown)
		}
	}
}

func checkSpans(t *testing.T, spans []markdown.Span, depth int, shown *strings.Builder) {
	t.Helper()
	if depth > markdown.MaxDepth {
		t.Fatalf("the tree has a depth of %d", depth)
	}
	for i, span := range spans {
		if span.Text == "" && len(span.Children) == 0 {
			t.Errorf("there is an empty %s", span.Kind)
		}
		if i > 0 && span.Kind == markdown.Text && spans[i-1].Kind == markdown.Text {
			t.Errorf("text %q stands behind text", span.Text)
		}
		shown.WriteString(span.Text)
		checkSpans(t, span.Children, depth+1, shown)
		if span.Kind == markdown.Link {
			checkLink(t, span, shown)
		}
	}
}

func checkLink(t *testing.T, span markdown.Span, shown *strings.Builder) {
	t.Helper()
	scheme, _, _ := strings.Cut(strings.ToLower(span.URL), ":")
	if scheme != "https" && scheme != "http" && scheme != "mailto" || strings.ContainsAny(span.URL, " \t\n\"<>`\\") {
		t.Errorf("%q is a link", span.URL)
	}
	bare := len(span.Children) == 1 && span.Children[0].Kind == markdown.Text && span.Children[0].Text == span.URL
	if !bare {
		shown.WriteString(span.URL)
	}
}
