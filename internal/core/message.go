package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// NewMessage is a message to send: to Room or, if that is 0, to the account called To
// in the direct room of the two, which it makes if need be.
type NewMessage struct {
	Room plausch.RoomID
	To   string
	Text string
	// Details are whom it names, to which those are added whom Text names, and, in the
	// place of Text, a sealed body; nil if there is none of that.
	Details  *plausch.Details
	Target   int64  // the message in Room that it answers, 0 if none
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
		If:   store.Conditions{Active: true, Member: true, Write: true, Unblocked: true},
		Kind: plausch.EventMessage, Actor: by.Ref(), Target: p.Target, Text: p.Text, ClientID: p.ClientID, Attachments: p.Attachments,
	}
	if err := checkContent(p.Text, p.Details, len(p.Attachments)); err != nil {
		return d, err
	}
	if err := plausch.CheckClientID(p.ClientID); err != nil {
		return d, err
	}
	var peer plausch.AccountID
	switch {
	case p.Room != 0 && p.To != "":
		return d, plausch.Errorf(plausch.Invalid, "a message goes to a room or to somebody, not both")
	case p.Room != 0:
		d.Room = p.Room // the commit asks whether by is in it
	case p.To != "":
		if p.Target != 0 {
			return d, plausch.Errorf(plausch.Invalid, "an answer goes to the room of its target: say room, not to")
		}
		to, err := c.accountByName(ctx, p.To)
		if err != nil {
			return d, err
		}
		if to.ID == by.ID {
			return d, plausch.Errorf(plausch.Invalid, "you cannot write to yourself, %s", to.Name)
		}
		d.Direct = [2]plausch.AccountRef{by.Ref(), to.Ref()}
		if err := c.takeDirectRoom(ctx, by, to.ID); err != nil {
			return d, err
		}
		peer = to.ID
	default:
		return d, plausch.Errorf(plausch.Invalid, "say where the message goes: room or to")
	}
	return d, c.mention(ctx, by, &d, p.Details, peer)
}

// checkContent reports why a message or an edit cannot say a text, or what details
// have in its place, with a number of files.
func checkContent(text string, d *plausch.Details, files int) error {
	if d == nil {
		return plausch.CheckMessage(text, files)
	}
	switch {
	case len(d.Mentions) > plausch.MaxMentions:
		return plausch.Errorf(plausch.TooLarge, "a message can mention %d people; there are %d", plausch.MaxMentions, len(d.Mentions))
	case d.Role != "" || d.Room != nil:
		return plausch.Errorf(plausch.Invalid, "a message changes no role and no room")
	case d.Scheme == "" && d.Sealed == "":
		return plausch.CheckMessage(text, files)
	case text != "":
		return plausch.Errorf(plausch.Invalid, "a message has a text or a sealed body, not both")
	}
	if err := plausch.CheckAttachments(files); err != nil {
		return err
	}
	return plausch.CheckSealed(d.Scheme, d.Sealed)
}

// Edit is what a message is to say instead. Details are as of [NewMessage].
type Edit struct {
	Text     string
	Details  *plausch.Details
	ClientID string // see plausch.CheckClientID
}

// change has an event about the message seq of a room committed, if what it was judged
// by still holds then. If it would change nothing, the event is the zero value.
func (c *Core) change(ctx context.Context, by plausch.Account, d store.Draft) (plausch.Event, error) {
	if d.Target < 1 {
		return plausch.Event{}, plausch.Errorf(plausch.Invalid, "say which message: seq")
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Event{}, err
	}
	d.Actor, d.Time = by.Ref(), c.now()
	d.If.Active, d.If.Member = true, true
	return c.log.wait(d)
}

// EditMessage gives the message seq of a room, which by wrote, another text.
func (c *Core) EditMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, edit Edit) (plausch.Event, error) {
	message, err := c.message(ctx, by, room, seq)
	if err != nil {
		return plausch.Event{}, err
	}
	if message.Actor.ID != by.ID {
		return plausch.Event{}, errNotAuthor()
	}
	if err := checkContent(edit.Text, edit.Details, len(message.Attachments)); err != nil {
		return plausch.Event{}, err
	}
	if err := plausch.CheckClientID(edit.ClientID); err != nil {
		return plausch.Event{}, err
	}
	d := store.Draft{
		Room: room, Kind: plausch.EventEdit, Target: seq, Text: edit.Text, ClientID: edit.ClientID,
		If: store.Conditions{Write: true, Author: true, Unblocked: true},
	}
	if err := c.mention(ctx, by, &d, edit.Details, 0); err != nil {
		return plausch.Event{}, err
	}
	return c.change(ctx, by, d)
}

// DeleteMessage empties the message seq of a room for everybody. Its author may, and
// those who run the room, but not in direct rooms.
func (c *Core) DeleteMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Event, error) {
	message, err := c.message(ctx, by, room, seq)
	if err != nil {
		return plausch.Event{}, err
	}
	d := store.Draft{Room: room, Kind: plausch.EventDelete, Target: seq, If: store.Conditions{Author: true}}
	if message.Actor.ID != by.ID {
		d.If = store.Conditions{Manage: true}
		if err := c.checkRuns(ctx, by, room, "delete what others wrote"); err != nil {
			return plausch.Event{}, err
		}
	}
	return c.change(ctx, by, d)
}

