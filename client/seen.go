package client

import (
	"context"

	"plausch/protocol"
)

// SetSeen says whether others see in direct rooms up to where the account has read, and it
// up to where they have: see [Seen].
func (c *Client) SetSeen(ctx context.Context, on bool) error {
	return c.read(ctx, protocol.MethodSeenSet, &protocol.SeenSet{On: on}, &protocol.Empty{})
}
