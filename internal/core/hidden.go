package core

import (
	"context"

	"plausch"
)

// ListHidden returns the messages that by has hidden, by room and seq, from the first after
// the given one, and whether there are more.
func (c *Core) ListHidden(ctx context.Context, by plausch.Account, after plausch.Personal, limit int) ([]plausch.Personal, bool, error) {
	found, err := c.store.ListHidden(ctx, by.ID, after, limit+1)
	return found[:min(len(found), limit)], len(found) > limit, err
}
