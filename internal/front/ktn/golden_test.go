package ktn_test

import (
	"flag"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"plausch/internal/front/ktn"
	"plausch/internal/server/servertest"
)

var update = flag.Bool("update", false, "write what the server really says into the transcripts")

// TestConversation replays the conversation that docs/ktn.md shows. In it, a line
// that begins with NAME C: is what the client of that name sends, one with
// NAME S: what it is sent; a # begins a comment. Times are written TIME. With
// -update, the S: lines are written anew, as many as there are.
func TestConversation(t *testing.T) {
	const file = "testdata/conversation.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tb := servertest.NewTable(t, true)
	place := serve(t, tb, func(o *ktn.Options) { o.HistoryMessages = 3 })
	type peer struct {
		conn net.Conn
		next func() ([]byte, error)
	}
	peers := map[string]*peer{}
	times := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, line := range lines {
		who, said, _ := strings.Cut(line, ": ")
		name, side, ok := strings.Cut(who, " ")
		if line == "" || line[0] == '#' {
			continue
		}
		if !ok || side != "C" && side != "S" {
			t.Fatalf("%s:%d: %q is no line of a conversation", file, i+1, line)
		}
		p := peers[name]
		if p == nil {
			conn := place.Dial()
			p = &peer{conn, recv(1024)(conn)}
			peers[name] = p
		}
		if side == "C" {
			if _, err := p.conn.Write([]byte(said)); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			continue
		}
		got := "(the connection is closed)"
		if b, err := p.next(); err == nil {
			got = times.ReplaceAllString(strings.TrimSuffix(string(b), "\n"), "TIME")
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
