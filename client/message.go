package client

import (
	"context"
	"slices"
	"time"

	"plausch"
	"plausch/protocol"
)

// Outgoing is a message to send: to a room or, if Room is 0, to the account
// named To, in the direct room that the first message makes.
type Outgoing struct {
	Room plausch.RoomID
	To   string
	Text string // may be empty if there are attachments
	// Attachments are the ids of uploaded files: see [Client.Upload].
	Attachments []string
	// Target is the seq of the message in Room that this one answers, 0 if none.
	Target int64
	// Details are whom it names, to which the server adds those whom Text names, and,
	// in the place of Text, a sealed body; nil if there is none of that.
	Details *plausch.Details
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
	if m.Target != 0 && m.Room == 0 {
		return plausch.Errorf(plausch.Invalid, "an answer goes to the room of the message that it answers")
	}
	if d := m.Details; d != nil && d.Scheme != "" {
		return plausch.CheckSealed(d.Scheme, d.Sealed)
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
		size += plausch.ContentBytes(m.Text, m.Details)
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
	puts := make([]storedSend, len(ms))
	at := time.Now().UnixMilli()
	for i, m := range ms {
		puts[i] = storedSend{ID: c.ids.next(), Room: m.Room, To: m.To, Text: m.Text, Attachments: slices.Clone(m.Attachments), Target: m.Target, Details: m.Details, At: at}
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

// MessageQuery asks for a part of the messages of a room. At most one of Before,
// After, Around and Date is set; without any the newest are meant.
type MessageQuery struct {
	Before int64     // the newest below this seq
	After  int64     // the oldest above this seq; with Forward also above 0
	Around int64     // those on both sides of this seq
	Date   time.Time // those on both sides of this time
	// Forward makes After count when it is 0.
	Forward bool
	// Limit is the most messages to return, up to protocol.MaxPage;
	// protocol.DefaultPage if 0.
	Limit int
}

// MessageState is a part of the messages of a room, in one state of it.
type MessageState struct {
	Messages     []plausch.Message // ascending by seq
	AsOf         int64             // the seq up to which all is in it; pushes go on from there
	First        int64             // of the oldest event that is kept
	Older, Newer bool              // there are more messages on that side
}

// Messages returns messages of a room that the account is in as they are now: edited,
// with their reactions, and with what they answer. On a KTN server, where nothing
// changes, Around and Date are Unsupported.
func (c *Client) Messages(ctx context.Context, room plausch.RoomID, p MessageQuery) (MessageState, error) {
	if c.address.KTN() {
		return c.messagesOfHistory(ctx, room, p)
	}
	params := &protocol.MessagesGet{Room: int64(room), Before: p.Before, Around: p.Around, Limit: p.Limit}
	if p.Forward || p.After != 0 {
		params.After = &p.After
	}
	if !p.Date.IsZero() {
		params.Date = p.Date.UnixMilli()
	}
	var w protocol.Messages
	if err := c.read(ctx, protocol.MethodMessages, params, &w); err != nil {
		return MessageState{}, err
	}
	state := MessageState{AsOf: w.AsOf, First: w.First, Older: w.Older, Newer: w.Newer, Messages: make([]plausch.Message, len(w.Messages))}
	for i := range w.Messages {
		state.Messages[i] = w.Messages[i].Message(room)
	}
	return state, nil
}

// messagesOfHistory is Messages where events change nothing.
func (c *Client) messagesOfHistory(ctx context.Context, room plausch.RoomID, p MessageQuery) (MessageState, error) {
	if p.Around != 0 || !p.Date.IsZero() {
		return MessageState{}, plausch.Errorf(plausch.Unsupported, "a KTN server has messages by their order only")
	}
	forward := p.Forward || p.After != 0
	events, more, err := c.History(ctx, room, HistoryQuery{After: p.After, Before: p.Before, Forward: p.Forward, Limit: p.Limit})
	if err != nil {
		return MessageState{}, err
	}
	state := MessageState{AsOf: max(p.Before-1, 0), First: 1, Older: forward && p.After > 0 || !forward && more, Newer: forward && more || p.Before > 0}
	for _, e := range events {
		state.AsOf = max(state.AsOf, e.Seq)
		if e.Kind == plausch.EventMessage {
			state.Messages = append(state.Messages, plausch.Message{Event: e})
		}
	}
	return state, nil
}

// Edit is the new content of a message.
type Edit struct {
	Text string
	// Details are whom it names and, in the place of Text, a sealed body; nil if
	// there is none of that. The server finds names in Text by itself.
	Details *plausch.Details
}

// EditMessage gives a message of the account's own another content, and returns the
// seq of that event.
func (c *Client) EditMessage(ctx context.Context, room plausch.RoomID, seq int64, e Edit) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessageEdit, &protocol.MessageEdit{
		Room: int64(room), Seq: seq, Text: e.Text, Details: protocol.NewDetails(e.Details), ClientID: c.ids.next(),
	})
}

// DeleteMessage empties a message for everybody, and returns the seq of that event, 0
// if it was deleted already.
func (c *Client) DeleteMessage(ctx context.Context, room plausch.RoomID, seq int64) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessageDelete, &protocol.MessageRef{Room: int64(room), Seq: seq})
}

