package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// search is a search while the user types: one question at a time, and the newest text
// after that.
type search struct {
	room    plausch.RoomID // where to look; 0 for everywhere
	asked   string
	asking  bool
	problem string
}

// showSearch looks in the open room, or everywhere, for what the user types then.
func (m *Model) showSearch(room plausch.RoomID, text string) tea.Cmd {
	if !m.reachable(m.session()) {
		m.fail(m.texts.get(textNeedsOnline))
		return nil
	}
	s := &search{room: room}
	p := &picker{filter: text, search: s}
	p.title = m.texts.get(textSearchAll)
	if room != 0 {
		p.title = m.texts.get(textSearchHere, m.settle(roomTitle(m.opened())))
	}
	p.load = func(m *Model, filter string) tea.Cmd { return m.searchFor(p, s, filter) }
	m.picker = p
	return p.load(m, text)
}

// searchHere looks in the open room; if that is done already, everywhere.
func (m *Model) searchHere() tea.Cmd {
	if p := m.picker; p != nil && p.search != nil && p.search.room != 0 {
		return m.showSearch(0, p.filter)
	}
	filter, room := "", plausch.RoomID(0)
	if m.picker != nil {
		filter = m.picker.filter
	}
	if r := m.opened(); r != nil {
		room = r.ID
	}
	return m.showSearch(room, filter)
}

// searchFor asks for what a text finds.
func (m *Model) searchFor(p *picker, s *search, text string) tea.Cmd {
	if strings.TrimSpace(text) == "" {
		p.shown, p.chosen = nil, 0
		return nil
	}
	if s.asking || text == s.asked {
		return nil // it is asked when the answer is there
	}
	s.asking, s.asked = true, text
	var page plausch.HitPage
	return m.ask(m.session(), func(ctx context.Context, c *client.Client) (err error) {
		page, err = c.Search(ctx, client.SearchQuery{Text: text, Room: s.room})
		return err
	}, func(err error) tea.Cmd {
		s.asking = false
		if m.picker != p {
			return nil
		}
		if s.problem = ""; err != nil {
			s.problem = m.why(err)
		} else {
			p.shown, p.chosen = m.hits(page.Hits, s.room == 0), 0
		}
		return m.searchFor(p, s, p.filter)
	})
}

// hits returns what was found, to be shown in its context.
func (m *Model) hits(hits []plausch.Hit, rooms bool) []pick {
	var all []pick
	for i := range hits {
		message := &hits[i].Event
		item := m.pickOf(message)
		room, seq := timeline.ByID(message.Room), message.Seq
		if r := m.server().Room(room); r != nil && rooms {
			item.text = m.settle(roomTitle(r)) + " " + item.text
		}
		if message.Text == "" && len(message.Attachments) > 0 {
			item.text += m.cleanLine(message.Attachments[0].Shown())
		}
		item.do = func(m *Model) tea.Cmd {
			if m.here().room == room {
				return m.jump(seq)
			}
			return tea.Batch(m.goToRoom(room, ""), m.jump(seq))
		}
		all = append(all, item)
	}
	return all
}
