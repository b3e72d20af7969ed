package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// NewMessage is a message to send: to Room or, if that is 0, to the account called To
// in the direct room of the two, which it makes if need be.
type NewMessage struct {
	Room     plausch.RoomID
	To       string
	Text     string
	ClientID string // see plausch.CheckClientID
	// Attachments are the ids of files that the sender uploaded and has not sent
	// yet, at most plausch.MaxAttachments. With some, Text may be empty.
	Attachments []string
}

// SendMessage has p committed and then calls done, once, with its event or why there is
// none. Sends of one account by one goroutine are committed in their order. SendMessage
// waits while the account is over its rate; done may be called by another
// goroutine, and must not block.
func (c *Core) SendMessage(ctx context.Context, by plausch.Account, p NewMessage, done func(plausch.Event, error)) {
	draft, err := c.draft(ctx, by, p)
	if err == nil {
		err = c.takeSend(ctx, by)
	}
	if err != nil {
		done(plausch.Event{}, err)
		return
	}
	draft.Time = c.now()
	c.log.append(draft, done)
}

func (c *Core) draft(ctx context.Context, by plausch.Account, p NewMessage) (store.Draft, error) {
	d := store.Draft{
		If: store.Conditions{Active: true, Member: true}, Kind: plausch.EventMessage, Actor: by.Ref(), Text: p.Text, ClientID: p.ClientID, Attachments: p.Attachments,
	}
	if err := plausch.CheckMessage(p.Text, len(p.Attachments)); err != nil {
		return d, err
	}
	if err := plausch.CheckClientID(p.ClientID); err != nil {
		return d, err
	}
	switch {
	case p.Room != 0 && p.To != "":
		return d, plausch.Errorf(plausch.Invalid, "a message goes to a room or to somebody, not both")
	case p.Room != 0:
		d.Room = p.Room // the commit asks whether by is in it
	case p.To != "":
		to, err := c.accountByName(ctx, p.To)
		if err != nil {
			return d, err
		}
		if to.ID == by.ID {
			return d, plausch.Errorf(plausch.Invalid, "you cannot write to yourself, %s", to.Name)
		}
		d.Direct = [2]plausch.AccountRef{by.Ref(), to.Ref()}
		return d, c.takeDirectRoom(ctx, by, to.ID)
	default:
		return d, plausch.Errorf(plausch.Invalid, "say where the message goes: room or to")
	}
	return d, nil
}
