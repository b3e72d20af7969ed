package protocol

import (
	"go/ast"
	"os"
	"strings"
	"testing"
)

// TestDocument holds the examples of docs/protocol.md to the decoders, and its
// figures and words to the constants.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]string{} // by id, of the example before
	examples := 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if body, ok := strings.CutPrefix(line, "C: "); ok {
			examples++
			r, err := JSON.DecodeRequest([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			types, known := bodies[r.Method]
			if !known {
				t.Fatalf("%s: no such method", line)
			}
			wantCanonical(t, body, JSON.AppendRequest(nil, r.ID, r.Method, decoded(t, r.Params, types.params)))
			methods[body[:strings.Index(body, ",")]] = r.Method
		}
		if body, ok := strings.CutPrefix(line, "S: "); ok {
			examples++
			f, err := JSON.DecodeFrame([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			switch {
			case f.Error != nil:
				wantCanonical(t, body, JSON.AppendReply(nil, f.ID, nil, f.Error.Error()))
			case f.ID != 0:
				types, known := bodies[methods[body[:strings.Index(body, ",")]]]
				if !known {
					types = bodies[MethodMessageSend] // the first reply shown, which has no request
				}
				wantCanonical(t, body, JSON.AppendReply(nil, f.ID, decoded(t, f.Result, types.result), nil))
			default:
				wantCanonical(t, body, JSON.AppendPush(nil, &f))
			}
		}
	}
	if examples < 20 {
		t.Errorf("only %d examples were found", examples)
	}
	for _, m := range methodConstants(t) {
		if !strings.Contains(string(page), "\n### "+m+"\n") {
			t.Errorf("the method %s is not described", m)
		}
	}
	for _, code := range constants(t, "../error.go", func(v *ast.ValueSpec) bool {
		typ, ok := v.Type.(*ast.Ident)
		return ok && typ.Name == "Code"
	}) {
		if !strings.Contains(string(page), "\n| `"+code+"` |") {
			t.Errorf("the error code %s is not described", code)
		}
	}
}

func decoded(t *testing.T, doc []byte, b Body) Body {
	t.Helper()
	v := fresh(b)
	if err := JSON.Decode(doc, v); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return v
}

// wantCanonical fails if an example is not what the encoder makes of it, so if it
// has keys that we do not know.
func wantCanonical(t *testing.T, got string, want []byte) {
	t.Helper()
	// Absent params mean the same as none.
	if s := strings.Replace(string(want), `,"params":{}`, "", 1); got != s {
		t.Errorf("the page says\n%s, the encoder\n%s", got, s)
	}
}
