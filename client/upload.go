package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// partsFrom is the size from which a file goes in parts, in bytes: one that is
	// smaller is sent again as fast.
	partsFrom = 1 << 20
	// maxFruitless is how many connections in a row may bring nothing.
	maxFruitless = 10
)

// errNoParts is of a server that takes no files in parts.
var errNoParts = errors.New("the server takes no files in parts")

// transfer counts the connections of a transfer that brought nothing.
type transfer struct {
	client    *Client
	fruitless int
}

// again reports whether a transfer goes on after an error, and waits until it does.
func (t *transfer) again(ctx context.Context, err error, moved bool) bool {
	if !errors.Is(err, ErrLost) && plausch.CodeOf(err) != plausch.Unavailable {
		return false
	}
	if moved {
		t.fruitless = 0
	}
	t.fruitless++
	if t.fruitless >= maxFruitless || ctx.Err() != nil {
		return false
	}
	b := backoff{tries: t.fruitless, jitter: t.client.jitter}
	if moved {
		b.tries = 0
	}
	wait := b.next()
	if e := (*plausch.Error)(nil); errors.As(err, &e) {
		wait = max(wait, min(e.RetryAfter, maxWait))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// uploadParts uploads a file by tus 1.0, and goes on after lost connections. The client
// id is all that has to be known of an upload: with it, to begin it again is to go on.
func (c *Client) uploadParts(ctx context.Context, u Upload, body io.ReaderAt) (plausch.Attachment, error) {
	if u.ClientID == "" {
		u.ClientID = rand.Text()
	}
	t := transfer{client: c}
	last := int64(0)
	for {
		id, offset, err := c.beginUpload(ctx, u)
		moved := offset > last
		last = max(last, offset)
		if err == nil && offset < u.Size {
			err = c.sendPart(ctx, u, id, offset, body)
		}
		if err == nil {
			var state struct {
				Attachment *protocol.Attachment `json:"attachment"`
			}
			if err = c.getUpload(ctx, id, &state); err == nil && state.Attachment != nil {
				return state.Attachment.Attachment(), nil
			}
			if err == nil { // the server was ended before it had made the file
				if err = c.sendPart(ctx, u, id, u.Size, body); err == nil {
					err = fmt.Errorf("%w: the file is not there yet", ErrLost)
				}
			}
		}
		// Taken: it is elsewhere than it said, as another part was still on its way.
		if plausch.CodeOf(err) == plausch.Taken && offset < u.Size && err != nil {
			err = errors.Join(ErrLost, err)
		}
		if err != nil && !t.again(ctx, err, moved) {
			return plausch.Attachment{}, err
		}
	}
}

// beginUpload begins an upload, or goes on with that of the same client id.
func (c *Client) beginUpload(ctx context.Context, u Upload) (id string, offset int64, err error) {
	_, ctx, stop := newProgressReader(ctx, nil, nil) // which ends it after a minute
	defer stop()
	h, r, err := c.request(ctx, http.MethodPost, nil, "uploads")
	if err != nil {
		return "", 0, err
	}
	metadata := "filename " + base64.StdEncoding.EncodeToString([]byte(u.Name)) + ",client_id " + base64.StdEncoding.EncodeToString([]byte(u.ClientID))
	for key, value := range u.about() {
		metadata += "," + key + " " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	setTus(r)
	r.Header.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	r.Header.Set("Upload-Metadata", metadata)
	answer, err := h.do(r)
	if err != nil {
		if code := plausch.CodeOf(err); code == plausch.NotFound && u.Thumbnail == "" || code == plausch.Unsupported {
			err = errNoParts
		}
		return "", 0, err
	}
	answer.Body.Close()
	id = path.Base(answer.Header.Get("Location"))
	offset, err = strconv.ParseInt(answer.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || id == "." || id == "/" {
		return "", 0, errNoParts
	}
	// What is still under way on a dead connection ends here.
	h, r, err = c.request(ctx, http.MethodHead, nil, "uploads", id)
	if err != nil {
		return id, offset, err
	}
	setTus(r)
	if answer, err = h.do(r); err != nil {
		return id, offset, err
	}
	answer.Body.Close()
	if now, err := strconv.ParseInt(answer.Header.Get("Upload-Offset"), 10, 64); err == nil {
		offset = now
	}
	if answer.Header.Get("Upload-Length") == answer.Header.Get("Upload-Offset") {
		offset = u.Size // it is complete; without its metadata it may be smaller
	}
	return id, offset, nil
}

// sendPart sends the rest of a file.
func (c *Client) sendPart(ctx context.Context, u Upload, id string, offset int64, body io.ReaderAt) error {
	progress := func(int64) {}
	if u.Progress != nil {
		progress = func(n int64) { u.Progress(offset + n) }
	}
	rest, ctx, stop := newProgressReader(ctx, io.NewSectionReader(body, offset, u.Size-offset), progress)
	defer stop()
	h, r, err := c.request(ctx, http.MethodPatch, rest, "uploads", id)
	if err != nil {
		return err
	}
	setTus(r)
	r.ContentLength = u.Size - offset
	if r.ContentLength == 0 {
		r.Body = http.NoBody
	}
	r.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	answer, err := h.do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func (c *Client) getUpload(ctx context.Context, id string, state any) error {
	_, ctx, stop := newProgressReader(ctx, nil, nil)
	defer stop()
	h, r, err := c.request(ctx, http.MethodGet, nil, "uploads", id)
	if err != nil {
		return err
	}
	return h.doJSON(r, state)
}

func setTus(r *http.Request) { r.Header.Set("Tus-Resumable", "1.0.0") }
