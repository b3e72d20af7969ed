package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func memberList(a *API, ctx context.Context, c *Caller, p *protocol.MemberList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	members, more, err := a.core.ListMembers(ctx, c.Account(), plausch.RoomID(p.Room), plausch.AccountID(p.After), limit)
	if err != nil {
		return nil, err
	}
	ids := make([]plausch.AccountID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	result := &protocol.Members{Members: make([]protocol.Member, len(members)), More: more}
	for i, presence := range a.hub.Presence(ids) {
		result.Members[i] = protocol.NewMember(members[i], presence, a.core.Now())
	}
	return result, nil
}

func memberAdd(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.AddMember(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}

func memberRemove(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.RemoveMember(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}

func memberRole(a *API, ctx context.Context, c *Caller, p *protocol.MemberRole) (protocol.Body, error) {
	e, err := a.core.RoleMember(ctx, c.Account(), plausch.RoomID(p.Room), p.Name, plausch.RoomRole(p.Role))
	if err != nil {
		return nil, err
	}
	return &protocol.RoomChanged{Seq: e.Seq}, nil
}
