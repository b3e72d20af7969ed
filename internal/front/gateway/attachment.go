package gateway

import (
	"io"

	"plausch"
	"plausch/internal/core"
)

// Upload keeps a file, to be sent by its id.
func (s *Session) Upload(f core.File) (plausch.Attachment, error) {
	return s.server.api.Upload(s.server.ctx, &s.caller, f)
}

// Open returns a file that this account may read, and its bytes, to be closed.
// The writing goroutine may call it, too.
func (s *Session) Open(ref core.FileRef) (plausch.Attachment, io.ReadSeekCloser, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.server.api.OpenAttachment(s.server.ctx, &s.caller, ref)
}
