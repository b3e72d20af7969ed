package core

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
	"plausch/internal/store"
)

// maxUploads is how many uploads of one account may be unfinished at a time.
const maxUploads = 64

// Upload is a file that comes in parts.
type Upload struct {
	ID      string // also of the file, when it is complete
	Offset  int64  // how many bytes are there
	Size    int64  // how many are to come in total
	Expires time.Time
	// Attachment is the file when it is complete; nil before.
	Attachment *plausch.Attachment
}

// BeginUpload begins an upload in parts, of f.Size bytes; f.Body is not read. What it would be
// refused for is said now: its size, the account's quota, the disk's floor. With a
// ClientID that the account has used, the answer is that upload, as far as it got.
func (c *Core) BeginUpload(ctx context.Context, by plausch.Account, f File) (Upload, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return Upload{}, err
	}
	if err := plausch.CheckClientID(f.ClientID); err != nil {
		return Upload{}, err
	}
	if err := c.checkSent(ctx, by, f); err != nil {
		return Upload{}, err
	}
	if f.Size > c.opts.MaxFile {
		return Upload{}, errFileTooLarge(c.opts.MaxFile)
	}
	if f.ClientID != "" {
		earlier, err := c.earlierUpload(ctx, by, f)
		if plausch.CodeOf(err) != plausch.NotFound {
			return earlier, err
		}
	}
	if err := c.takeSend(ctx, by); err != nil {
		return Upload{}, err
	}
	if err := c.opts.Blobs.CheckRoom(f.Size); err != nil {
		return Upload{}, err
	}
	n := store.Upload{
		ID: rand.Text(), Account: by.ID, Name: plausch.FileName(f.Name), Size: f.Size, ClientID: f.ClientID,
		Thumbnail: f.Thumbnail, Duration: f.Duration, Waveform: f.Waveform, At: c.now(),
	}
	switch err := c.store.CreateUpload(ctx, n, c.opts.MaxAccountFiles, maxUploads); {
	case plausch.CodeOf(err) == plausch.TooLarge:
		return Upload{}, errOverQuota(c.opts.MaxAccountFiles)
	case err != nil:
		return Upload{}, err
	}
	p, err := c.opts.Blobs.CreatePartial(n.ID)
	if err == nil {
		err = p.Close()
	}
	if err != nil {
		_, err2 := c.store.DeleteUpload(ctx, n.ID)
		return Upload{}, errors.Join(err, err2)
	}
	return c.upload(n, 0), nil
}

// earlierUpload returns what came of the upload with the client id of f, or NotFound.
func (c *Core) earlierUpload(ctx context.Context, by plausch.Account, f File) (Upload, error) {
	a, err := c.store.AttachmentByClientID(ctx, by.ID, f.ClientID)
	if err == nil {
		return Upload{ID: a.ID, Offset: f.Size, Size: f.Size, Expires: c.now().Add(PendingLife), Attachment: &a.Attachment}, nil
	}
	if plausch.CodeOf(err) != plausch.NotFound {
		return Upload{}, err
	}
	u, err := c.store.UploadByClientID(ctx, by.ID, f.ClientID)
	if err != nil {
		return Upload{}, err
	}
	if u.Size != f.Size {
		return Upload{}, plausch.Errorf(plausch.Taken, "an upload of %d bytes with this client id has begun already", u.Size)
	}
	now, err := c.uploadState(ctx, u)
	if plausch.CodeOf(err) == plausch.NotFound { // its bytes are lost: a backup has none
		err = errors.Join(err, c.dropUpload(ctx, u.ID))
	}
	return now, err
}

// Upload returns how far an upload of by has got. One that is running goes on, unless stop
// is set: then it ends first, so that whoever asks can go on from there.
func (c *Core) Upload(ctx context.Context, by plausch.Account, id string, stop bool) (Upload, error) {
	u, err := c.ownUpload(ctx, by, id)
	if err != nil {
		return Upload{}, err
	}
	if stop {
		done, err := c.running.take(ctx, id, nil)
		if err != nil {
			return Upload{}, err
		}
		defer done()
	}
	return c.uploadState(ctx, u)
}

// ownUpload returns an upload of by.
func (c *Core) ownUpload(ctx context.Context, by plausch.Account, id string) (store.Upload, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return store.Upload{}, err
	}
	u, err := c.store.Upload(ctx, id)
	if err == nil && u.Account == by.ID {
		return u, nil
	}
	if err != nil && plausch.CodeOf(err) != plausch.NotFound {
		return u, err
	}
	// One that was answered with the file of an earlier upload.
	a, err := c.store.Attachment(ctx, id)
	if err == nil && a.Account == by.ID {
		return store.Upload{ID: a.ID, Account: by.ID, Size: a.Size, At: c.now()}, nil
	}
	if err != nil && plausch.CodeOf(err) != plausch.NotFound {
		return u, err
	}
	return u, errNoUpload()
}

