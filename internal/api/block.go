package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func blockAdd(a *API, ctx context.Context, c *Caller, p *protocol.BlockName) (protocol.Body, error) {
	other, err := a.core.AddBlock(ctx, c.Account(), p.Name)
	if err != nil {
		return nil, err
	}
	return &protocol.Block{Account: protocol.NewAccount(other), Blocked: true}, nil
}

func blockRemove(a *API, ctx context.Context, c *Caller, p *protocol.BlockName) (protocol.Body, error) {
	other, err := a.core.RemoveBlock(ctx, c.Account(), p.Name)
	if err != nil {
		return nil, err
	}
	return &protocol.Block{Account: protocol.NewAccount(other)}, nil
}

func blockList(a *API, ctx context.Context, c *Caller, p *protocol.BlockList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	blocked, more, err := a.core.ListBlocks(ctx, c.Account(), plausch.AccountID(p.After), limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.Blocks{Accounts: make([]protocol.Account, len(blocked)), More: more}
	for i, ref := range blocked {
		result.Accounts[i] = protocol.NewAccount(ref)
	}
	return result, nil
}
