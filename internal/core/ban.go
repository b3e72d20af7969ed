package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// AddBan ends the membership of the account called name in a room, if it is in it, and
// keeps it from getting in again: by itself, by others, or by an invite. Those who run the
// room may, as of [Core.RemoveMember], but admins and owners of the server are not banned.
func (c *Core) AddBan(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.AccountRef, error) {
	account, err := c.banned(ctx, by, id, name)
	if err != nil {
		return account, err
	}
	if account.ID == by.ID {
		return account, plausch.Errorf(plausch.Invalid, "you cannot ban yourself; to go, leave the room")
	}
	return account, c.changeBan(ctx, by, id, account, c.store.AddBan)
}

// RemoveBan ends that. The account is not in the room by it.
func (c *Core) RemoveBan(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.AccountRef, error) {
	account, err := c.banned(ctx, by, id, name)
	if err != nil {
		return account, err
	}
	return account, c.changeBan(ctx, by, id, account, c.store.RemoveBan)
}

// banned finds who is banned, or not any more, by somebody who may.
func (c *Core) banned(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.AccountRef, error) {
	if _, err := c.member(ctx, by.ID, id); err != nil {
		return plausch.AccountRef{}, err
	}
	if err := c.checkRuns(ctx, by, id, "ban others"); err != nil {
		return plausch.AccountRef{}, err
	}
	_, account, err := c.memberChange(ctx, by, id, name)
	if err != nil {
		return plausch.AccountRef{}, err
	}
	return account.Ref(), c.takeSend(ctx, by)
}

// changeBan has a change of a ban written, and publishes what it has added to the log.
func (c *Core) changeBan(ctx context.Context, by plausch.Account, room plausch.RoomID, account plausch.AccountRef, change func(context.Context, store.NewBan) error) error {
	err := change(ctx, store.NewBan{Room: room, Account: account, By: by.Ref(), At: c.now()})
	if err != nil {
		return refusal(err)
	}
	c.log.followLogged()
	return nil
}

// ListBans returns who is banned from a room that by runs, by account id from the first
// after the given one, and whether there are more.
func (c *Core) ListBans(ctx context.Context, by plausch.Account, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Ban, bool, error) {
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return nil, false, err
	}
	if err := c.checkRuns(ctx, by, room, "see who is banned"); err != nil {
		return nil, false, err
	}
	found, err := c.store.ListBans(ctx, room, after, limit+1)
	return found[:min(len(found), limit)], len(found) > limit, err
}
