package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// SearchQuery asks for a part of what a search finds.
type SearchQuery struct {
	// Text is what to look for: words, parts and beginnings of words, phrases in quotation
	// marks, and from:, in:, has:, before: and after:. See docs/search.md.
	Text string
	// Room is the only room to look in, 0 for all that one is in.
	Room plausch.RoomID
	// Zone is that of the dates in Text; nil is the local one.
	Zone *time.Location
	// Next is that of the page before, empty for the first page.
	Next  string
	Limit int // at most protocol.MaxPage; 0: protocol.DefaultPage
}

// Search returns messages of the rooms that one is in, newest first.
func (c *Client) Search(ctx context.Context, q SearchQuery) (page plausch.HitPage, err error) {
	if err := checkString(q.Text); err != nil {
		return page, err
	}
	if q.Zone == nil {
		q.Zone = time.Local
	}
	_, seconds := time.Now().In(q.Zone).Zone()
	params := &protocol.SearchGet{Query: q.Text, Room: int64(q.Room), Zone: seconds / 60, Next: q.Next, Limit: q.Limit}
	var result protocol.Hits
	if err := c.read(ctx, protocol.MethodSearch, params, &result); err != nil {
		return page, err
	}
	page = plausch.HitPage{Next: result.Next, Partial: result.Partial, Since: result.Since}
	for i := range result.Hits {
		page.Hits = append(page.Hits, result.Hits[i].Hit())
	}
	return page, nil
}
