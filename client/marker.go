package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// SetMarker tells that the account has read a room up to seq. A smaller seq than that of
// the marker changes nothing.
func (c *Client) SetMarker(ctx context.Context, room plausch.RoomID, seq int64) (plausch.ReadState, error) {
	return c.setMarker(ctx, protocol.MarkerSet{Room: int64(room), Seq: seq})
}

// MarkUnread makes the messages of others from seq on unread, on all devices of the
// account.
func (c *Client) MarkUnread(ctx context.Context, room plausch.RoomID, seq int64) (plausch.ReadState, error) {
	return c.setMarker(ctx, protocol.MarkerSet{Room: int64(room), Seq: max(seq-1, 0), Back: true})
}

func (c *Client) setMarker(ctx context.Context, params protocol.MarkerSet) (plausch.ReadState, error) {
	var w protocol.Marker
	err := c.Call(ctx, protocol.MethodMarkerSet, &params, &w)
	return w.ReadState(), err
}
