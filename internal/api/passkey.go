package api

import (
	"context"
	"encoding/base64"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func passkeyBegin(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	id, options, err := a.core.BeginPasskey(ctx, c.Account(), c.Origin)
	if err != nil {
		return nil, err
	}
	return &protocol.PasskeyBegun{ID: id, Options: string(options)}, nil
}

func passkeyAdd(a *API, ctx context.Context, c *Caller, p *protocol.PasskeyAdd) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.AddPasskey(ctx, c.Account(), p.ID, p.Name, []byte(p.Response))
}

func passkeyList(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	all, err := a.core.ListPasskeys(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	result := &protocol.Passkeys{}
	for _, p := range all {
		result.Passkeys = append(result.Passkeys, protocol.Passkey{
			ID: base64.RawURLEncoding.EncodeToString(p.ID), Name: p.Name, Created: p.Created.UnixMilli(), Used: p.Used.UnixMilli(),
		})
	}
	return result, nil
}

func passkeyDelete(a *API, ctx context.Context, c *Caller, p *protocol.PasskeyDelete) (protocol.Body, error) {
	id, err := base64.RawURLEncoding.DecodeString(p.ID)
	if err != nil {
		return nil, plausch.Errorf(plausch.NotFound, "there is no such passkey")
	}
	return &protocol.Empty{}, a.core.DeletePasskey(ctx, c.Account(), id)
}

func passkeySignInBegin(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	id, options, err := a.core.BeginSignInPasskey(ctx, c.Origin)
	if err != nil {
		return nil, err
	}
	return &protocol.PasskeyBegun{ID: id, Options: string(options)}, nil
}

func passkeySignIn(a *API, ctx context.Context, c *Caller, p *protocol.PasskeySignIn) (protocol.Body, error) {
	return a.completeSignIn(ctx, c, false, func() (core.SignedIn, error) {
		return a.core.SignInPasskey(ctx, c.clientInfo(p.NewToken), p.ID, []byte(p.Response))
	})
}
