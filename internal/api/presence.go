package api

import (
	"context"
	"slices"
	"strings"

	"plausch"
	"plausch/protocol"
)

func presenceList(a *API, _ context.Context, _ *Caller, p *protocol.PresenceList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	here := a.hub.ConnectedAccounts()
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
	statuses, now := a.hub.Statuses(ids), a.core.Now()
	for i, presence := range a.hub.Presence(ids) {
		if presence != plausch.Offline { // gone in between
			result.Presence = append(result.Presence, protocol.PresenceChange{
				Account: protocol.NewAccount(here[i]), Presence: string(presence), Status: protocol.NewStatus(statuses[i], now),
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
