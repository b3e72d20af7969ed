package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func banAdd(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	_, err := a.core.AddBan(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	return &protocol.Empty{}, err
}

func banRemove(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	_, err := a.core.RemoveBan(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	return &protocol.Empty{}, err
}

func banList(a *API, ctx context.Context, c *Caller, p *protocol.BanList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	bans, more, err := a.core.ListBans(ctx, c.Account(), plausch.RoomID(p.Room), plausch.AccountID(p.After), limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.Bans{Bans: make([]protocol.Ban, len(bans)), More: more}
	for i, b := range bans {
		result.Bans[i] = protocol.Ban{Account: protocol.NewAccount(b.Account), By: protocol.NewAccount(b.By), Time: b.Time.UnixMilli()}
	}
	return result, nil
}
