package client

import (
	"context"

	"plausch/protocol"
)

// DownloadAvatar writes the picture of the account called name as Download does.
// NotFound means that it has none.
func (c *Client) DownloadAvatar(ctx context.Context, name string, d Download) (int64, error) {
	return c.download(ctx, d, "accounts", name, "avatar")
}

// SetAvatar makes an uploaded picture that of the account, or takes its picture
// away if attachment is empty. Version changes with the picture; empty is none.
func (c *Client) SetAvatar(ctx context.Context, attachment string) (version string, err error) {
	var w protocol.Avatar
	err = c.Call(ctx, protocol.MethodAvatarSet, &protocol.AvatarSet{Attachment: attachment}, &w)
	return w.Avatar, err
}
