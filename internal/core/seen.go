package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// SetSeen says whether by lets others see in direct rooms up to where it has read. Who does
// not, does not see it of others either.
func (c *Core) SetSeen(ctx context.Context, by plausch.Account, on bool) error {
	_, err := c.setOwn(ctx, by, store.AccountUpdate{Seen: &on})
	return err
}
