package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// HistoryQuery asks for a part of a room's log. After and Before bound the seqs, both
// exclusive, 0 for no bound. The newest events below Before come, but the oldest
// above After if After is not 0, or Forward is set: HistoryQuery{Forward: true} begins
// at the beginning.
type HistoryQuery struct {
	After, Before int64
	Forward       bool
	// Limit is the most events to return, up to protocol.MaxPage;
	// protocol.DefaultPage if 0.
	Limit int
}

// History returns a part of the log of a room that the account is in, ascending
// by seq, and whether there is more in the direction asked. It is also cut
// where the answer would be too large, so it may be shorter than Limit.
func (c *Client) History(ctx context.Context, room plausch.RoomID, p HistoryQuery) (events []plausch.Event, more bool, err error) {
	var w protocol.History
	params := &protocol.HistoryGet{Room: int64(room), Before: p.Before, Limit: p.Limit}
	if p.Forward || p.After != 0 {
		params.After = &p.After
	}
	if err := c.read(ctx, protocol.MethodHistory, params, &w); err != nil {
		return nil, false, err
	}
	events = make([]plausch.Event, len(w.Events))
	for i := range w.Events {
		events[i] = w.Events[i].Event()
	}
	return events, w.More, nil
}
