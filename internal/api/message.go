package api

import (
	"context"

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
	post := core.NewMessage{Room: plausch.RoomID(p.Room), To: p.To, Text: p.Text, ClientID: p.ClientID, Attachments: p.Attachments}
	a.core.SendMessage(ctx, c.Account(), post, func(e plausch.Event, err error) {
		if err != nil {
			reply(nil, err)
			return
		}
		reply(&protocol.MessageSent{Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli()}, nil)
	})
}
