package core

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"sync"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
	"plausch/internal/store"
)

// What files may be unless [Options] say otherwise.
const (
	DefaultMaxFile         = 25 << 20
	DefaultMaxAccountFiles = 1 << 30
)

// File is a file to upload.
type File struct {
	Name     string // as the uploader calls it; see plausch.FileName
	ClientID string // by which its uploader finds it again; see plausch.CheckClientID
	// Once says that an upload with the same ClientID is the same one: if there was
	// one, its file is the answer, and the body is not read to its end.
	Once bool
	// Size is how many bytes come at least, 0 if that is not known: a file that is
	// too large is refused before they do.
	Size int64
	// Thumbnail is the id of a picture that the uploader may read: it is made small and
	// kept with the file, if the server cannot make one itself.
	Thumbnail string
	// Duration is how long a film or sound lasts, 0 if that is not said; Waveform is of
	// voice messages: see plausch.CheckWaveform.
	Duration time.Duration
	Waveform string
	Body     io.Reader
}

// FileRef says which file: by ID or, if that is empty, the newest that the
// caller has uploaded with ClientID.
type FileRef struct{ ID, ClientID string }

// UploadAttachment keeps a file, which is then pending: its uploader's alone, until a message
// carries it. Pictures are kept without their metadata. Its media type is found by looking at it; what the uploader says is
// never believed. It reads the body to its end, so whoever calls bounds the time.
func (c *Core) UploadAttachment(ctx context.Context, by plausch.Account, f File) (plausch.Attachment, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return plausch.Attachment{}, err
	}
	if err := plausch.CheckClientID(f.ClientID); err != nil {
		return plausch.Attachment{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Attachment{}, err
	}
	if f.Once = f.Once && f.ClientID != ""; f.Once {
		if earlier, err := c.store.AttachmentByClientID(ctx, by.ID, f.ClientID); plausch.CodeOf(err) != plausch.NotFound {
			return earlier.Attachment, err
		}
	}
	if err := c.checkSent(ctx, by, f); err != nil {
		return plausch.Attachment{}, err
	}
	if f.Size > c.opts.MaxFile {
		return plausch.Attachment{}, errFileTooLarge(c.opts.MaxFile)
	}
	if err := c.opts.Blobs.CheckRoom(f.Size); err != nil {
		return plausch.Attachment{}, err
	}
	used, err := c.uploads.begin(by.ID, func() (int64, error) { return c.store.AttachedBytes(ctx, by.ID) })
	if err != nil {
		return plausch.Attachment{}, err
	}
	body := &countedReader{from: f.Body, used: used, limit: c.opts.MaxFile, quota: c.opts.MaxAccountFiles}
	if err := body.check(f.Size); err != nil {
		c.uploads.end(by.ID, used, 0, false)
		return plausch.Attachment{}, err
	}
	if by.Uninvited() {
		remote := c.remoteOf(by.ID)
		body.take = func(n int) (reservation, error) { return c.guests.takeBytes(remote, n) }
	}
	a, err := c.storeFile(ctx, by, f, media.WithoutMetadata(body))
	c.uploads.end(by.ID, used, body.read, err == nil)
	if err == nil {
		return a, nil
	}
	body.taken.cancel()
	if f.Once && plausch.CodeOf(err) == plausch.Taken { // the same upload ran beside this one
		earlier, err := c.store.AttachmentByClientID(ctx, by.ID, f.ClientID)
		return earlier.Attachment, err
	}
	return plausch.Attachment{}, err
}

// storeFile stores the bytes first and then the file's row. A crash in between leaves
// bytes without a row, which a Sweep removes.
func (c *Core) storeFile(ctx context.Context, by plausch.Account, f File, body io.Reader) (plausch.Attachment, error) {
	defer c.puts.begin(c.opts.Now())()
	hash, size, err := c.opts.Blobs.Put(ctx, body, c.opts.MaxFile)
	if err != nil {
		return plausch.Attachment{}, err
	}
	c.scrub.set(hash, false) // Put has seen to it
	return c.createAttachment(ctx, by, rand.Text(), f, hash, size)
}

// createAttachment makes a file of bytes that are kept.
func (c *Core) createAttachment(ctx context.Context, by plausch.Account, id string, f File, hash blob.Hash, size int64) (plausch.Attachment, error) {
	mediaType, known, film, err := c.describe(ctx, by.ID, hash)
	if err != nil {
		return plausch.Attachment{}, err
	}
	n := store.NewAttachment{
		Attachment: plausch.Attachment{ID: id, Name: plausch.FileName(f.Name), Type: mediaType, Size: size, Media: known},
		Account:    by.ID, Hash: store.ContentHash(hash), ClientID: f.ClientID, Once: f.Once, At: c.now(), Quota: c.opts.MaxAccountFiles,
	}
	if err := c.addSent(ctx, by, f, film, &n); err != nil {
		return plausch.Attachment{}, err
	}
	err = c.store.CreateAttachment(ctx, n)
	if errors.Is(err, store.ErrBroken) {
		c.opts.Fatal(err)
	}
	return n.Attachment, err
}

