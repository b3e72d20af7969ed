package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func hiddenList(a *API, ctx context.Context, c *Caller, p *protocol.HiddenList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	hidden, more, err := a.core.ListHidden(ctx, c.Account(), plausch.Personal{Room: plausch.RoomID(p.Room), Seq: p.Seq}, limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.HiddenMessages{Messages: make([]protocol.Personal, len(hidden)), More: more}
	for i, one := range hidden {
		result.Messages[i] = protocol.NewPersonal(one)
	}
	return result, nil
}
