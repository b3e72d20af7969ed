package htl_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/front/htl"
	"plausch/internal/server/servertest"
)

var update = flag.Bool("update", false, "write what the server really says into the transcripts")

// TestConversation replays the conversation that docs/htl.md shows. In it, a line
// that begins with NAME C: is what the client of that name sends, one with
// NAME S: what it is sent, both as the JSON of the msgpack; a # begins a comment,
// and NAME sends no lengths is said of clients of the first version. Times are
// written TIME. With -update, the S: lines are written anew, as many as there are.
func TestConversation(t *testing.T) {
	const file = "testdata/conversation.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.HistoryMessages = 3 })
	type peer struct {
		conn net.Conn
		ioStyle
	}
	peers := map[string]*peer{}
	times := regexp.MustCompile(`"time":[0-9.e+]+`)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, line := range lines {
		if line == "" || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutSuffix(line, " sends no lengths"); ok {
			peers[name] = &peer{place.Dial(), bare}
			continue
		}
		who, said, _ := strings.Cut(line, ": ")
		name, side, ok := strings.Cut(who, " ")
		if !ok || side != "C" && side != "S" {
			t.Fatalf("%s:%d: %q is no line of a conversation", file, i+1, line)
		}
		p := peers[name]
		if p == nil {
			p = &peer{place.Dial(), framed}
			peers[name] = p
		}
		if side == "C" {
			document := pack(t, strings.ReplaceAll(said, "TIME", "1620000000.5"))
			if _, err := p.conn.Write(p.frame(document)); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			continue
		}
		got := "(the connection is closed)"
		if d, err := p.next(p.conn); err == nil {
			var b bytes.Buffer
			if _, err := msgp.UnmarshalAsJSON(&b, d); err != nil {
				t.Fatalf("%s:%d: %q: %v", file, i+1, d, err)
			}
			got = times.ReplaceAllString(b.String(), `"time":TIME`)
		}
		lines[i] = fmt.Sprintf("%s S: %s", name, got)
		if lines[i] != line && !*update {
			t.Errorf("%s:%d: got\n%s\nwant\n%s", file, i+1, lines[i], line)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// pack makes msgpack of JSON, with its keys in their order.
func pack(t *testing.T, text string) []byte {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(text))
	var pairs []any
	if _, err := in.Token(); err != nil { // {
		t.Fatal(err)
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := in.Decode(&value); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, key, value)
	}
	if _, err := in.Token(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Token(); err != io.EOF {
		t.Fatalf("%q has more than a document", text)
	}
	return doc(pairs...)
}