// OpenAttachment returns a file and its bytes, for the members of its message's
// room, and for its uploader while it is pending. For others there is none.
func (c *Core) OpenAttachment(ctx context.Context, by plausch.Account, ref FileRef) (plausch.Attachment, io.ReadSeekCloser, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return plausch.Attachment{}, nil, err
	}
	a, err := c.findAttachment(ctx, by, ref)
	if err != nil {
		return plausch.Attachment{}, nil, err
	}
	r, size, err := c.opts.Blobs.Open(ctx, blob.Hash(a.Hash))
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		// The database knows of it: a folder was lost, or a backup not whole.
		c.opts.Log.Error("the bytes of an attachment are missing", "attachment", a.ID, "hash", blob.Hash(a.Hash))
		return a.Attachment, nil, errDamaged("missing on")
	case err == nil && size != a.Size:
		c.opts.Log.Error("the bytes of an attachment are damaged", "attachment", a.ID, "hash", blob.Hash(a.Hash), "bytes", size, "want", a.Size)
		return a.Attachment, nil, errors.Join(errDamaged("damaged on"), r.Close())
	case err == nil && c.scrub.isDamaged(blob.Hash(a.Hash)):
		return a.Attachment, nil, errors.Join(errDamaged("damaged on"), r.Close())
	}
	return a.Attachment, r, err
}

func (c *Core) findAttachment(ctx context.Context, by plausch.Account, ref FileRef) (a store.Attachment, err error) {
	switch {
	case ref.ID != "":
		a, err = c.store.Attachment(ctx, ref.ID)
	case ref.ClientID != "":
		a, err = c.store.AttachmentByClientID(ctx, by.ID, ref.ClientID)
	default:
		err = plausch.Errorf(plausch.Invalid, "say which file: its id, or the client id of its upload")
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		return store.Attachment{}, errNoFile()
	}
	if err != nil {
		return store.Attachment{}, err
	}
	if a.Room == 0 {
		if a.Account != by.ID {
			return store.Attachment{}, errNoFile()
		}
		return a, nil
	}
	switch _, err := c.member(ctx, by.ID, a.Room); plausch.CodeOf(err) {
	case "":
		return a, nil
	case plausch.NotFound, plausch.Forbidden:
		return store.Attachment{}, errNoFile()
	default:
		return store.Attachment{}, err
	}
}

// checkFilesEnabled returns an error if the server keeps no files.
func (c *Core) checkFilesEnabled() error {
	if c.opts.Blobs == nil {
		return plausch.Errorf(plausch.Unsupported, "this server keeps no files")
	}
	return nil
}

// errDamaged is of a file that is there no more as it was uploaded.
func errDamaged(is string) error {
	return plausch.Errorf(plausch.Internal, "the file is %s the server's disk; whoever uploaded it can do so again, or its host restores a backup", is)
}

func errFileTooLarge(limit int64) error {
	return plausch.Errorf(plausch.TooLarge, "the file is larger than the %d bytes that are allowed", limit)
}

func errOverQuota(quota int64) error {
	return plausch.Errorf(plausch.TooLarge,
		"the files of one account can take up %d bytes in total, which this one would exceed; ask the server's owner for more", quota)
}

func errNoFile() error {
	return plausch.Errorf(plausch.NotFound, "there is no such file, or none that you may read")
}

// uploads counts what the files of accounts that are uploading have together,
// bytes included that are on their way, so that what would be over the quota is
// refused while it comes and never gets to the disk. The store, whose word is the
// last, would refuse it only when it is there.
type uploads struct {
	mu       sync.Mutex
	accounts map[plausch.AccountID]*usage
}

// usage is the bytes of one account.
type usage struct {
	mu      sync.Mutex
	loaded  bool
	bytes   int64
	running int // uploads; guarded by uploads.mu
}

// begin returns the usage of an account, which load knows if it is the first
// upload of now. Each begin without an error has to be followed by one end.
func (u *uploads) begin(account plausch.AccountID, load func() (int64, error)) (*usage, error) {
	u.mu.Lock()
	used := u.accounts[account]
	if used == nil {
		used = new(usage)
		u.accounts[account] = used
	}
	used.running++
	u.mu.Unlock()

	used.mu.Lock()
	var err error
	if !used.loaded {
		used.bytes, err = load()
		used.loaded = err == nil
	}
	used.mu.Unlock()
	if err != nil {
		u.end(account, used, 0, false)
	}
	return used, err
}

// end takes back the bytes of an upload that was not kept.
func (u *uploads) end(account plausch.AccountID, used *usage, read int64, kept bool) {
	if !kept {
		used.mu.Lock()
		used.bytes -= read
		used.mu.Unlock()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if used.running--; used.running == 0 {
		delete(u.accounts, account)
	}
}

// countedReader is a body that counts its bytes as they come, whether or not they are
// kept in the end. It fails with TooLarge when they are over the limit, or all of
// its account's files would be over the quota.
type countedReader struct {
	from  io.Reader
	used  *usage
	limit int64
	quota int64
	read  int64
	take  func(n int) (reservation, error) // counts bytes of a guest; nil for others
	taken reservation
}

// check fails if so many bytes would be over the quota.
func (m *countedReader) check(size int64) error {
	m.used.mu.Lock()
	defer m.used.mu.Unlock()
	if m.used.bytes+size > m.quota {
		return errOverQuota(m.quota)
	}
	return nil
}

// Read implements [io.Reader].
func (m *countedReader) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.read += int64(n)
	m.used.mu.Lock()
	m.used.bytes += int64(n)
	over := m.used.bytes > m.quota
	m.used.mu.Unlock()
	if m.take != nil && n > 0 {
		taken, err := m.take(n)
		if err != nil {
			return n, err
		}
		taken.n += m.taken.n // the buckets are the same
		m.taken = taken
	}
	if m.read > m.limit {
		return n, errFileTooLarge(m.limit)
	}
	if over {
		return n, errOverQuota(m.quota)
	}
	return n, err
}
