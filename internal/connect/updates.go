package connect

import (
	"context"

	"plausch/client"
)

// Batch is what one [client.Client.Next] returned.
type Batch struct {
	Updates []client.Update
	Err     error // why there are no more; the last batch has one
}

// Updates reads a client's updates into a channel, for event loops that wait for
// other things, too. Its goroutine ends with the client or ctx.
func Updates(ctx context.Context, c *client.Client) <-chan Batch {
	batches := make(chan Batch)
	go func() {
		for {
			updates, err := c.Next(ctx)
			select {
			case batches <- Batch{updates, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return batches
}
