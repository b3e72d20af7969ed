package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// AddBan ends the membership of the account called name in a room that this one runs, and
// keeps it from getting in again.
func (c *Client) AddBan(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodBanAdd, room, name)
}

// RemoveBan ends a ban. The account is not in the room by it.
func (c *Client) RemoveBan(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodBanRemove, room, name)
}

// ListBans returns who is banned from a room that the account runs, by id.
func (c *Client) ListBans(ctx context.Context, room plausch.RoomID) (bans []plausch.Ban, err error) {
	params := protocol.BanList{Room: int64(room), Limit: protocol.MaxPage}
	for {
		var page protocol.Bans
		if err := c.read(ctx, protocol.MethodBanList, &params, &page); err != nil {
			return nil, err
		}
		for _, b := range page.Bans {
			bans = append(bans, plausch.Ban{Account: b.Account.Ref(), By: b.By.Ref(), Time: time.UnixMilli(b.Time)})
			params.After = max(params.After, b.Account.ID)
		}
		if !page.More || len(page.Bans) == 0 {
			return bans, nil
		}
	}
}
