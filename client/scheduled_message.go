package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// CreateScheduledMessage has the server send a message without files at a time, whether or
// not this client is connected then. [Scheduled] updates tell what becomes of it.
func (c *Client) CreateScheduledMessage(ctx context.Context, m Outgoing, at time.Time) (plausch.ScheduledMessage, error) {
	if err := m.check(); err != nil {
		return plausch.ScheduledMessage{}, err
	}
	if len(m.Attachments) > 0 {
		return plausch.ScheduledMessage{}, plausch.Errorf(plausch.Unsupported, "files cannot be sent later")
	}
	params := &protocol.ScheduledMessageCreate{
		At: at.UnixMilli(), Room: int64(m.Room), To: m.To, Text: m.Text, Target: m.Target, Details: protocol.NewDetails(m.Details), ClientID: c.ids.next(),
	}
	var w protocol.ScheduledMessage
	err := c.read(ctx, protocol.MethodScheduledMessageCreate, params, &w)
	return w.ScheduledMessage(), err
}

// ScheduledMessageUpdate is what [Client.UpdateScheduledMessage] changes; nil, and a zero
// time, leave it as it is.
type ScheduledMessageUpdate struct {
	At   time.Time
	Text *string
}

// UpdateScheduledMessage changes a message that was not sent yet, or could not be, and
// returns it.
func (c *Client) UpdateScheduledMessage(ctx context.Context, id int64, u ScheduledMessageUpdate) (plausch.ScheduledMessage, error) {
	params := &protocol.ScheduledMessageUpdate{ID: id, Text: u.Text}
	if !u.At.IsZero() {
		params.At = u.At.UnixMilli()
	}
	var w protocol.ScheduledMessage
	err := c.read(ctx, protocol.MethodScheduledMessageUpdate, params, &w)
	return w.ScheduledMessage(), err
}

// DeleteScheduledMessage forgets a message that was not sent yet.
func (c *Client) DeleteScheduledMessage(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodScheduledMessageDelete, &protocol.ScheduledMessageRef{ID: id}, &protocol.Empty{})
}

// ListScheduledMessages returns messages of the account that are to be sent later or could
// not be, the newest first, with ids below before (0: all), and whether there are more.
func (c *Client) ListScheduledMessages(ctx context.Context, before int64) (messages []plausch.ScheduledMessage, more bool, err error) {
	var w protocol.ScheduledMessages
	if err := c.read(ctx, protocol.MethodScheduledMessageList, &protocol.ScheduledMessageList{Before: before}, &w); err != nil {
		return nil, false, err
	}
	for i := range w.Messages {
		messages = append(messages, w.Messages[i].ScheduledMessage())
	}
	return messages, w.More, nil
}
