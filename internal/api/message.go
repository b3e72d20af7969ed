package api

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// messageSend replies when the message is on disk; meanwhile the caller may go
// on, so that many of its sends share a commit.
func messageSend(a *API, ctx context.Context, c *Caller, params Params, reply Reply) {
	var p protocol.MessageSend
	if err := params(&p); err != nil {
		reply(nil, errParams(err))
		return
	}
	message := core.NewMessage{
		Room: plausch.RoomID(p.Room), To: p.To, Text: p.Text, Details: p.Details.Details(), Target: p.Target, ClientID: p.ClientID, Attachments: p.Attachments,
	}
	a.core.SendMessage(ctx, c.Account(), message, func(e plausch.Event, err error) {
		if err != nil {
			reply(nil, err)
			return
		}
		reply(&protocol.MessageSent{Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli()}, nil)
	})
}

// changed is the result of a change of a message in a room; e is the zero value if
// there was nothing to change.
func changed(room int64, e plausch.Event, err error) (protocol.Body, error) {
	if err != nil {
		return nil, err
	}
	result := &protocol.MessageSent{Room: room, Seq: e.Seq}
	if e.Seq != 0 {
		result.Time = e.Time.UnixMilli()
	}
	return result, nil
}

func messageEdit(a *API, ctx context.Context, c *Caller, p *protocol.MessageEdit) (protocol.Body, error) {
	e, err := a.core.EditMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq, core.Edit{Text: p.Text, Details: p.Details.Details(), ClientID: p.ClientID})
	return changed(p.Room, e, err)
}

func messageDelete(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	e, err := a.core.DeleteMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq)
	return changed(p.Room, e, err)
}

func messageReact(a *API, ctx context.Context, c *Caller, p *protocol.MessageReact) (protocol.Body, error) {
	e, err := a.core.React(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq, p.Emoji)
	return changed(p.Room, e, err)
}

func messageUnreact(a *API, ctx context.Context, c *Caller, p *protocol.MessageReact) (protocol.Body, error) {
	e, err := a.core.Unreact(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq, p.Emoji)
	return changed(p.Room, e, err)
}

func messagePin(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	e, err := a.core.PinMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq)
	return changed(p.Room, e, err)
}

func messageUnpin(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	e, err := a.core.UnpinMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq)
	return changed(p.Room, e, err)
}

func messages(a *API, ctx context.Context, c *Caller, p *protocol.MessagesGet) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page := core.MessageQuery{
		Before: p.Before, After: p.After, Around: p.Around, Limit: limit,
		MaxBytes: protocol.MaxPageBytes, Size: protocol.MessageSize,
	}
	if p.Date != 0 {
		page.Date = time.UnixMilli(p.Date)
	}
	state, err := a.core.Messages(ctx, c.Account(), plausch.RoomID(p.Room), page)
	if err != nil {
		return nil, err
	}
	result := &protocol.Messages{
		Messages: make([]protocol.Message, len(state.Messages)), AsOf: state.AsOf, First: state.First, Older: state.Older, Newer: state.Newer,
	}
	for i := range state.Messages {
		m := &state.Messages[i]
		fitMessage(m)
		result.Messages[i] = protocol.NewMessage(m)
	}
	return result, nil
}

// fitMessage leaves out of a message what does not fit a frame: it is alone in its page,
// and fits without the names.
func fitMessage(m *plausch.Message) {
	if protocol.MessageSize(m) > protocol.MaxPageBytes {
		for j := range m.Reactions {
			m.Reactions[j].First = nil
		}
	}
}

func messageVersions(a *API, ctx context.Context, c *Caller, p *protocol.MessageVersionsGet) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	versions, more, err := a.core.MessageVersions(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq,
		core.HistoryQuery{Before: p.Before, Limit: limit, MaxBytes: protocol.MaxPageBytes, Size: protocol.EventSize})
	if err != nil {
		return nil, err
	}
	result := &protocol.MessageVersions{Versions: make([]protocol.MessageVersion, len(versions)), More: more}
	for i := range versions {
		result.Versions[i] = protocol.NewMessageVersion(&versions[i])
	}
	return result, nil
}

// personal is the result of a change of what the caller has done with a message.
func personal(p plausch.Personal, err error) (protocol.Body, error) {
	if err != nil {
		return nil, err
	}
	result := protocol.NewPersonal(p)
	return &result, nil
}

func messageHide(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	return personal(a.core.HideMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq))
}

func messageUnhide(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	return personal(a.core.UnhideMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq))
}

func messageSave(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	return personal(a.core.SaveMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq))
}

func messageUnsave(a *API, ctx context.Context, c *Caller, p *protocol.MessageRef) (protocol.Body, error) {
	return personal(a.core.UnsaveMessage(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq))
}
