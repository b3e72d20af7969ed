package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// CreateInvite makes an invite and returns it with its code, for those who may.
// Names of rooms are in p.
func (c *Client) CreateInvite(ctx context.Context, p protocol.InviteCreate) (protocol.InviteCreated, error) {
	var made protocol.InviteCreated
	err := c.Call(ctx, protocol.MethodInviteCreate, &p, &made)
	return made, err
}

// ListInvites returns invites that are good, by id, for those who may: at most limit
// (up to protocol.MaxLongPage, which is taken if it is 0) behind the id after, and
// whether there are more. Their rooms are in RoomNames.
func (c *Client) ListInvites(ctx context.Context, after plausch.InviteID, limit int) (invites []plausch.Invite, more bool, err error) {
	var w protocol.Invites
	params := &protocol.InviteList{After: int64(after), Limit: longPage(limit)}
	if err := c.read(ctx, protocol.MethodInviteList, params, &w); err != nil {
		return nil, false, err
	}
	invites = make([]plausch.Invite, len(w.Invites))
	for i, v := range w.Invites {
		invites[i] = plausch.Invite{
			ID: plausch.InviteID(v.ID), Maker: refOf(v.Maker), Role: plausch.Role(v.Role), Uses: v.Uses, Used: v.Used,
			RoomNames: v.Rooms, Created: time.UnixMilli(v.Created), Expires: time.UnixMilli(v.Expires),
		}
	}
	return invites, w.More, nil
}

// RevokeInvite ends an invite. Accounts that were made with it stay.
func (c *Client) RevokeInvite(ctx context.Context, id plausch.InviteID) error {
	return c.Call(ctx, protocol.MethodInviteRevoke, &protocol.InviteRevoke{ID: int64(id)}, nil)
}

// RedeemInvite makes an account by the code of an invite, and signs in as it. With a
// NewToken (see [NewToken]) it can be repeated if the answer was lost.
func (c *Conn) RedeemInvite(ctx context.Context, p protocol.InviteRedeem) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodInviteRedeem, &p, &signed)
	return signed, err
}
