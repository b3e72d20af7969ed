package api

import (
	"context"
	"slices"
	"strings"

	"plausch"
	"plausch/protocol"
)

func memberList(a *API, ctx context.Context, c *Caller, p *protocol.MemberList) (protocol.Body, error) {
	limit, err := limitOf(p.Limit)
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
		m := members[i]
		result.Members[i] = protocol.Member{
			ID: int64(m.ID), Name: m.Name, Display: m.Display, Role: string(m.Role), Presence: string(presence),
			Avatar: protocol.AvatarVersion(m.Avatar),
		}
	}
	return result, nil
}

func memberAdd(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.AddMember(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}

func memberRemove(a *API, ctx context.Context, c *Caller, p *protocol.MemberChange) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.RemoveMember(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}

func presenceList(a *API, _ context.Context, _ *Caller, p *protocol.PresenceList) (protocol.Body, error) {
	limit, err := limitOf(p.Limit)
	if err != nil {
		return nil, err
	}
	here := a.hub.Here()
	first, found := slices.BinarySearchFunc(here, p.After, func(ref plausch.AccountRef, name string) int {
		return strings.Compare(ref.Name, name)
	})
	if found {
		first++
	}
	here = here[first:]
	result := &protocol.Presences{More: len(here) > limit}
	here = here[:min(len(here), limit)]
	ids := make([]plausch.AccountID, len(here))
	for i, ref := range here {
		ids[i] = ref.ID
	}
	for i, presence := range a.hub.Presence(ids) {
		if presence != plausch.Offline { // gone in between
			result.Presence = append(result.Presence, protocol.PresenceChange{
				Account: protocol.NewAccount(here[i]), Presence: string(presence),
			})
		}
	}
	return result, nil
}

func presenceSet(_ *API, _ context.Context, c *Caller, p *protocol.PresenceSet) (protocol.Body, error) {
	presence := plausch.Presence(p.Presence)
	switch {
	case presence != plausch.Online && presence != plausch.Away:
		return nil, plausch.Errorf(plausch.Invalid, "presence is online or away, not %q", p.Presence)
	case c.subscriber == nil:
		return nil, plausch.Errorf(plausch.Invalid, "subscribe first: a session that does not listen is not present")
	}
	c.subscriber.SetAway(presence == plausch.Away)
	return &protocol.Empty{}, nil
}

func typing(a *API, ctx context.Context, c *Caller, p *protocol.TypingSet) (protocol.Body, error) {
	room := plausch.RoomID(p.Room)
	if err := a.core.MayType(ctx, c.Account(), room); err != nil {
		return nil, err
	}
	a.hub.Typing(room, c.Account().Ref())
	return &protocol.Empty{}, nil
}
