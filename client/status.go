package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// SetStatus has the account say something of itself, the zero value nothing any more, and
// returns what is kept.
func (c *Client) SetStatus(ctx context.Context, s plausch.Status) (plausch.Status, error) {
	for _, text := range []string{s.Text, s.Emoji} {
		if err := checkString(text); err != nil {
			return plausch.Status{}, err
		}
	}
	params := protocol.NewStatus(s, time.Time{}) // an end that has passed is for the server to refuse
	if params == nil {
		params = &protocol.Status{}
	}
	var w protocol.Status
	err := c.read(ctx, protocol.MethodStatusSet, params, &w)
	return w.Status(), err
}
