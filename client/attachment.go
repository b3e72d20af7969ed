package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"plausch"
	"plausch/protocol"
)

// Upload is a file to upload.
type Upload struct {
	// Name is what it is called, without folders.
	Name string
	// Body is its bytes. It is read once, and not closed. If a read of it does not
	// return when the context is done, Upload does not wait for it.
	Body io.Reader
	// Size is how many they are, 0 if that is not known.
	Size int64
	// ClientID, if not empty, makes the upload happen once: a second one of the account
	// with the same id is answered with the file of the first, while that is there.
	// It is any text of at most plausch.MaxClientID bytes, such as rand.Text().
	ClientID string
	// Thumbnail is the id of an uploaded picture that stands for the file, where the
	// server makes none: HEIC, AVIF, films.
	Thumbnail string
	// Duration is how long a film or a sound lasts, Waveform that of a voice message:
	// see plausch.Media.
	Duration time.Duration
	Waveform string
	// Progress, if not nil, is called by another goroutine with the number of bytes
	// that were handed to the network so far, after each piece of them. It goes back
	// when some of them were lost.
	Progress func(sent int64)
}

// Upload gives the server a file, which nobody else can read until it is sent: see
// Outgoing.Attachments. The server bounds its size: TooLarge tells the limit, before
// the bytes go if Size is known. The context may end it. It needs a token: Unsupported for a
// transient guest.
//
// A file of 1 MiB and more whose Body is an [io.ReaderAt], such as an os.File, goes in parts: where
// a connection breaks or nothing moves for a minute, the next one goes on, and Upload
// fails, with an error that wraps [ErrLost], when ten of them in a row have brought
// nothing. Any other fails so at once; it may be repeated from the beginning (see
// Upload.ClientID). A file that is never sent goes after a day.
func (c *Client) Upload(ctx context.Context, u Upload) (a plausch.Attachment, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("upload %q: %w", u.Name, err)
		}
	}()
	if at, ok := u.Body.(io.ReaderAt); ok && u.Size >= partsFrom {
		a, err := c.uploadParts(ctx, u, at)
		if !errors.Is(err, errNoParts) {
			return a, err
		}
	}
	return c.uploadWhole(ctx, u)
}

// uploadWhole uploads a file in one request.
func (c *Client) uploadWhole(ctx context.Context, u Upload) (plausch.Attachment, error) {
	body, ctx, stop := newProgressReader(ctx, pipeReader(u.Body), u.Progress)
	defer stop()
	unblock := context.AfterFunc(ctx, func() { body.Close() }) // net/http waits for it
	defer unblock()
	defer body.Close()
	h, r, err := c.request(ctx, http.MethodPost, body, "attachments")
	if err != nil {
		return plausch.Attachment{}, err
	}
	r.ContentLength = u.Size
	query := url.Values{"name": {u.Name}}
	for key, value := range u.about() {
		query.Set(key, value)
	}
	r.URL.RawQuery = query.Encode()
	r.Header.Set("Content-Type", plausch.TypeUnknown)
	r.Header.Set("Expect", "100-continue") // who is refused sends nothing
	if u.ClientID != "" {
		r.Header.Set("Idempotency-Key", u.ClientID)
	}
	var w protocol.Attachment
	if err := h.doJSON(r, &w); err != nil {
		return plausch.Attachment{}, err
	}
	return w.Attachment(), nil
}

// about is what is said of the file besides its name.
func (u *Upload) about() map[string]string {
	all := map[string]string{}
	if u.Thumbnail != "" {
		all["thumbnail"] = u.Thumbnail
	}
	if u.Duration > 0 {
		all["duration"] = strconv.FormatInt(u.Duration.Milliseconds(), 10)
	}
	if u.Waveform != "" {
		all["waveform"] = u.Waveform
	}
	return all
}

