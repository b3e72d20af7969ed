package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func draftSet(a *API, ctx context.Context, c *Caller, p *protocol.DraftSet) (protocol.Body, error) {
	d, err := a.core.SetDraft(ctx, c.Account(), plausch.Draft{Room: plausch.RoomID(p.Room), Text: p.Text, Target: p.Target, Source: p.Source})
	if err != nil {
		return nil, err
	}
	return &protocol.DraftKept{Room: p.Room, Edit: d.Edit}, nil
}

func draftList(a *API, ctx context.Context, c *Caller, p *protocol.DraftList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	drafts, more, err := a.core.ListDrafts(ctx, c.Account(), plausch.RoomID(p.After), limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.Drafts{More: more}
	size := 0
	for _, d := range drafts {
		if size += protocol.DraftSize(d); size > protocol.MaxPageBytes && len(result.Drafts) > 0 {
			result.More = true
			break
		}
		result.Drafts = append(result.Drafts, protocol.NewDraft(d))
	}
	return result, nil
}
