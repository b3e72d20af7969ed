package client

import (
	"slices"
	"time"

	"plausch"
)

// Outgoing is a message to send: to a room or, if Room is 0, to the account
// named To, in the direct room that the first message makes.
type Outgoing struct {
	Room plausch.RoomID
	To   string
	Text string // may be empty if there are attachments
	// Attachments are the ids of uploaded files: see [Client.Upload].
	Attachments []string
}

// check reports why no server would take m.
func (m Outgoing) check() error {
	if (m.Room == 0) == (m.To == "") {
		return plausch.Errorf(plausch.Invalid, "a message goes to a room or to somebody")
	}
	if err := checkString(m.To); err != nil {
		return err
	}
	for _, id := range m.Attachments {
		if err := checkString(id); err != nil {
			return err
		}
	}
	return plausch.CheckMessage(m.Text, len(m.Attachments))
}

// Send puts a message into the outbox and returns its client id. When Send
// returns, the message is in the outbox file, if there is one, and outlives the
// process. It goes out after those before it, now or when the client is online,
// once however often the connection is lost, and one of [Sent] and [Failed]
// tells of it.
//
// Errors: Invalid or TooLarge for what no server would take, [ErrOutboxFull],
// [ErrClosed] or why else the client has ended, and those of the file.
func (c *Client) Send(m Outgoing) (id string, err error) {
	ids, err := c.SendAll([]Outgoing{m})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// SendAll is Send for several messages, all or none of which are taken. A
// persistent outbox is synced once for them.
func (c *Client) SendAll(ms []Outgoing) (ids []string, err error) {
	size := 0
	for _, m := range ms {
		if err := m.check(); err != nil {
			return nil, err
		}
		size += len(m.Text)
	}
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	err = c.err
	if err == nil && (len(c.outbox.list)+c.feed.sends+len(ms) > MaxOutbox || c.outbox.bytes+size > maxOutboxBytes) {
		err = ErrOutboxFull
	}
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	puts := make([]put, len(ms))
	at := time.Now().UnixMilli()
	for i, m := range ms {
		puts[i] = put{ID: c.ids.next(), Room: m.Room, To: m.To, Text: m.Text, Attachments: slices.Clone(m.Attachments), At: at}
		ids = append(ids, puts[i].ID)
	}
	if c.journal != nil {
		if err := c.journal.put(puts); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enqueue(puts)
	c.sendMore()
	return ids, nil
}
