package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// AddBlock blocks the account called name: it cannot write to this one directly any more,
// nor bring it into rooms, and what it writes notifies of nothing.
func (c *Client) AddBlock(ctx context.Context, name string) (plausch.AccountRef, error) {
	return c.changeBlock(ctx, protocol.MethodBlockAdd, name)
}

// RemoveBlock ends that.
func (c *Client) RemoveBlock(ctx context.Context, name string) (plausch.AccountRef, error) {
	return c.changeBlock(ctx, protocol.MethodBlockRemove, name)
}

func (c *Client) changeBlock(ctx context.Context, method, name string) (plausch.AccountRef, error) {
	if err := checkString(name); err != nil {
		return plausch.AccountRef{}, err
	}
	var w protocol.Block
	err := c.read(ctx, method, &protocol.BlockName{Name: name}, &w)
	return w.Account.Ref(), err
}

// ListBlocks returns whom the account has blocked, by id. The [Block] updates go on from
// there.
func (c *Client) ListBlocks(ctx context.Context) (blocked []plausch.AccountRef, err error) {
	params := protocol.BlockList{Limit: protocol.MaxPage}
	for {
		var page protocol.Blocks
		if err := c.read(ctx, protocol.MethodBlockList, &params, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Accounts {
			blocked = append(blocked, a.Ref())
			params.After = max(params.After, a.ID)
		}
		if !page.More || len(page.Accounts) == 0 {
			return blocked, nil
		}
	}
}
