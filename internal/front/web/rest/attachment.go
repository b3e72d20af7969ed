package rest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// upload keeps the body as a file. The bounds of its size are the core's.
func (q *request) upload() error {
	key, id := q.Header.Get("Idempotency-Key"), q.URL.Query().Get("client_id")
	if key != "" && id != "" && key != id {
		return errTwoKeys()
	}
	f := core.File{Name: q.URL.Query().Get("name"), ClientID: cmp.Or(key, id), Once: true}
	if err := sentAbout(q.URL.Query().Get, &f); err != nil {
		return err
	}
	file, err := q.keepFile(f)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, protocol.NewAttachment(file))
}

// sentAbout reads what a client may say of a file.
func sentAbout(get func(key string) string, f *core.File) error {
	f.Thumbnail, f.Waveform = get("thumbnail"), get("waveform")
	text := get("duration")
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > plausch.MaxDuration.Milliseconds() {
		return plausch.Errorf(plausch.Invalid, "duration has to be milliseconds, from 0 to %d, not %q", plausch.MaxDuration.Milliseconds(), text)
	}
	f.Duration = time.Duration(n) * time.Millisecond
	return nil
}

// keepFile keeps the body, or the file of the form that it is, as the file f.
func (q *request) keepFile(f core.File) (plausch.Attachment, error) {
	body := &incoming{q: q, began: time.Now()}
	f.Body, f.Size = body, q.ContentLength
	var sent *form
	var err error
	if isForm(q.Header) {
		f.Size -= maxFormOverhead
		if sent, err = openForm(body, q.Header.Get("Content-Type"), &f); err != nil {
			return plausch.Attachment{}, err
		}
	} else if media := q.Header.Get("Content-Type"); strings.HasPrefix(strings.ToLower(strings.TrimSpace(media)), "multipart/") {
		return plausch.Attachment{}, unsupportedMedia("send the bytes of the file alone, or a form as multipart/form-data")
	}
	file, err := q.server.api.Upload(q.Context(), &q.caller, f)
	if err == nil && sent != nil {
		err = sent.end()
	}
	if err == nil {
		err = body.end()
	}
	if err == nil {
		_ = http.NewResponseController(q.w).SetReadDeadline(time.Time{})
	}
	return file, err
}

// maxFormOverhead is how much of a form may not be its file, in bytes: more only lets a
// file that is too large be refused while it comes.
const maxFormOverhead = 64 << 10

// minUploadRate is how fast a file has to come, in bytes a second: slower than a
// bad mobile network, and fast enough that it ends.
const minUploadRate = 4 << 10

// incoming is a body that has to come at minUploadRate, after a patient beginning.
type incoming struct {
	q       *request
	began   time.Time
	read    int64
	stopped atomic.Bool // nothing more is read
}

// end reads the bytes that the core did not, since the file was there already: a client that
// does not wait for 100 Continue sends all of it before it reads the answer.
func (u *incoming) end() error {
	if u.read == 0 && u.q.Header.Get("Expect") != "" {
		return nil
	}
	_, err := io.Copy(io.Discard, u)
	return err
}

// Read implements [io.Reader].
func (u *incoming) Read(p []byte) (int, error) {
	allowed := u.q.server.opts.BodyDeadline + time.Duration(u.read)*time.Second/minUploadRate
	_ = http.NewResponseController(u.q.w).SetReadDeadline(u.began.Add(allowed))
	if u.stopped.Load() { // before the deadline was set anew
		return 0, os.ErrDeadlineExceeded
	}
	n, err := u.q.Body.Read(p)
	u.read += int64(n)
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		u.q.w.Header().Set("Connection", "close")
		return n, &failure{http.StatusRequestTimeout, plausch.Errorf(plausch.Invalid, "the file arrived too slowly; send it again")}
	default:
		return n, plausch.Errorf(plausch.Invalid, "the file did not arrive completely; send it again")
	}
}

// download gives a file out, so that nothing in it runs in a browser: only
// pictures may be shown in place. Who may read it is asked each time.
func (q *request) download() error {
	file, r, err := q.server.api.OpenAttachment(q.Context(), &q.caller, core.FileRef{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	defer r.Close()
	q.serveFile(file, r)
	return nil
}

// fileLink gives out the file of a link, which is all that it takes.
func (q *request) fileLink() error {
	file, r, err := q.server.api.OpenFileLink(q.Context(), q.PathValue("link"))
	if err != nil {
		return err
	}
	defer r.Close()
	q.w.Header().Set("Referrer-Policy", "no-referrer")
	q.serveFile(file, r)
	return nil
}

// playable are the types that players in browsers want to be told, which run nothing.
var playable = []string{
	"audio/aac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wave", "audio/webm", "video/mp4", "video/webm",
}

// serveFile answers with a file.
func (q *request) serveFile(file plausch.Attachment, r io.ReadSeeker) {
	kind, media := "attachment", plausch.TypeUnknown
	switch {
	case file.Picture():
		kind, media = "inline", file.Type
	case slices.Contains(playable, file.Type):
		media = file.Type
	}
	q.w.Header().Set("Content-Disposition", disposition(kind, file.Name))
	q.serveContent(media, file.ID, r) // a file never changes
}

// serveContent answers with bytes that never change under a tag.
func (q *request) serveContent(media, tag string, r io.ReadSeeker) {
	h := q.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-cache") // it may be kept, and has to be asked for again
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(&deadlineWriter{q.w, q.server}, q.Request, "", time.Time{}, r)
}

// thumbnail gives out a small picture of a file.
func (q *request) thumbnail() error {
	size := core.ThumbnailSize(cmp.Or(q.URL.Query().Get("size"), string(core.ThumbnailSmall)))
	id := q.PathValue("id")
	t, err := q.server.api.OpenThumbnail(q.Context(), &q.caller, id, size)
	if err != nil {
		return err
	}
	q.serveContent(t.Type, fmt.Sprintf("%s-%x", size, sha256.Sum256(t.Data)), bytes.NewReader(t.Data))
	return nil
}

// deadlineWriter bounds each write, not all of them together: a file may take long.
type deadlineWriter struct {
	http.ResponseWriter
	server *Server
}

// Write implements [io.Writer].
func (p *deadlineWriter) Write(b []byte) (int, error) {
	p.server.setWriteDeadline(p.ResponseWriter)
	return p.ResponseWriter.Write(b)
}

// disposition returns a Content-Disposition with a name (RFC 6266, section 4.3):
// as it is, encoded by RFC 8187, and for old programs in ASCII.
func disposition(kind, name string) string {
	var ascii, encoded strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			r = '_'
		}
		ascii.WriteRune(r)
	}
	for i := range len(name) {
		if c := name[i]; isAttrChar(c) {
			encoded.WriteByte(c)
		} else {
			fmt.Fprintf(&encoded, "%%%02X", c)
		}
	}
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, ascii.String(), encoded.String())
}

// isAttrChar reports whether c stands for itself (RFC 8187, section 3.2.1).
func isAttrChar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
