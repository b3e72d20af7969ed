package linechat

import (
	"context"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// markerDelay is how long it takes at most until the server knows what was read.
const markerDelay = time.Second

// background has call ask the server while the loop goes on, one call at a time, and then
// runs on the loop with its error.
func (c *chat) background(call func(context.Context) error, then func(error)) {
	c.working = true
	ctx, cancel := context.WithTimeout(c.ctx, askPatience)
	go func() {
		defer cancel()
		err := call(ctx)
		select {
		case c.worked <- func() {
			c.working = false
			if err != nil {
				c.syncAfter = time.Now().Add(askPatience)
			}
			then(err)
		}:
		case <-c.ctx.Done():
		}
	}()
}

// sync asks the server for what the state says is missing, and tells it what was read.
func (c *chat) sync(now time.Time) {
	if c.working || !c.online || !c.started || c.server.Address.KTN() || now.Before(c.syncAfter) {
		return
	}
	if c.reload {
		c.reload = false
		c.loadChoices()
		return
	}
	for _, r := range c.timeline().Rooms() {
		if r.Joined && r.Recount {
			c.recount(r)
			return
		}
	}
	if r := c.opened(); r.Joined {
		for _, seq := range r.Missing() {
			c.lookUp(r, seq)
			return
		}
	}
	if c.marks() && now.Sub(c.marked) >= markerDelay {
		for room, seq := range c.timeline().UnsentMarkers() {
			c.marked = now
			c.background(func(ctx context.Context) error { return c.setMarker(ctx, room, seq) }, func(error) {})
			return
		}
	}
}

// marks reports whether the server has to be told of what was read. What a pipe prints,
// nobody may have read.
func (c *chat) marks() bool {
	return c.online && c.started && c.screen.terminal() && !c.server.Address.KTN() && len(c.timeline().UnsentMarkers()) > 0
}

func (c *chat) setMarker(ctx context.Context, room plausch.RoomID, seq int64) error {
	_, err := c.client.SetMarker(ctx, room, seq)
	return err
}

func (c *chat) recount(r *timeline.Room) {
	counts := timeline.Counts{Room: r.ID, Epoch: r.Epoch, Told: r.MarkersTold()}
	c.background(func(ctx context.Context) error {
		room, err := c.client.GetRoom(ctx, client.RoomRef{ID: counts.Room})
		counts.ReadState = room.Read
		return err
	}, func(err error) {
		if err == nil {
			c.apply(counts)
		}
	})
}

func (c *chat) lookUp(r *timeline.Room, seq int64) {
	found := timeline.Lookup{Room: r.ID, Epoch: r.Epoch, Seq: seq}
	c.background(func(ctx context.Context) (err error) {
		found.MessageState, err = c.client.Messages(ctx, found.Room, client.MessageQuery{Around: seq, Limit: 1})
		return err
	}, func(err error) {
		if err == nil {
			c.apply(found)
		}
	})
}

// saveMarkers tells the server at the end what was read.
func (c *chat) saveMarkers() {
	if !c.marks() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), markerDelay)
	defer cancel()
	for room, seq := range c.timeline().UnsentMarkers() {
		if c.setMarker(ctx, room, seq) != nil {
			return
		}
	}
}