// Download are the options of [Client.Download].
type Download struct {
	// To takes them, from the calling goroutine.
	To io.Writer
	// From is how many of them are there already, of a download that was cut off.
	From int64
	// Max is the most bytes to take: a file that is larger is TooLarge. 0 takes any.
	Max int64
	// Begin, if not nil, is called before the first bytes with the name of the file, which
	// is whatever its sender chose: see plausch.FileName.
	Begin func(name string)
	// Progress, if not nil, is called after each piece with the number of bytes that
	// are there, those before From included, and the size of the whole file.
	Progress func(received, size int64)
}

// Download writes a file, which the account may read, to d.To, and returns how many
// bytes it has written. Where a connection breaks, or nothing moves for a minute, the next one goes on, until ten of
// them in a row have brought nothing: the error wraps [ErrLost] then.
func (c *Client) Download(ctx context.Context, id string, d Download) (int64, error) {
	return c.download(ctx, d, "attachments", id)
}

func (c *Client) download(ctx context.Context, d Download, elements ...string) (written int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("download: %w", err)
		}
	}()
	t := transfer{client: c}
	for {
		rest := d
		rest.From += written
		n, err := c.downloadOnce(ctx, rest, elements...)
		if written += n; err == nil || !t.again(ctx, err, n > 0) {
			return written, err
		}
	}
}

// downloadOnce downloads what comes of one connection.
func (c *Client) downloadOnce(ctx context.Context, d Download, elements ...string) (written int64, err error) {
	var size int64
	m, ctx, stop := newProgressReader(ctx, nil, func(n int64) {
		if d.Progress != nil {
			d.Progress(d.From+n, size)
		}
	})
	defer stop()
	h, r, err := c.request(ctx, http.MethodGet, nil, elements...)
	if err != nil {
		return 0, err
	}
	if d.From > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.From))
	}
	answer, err := h.do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if d.From > 0 && answer.StatusCode != http.StatusPartialContent {
		return 0, plausch.Errorf(plausch.Unsupported, "the answer does not go on at byte %d; download it from the beginning", d.From)
	}
	left := answer.ContentLength
	if size = d.From + left; left < 0 {
		size = 0 // of a proxy that does not tell
	}
	if d.Max > 0 && size > d.Max {
		return 0, tooLarge(d.Max)
	}
	if d.Begin != nil {
		_, params, _ := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
		d.Begin(params["filename"])
	}
	m.from = answer.Body
	from := io.Reader(m)
	if d.Max > 0 {
		from = io.LimitReader(m, d.Max-d.From+1)
	}
	out := &writer{to: d.To}
	written, err = io.Copy(out, from)
	switch {
	case err != nil && out.err == nil:
		return written, transferError(ctx, err)
	case err == nil && d.Max > 0 && d.From+written > d.Max:
		return written, tooLarge(d.Max)
	}
	return written, err
}

func tooLarge(most int64) error {
	return plausch.Errorf(plausch.TooLarge, "the file is larger than %s", plausch.ByteSize(most))
}

// writer remembers that it was writing that failed.
type writer struct {
	to  io.Writer
	err error
}

// Write implements [io.Writer].
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.err = err
	return n, err
}

// errNoToken is returned to a transient guest.
var errNoToken = plausch.Errorf(plausch.Unsupported, "files need a sign-in that lasts; a transient guest has none")

// request makes a request as the account that is signed in, and waits for a
// connection if nobody is.
func (c *Client) request(ctx context.Context, method string, body io.Reader, elements ...string) (*httpClient, *http.Request, error) {
	if _, err := c.online(ctx); err != nil {
		return nil, nil, err
	}
	c.mu.Lock()
	h, token, err := c.http, c.token, error(nil)
	if h == nil {
		h, err = newHTTPClient(c.address, c.o.Dial)
		c.http = h
	}
	c.mu.Unlock()
	switch {
	case err != nil:
		return nil, nil, err
	case token == "":
		return nil, nil, errNoToken
	}
	r, err := h.request(ctx, method, body, elements...)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return h, r, nil
}

// doJSON does r and reads the JSON that it is answered with.
func (h *httpClient) doJSON(r *http.Request, result any) error {
	answer, err := h.do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(io.LimitReader(answer.Body, protocol.MaxFrame)).Decode(result); err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return nil
}
