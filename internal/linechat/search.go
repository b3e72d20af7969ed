package linechat

import (
	"context"
	"fmt"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// searchHits is how many messages /search shows.
const searchHits = 10

// cmdSearch lists the newest messages of all rooms that a query finds.
func (c *chat) cmdSearch(ctx context.Context, _ []string, rest string) {
	var page plausch.HitPage
	c.ask(ctx, func(ctx context.Context) (err error) {
		page, err = c.client.Search(ctx, client.SearchQuery{Text: rest, Limit: searchHits})
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		for i := len(page.Hits) - 1; i >= 0; i-- { // the newest last, as in a room
			c.note("%s", c.hitText(&page.Hits[i]))
		}
		c.note("%s", foundText(page))
	})
}

// hitText is a hit on one line: where it stands, and what it says.
func (c *chat) hitText(h *plausch.Hit) string {
	where := fmt.Sprint("room ", h.Room)
	for _, r := range c.timeline().Rooms() {
		if r.ID == h.Room {
			where = c.roomTitle(r)
		}
	}
	q := plausch.Quote{Seq: h.Seq, Actor: h.Actor, Text: h.Text, Files: len(h.Attachments)}
	return fmt.Sprintf("%s #%d, %s: %s", where, h.Seq, h.Time.Local().Format("2006-01-02 15:04"), connect.QuoteText(&q, maxQuote))
}

// foundText says what a page leaves out.
func foundText(page plausch.HitPage) string {
	text := ""
	switch {
	case len(page.Hits) == 0:
		text = "Nothing found."
	case page.Next != "":
		text = "There are older ones; more words or before:2026-05-31 narrow it."
	case page.Partial:
		text = "There may be more; longer words find all."
	default:
		text = fmt.Sprintf("Found %s.", connect.Plural(len(page.Hits), "message", "messages"))
	}
	if page.Since != 0 {
		text += " The server is still preparing older messages: searched back to " + time.UnixMilli(page.Since).Local().Format("2006-01-02 15:04") + "."
	}
	return text
}