// React adds a reaction of the account to a message, and returns the seq of that
// event, 0 if it is there already.
func (c *Client) React(ctx context.Context, room plausch.RoomID, seq int64, emoji string) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessageReact, &protocol.MessageReact{Room: int64(room), Seq: seq, Emoji: emoji})
}

// Unreact takes one away, and returns the seq of that event, 0 if there was none.
func (c *Client) Unreact(ctx context.Context, room plausch.RoomID, seq int64, emoji string) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessageUnreact, &protocol.MessageReact{Room: int64(room), Seq: seq, Emoji: emoji})
}

// PinMessage pins a message to its room, and returns the seq of that event, 0 if it is
// pinned already.
func (c *Client) PinMessage(ctx context.Context, room plausch.RoomID, seq int64) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessagePin, &protocol.MessageRef{Room: int64(room), Seq: seq})
}

// UnpinMessage ends that, and returns the seq of that event, 0 if it was not pinned.
func (c *Client) UnpinMessage(ctx context.Context, room plausch.RoomID, seq int64) (int64, error) {
	return c.changeMessage(ctx, protocol.MethodMessageUnpin, &protocol.MessageRef{Room: int64(room), Seq: seq})
}

// MessageVersion is what a message has said for a while: since Seq, which is the message
// itself or an edit.
type MessageVersion struct {
	Seq     int64
	Time    time.Time
	Text    string
	Details *plausch.Details // nil if there are none
}

// MessageVersions returns what a message has said, the newest first, below the seq before
// (0: all), and whether there is more: for its author, and those who run the room.
func (c *Client) MessageVersions(ctx context.Context, room plausch.RoomID, seq, before int64) (versions []MessageVersion, more bool, err error) {
	var w protocol.MessageVersions
	if err := c.read(ctx, protocol.MethodMessageVersions, &protocol.MessageVersionsGet{Room: int64(room), Seq: seq, Before: before}, &w); err != nil {
		return nil, false, err
	}
	for _, v := range w.Versions {
		versions = append(versions, MessageVersion{Seq: v.Seq, Time: time.UnixMilli(v.Time), Text: v.Text, Details: v.Details.Details()})
	}
	return versions, w.More, nil
}

// HideMessage has the account not see a message any more, on all its devices.
func (c *Client) HideMessage(ctx context.Context, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, protocol.MethodMessageHide, room, seq)
}

// UnhideMessage ends that.
func (c *Client) UnhideMessage(ctx context.Context, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, protocol.MethodMessageUnhide, room, seq)
}

// SaveMessage puts a message into the list of [Client.ListSaved].
func (c *Client) SaveMessage(ctx context.Context, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, protocol.MethodMessageSave, room, seq)
}

// UnsaveMessage takes it out of the list.
func (c *Client) UnsaveMessage(ctx context.Context, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, protocol.MethodMessageUnsave, room, seq)
}

func (c *Client) setPersonal(ctx context.Context, method string, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	var w protocol.Personal
	err := c.read(ctx, method, &protocol.MessageRef{Room: int64(room), Seq: seq}, &w)
	return w.Personal(), err
}

func (c *Client) changeMessage(ctx context.Context, method string, params protocol.Body) (int64, error) {
	var w protocol.MessageSent
	err := c.read(ctx, method, params, &w)
	return w.Seq, err
}
