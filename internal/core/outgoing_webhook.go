package core

import (
	"context"
	"net/url"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// CreateOutgoingWebhook has what happens in a room from now on posted to an address.
// Whoever runs the room may, but no guest. Secret is in the result, this once.
func (c *Core) CreateOutgoingWebhook(ctx context.Context, by plausch.Account, room plausch.RoomID, address string) (plausch.OutgoingWebhook, error) {
	if err := c.checkCanManageWebhooks(ctx, by, room); err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	address, err := c.checkURL(address)
	if err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	w, err := c.store.CreateOutgoingWebhook(ctx, store.NewOutgoingWebhook{
		Room: room, URL: address, Secret: auth.NewWebhookSecret(), Maker: by.ID, At: c.now(),
		If: []store.Judged{{Account: by.ID, Role: by.Role, Member: room}},
	})
	c.opts.Push.changed()
	return w, conflictError(err)
}

// AddOutgoingWebhook makes an outgoing webhook of the room called room, to an address that
// urls calls. It needs no running core, so that it can work on the database beside a
// server.
func AddOutgoingWebhook(ctx context.Context, st store.Store, urls URLChecker, room, address string) (plausch.OutgoingWebhook, error) {
	found, err := roomByName(ctx, st, room)
	if err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	u, err := urls.CheckURL(address)
	if err != nil {
		return plausch.OutgoingWebhook{}, plausch.Errorf(plausch.Invalid, "%v", err)
	}
	return st.CreateOutgoingWebhook(ctx, store.NewOutgoingWebhook{
		Room: found.ID, URL: u.String(), Secret: auth.NewWebhookSecret(), At: time.Now().Truncate(time.Millisecond),
	})
}

// ListOutgoingWebhooks returns those of a room to its members, who are to know where
// what they write goes; who cannot manage them sees the host alone. No secret is in it.
func (c *Core) ListOutgoingWebhooks(ctx context.Context, by plausch.Account, room plausch.RoomID) ([]plausch.OutgoingWebhook, error) {
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return nil, err
	}
	canManage := c.checkCanManageWebhooks(ctx, by, room)
	if canManage != nil && plausch.CodeOf(canManage) != plausch.Forbidden {
		return nil, canManage
	}
	hooks, err := c.store.ListOutgoingWebhooks(ctx, room)
	for i := range hooks {
		hooks[i].Secret = ""
		if canManage != nil {
			hooks[i].URL = originOf(hooks[i].URL)
		}
	}
	return hooks, err
}

// originOf returns the scheme and host of an address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// DeleteOutgoingWebhook ends an outgoing webhook at once. Whoever runs its room may.
func (c *Core) DeleteOutgoingWebhook(ctx context.Context, by plausch.Account, id int64) error {
	hook, err := c.store.OutgoingWebhook(ctx, id)
	return c.deleteWebhook(ctx, by, id, hook.Room, err, c.store.DeleteOutgoingWebhook)
}
