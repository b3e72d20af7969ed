package api_test

import (
	"fmt"
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestHistoryForward pages through a room from the beginning and stops at bounds.
func TestHistoryForward(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.must("member", protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: fmt.Sprint(i + 1)})
	}
	for _, c := range []struct {
		params protocol.HistoryGet
		want   string
	}{
		{protocol.HistoryGet{}, "1 2 3 4 5"},
		{protocol.HistoryGet{Limit: 2}, "4 5 more"},
		{protocol.HistoryGet{Before: 4, Limit: 2}, "2 3 more"},
		{protocol.HistoryGet{After: new(int64(0))}, "1 2 3 4 5"},
		{protocol.HistoryGet{After: new(int64(0)), Limit: 2}, "1 2 more"},
		{protocol.HistoryGet{After: new(int64(2)), Limit: 2}, "3 4 more"},
		{protocol.HistoryGet{After: new(int64(3)), Limit: 2}, "4 5"},
		{protocol.HistoryGet{After: new(int64(5))}, ""},
		{protocol.HistoryGet{After: new(int64(0)), Before: 3, Limit: 2}, "1 2"},
		{protocol.HistoryGet{After: new(int64(0)), Before: 4, Limit: 2}, "1 2 more"},
	} {
		c.params.Room = 1
		h := w.must("member", protocol.MethodHistory, &c.params).(*protocol.History)
		var got []string
		for _, e := range h.Events {
			got = append(got, e.Text)
		}
		if h.More {
			got = append(got, "more")
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", protocol.JSON.Encode(nil, &c.params), got, c.want)
		}
	}
}

// TestHistoryOfLargeTexts reads texts of the largest size, of which three fit a
// frame, and fewer if JSON makes them larger.
func TestHistoryOfLargeTexts(t *testing.T) {
	for _, c := range []struct {
		line string
		want int
	}{
		{"A line of a text, as people write it.\n", 3},
		{"Zeilen mit Umlauten: ä, ö, ü\n", 3},
		{"\"\\", 1},
		{"\n\t", 1},
	} {
		w := newWorld(t)
		text := strings.Repeat(c.line, plausch.MaxText/len(c.line))
		for range 4 {
			w.must("member", protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: text})
		}
		result := w.must("member", protocol.MethodHistory, &protocol.HistoryGet{Room: 1, After: new(int64(0))})
		if h := result.(*protocol.History); len(h.Events) != c.want || !h.More {
			t.Errorf("of texts of %q a page has %d, want %d", c.line, len(h.Events), c.want)
		}
		for _, codec := range []protocol.Codec{protocol.JSON, protocol.Msgpack} {
			if n := len(codec.AppendReply(nil, 1<<62, result, nil)); n > protocol.MaxFrame {
				t.Errorf("in %v a page of texts of %q has %d bytes", codec, c.line, n)
			}
		}
	}
}
