package app

import (
	"context"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
	"plausch/markdown"
)

// search looks for messages in the open room or, in the mode all, in all rooms of its server.
func (a *App) search(e screen.Event) {
	s, r := a.room(e)
	if r == nil || s.client == nil || e.Text == "" {
		return
	}
	c, q := s.client, client.SearchQuery{Text: e.Text, Room: r.ID, Limit: 50}
	if e.Mode == "all" {
		q.Room = 0
	}
	a.searches++
	n := a.searches
	s.call(func(ctx context.Context) func() {
		page, err := c.Search(ctx, q)
		return func() {
			switch {
			case n != a.searches: // there is a later one
			case err != nil:
				a.notice(a.words.failure(err), true)
			default:
				out := screen.Results{Results: []screen.Result{}, None: a.words.say("no_results", "q", e.Text)}
				for i := range page.Hits {
					out.Results = append(out.Results, a.result(s, &page.Hits[i], e.Mode == "all"))
				}
				a.Screen.Show(out)
			}
		}
	})
}

func (a *App) result(s *server, hit *plausch.Hit, withRoom bool) screen.Result {
	key := timeline.ByID(hit.Room)
	text := nameOf(hit.Actor) + ", " + a.words.day(hit.Time, a.Now()) + " " + a.words.clock(hit.Time)
	if r := s.state().Room(key); withRoom && r != nil {
		text += ", " + a.title(r)
	}
	return screen.Result{Server: string(s.id), Room: keyText(key), Seq: hit.Seq, Text: text + "\n" + client.CleanLine(markdown.Plain(hit.Text))}
}
