package client

import (
	"context"

	"plausch"
	"plausch/client/ktn"
	"plausch/protocol"
)

// ListPresences returns the connected accounts, by name.
func (c *Client) ListPresences(ctx context.Context) ([]Presence, error) {
	var presences []Presence
	params := protocol.PresenceList{Limit: protocol.MaxPage}
	for {
		var page protocol.Presences
		if err := c.read(ctx, protocol.MethodPresenceList, &params, &page); err != nil {
			return nil, err
		}
		for _, p := range page.Presence {
			presences = append(presences, Presence{Account: p.Account.Ref(), Presence: plausch.Presence(p.Presence), Status: p.Status.Status()})
			params.After = p.Account.Name
		}
		if !page.More || len(page.Presence) == 0 {
			return presences, nil
		}
	}
}

// SetPresence tells others whether the account is Online or Away, now and after
// each reconnect.
func (c *Client) SetPresence(p plausch.Presence) error {
	if p != plausch.Online && p != plausch.Away {
		return plausch.Errorf(plausch.Invalid, "presence can be set to online or away, not to %q", p)
	}
	if c.bridge != nil {
		return ktn.ErrPresence
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.presence = p
	if c.conn != nil {
		c.sendPresence()
	}
	return nil
}

// sendPresence sends c.presence; c.mu is held.
func (c *Client) sendPresence() {
	c.ask(protocol.MethodPresenceSet, &protocol.PresenceSet{Presence: string(c.presence)}, nil, func(error) {})
}
