package api

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func inviteCreate(a *API, ctx context.Context, c *Caller, p *protocol.InviteCreate) (protocol.Body, error) {
	const most = 1 << 40 // ms, so that it fits a time.Duration
	if p.For < 0 || p.For > most {
		return nil, plausch.Errorf(plausch.Invalid, "for is how long the invite is valid, in milliseconds")
	}
	invite, code, err := a.core.Admin(c.Account()).CreateInvite(ctx, core.InviteOptions{
		Uses: p.Uses, For: time.Duration(p.For) * time.Millisecond, Role: plausch.Role(p.Role), Rooms: p.Rooms,
	})
	if err != nil {
		return nil, err
	}
	return &protocol.InviteCreated{Invite: protocol.NewInvite(invite), Code: code.Text()}, nil
}

func inviteList(a *API, ctx context.Context, c *Caller, p *protocol.InviteList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	invites, more, err := a.core.Admin(c.Account()).ListInvites(ctx, plausch.InviteID(p.After), min(limit, protocol.MaxLongPage))
	if err != nil {
		return nil, err
	}
	result := &protocol.Invites{Invites: make([]protocol.Invite, len(invites)), More: more}
	for i, invite := range invites {
		result.Invites[i] = protocol.NewInvite(invite)
	}
	return result, nil
}

func inviteRevoke(a *API, ctx context.Context, c *Caller, p *protocol.InviteRevoke) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.Admin(c.Account()).RevokeInvite(ctx, plausch.InviteID(p.ID))
}

func inviteRedeem(a *API, ctx context.Context, c *Caller, p *protocol.InviteRedeem) (protocol.Body, error) {
	return a.completeSignIn(ctx, c, true, func() (core.SignedIn, error) {
		return a.core.RedeemInvite(ctx, c.clientInfo(p.NewToken), p.Code, p.Name, p.Password)
	})
}
