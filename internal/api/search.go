package api

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// maxZone is how many minutes a time zone can be away from UTC.
const maxZone = 14 * 60

func search(a *API, ctx context.Context, c *Caller, p *protocol.SearchGet) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	if p.Zone < -maxZone || p.Zone > maxZone {
		return nil, plausch.Errorf(plausch.Invalid, "zone is minutes before UTC: between -%d and %d", maxZone, maxZone)
	}
	// The neighbours are read last, so there is room left for them.
	const neighbours = 2 * (plausch.MaxQuote + 200)
	page, err := a.core.Search(ctx, c.Account(), core.SearchQuery{
		Text: p.Query, Zone: time.FixedZone("", 60*p.Zone), Room: plausch.RoomID(p.Room), Next: p.Next, Limit: limit,
		MaxBytes: protocol.MaxPageBytes, Size: func(h *plausch.Hit) int { return protocol.HitSize(h) + neighbours },
	})
	if err != nil {
		return nil, err
	}
	result := &protocol.Hits{Hits: make([]protocol.Hit, len(page.Hits)), Next: page.Next, Partial: page.Partial, Since: page.Since}
	size := 0
	for i := range page.Hits {
		size += protocol.HitSize(&page.Hits[i])
	}
	for i := range page.Hits {
		if size > protocol.MaxPageBytes { // of names and quotes that need many escapes
			page.Hits[i].Before, page.Hits[i].After = nil, nil
		}
		result.Hits[i] = protocol.NewHit(&page.Hits[i])
	}
	return result, nil
}
