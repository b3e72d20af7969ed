package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"plausch"
)

// writeArchive writes the files with the report's manifest to w, and counts them in
// the report.
func writeArchive(ctx context.Context, w io.Writer, list []source, r *Report) (err error) {
	sum := sha256.New()
	// One goroutine at the fastest level: a server may need the processor more, and
	// most attachments are compressed already.
	z, err := zstd.NewWriter(io.MultiWriter(w, sum), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	a := &archive{tar: tar.NewWriter(z), time: r.Manifest.Time}
	manifest, err := json.MarshalIndent(r.Manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := a.addText(manifestName, append(manifest, '\n')); err != nil {
		return err
	}
	for _, f := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, got, err := a.add(f)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // a certificate that was renewed, say; an attachment that is named and not there is found by a check
		case err != nil:
			return fmt.Errorf("back up %s: %w", f.name, err)
		}
		r.Files++
		r.Bytes += n
		if strings.HasPrefix(f.name, blobsName+"/") {
			r.Blobs++
		}
		if want := blobHash(f.name); want != "" && want != got {
			r.Problems = append(r.Problems, damagedBlob(f.name))
		}
	}
	if err := a.addText(sumsName, a.sums.Bytes()); err != nil {
		return err
	}
	if err := errors.Join(a.tar.Close(), z.Close()); err != nil {
		return err
	}
	_, err = w.Write(trailer(sum))
	return err
}

func damagedBlob(name string) string {
	return fmt.Sprintf("The attachment %s was damaged in the data folder before the backup; look for it in an older one.", name)
}

// archive is a tar archive that is being written.
type archive struct {
	tar  *tar.Writer
	time time.Time
	sums bytes.Buffer
}

// add writes a file and returns its size and hash.
func (a *archive) add(f source) (int64, string, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, "", err
	}
	// The manifest has promised that there is no more than what was listed.
	size := info.Size()
	if size > f.size {
		return 0, "", errors.New("it grew meanwhile; try again")
	}
	if err := a.tar.WriteHeader(a.header(f.name, size)); err != nil {
		return 0, "", err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(a.tar, sum), file, size); err != nil {
		return 0, "", err
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	fmt.Fprintf(&a.sums, "%s  %s\n", hash, f.name)
	return size, hash, nil
}

// addText writes an entry of our own. The hashes do not have their own.
func (a *archive) addText(name string, text []byte) error {
	if err := a.tar.WriteHeader(a.header(name, int64(len(text)))); err != nil {
		return err
	}
	_, err := a.tar.Write(text)
	fmt.Fprintf(&a.sums, "%x  %s\n", sha256.Sum256(text), name)
	return err
}

func (a *archive) header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: a.time, Format: tar.FormatPAX}
}

const (
	maxManifest = 64 << 10
	maxName     = 1 << 10
	// maxFiles bounds what a manifest may promise, and so the memory for the hashes.
	maxFiles = 10 << 20
)

// readArchive reads an archive that may have been made to harm. It hands each file
// to keep, which has to read it whole; keep is asked once what to do with all that
// the manifest promises, by begin. No error means that every byte of r is as it was
// written. What was kept before an error must not be used.
func readArchive(r io.Reader, begin func(Manifest) error, keep func(name string, size int64, r io.Reader) error) (report Report, err error) {
	whole := newTrailerReader(r)
	z, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderMaxWindow(32<<20))
	if err != nil {
		return report, err
	}
	defer z.Close()
	a := &opened{tar: tar.NewReader(z), report: &report}
	if err := a.read(begin, keep); err != nil {
		return report, readable(whole, err)
	}
	// What follows the tar archive is nothing but the end of the file.
	if n, err := io.Copy(io.Discard, io.LimitReader(z, 1<<20)); err != nil || n == 1<<20 {
		return report, readable(whole, errors.Join(err, errDamaged))
	}
	if n, err := whole.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return report, readable(whole, errors.Join(err, errDamaged))
	}
	return report, nil
}

// readable says that the archive is damaged for the errors that are not from here.
func readable(whole *trailerReader, err error) error {
	var known *plausch.Error
	var kept *keepError
	if errors.As(err, &kept) {
		return kept.error
	}
	if errors.As(err, &known) || errors.Is(err, errDamaged) {
		return err
	}
	if whole.end != nil && whole.end != io.EOF && whole.end != errDamaged {
		return whole.end // of the disk or pipe
	}
	return fmt.Errorf("%w (%w)", errDamaged, err)
}

