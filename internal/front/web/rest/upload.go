package rest

import (
	"encoding/base64"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// Uploads in parts speak tus 1.0 (https://tus.io/protocols/resumable-upload), so that
// any client of it will do: POST begins one, HEAD tells how far it is, PATCH adds
// bytes, DELETE ends it. Beside that GET tells the same as JSON, with the file when it is complete.

const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,termination,expiration"
	tusBytes      = "application/offset+octet-stream"
	// maxMetadata is the longest header Upload-Metadata, in bytes.
	maxMetadata = 8 << 10
)

// tusOptions tells what is spoken here.
func (q *request) tusOptions() error {
	h := q.w.Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(q.server.api.MaxFile(), 10))
	return q.none()
}

// checkTus fails if another version is asked for. Without a word of it this one is meant.
func (q *request) checkTus() error {
	q.w.Header().Set("Tus-Resumable", tusVersion)
	if v := q.Header.Get("Tus-Resumable"); v != "" && v != tusVersion {
		q.w.Header().Set("Tus-Version", tusVersion)
		return &failure{http.StatusPreconditionFailed, plausch.Errorf(plausch.Unsupported, "this server speaks tus %s, not %q", tusVersion, v)}
	}
	return nil
}

// beginUpload begins an upload, with its first bytes if they come along.
func (q *request) beginUpload() error {
	if err := q.checkTus(); err != nil {
		return err
	}
	size, err := q.length("Upload-Length")
	if err != nil {
		return err
	}
	meta, err := metadata(q.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	get := func(key string) string { return meta[key] }
	f := core.File{Name: get("filename"), ClientID: get("client_id"), Once: true, Size: size}
	if f.Name == "" {
		f.Name = get("name")
	}
	if err := sentAbout(get, &f); err != nil {
		return err
	}
	u, err := q.server.api.BeginUpload(q.Context(), &q.caller, f)
	if err != nil {
		return err
	}
	// Relative, since proxies may call this place something else.
	q.w.Header().Set("Location", path.Join("/api/uploads", u.ID))
	if q.Header.Get("Content-Type") == tusBytes && u.Offset == 0 {
		if u, err = q.appendUpload(u.ID, 0); err != nil {
			return err
		}
	}
	q.uploadHeaders(u)
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

// headUpload tells how far an upload is. What runs of it ends: its connection may be dead.
func (q *request) headUpload() error {
	if err := q.checkTus(); err != nil {
		return err
	}
	u, err := q.server.api.GetUpload(q.Context(), &q.caller, q.PathValue("id"), true)
	if err != nil {
		return err
	}
	q.uploadHeaders(u)
	q.w.WriteHeader(http.StatusOK)
	return nil
}

// patchUpload adds bytes.
func (q *request) patchUpload() error {
	if err := q.checkTus(); err != nil {
		return err
	}
	if q.Header.Get("Content-Type") != tusBytes {
		return unsupportedMedia("send the bytes with the header Content-Type: " + tusBytes)
	}
	offset, err := q.length("Upload-Offset")
	if err != nil {
		return err
	}
	u, err := q.appendUpload(q.PathValue("id"), offset)
	if err != nil {
		return err
	}
	q.uploadHeaders(u)
	return q.none()
}

// appendUpload adds the body.
func (q *request) appendUpload(id string, offset int64) (core.Upload, error) {
	control := http.NewResponseController(q.w)
	body := &incoming{q: q, began: time.Now()}
	u, err := q.server.api.AppendUpload(q.Context(), &q.caller, id, core.Part{Offset: offset, Body: body, Interrupt: func() {
		body.stopped.Store(true)
		_ = control.SetReadDeadline(time.Now())
	}})
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
	} else {
		q.w.Header().Set("Connection", "close") // there may be more of it to come
	}
	return u, err
}

// deleteUpload ends an upload.
func (q *request) deleteUpload() error {
	if err := q.checkTus(); err != nil {
		return err
	}
	if err := q.server.api.CancelUpload(q.Context(), &q.caller, q.PathValue("id")); err != nil {
		return err
	}
	return q.none()
}

// upload as JSON.
type uploadState struct {
	ID         string               `json:"id"`
	Offset     int64                `json:"offset"`
	Size       int64                `json:"size"`
	Expires    int64                `json:"expires"` // milliseconds since 1970-01-01 UTC
	Attachment *protocol.Attachment `json:"attachment,omitempty"`
}

// getUpload tells how far an upload is, and the file when it is complete.
func (q *request) getUpload() error {
	u, err := q.server.api.GetUpload(q.Context(), &q.caller, q.PathValue("id"), false)
	if err != nil {
		return err
	}
	state := uploadState{ID: u.ID, Offset: u.Offset, Size: u.Size, Expires: u.Expires.UnixMilli()}
	if u.Attachment != nil {
		w := protocol.NewAttachment(*u.Attachment)
		state.Attachment = &w
	}
	return q.json(http.StatusOK, state)
}

func (q *request) uploadHeaders(u core.Upload) {
	h := q.w.Header()
	h.Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	h.Set("Upload-Expires", u.Expires.UTC().Format(http.TimeFormat))
}

// length reads a header that is a number of bytes.
func (q *request) length(name string) (int64, error) {
	n, err := strconv.ParseInt(q.Header.Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0, plausch.Errorf(plausch.Invalid, "the header %s has to be a number of bytes", name)
	}
	return n, nil
}

// metadata reads the header Upload-Metadata: keys, each with a value in base64 behind it,
// separated by commas.
func metadata(header string) (map[string]string, error) {
	all := map[string]string{}
	if len(header) > maxMetadata {
		return nil, plausch.Errorf(plausch.TooLarge, "the header Upload-Metadata has more than %d bytes", maxMetadata)
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if key == "" {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, plausch.Errorf(plausch.Invalid, "the value of %q in the header Upload-Metadata is not base64", key)
		}
		all[key] = string(text)
	}
	return all, nil
}
