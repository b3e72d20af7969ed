package client

import (
	"context"

	"plausch/protocol"
)

// Claim makes the first owner of a server by a code from its host, and signs in as
// it. With a NewToken (see [NewToken]) it can be repeated if the answer was lost.
func (c *Conn) Claim(ctx context.Context, p protocol.Claim) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodClaim, &p, &signed)
	return signed, err
}
