package htl

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/front/gateway"
)

// image sends a picture. It has no name; one is made from what it is.
func (f *front) image(r request) error {
	picture := func() io.Reader { return base64.NewDecoder(base64.StdEncoding, bytes.NewReader(r.content)) }
	head := make([]byte, 512) // as much as DetectContentType looks at
	n, err := io.ReadFull(picture(), head)
	if n > 0 && (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) {
		err = f.sendFile(r, "picture"+extensions[http.DetectContentType(head[:n])], picture())
	}
	if n == 0 || errors.As(err, new(base64.CorruptInputError)) || errors.Is(err, io.ErrUnexpectedEOF) {
		return requestError("the content of an image is the picture in base64")
	}
	return err
}

// extensions are those of the pictures that the original client shows.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
}

// file sends a file.
func (f *front) file(r request) error {
	name := r.filename
	if name == "" {
		name = string(r.content[:min(len(r.content), maxSmall)])
	}
	if len(r.file) == 0 {
		return requestError("a message of the type file needs the key file, with the bytes of one")
	}
	return f.sendFile(r, name, bytes.NewReader(r.file))
}

// sendFile uploads a file under the id that the client gave it, and sends it.
func (f *front) sendFile(r request, name string, body io.Reader) error {
	a, err := f.Upload(core.File{Name: name, ClientID: clientID(r.fileID), Body: body})
	if err != nil {
		return err
	}
	return f.send(r, "", a.ID)
}

// clientID makes a client id of a fileid, which may be any text: the original
// client's has the name of the file in it.
func clientID(fileID string) string {
	if fileID == "" || plausch.CheckClientID(fileID) == nil {
		return fileID
	}
	sum := sha256.Sum256([]byte(fileID))
	return "htl-" + hex.EncodeToString(sum[:16])
}

// open returns a file by the id that clients are told of it, which has the
// extension of its name, or by the one that this account's own client gave it.
func (f *front) open(fileID string) (plausch.Attachment, io.ReadSeekCloser, error) {
	id, _, _ := strings.Cut(fileID, ".")
	a, body, err := f.Open(core.FileRef{ID: id})
	if plausch.CodeOf(err) == plausch.NotFound {
		return f.Open(core.FileRef{ClientID: clientID(fileID)})
	}
	return a, body, err
}

// getFile sends a file, if it fits. An error is sent as a text and then as an empty
// file: the bare value "ERROR" of the original server ends the
// receiving thread of the original client.
func (f *front) getFile(r request) error {
	content, err := f.fetch(r.fileID)
	var refused *plausch.Error
	switch {
	case errors.As(err, &refused) && refused.Code != plausch.Unavailable:
		f.notice(gateway.Sentence(refused))
	case err != nil:
		return err
	}
	m := message{kind: kindFile, content: content, bin: true, time: time.Now()}
	f.Reply(f.piece(m.append(nil)))
	return nil
}

// fetch returns the bytes of a file that fits into a frame.
func (f *front) fetch(fileID string) ([]byte, error) {
	a, body, err := f.open(fileID)
	switch code := plausch.CodeOf(err); {
	case code == plausch.NotFound || code == plausch.Invalid:
		return nil, plausch.Errorf(plausch.NotFound, "there is no such file, or it is not for you")
	case err != nil:
		return nil, err
	}
	defer body.Close()
	if room := int64(maxFrame - 64); a.Size > room {
		return nil, plausch.Errorf(plausch.TooLarge, "the file %s has %s; programs of this kind can be sent files up to %s, others can fetch it",
			a.Name, plausch.ByteSize(a.Size), plausch.ByteSize(room))
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read the file %s: %w", a.ID, err)
	}
	return content, nil
}

// attachment returns a file as a client is told of it: a picture as such if it
// fits, everything else by its name and an id to fetch it by.
func (f *front) attachment(from message, a plausch.Attachment) []byte {
	if a.Picture() && base64.StdEncoding.EncodedLen(int(min(a.Size, maxFrame))) <= f.maxDocument {
		if picture, err := f.read(a.ID); err == nil {
			m := from
			m.kind, m.bin = kindImage, true
			m.content = base64.StdEncoding.AppendEncode(nil, picture)
			if document := m.append(nil); len(document) <= f.maxDocument {
				return f.piece(document)
			}
		}
	}
	m := from
	m.kind, m.content = kindFileText, []byte(a.Name)
	m.fileID = a.ID + path.Ext(a.Name)
	return f.piece(m.append(nil))
}

func (f *front) read(id string) ([]byte, error) {
	_, body, err := f.Open(core.FileRef{ID: id})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}
