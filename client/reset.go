package client

import (
	"context"
	"time"

	"plausch/protocol"
)

// CreateReset makes a code with which the account called name can be given a new
// password (see [Conn.RedeemReset]) until expires, for admins. It is told this once.
func (c *Client) CreateReset(ctx context.Context, name string) (code string, expires time.Time, err error) {
	var w protocol.ResetCreated
	if err := c.Call(ctx, protocol.MethodResetCreate, &protocol.ResetCreate{Name: name}, &w); err != nil {
		return "", time.Time{}, err
	}
	return w.Code, time.UnixMilli(w.Expires), nil
}

// RedeemReset gives an account a new password by a code from an admin, and signs in as
// it. With a NewToken (see [NewToken]) it can be repeated if the answer was lost.
func (c *Conn) RedeemReset(ctx context.Context, p protocol.ResetRedeem) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodResetRedeem, &p, &signed)
	return signed, err
}
