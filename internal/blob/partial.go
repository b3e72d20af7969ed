package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// Partials are files that come in parts, over hours and restarts, until each becomes a
// blob. Their names are the caller's: letters and digits. Whoever opens one is the only one
// who has it open until it is closed.
type Partials interface {
	// CreatePartial makes an empty one, and opens it.
	CreatePartial(name string) (Partial, error)
	// OpenPartial opens one, or returns NotFound.
	OpenPartial(name string) (Partial, error)
	// RemovePartial forgets one, if there is one.
	RemovePartial(name string) error
	// EachPartial calls f with each one and when it was written to last, until f fails,
	// and returns that error.
	EachPartial(ctx context.Context, f func(name string, at time.Time) error) error
}

// Partial is one of them, open. What was written to it before it was closed is on disk
// then; of what came before a crash some of the last 16 MiB may be lost.
type Partial interface {
	// Offset is how many bytes are there.
	Offset() int64
	// Write adds bytes. The error may be StorageFull.
	io.Writer
	// Reader reads all from the beginning.
	Reader() (io.Reader, error)
	// Finish makes a blob of it, as Put does, and closes it. After an error it is still
	// there.
	Finish() (Hash, int64, error)
	Close() error
}

const (
	partialFolder = "partial"
	// stateEvery is how many bytes of a partial may be lost by a crash.
	stateEvery = 16 << 20
)

// partialFile is a file with its bytes, and beside it one that says how many of them are
// known to be on disk, with the state of their hash.
type partialFile struct {
	folder *Folder
	file   temporary
	hash   hash.Hash
	offset int64
	synced int64 // the offset that the state has
}

func partialName(name string) (file, state string, err error) {
	if name == "" || strings.Trim(name, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != "" {
		return "", "", fmt.Errorf("%q is no name of a partial file", name)
	}
	file = path.Join(partialFolder, name)
	return file, file + ".state", nil
}

// CreatePartial implements [Partials].
func (f *Folder) CreatePartial(name string) (Partial, error) {
	file, _, err := partialName(name)
	if err != nil {
		return nil, err
	}
	if err := f.room(0); err != nil {
		return nil, err
	}
	if err := f.root.Mkdir(partialFolder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, failed("make a file for", err)
	}
	opened, err := f.root.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, failed("make a file for", err)
	}
	p := &partialFile{folder: f, file: temporary{opened, file}, hash: sha256.New()}
	return p, p.touch()
}

// touch notes when it was written to last, by the folder's clock.
func (p *partialFile) touch() error {
	now := p.folder.opts.Now()
	return p.folder.root.Chtimes(p.file.path, now, now)
}

// OpenPartial implements [Partials].
func (f *Folder) OpenPartial(name string) (Partial, error) {
	file, state, err := partialName(name)
	if err != nil {
		return nil, err
	}
	opened, err := f.root.OpenFile(file, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoBlob()
	}
	if err != nil {
		return nil, failed("open", err)
	}
	p := &partialFile{folder: f, file: temporary{opened, file}, hash: sha256.New()}
	if err := p.load(state); err != nil {
		return nil, failed("open", errors.Join(err, opened.Close()))
	}
	return p, nil
}

// load takes what the state says, and cuts off what it does not know of.
func (p *partialFile) load(state string) error {
	b, err := p.folder.root.ReadFile(state)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	const sum = sha256.Size
	if len(b) > sum+8 && sha256.Sum256(b[sum:]) == [sum]byte(b[:sum]) {
		offset := int64(binary.BigEndian.Uint64(b[sum:]))
		if offset <= info.Size() && p.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(b[sum+8:]) == nil {
			p.offset, p.synced = offset, offset
		}
	}
	if err := p.file.Truncate(p.offset); err != nil {
		return err
	}
	_, err = p.file.Seek(p.offset, io.SeekStart)
	return err
}

// save puts what came on disk, and then what the state is.
func (p *partialFile) save() error {
	if p.offset == p.synced {
		return nil
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	b, err := p.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	b = append(binary.BigEndian.AppendUint64(nil, uint64(p.offset)), b...)
	sum := sha256.Sum256(b)
	temporary := path.Join(incoming, rand.Text())
	if err := p.folder.root.WriteFile(temporary, bytes.Join([][]byte{sum[:], b}, nil), 0o600); err != nil {
		return err
	}
	if err := p.folder.root.Rename(temporary, p.file.path+".state"); err != nil {
		return err
	}
	p.synced = p.offset
	return p.touch()
}

// Offset implements [Partial].
func (p *partialFile) Offset() int64 { return p.offset }

// Write implements [io.Writer].
func (p *partialFile) Write(b []byte) (written int, err error) {
	for len(b) > 0 {
		part := b[:min(len(b), chunk)]
		if err := p.folder.room(int64(len(part))); err != nil {
			return written, err
		}
		n, err := p.file.Write(part)
		p.hash.Write(part[:n])
		p.offset, written = p.offset+int64(n), written+n
		if err == nil && p.offset-p.synced >= stateEvery {
			err = p.save()
		}
		if err != nil {
			return written, failed("write", err)
		}
		b = b[n:]
	}
	return written, nil
}

// Reader implements [Partial].
func (p *partialFile) Reader() (io.Reader, error) {
	return io.NewSectionReader(p.file, 0, p.offset), nil
}

// Finish implements [Partial].
func (p *partialFile) Finish() (Hash, int64, error) {
	h := Hash(p.hash.Sum(nil))
	if err := p.folder.settle(p.file, h, p.offset); err != nil {
		return Hash{}, 0, failed("keep", err)
	}
	p.synced = p.offset
	// It has another name by now, unless the blob was there already.
	for _, name := range []string{p.file.path, p.file.path + ".state"} {
		if err := p.folder.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Hash{}, 0, failed("keep", err)
		}
	}
	return h, p.offset, nil
}

// Close implements [Partial].
func (p *partialFile) Close() error {
	err := errors.Join(p.save(), p.file.Close())
	if errors.Is(err, os.ErrClosed) { // it was finished
		return nil
	}
	if err != nil {
		return failed("write", err)
	}
	return nil
}

// RemovePartial implements [Partials].
func (f *Folder) RemovePartial(name string) error {
	file, state, err := partialName(name)
	if err != nil {
		return err
	}
	for _, name := range []string{file, state} {
		if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failed("remove", err)
		}
	}
	return nil
}

// EachPartial implements [Partials].
func (f *Folder) EachPartial(ctx context.Context, do func(name string, at time.Time) error) error {
	entries, err := fs.ReadDir(f.root.FS(), partialFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failed("look for", err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || strings.Contains(e.Name(), ".") {
			continue // removed meanwhile, or a state
		}
		if err := do(e.Name(), info.ModTime()); err != nil {
			return err
		}
	}
	return nil
}
