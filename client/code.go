package client

import (
	"context"

	"plausch/protocol"
)

// CheckCode tells whether the code of a link is still good, without using it.
// Purpose is claim, invite or reset. The error is plausch.NotFound if it is not.
func (c *Conn) CheckCode(ctx context.Context, purpose, code string) (protocol.CodeChecked, error) {
	var good protocol.CodeChecked
	err := c.Call(ctx, protocol.MethodCodeCheck, &protocol.CodeCheck{Code: code, Purpose: purpose}, &good)
	return good, err
}
