package api

import (
	"context"

	"plausch/internal/core"
	"plausch/protocol"
)

func savedList(a *API, ctx context.Context, c *Caller, p *protocol.SavedList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page, more, err := a.core.ListSaved(ctx, c.Account(), core.SavedQuery{
		Before: p.Before, Limit: min(limit, protocol.MaxLongPage), MaxBytes: protocol.MaxPageBytes, Size: protocol.SavedMessageSize,
	})
	if err != nil {
		return nil, err
	}
	result := &protocol.SavedMessages{Messages: make([]protocol.SavedMessage, len(page)), More: more}
	for i := range page {
		fitMessage(&page[i].Message)
		result.Messages[i] = protocol.NewSavedMessage(&page[i])
	}
	return result, nil
}
