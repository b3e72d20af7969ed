package api

import (
	"context"
	"io"

	"plausch/internal/core"
	"plausch/protocol"
)

// MethodAvatarGet names the permission to see the picture of an account; its bytes come over
// HTTP, like those of files: see [API.OpenAvatar].
const MethodAvatarGet = "avatar.get"

func avatarSet(a *API, ctx context.Context, c *Caller, p *protocol.AvatarSet) (protocol.Body, error) {
	account, err := a.core.SetAvatar(ctx, c.Account(), p.Attachment)
	if err != nil {
		return nil, err
	}
	return &protocol.Avatar{Avatar: protocol.AvatarVersion(account.Avatar)}, nil
}

// OpenAvatar returns the picture of the account called name, and its bytes, to be
// closed: see core.Core.OpenAvatar. Unlike Call, it may run beside other calls of
// the caller. To set one, whoever comes over HTTP calls Upload and avatar.set.
func (a *API) OpenAvatar(ctx context.Context, c *Caller, name string) (core.Avatar, io.ReadSeekCloser, error) {
	if err := checkMayCall(table[MethodAvatarGet], c); err != nil {
		return core.Avatar{}, nil, err
	}
	return a.core.OpenAvatar(ctx, name)
}
