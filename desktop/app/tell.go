package app

import (
	"context"
	"time"

	"plausch"
	"plausch/client/timeline"
)

// draftPause is how long nothing was written before the server is told of a draft.
const draftPause = 2 * time.Second

// tellServers tells the servers what they do not know yet: how far the user has read,
// and what was begun to write.
func (a *App) tellServers() {
	for _, s := range a.servers {
		if s.client == nil || s.address.KTN() {
			continue
		}
		s.tellMarkers()
		if a.Now().Sub(s.wrote) > draftPause {
			s.tellDrafts()
		}
	}
}

func (s *server) tellMarkers() {
	markers := s.state().UnsentMarkers()
	if s.marking || len(markers) == 0 {
		return
	}
	s.marking = true
	c := s.client
	s.app.async(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		for room, seq := range markers {
			_, _ = c.SetMarker(ctx, room, seq) // what fails is tried again
		}
		return func() { s.marking = false }
	})
}

func (s *server) tellDrafts() {
	drafts := s.state().UnsentDrafts()
	if s.drafting || len(drafts) == 0 {
		return
	}
	s.drafting = true
	c := s.client
	s.app.async(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		var kept []timeline.DraftKept
		for _, d := range drafts {
			if edit, err := c.SetDraft(ctx, d); err == nil {
				kept = append(kept, timeline.DraftKept{Room: d.Room, Text: d.Text, Target: d.Target, Edit: edit})
			}
		}
		return func() {
			s.drafting = false
			for _, k := range kept {
				s.app.apply(s, k)
			}
		}
	})
}

// flush tells the server the same at the end of the program.
func (s *server) flush(ctx context.Context) {
	if s.client == nil || s.address.KTN() || s.state().Connection().Phase != "online" {
		return
	}
	for room, seq := range s.state().UnsentMarkers() {
		_, _ = s.client.SetMarker(ctx, room, seq)
	}
	for _, d := range s.state().UnsentDrafts() {
		_, _ = s.client.SetDraft(ctx, d)
	}
}

// draftArrived puts the draft of another device into the composer, if its room is open
// and nothing is being written there.
func (a *App) draftArrived(s *server, room plausch.RoomID) {
	r := s.state().Opened()
	if s != a.shown || r == nil || r.ID != room || a.editing != 0 || a.Now().Sub(s.wrote) < draftPause {
		return
	}
	a.composeDraft(r, true)
}
