package core

import (
	"context"
	"time"
)

// nodeLife is how long after its last sign of life a node's transient guests keep
// their names. A node shows that it is alive when it starts and every
// [plausch.SeenEvery].
const nodeLife = 24 * time.Hour

// startNode releases the transient guests of this node, which live as long as a
// connection, and there is none yet; and those of nodes that have not come back.
func (c *Core) startNode(ctx context.Context) error {
	if err := c.store.ReleaseTransient(ctx, c.opts.Node); err != nil {
		return err
	}
	return c.renewNode(ctx)
}

// renewNode shows the other nodes that this one is alive.
func (c *Core) renewNode(ctx context.Context) error {
	now := c.now()
	return c.store.RenewNode(ctx, c.opts.Node, now, now.Add(-nodeLife))
}
