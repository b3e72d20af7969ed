package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// ListSaved returns messages that the account has saved, as they are now, the last saved
// first, with ids below before (0: all), and whether there are more.
func (c *Client) ListSaved(ctx context.Context, before int64) (saved []plausch.SavedMessage, more bool, err error) {
	var w protocol.SavedMessages
	if err := c.read(ctx, protocol.MethodSavedList, &protocol.SavedList{Before: before}, &w); err != nil {
		return nil, false, err
	}
	for i := range w.Messages {
		saved = append(saved, w.Messages[i].SavedMessage())
	}
	return saved, w.More, nil
}
