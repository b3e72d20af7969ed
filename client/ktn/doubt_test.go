package ktn_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch/client/ktn/ktntest"
)

// A connection that breaks between a message and any sign of it: what the
// server then replays counts as sent; otherwise it is said that nobody knows. It
// never goes out twice.
func TestDoubt(t *testing.T) {
	for history, known := range map[string]bool{"messages": true, "objects": true, "": false} {
		synctest.Test(t, func(t *testing.T) {
			s := ktntest.New(ktntest.Kind{History: history, Swallows: "gone?"})
			r := open(t, options(s, "anna"))
			defer r.c.Close()
			r.send("before")
			r.send("gone?")
			r.send("after")
			r.settle(time.Minute)
			want := []string{"anna: before", "anna: gone?", "anna: after"}
			if got := s.Texts(); !slices.Equal(got, want) {
				t.Errorf("%q: the server has %q", history, got)
			}
			if known {
				r.want(history, want...)
			}
			if (len(r.failed) == 0) != known || len(r.sent)+len(r.failed) != 3 {
				t.Errorf("%q: %d are sent, refused are %v", history, len(r.sent), r.failed)
			}
			if !known && !strings.Contains(r.failed[0].Err.Error(), "cannot say whether it arrived") {
				t.Errorf("it is refused with %v", r.failed[0].Err)
			}
			unharmed(t, s)
		})
	}
}

// The outbox file says what may have arrived before it is sent, and the next
// process does not send it again.
func TestDoubtOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	var killed []byte // the file when the server had the message
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		s.OnLine(func(l ktntest.Line) {
			if l.Text == "perhaps" {
				killed, _ = os.ReadFile(path)
			}
		})
		o := options(s, "anna")
		o.Outbox = path
		r := open(t, o)
		r.send("perhaps")
		r.settle(5 * time.Second)
		r.c.Close()
	})
	if n := strings.Count(string(killed), "\n"); n != 2 || !strings.Contains(string(killed), `{"went":"`) {
		t.Fatalf("the outbox is %s", killed)
	}
	killed = append(killed, `{"put":{"id":"later","room":1,"text":"never went","at":1}}`+"\n"...)
	if err := os.WriteFile(path, killed, 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		o := options(s, "anna")
		o.Outbox = path
		r := open(t, o)
		defer r.c.Close()
		r.settle(5 * time.Second)
		if got := s.Texts(); !slices.Equal(got, []string{"anna: never went"}) {
			t.Errorf("the server has %q", got)
		}
		if len(r.failed) != 1 || r.failed[0].Text != "perhaps" || len(r.sent) != 1 {
			t.Errorf("sent are %v, refused are %v", r.sent, r.failed)
		}
	})
}