func errNoUpload() error {
	return plausch.Errorf(plausch.NotFound, "there is no such upload, or it has ended; begin a new one")
}

func (c *Core) upload(u store.Upload, offset int64) Upload {
	return Upload{ID: u.ID, Offset: offset, Size: u.Size, Expires: u.At.Add(PendingLife)}
}

// uploadState looks how far an upload is.
func (c *Core) uploadState(ctx context.Context, u store.Upload) (Upload, error) {
	a, err := c.store.Attachment(ctx, u.ID)
	if err == nil {
		now := c.upload(u, u.Size)
		now.Attachment = &a.Attachment
		return now, nil
	}
	if plausch.CodeOf(err) != plausch.NotFound {
		return Upload{}, err
	}
	if offset, ok := c.running.offset(u.ID); ok {
		return c.upload(u, offset), nil
	}
	p, err := c.opts.Blobs.OpenPartial(u.ID)
	if plausch.CodeOf(err) == plausch.NotFound {
		return Upload{}, errNoUpload()
	}
	if err != nil {
		return Upload{}, err
	}
	return c.upload(u, p.Offset()), p.Close()
}

// Part is some bytes of an upload.
type Part struct {
	Offset int64 // where they belong
	Body   io.Reader
	// Interrupt makes a read of Body that waits return, once the context of AppendUpload has
	// ended: another part takes over.
	Interrupt func()
}

// errTakenOver is why an upload ends whose connection may be dead.
var errTakenOver = plausch.Errorf(plausch.Unavailable, "another request goes on with this upload")

