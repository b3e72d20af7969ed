package api

import (
	"context"
	"io"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// Files are too large for a frame: they come and go over HTTP, whose front-end
// calls Upload and OpenAttachment. The rows in the table say who may.
const (
	MethodAttachmentUpload = "attachment.upload"
	MethodAttachmentGet    = "attachment.get"
)

// Upload keeps a file of a caller, to be sent by its id: see core.Core.Upload.
// Unlike Call, it may run beside other calls of the caller.
func (a *API) Upload(ctx context.Context, c *Caller, f core.File) (plausch.Attachment, error) {
	if err := checkMayCall(table[MethodAttachmentUpload], c); err != nil {
		return plausch.Attachment{}, err
	}
	return a.core.UploadAttachment(ctx, c.Account(), f)
}

// OpenAttachment returns a file that a caller may read, and its bytes, to be
// closed: see core.Core.OpenAttachment. Unlike Call, it may run beside other
// calls of the caller.
func (a *API) OpenAttachment(ctx context.Context, c *Caller, ref core.FileRef) (plausch.Attachment, io.ReadSeekCloser, error) {
	if err := checkMayCall(table[MethodAttachmentGet], c); err != nil {
		return plausch.Attachment{}, nil, err
	}
	return a.core.OpenAttachment(ctx, c.Account(), ref)
}

// OpenThumbnail returns a small picture of a file that a caller may read: see
// core.Core.OpenThumbnail.
func (a *API) OpenThumbnail(ctx context.Context, c *Caller, id string, size core.ThumbnailSize) (core.Thumbnail, error) {
	if err := checkMayCall(table[MethodAttachmentGet], c); err != nil {
		return core.Thumbnail{}, err
	}
	return a.core.OpenThumbnail(ctx, c.Account(), id, size)
}

// FileLink returns a ticket by which anyone can read a file that an account may read:
// see core.Core.FileLink.
func (a *API) FileLink(account plausch.AccountID, id string) string {
	return a.core.FileLink(account, id)
}

// OpenFileLink returns the file of such a ticket, for anyone who has it.
func (a *API) OpenFileLink(ctx context.Context, ticket string) (plausch.Attachment, io.ReadSeekCloser, error) {
	return a.core.OpenFileLink(ctx, ticket)
}

// overHTTP answers whoever calls a method of files by a frame.
func overHTTP(_ *API, _ context.Context, _ *Caller, _ Params, reply Reply) {
	reply(nil, plausch.Errorf(plausch.Unsupported, "files come and go over HTTP, not in frames of %d bytes", protocol.MaxFrame))
}
