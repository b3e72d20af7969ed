package markdown_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"testing"

	"plausch/markdown"
)

var update = flag.Bool("update", false, "write what the vectors' texts make now")

// vector is a text and what all parsers make of it.
type vector struct {
	Rule     string           `json:"rule"`
	Text     string           `json:"text"`
	Tree     []markdown.Block `json:"tree"`
	Plain    string           `json:"plain"`
	Links    []string         `json:"links,omitempty"`
	Mentions []string         `json:"mentions,omitempty"`
	Room     bool             `json:"room,omitempty"`  // whether the room is mentioned
	Emoji    int              `json:"emoji,omitempty"` // how many, if there is nothing else
}

const vectorsFile = "testdata/vectors.json"

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// parsed returns the vector that a text is now.
func parsed(rule, text string) vector {
	v := vector{Rule: rule, Text: text, Tree: markdown.Parse(text), Plain: markdown.Plain(text), Links: markdown.Links(text), Emoji: markdown.OnlyEmoji(text)}
	v.Mentions, v.Room = markdown.Mentions(text)
	if v.Tree == nil {
		v.Tree = []markdown.Block{}
	}
	return v
}

func TestVectors(t *testing.T) {
	all := vectors(t)
	if *update {
		for i, v := range all {
			all[i] = parsed(v.Rule, v.Text)
		}
		write(t, all)
	}
	for _, want := range all {
		if got := parsed(want.Rule, want.Text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s %q\n got %s\nwant %s", want.Rule, want.Text, marshal(t, got), marshal(t, want))
		}
	}
}

// TestRulesHaveVectors looks into the page of the grammar: each of its rules has
// vectors, and each vector a rule.
func TestRulesHaveVectors(t *testing.T) {
	page, err := os.ReadFile("../docs/markdown.md")
	if err != nil {
		t.Fatal(err)
	}
	rules, tested := map[string]bool{}, map[string]bool{}
	for _, rule := range regexp.MustCompile(`(?m)^\*\*([A-Z][0-9])\. `).FindAllStringSubmatch(string(page), -1) {
		rules[rule[1]] = true
	}
	for _, v := range vectors(t) {
		tested[v.Rule] = true
	}
	if !reflect.DeepEqual(rules, tested) {
		t.Errorf("the page has the rules %v, the vectors those of %v", rules, tested)
	}
}

func write(t *testing.T, all []vector) {
	t.Helper()
	var file bytes.Buffer
	for i, v := range all {
		file.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		file.Write(marshal(t, v))
	}
	file.WriteString("\n]\n")
	if err := os.WriteFile(vectorsFile, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// marshal returns the JSON of v in one line, with < > & as they are.
func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(line.Bytes(), []byte("\n"))
}
