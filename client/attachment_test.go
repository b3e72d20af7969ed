package client

import (
	"fmt"
	"testing"
	"testing/synctest"

	"plausch"
)

// TestAttachments reads a message with files from history and as it comes.
func TestAttachments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		files := []plausch.Attachment{{ID: "A", Name: "photo.png", Type: "image/png", Size: 12}, {ID: "B", Name: "b", Type: "text/plain", Size: 0}}
		send := func() {
			f.change(func() {
				f.append(1, plausch.Event{Kind: plausch.EventMessage, Actor: f.ref("bob"), Attachments: files})
			})
		}
		send()
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		events, _, err := r.c.History(t.Context(), 1, HistoryQuery{})
		if err != nil || len(events) != 1 || fmt.Sprint(events[0].Attachments) != fmt.Sprint(files) {
			t.Errorf("history has %+v, %v", events, err)
		}
		send()
		for {
			updates, err := r.c.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range updates {
				if e, ok := u.(Event); ok && e.Seq == 2 {
					if fmt.Sprint(e.Attachments) != fmt.Sprint(files) {
						t.Errorf("the event has %+v", e.Attachments)
					}
					return
				}
			}
		}
	})
}
