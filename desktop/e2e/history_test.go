package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// All of a room can be read by scrolling up, the row at the top stays where it is when
// older ones come, and a search leads to a message in its place.
func TestHistoryAndSearch(t *testing.T) {
	s := startServer(t, "--limits-send-burst", "2000")
	const n = 700
	var lines strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&lines, "number %04d of many\n", i)
	}
	s.input = lines.String()
	s.as("bo", "send")
	s.input = ""

	w := openWindow(t, "")
	w.signIn(s.address, "anna", password)
	w.reads("number 0700")
	w.await("the line where reading begins", func() bool { return w.row("messages", "New") != "" })
	w.key("composer", "End", "Ctrl")
	w.await("the end in sight", func() bool {
		at := w.do(say{"do": "top", "object": "messages", "text": "number 0700"})
		return at["found"] == true && at["bottom"].(float64) <= at["height"].(float64)
	})
	w.await("the first message", func() bool {
		before := w.list("messages")
		w.do(say{"do": "scroll", "object": "messages", "to": 0})
		w.await("older messages", func() bool {
			rows := w.list("messages")
			return w.row("messages", "number 0001") != "" || len(rows) > len(before)
		})
		return w.row("messages", "number 0001") != ""
	})

	w.key("composer", "F", "Ctrl")
	w.await("the field to search in", func() bool { return w.visible("search") })
	w.typeText("search", "0345")
	w.key("search", "Return")
	w.shows("results", "number 0345")
	w.do(say{"do": "click_item", "object": "results", "text": "number 0345", "x": 20, "y": 8})
	w.await("the message in sight", func() bool {
		at := w.do(say{"do": "top", "object": "messages", "text": "number 0345"})
		return at["found"] == true && at["value"].(float64) >= 0 && at["bottom"].(float64) <= at["height"].(float64)
	})
	w.key("composer", "End", "Ctrl")
	w.await("the newest", func() bool {
		at := w.do(say{"do": "top", "object": "messages", "text": "number 0700"})
		return at["found"] == true && at["bottom"].(float64) <= at["height"].(float64)
	})
}