// keepError is an error of who keeps what is read.
type keepError struct{ error }

// errReader remembers the error of a reader.
type errReader struct {
	r   io.Reader
	err error
}

func (e *errReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != nil && err != io.EOF {
		e.err = err
	}
	return n, err
}

// opened is an archive that is being read.
type opened struct {
	tar    *tar.Reader
	report *Report
	sums   bytes.Buffer // as they should be
}

func (a *opened) read(begin func(Manifest) error, keep func(string, int64, io.Reader) error) error {
	if err := a.manifest(); err != nil {
		return err
	}
	m := a.report.Manifest
	if err := begin(m); err != nil {
		return &keepError{err}
	}
	seen := map[string]bool{}
	for {
		h, err := a.tar.Next()
		if err != nil {
			return unexpected(err)
		}
		if h.Name == sumsName && a.report.Files > 0 {
			return a.checkSums(h)
		}
		switch {
		case h.Typeflag != tar.TypeReg || !goodName(h.Name) || seen[h.Name]:
			return fmt.Errorf("%q cannot be in a backup", h.Name)
		case a.report.Files == 0 && h.Name != databaseName:
			return errors.New("the database is missing")
		case a.report.Files == m.Files || h.Size > m.Bytes-a.report.Bytes:
			return errors.New("there is more in it than it says")
		}
		seen[h.Name] = true
		if err := a.file(h, keep); err != nil {
			return err
		}
	}
}

// manifest reads the first entry.
func (a *opened) manifest() error {
	h, err := a.tar.Next()
	if err != nil {
		return unexpected(err)
	}
	if h.Name != manifestName || h.Typeflag != tar.TypeReg || h.Size > maxManifest {
		return plausch.Errorf(plausch.Invalid, "this is no backup of Plausch: it does not begin with a manifest")
	}
	text, err := io.ReadAll(a.tar)
	if err != nil {
		return unexpected(err)
	}
	m := &a.report.Manifest
	if err := json.Unmarshal(text, m); err != nil {
		return err
	}
	if m.Format > Format {
		return plausch.Errorf(plausch.Unsupported,
			"the backup has format %d, and this program reads up to %d; use Plausch %s or newer", m.Format, Format, m.Program)
	}
	if m.Format < 1 || m.Files < 1 || m.Files > maxFiles || m.Bytes < 0 {
		return errors.New("its manifest makes no sense")
	}
	fmt.Fprintf(&a.sums, "%x  %s\n", sha256.Sum256(text), manifestName)
	return nil
}

// file hands out one file, and notes its hash.
func (a *opened) file(h *tar.Header, keep func(string, int64, io.Reader) error) error {
	sum := sha256.New()
	from := &errReader{r: io.TeeReader(a.tar, sum)}
	if err := keep(h.Name, h.Size, from); from.err != nil {
		return unexpected(from.err)
	} else if err != nil {
		return &keepError{err}
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	fmt.Fprintf(&a.sums, "%s  %s\n", hash, h.Name)
	a.report.Files++
	a.report.Bytes += h.Size
	if strings.HasPrefix(h.Name, blobsName+"/") {
		a.report.Blobs++
	}
	if want := blobHash(h.Name); want != "" && want != hash {
		a.report.Problems = append(a.report.Problems, damagedBlob(h.Name))
	}
	return nil
}

func (a *opened) checkSums(h *tar.Header) error {
	if h.Size != int64(a.sums.Len()) {
		return errDamaged
	}
	got, err := io.ReadAll(a.tar)
	if err != nil {
		return unexpected(err)
	}
	if !bytes.Equal(got, a.sums.Bytes()) {
		return errDamaged
	}
	if _, err := a.tar.Next(); err != io.EOF {
		return errDamaged
	}
	return nil
}

// unexpected makes an end where none may be an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// goodName reports whether a file of an archive may have this name: one below the
// data folder, spelt in the one way, that a backup has.
func goodName(name string) bool {
	if len(name) > maxName || !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || strings.ContainsAny(name, "\\\n\x00") {
		return false
	}
	if name == databaseName {
		return true
	}
	top, _, _ := strings.Cut(name, "/")
	return top != manifestName && !isLeftOut(top)
}
