package api

import (
	"context"

	"plausch/protocol"
)

func preferenceGet(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	p, err := a.core.GetPreferences(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	w := protocol.NewPreferences(p)
	return &w, nil
}

func preferenceSet(a *API, ctx context.Context, c *Caller, p *protocol.PreferenceSet) (protocol.Body, error) {
	kept, err := a.core.SetPreferences(ctx, c.Account(), p.Change())
	if err != nil {
		return nil, err
	}
	w := protocol.NewPreferences(kept)
	return &w, nil
}
