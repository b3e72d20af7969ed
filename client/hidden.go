package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// ListHidden returns all messages that the account has hidden, by room and seq.
func (c *Client) ListHidden(ctx context.Context) (hidden []plausch.Personal, err error) {
	params := protocol.HiddenList{Limit: protocol.MaxPage}
	for {
		var page protocol.HiddenMessages
		if err := c.read(ctx, protocol.MethodHiddenList, &params, &page); err != nil {
			return nil, err
		}
		for i := range page.Messages {
			hidden = append(hidden, page.Messages[i].Personal())
			params.Room, params.Seq = page.Messages[i].Room, page.Messages[i].Seq
		}
		if !page.More || len(page.Messages) == 0 {
			return hidden, nil
		}
	}
}
