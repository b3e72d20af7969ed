package api_test

import (
	"cmp"
	"os"
	"strings"
	"testing"

	"plausch/internal/api"
)

// otherFiles has the nouns that share the file of another.
var otherFiles = map[string]string{
	"messages": "message",
	"hello":    "session", "ping": "session", "sign_in": "session", "sign_out": "session", "subscribe": "session",
}

// TestOneNounOneFile holds what docs/architecture.md says of files: what a method of
// the table does stands in a function of its name, in the file of its noun.
func TestOneNounOneFile(t *testing.T) {
	for _, m := range api.Methods() {
		noun, _, _ := strings.Cut(m.Name, ".")
		file := cmp.Or(otherFiles[noun], noun) + ".go"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		words := strings.FieldsFunc(m.Name, func(r rune) bool { return r == '.' || r == '_' })
		name := words[0]
		for _, word := range words[1:] {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		// Those that go over HTTP alone have a constant there.
		constant := "Method" + strings.ToUpper(name[:1]) + name[1:] + " "
		if !strings.Contains(string(text), "\nfunc "+name+"(") && !strings.Contains(string(text), constant) {
			t.Errorf("%s: %s has no function %s", m.Name, file, name)
		}
	}
}
