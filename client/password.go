package client

import (
	"context"

	"plausch/protocol"
)

// ChangePassword gives the account a new password, which ends all its other
// devices. Old is empty if there is none.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error {
	return c.Call(ctx, protocol.MethodPasswordChange, &protocol.PasswordChange{Old: old, Password: password}, nil)
}