// AppendUpload adds bytes to an upload of by. What has come stays, also if the body breaks
// off: that error is the answer beside how far the upload has got. A part that is being added ends first. With the last
// byte the file is complete. The error is Taken for a part that does not begin where the
// upload is.
func (c *Core) AppendUpload(ctx context.Context, by plausch.Account, id string, part Part) (Upload, error) {
	u, err := c.ownUpload(ctx, by, id)
	if err != nil {
		return Upload{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done, err := c.running.take(ctx, id, func() {
		cancel(errTakenOver)
		if part.Interrupt != nil {
			part.Interrupt()
		}
	})
	if err != nil {
		return Upload{}, err
	}
	defer done()
	now, err := c.uploadState(ctx, u)
	switch {
	case err != nil:
		return now, err
	case part.Offset != now.Offset:
		return now, plausch.Errorf(plausch.Taken, "the upload is at byte %d, not %d; go on from there", now.Offset, part.Offset)
	case now.Attachment != nil:
		return now, nil
	}
	p, err := c.opts.Blobs.OpenPartial(id)
	if err != nil {
		return now, err
	}
	err = c.receive(ctx, by, u, p, part.Body)
	if now = c.upload(u, p.Offset()); err == nil && now.Offset == u.Size {
		now.Attachment, err = c.completeUpload(ctx, by, u, p)
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	if code := plausch.CodeOf(err); now.Offset == u.Size && (code == plausch.Invalid || code == plausch.TooLarge || code == plausch.NotFound) {
		// The file is refused for what it is, and would be again.
		err = errors.Join(err, c.dropUpload(ctx, id))
	}
	return now, err
}

// receive copies the body to the end of a partial file.
func (c *Core) receive(ctx context.Context, by plausch.Account, u store.Upload, p blob.Partial, body io.Reader) error {
	buf := make([]byte, 64<<10)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, readErr := body.Read(buf)
		if n > 0 && by.Uninvited() {
			if _, err := c.guests.takeBytes(c.remoteOf(by.ID), n); err != nil {
				return err
			}
		}
		if left := u.Size - p.Offset(); int64(n) > left {
			return plausch.Errorf(plausch.Invalid, "there are more bytes than the %d that the upload was to have", u.Size)
		}
		if _, err := p.Write(buf[:n]); err != nil {
			return err
		}
		c.running.set(u.ID, p.Offset())
		switch {
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil && ctx.Err() != nil:
			return context.Cause(ctx)
		case readErr != nil:
			return readErr
		}
	}
}

// completeUpload makes the file of an upload all of whose bytes are there.
func (c *Core) completeUpload(ctx context.Context, by plausch.Account, u store.Upload, p blob.Partial) (*plausch.Attachment, error) {
	// All bytes are there: whoever has sent them may have gone.
	ctx = context.WithoutCancel(ctx)
	defer c.puts.begin(c.opts.Now())()
	hash, size, err := c.keepPartial(ctx, p)
	if err != nil {
		return nil, err
	}
	c.scrub.set(hash, false)
	f := File{Name: u.Name, ClientID: u.ClientID, Once: u.ClientID != "", Thumbnail: u.Thumbnail, Duration: u.Duration, Waveform: u.Waveform}
	a, err := c.createAttachment(ctx, by, u.ID, f, hash, size)
	if f.Once && plausch.CodeOf(err) == plausch.Taken { // the same upload ran beside this one, in one piece
		var earlier store.Attachment
		earlier, err = c.store.AttachmentByClientID(ctx, by.ID, f.ClientID)
		a = earlier.Attachment
	}
	if err != nil {
		return nil, err
	}
	if err := p.Close(); err != nil {
		return nil, err
	}
	return &a, c.dropUpload(ctx, u.ID)
}

// keepPartial makes a blob of a partial file, without metadata.
func (c *Core) keepPartial(ctx context.Context, p blob.Partial) (blob.Hash, int64, error) {
	r, err := p.Reader()
	if err != nil {
		return blob.Hash{}, 0, err
	}
	head := make([]byte, media.FirstLook)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return blob.Hash{}, 0, fmt.Errorf("look at a file: %w", err)
	}
	if !media.MayHaveMetadata(head[:n]) {
		return p.Finish()
	}
	if r, err = p.Reader(); err != nil {
		return blob.Hash{}, 0, err
	}
	return c.opts.Blobs.Put(ctx, media.WithoutMetadata(r), p.Offset()+p.Offset()/4+1)
}

// CancelUpload ends an upload of by and forgets what has come. The file of one that is
// complete stays.
func (c *Core) CancelUpload(ctx context.Context, by plausch.Account, id string) error {
	if _, err := c.ownUpload(ctx, by, id); err != nil {
		return err
	}
	done, err := c.running.take(ctx, id, nil)
	if err != nil {
		return err
	}
	defer done()
	return c.dropUpload(ctx, id)
}

func (c *Core) dropUpload(ctx context.Context, id string) error {
	_, err := c.store.DeleteUpload(ctx, id)
	return errors.Join(err, c.opts.Blobs.RemovePartial(id))
}

// sweepUploads forgets uploads that were begun a day ago, and bytes of such that nobody
// knows of.
func (c *Core) sweepUploads(ctx context.Context) error {
	ids, err := c.store.DeleteUploads(ctx, c.now().Add(-PendingLife))
	if err != nil {
		return err
	}
	for _, id := range ids {
		done, err := c.running.take(ctx, id, nil)
		if err != nil {
			return err
		}
		err = c.opts.Blobs.RemovePartial(id)
		done()
		if err != nil {
			return err
		}
	}
	return c.opts.Blobs.EachPartial(ctx, func(id string, at time.Time) error {
		if at.After(c.now().Add(-unnamedLife)) {
			return nil
		}
		_, err := c.store.Upload(ctx, id)
		if plausch.CodeOf(err) == plausch.NotFound {
			return c.opts.Blobs.RemovePartial(id)
		}
		return err
	})
}

// runningUploads are the parts that are being added. An upload has one at a time.
type runningUploads struct {
	mu  sync.Mutex
	all map[string]*runningUpload
}

type runningUpload struct {
	stop   func()        // ends it
	ended  chan struct{} // closed when it has ended
	offset int64
}

// take ends what runs of an upload, waits for that, and runs in its place until done is
// called. Stop, if not nil, ends what runs then.
func (r *runningUploads) take(ctx context.Context, id string, stop func()) (done func(), err error) {
	mine := &runningUpload{stop: stop, ended: make(chan struct{}), offset: -1}
	for {
		r.mu.Lock()
		before := r.all[id]
		if before == nil {
			if r.all == nil {
				r.all = map[string]*runningUpload{}
			}
			r.all[id] = mine
		}
		r.mu.Unlock()
		if before == nil {
			break
		}
		if before.stop != nil {
			before.stop()
		}
		select {
		case <-before.ended:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return func() {
		r.mu.Lock()
		delete(r.all, id)
		r.mu.Unlock()
		close(mine.ended)
	}, nil
}

// set notes how far an upload is; offset returns it, if one is running.
func (r *runningUploads) set(id string, offset int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if u := r.all[id]; u != nil {
		u.offset = offset
	}
}

func (r *runningUploads) offset(id string) (int64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.all[id]
	return max(0, offsetOf(u)), u != nil && u.offset >= 0
}

func offsetOf(u *runningUpload) int64 {
	if u == nil {
		return 0
	}
	return u.offset
}

// MaxFile is the size of the largest file, in bytes.
func (c *Core) MaxFile() int64 { return c.opts.MaxFile }
