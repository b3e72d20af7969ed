package timeline

import (
	"cmp"
	"slices"
	"time"

	"plausch"
	"plausch/client"
)

// draftState is how what the user writes in a room stands to what the server keeps.
type draftState struct {
	unsent bool         // it was changed here, and the server does not have that
	again  bool         // whether it has the next time is uncertain, so it is sent once more
	later  client.Draft // an edit of another device meanwhile, which was not taken over
	pushed int          // Server.drafts when the server told of it last
}

// UnsentDrafts returns what the user has written and the server does not keep: give each
// to client.SetDraft when there is a pause in writing, and apply [DraftKept].
func (s *Server) UnsentDrafts() []plausch.Draft {
	var all []plausch.Draft
	for _, r := range s.rooms {
		if r.Joined && r.draft.unsent {
			all = append(all, plausch.Draft{Room: r.ID, Text: r.Draft.Text, Target: r.Draft.Target, Source: s.source})
		}
	}
	slices.SortFunc(all, func(a, b plausch.Draft) int { return cmp.Compare(a.Room, b.Room) })
	return all
}

// DraftsTold counts how often the server told of a draft: see [Drafts].
func (s *Server) DraftsTold() int { return s.drafts }

// write changes the draft of r as the user does.
func (r *Room) write(text string, target int64) {
	if r.Draft.Text == text && r.Draft.Target == target {
		return
	}
	r.Draft.Text, r.Draft.Target = text, target
	r.draft.unsent, r.server.change.Drafts = true, true
	r.server.touch(r)
}

// drafted takes in an edit of which the client tells: the newest one counts, but never in
// the place of what is being typed.
func (s *Server) drafted(u client.Draft) {
	r := s.rooms[ByID(u.Room)]
	if r == nil || !r.Joined || u.Edit <= r.Draft.Edit {
		return
	}
	s.drafts++
	r.draft.pushed = s.drafts
	r.Draft.Edit = u.Edit
	switch {
	case s.source != "" && u.Source == s.source:
	case r.draft.unsent:
		r.draft.later = u
	default:
		r.take(u)
	}
}

// take takes over the draft of another device.
func (r *Room) take(u client.Draft) {
	if r.Draft.Text != u.Text || r.Draft.Target != u.Target {
		r.Draft.Text, r.Draft.Target = u.Text, u.Target
		r.server.touch(r)
	}
}

func (a DraftKept) apply(s *Server, _ time.Time) {
	r := s.rooms[ByID(a.Room)]
	if r == nil {
		return
	}
	s.drafts++
	r.draft.pushed = s.drafts // a list that was asked for before may not have it
	r.Draft.Edit = max(r.Draft.Edit, a.Edit)
	if r.draft.again || r.Draft.Text != a.Text || r.Draft.Target != a.Target {
		r.draft.again = false
		return // it was changed again
	}
	r.draft.unsent = false
	if r.draft.later.Edit > a.Edit {
		r.take(r.draft.later)
	}
	r.draft.later = client.Draft{}
}

func (a Drafts) apply(s *Server, _ time.Time) {
	if a.Told < s.draftsListed {
		return // a later list came before
	}
	s.drafts++
	s.draftsListed = s.drafts
	for _, r := range s.rooms {
		if !r.Joined || r.draft.pushed > a.Told {
			continue
		}
		if r.draft.unsent { // the list may be newer or older than what is on its way
			r.draft.again = true
			continue
		}
		i := slices.IndexFunc(a.Drafts, func(d plausch.Draft) bool { return d.Room == r.ID })
		if i < 0 {
			r.take(client.Draft{})
			continue
		}
		r.Draft.Edit = a.Drafts[i].Edit
		r.take(client.Draft{Draft: a.Drafts[i]})
	}
}
