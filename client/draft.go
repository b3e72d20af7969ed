package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// SetDraft keeps what has been written in a room so far, for all devices of the account,
// and returns the number of the edit; an empty text ends the draft. Call it when there was
// a pause in writing. The [Draft] updates that have the same Source are of this device.
func (c *Client) SetDraft(ctx context.Context, d plausch.Draft) (edit int64, err error) {
	if err := checkString(d.Text); err != nil {
		return 0, err
	}
	var w protocol.DraftKept
	err = c.Call(ctx, protocol.MethodDraftSet, &protocol.DraftSet{Room: int64(d.Room), Text: d.Text, Target: d.Target, Source: d.Source}, &w)
	return w.Edit, err
}

// ListDrafts returns what has been begun to write, by room.
func (c *Client) ListDrafts(ctx context.Context) (drafts []plausch.Draft, err error) {
	params := protocol.DraftList{Limit: protocol.MaxPage}
	for {
		var page protocol.Drafts
		if err := c.read(ctx, protocol.MethodDraftList, &params, &page); err != nil {
			return nil, err
		}
		for i := range page.Drafts {
			drafts = append(drafts, page.Drafts[i].Draft())
			params.After = max(params.After, page.Drafts[i].Room)
		}
		if !page.More || len(page.Drafts) == 0 {
			return drafts, nil
		}
	}
}