// React adds a reaction of by to the message seq of a room.
func (c *Core) React(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, emoji string) (plausch.Event, error) {
	if err := plausch.CheckEmoji(emoji); err != nil {
		return plausch.Event{}, err
	}
	return c.change(ctx, by, store.Draft{Room: room, Kind: plausch.EventReact, Target: seq, Text: emoji, If: store.Conditions{Open: true, Unblocked: true}})
}

// Unreact takes a reaction of by away.
func (c *Core) Unreact(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, emoji string) (plausch.Event, error) {
	return c.change(ctx, by, store.Draft{Room: room, Kind: plausch.EventUnreact, Target: seq, Text: emoji})
}

// PinMessage pins the message seq to a room. Those who run it may, and both in a
// direct room.
func (c *Core) PinMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Event, error) {
	return c.pin(ctx, by, plausch.EventPin, room, seq)
}

// UnpinMessage ends that.
func (c *Core) UnpinMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Event, error) {
	return c.pin(ctx, by, plausch.EventUnpin, room, seq)
}

func (c *Core) pin(ctx context.Context, by plausch.Account, kind plausch.EventKind, room plausch.RoomID, seq int64) (plausch.Event, error) {
	r, err := c.member(ctx, by.ID, room)
	if err != nil {
		return plausch.Event{}, err
	}
	d := store.Draft{Room: room, Kind: kind, Target: seq, If: store.Conditions{Open: kind == plausch.EventPin, Unblocked: kind == plausch.EventPin}}
	if r.Kind != plausch.RoomDirect {
		d.If.Manage = true
		if err := c.checkRuns(ctx, by, room, "pin messages"); err != nil {
			return plausch.Event{}, err
		}
	}
	return c.change(ctx, by, d)
}

// MessageVersions returns the texts that the message seq of a room has had, the newest
// first, and whether there are more: for its author, and those who run the room.
func (c *Core) MessageVersions(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, q HistoryQuery) ([]plausch.Event, bool, error) {
	if q.Before < 0 {
		return nil, false, plausch.Errorf(plausch.Invalid, "before is a seq: it cannot be negative")
	}
	message, err := c.message(ctx, by, room, seq)
	if err != nil {
		return nil, false, err
	}
	if message.Actor.ID != by.ID {
		if err := c.checkRuns(ctx, by, room, "see what others wrote before they changed it"); err != nil {
			return nil, false, err
		}
	}
	return c.store.Versions(ctx, room, seq, q)
}

// HideMessage has by not see the message seq of a room any more, on all its devices.
func (c *Core) HideMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, by, store.PersonalChange{Room: room, Seq: seq, Hidden: new(true)})
}

// UnhideMessage ends that.
func (c *Core) UnhideMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, by, store.PersonalChange{Room: room, Seq: seq, Hidden: new(false)})
}

// SaveMessage puts the message seq of a room into the list of those that by has saved.
func (c *Core) SaveMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, by, store.PersonalChange{Room: room, Seq: seq, Saved: new(true)})
}

// UnsaveMessage takes it out of the list.
func (c *Core) UnsaveMessage(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Personal, error) {
	return c.setPersonal(ctx, by, store.PersonalChange{Room: room, Seq: seq, Saved: new(false)})
}

// message returns the message seq, as it was sent, of a room that by is in.
func (c *Core) message(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64) (plausch.Event, error) {
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return plausch.Event{}, err
	}
	if seq < 1 {
		return plausch.Event{}, plausch.Errorf(plausch.Invalid, "say which message: seq")
	}
	events, _, err := c.store.Events(ctx, room, store.HistoryQuery{After: seq - 1, Before: seq + 1, Limit: 1})
	if err != nil {
		return plausch.Event{}, err
	}
	if len(events) == 0 || events[0].Kind != plausch.EventMessage {
		return plausch.Event{}, plausch.Errorf(plausch.NotFound, "there is no message %d in this room", seq)
	}
	return events[0], nil
}

func errNotAuthor() error {
	return plausch.Errorf(plausch.Forbidden, "only the person who wrote a message can edit it")
}

// MessageQuery asks for a part of the messages of a room.
type MessageQuery = store.MessageQuery

// Messages returns a part of the messages, as they are now, of a room that by is in.
func (c *Core) Messages(ctx context.Context, by plausch.Account, room plausch.RoomID, p MessageQuery) (store.MessageState, error) {
	asked := 0
	for _, is := range []bool{p.Before != 0, p.After != nil, p.Around != 0, !p.Date.IsZero()} {
		if is {
			asked++
		}
	}
	switch {
	case asked > 1:
		return store.MessageState{}, plausch.Errorf(plausch.Invalid, "say one of before, after, around and date")
	case p.Before < 0, p.Around < 0, p.After != nil && *p.After < 0:
		return store.MessageState{}, plausch.Errorf(plausch.Invalid, "before, after and around are seqs: they cannot be negative")
	}
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return store.MessageState{}, err
	}
	return c.store.Messages(ctx, room, by.ID, p)
}
