package api

import (
	"context"

	"plausch/internal/core"
)

// Files that come in parts come over HTTP, as [MethodAttachmentUpload] may.

// BeginUpload begins an upload of a caller: see core.Core.BeginUpload.
func (a *API) BeginUpload(ctx context.Context, c *Caller, f core.File) (core.Upload, error) {
	if err := checkMayCall(table[MethodAttachmentUpload], c); err != nil {
		return core.Upload{}, err
	}
	return a.core.BeginUpload(ctx, c.Account(), f)
}

// GetUpload returns how far an upload of a caller has got: see core.Core.Upload.
func (a *API) GetUpload(ctx context.Context, c *Caller, id string, stop bool) (core.Upload, error) {
	if err := checkMayCall(table[MethodAttachmentUpload], c); err != nil {
		return core.Upload{}, err
	}
	return a.core.Upload(ctx, c.Account(), id, stop)
}

// AppendUpload adds bytes to an upload of a caller: see core.Core.AppendUpload.
func (a *API) AppendUpload(ctx context.Context, c *Caller, id string, part core.Part) (core.Upload, error) {
	if err := checkMayCall(table[MethodAttachmentUpload], c); err != nil {
		return core.Upload{}, err
	}
	return a.core.AppendUpload(ctx, c.Account(), id, part)
}

// CancelUpload ends an upload of a caller: see core.Core.CancelUpload.
func (a *API) CancelUpload(ctx context.Context, c *Caller, id string) error {
	if err := checkMayCall(table[MethodAttachmentUpload], c); err != nil {
		return err
	}
	return a.core.CancelUpload(ctx, c.Account(), id)
}

// MaxFile is the size of the largest file that may be uploaded, in bytes.
func (a *API) MaxFile() int64 { return a.core.MaxFile() }
