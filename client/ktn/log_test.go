package ktn

import (
	"fmt"
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// The log forgets the oldest, and goes on counting.
func TestLogBounds(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		lines      int
		kept       int
	}{
		{"many", "x", maxLog + 5, maxLog},
		{"long", strings.Repeat("x", plausch.MaxText), maxLogBytes/plausch.MaxText + 5, maxLogBytes / plausch.MaxText},
	} {
		l := newLog()
		for range tt.lines {
			l.add(item{sender: "bob", text: tt.text, time: now}, "")
		}
		if len(l.entries) != tt.kept || l.last != int64(tt.lines) || l.entries[0].Seq != int64(tt.lines-tt.kept+1) {
			t.Errorf("%s: of %d there are %d from %d on", tt.name, l.last, len(l.entries), l.entries[0].Seq)
		}
		if after := int64(0); l.page(&protocol.HistoryGet{After: &after}).Events[0].Seq != l.entries[0].Seq {
			t.Errorf("%s: the first page does not begin with what is left", tt.name)
		}
	}
}

// Any event fits a page and a frame, whatever is in it.
func TestLogLargestEvent(t *testing.T) {
	l := newLog()
	l.add(item{sender: strings.Repeat("\x01", maxName), text: strings.Repeat("\x02", plausch.MaxText), time: now}, "")
	page := l.page(&protocol.HistoryGet{})
	if len(page.Events) != 1 {
		t.Fatalf("the page has %d events", len(page.Events))
	}
	for _, codec := range []protocol.Codec{protocol.JSON, protocol.Msgpack} {
		if b := codec.AppendReply(nil, 1, page, nil); len(b) > protocol.MaxFrame {
			t.Errorf("%v: the frame has %d bytes", codec, len(b))
		}
	}
}

// A name is the same account in every process, and another one than others.
func TestAccountOf(t *testing.T) {
	seen := map[plausch.AccountID]string{}
	for i := range 10_000 {
		a := accountOf(fmt.Sprint("name", i))
		if other := seen[a.ID]; other != "" || a.ID <= 0 || a.ID >= 1<<53 {
			t.Fatalf("%s and %q have the id %d", a.Name, other, a.ID)
		}
		seen[a.ID] = a.Name
	}
	if got := accountOf("anna").ID; got != 3002712210739931 {
		t.Errorf("anna is %d now", got)
	}
}
