package protocol

import (
	"time"

	"plausch"
)

//msgp:limit arrays:256 maps:64

// Attachment is a file of a message. Its bytes come over HTTP.
type Attachment struct {
	ID    string `json:"id" msg:"id"`
	Name  string `json:"name" msg:"name"` // without path and control characters
	Type  string `json:"type" msg:"type"` // media type, as the server found it
	Size  int64  `json:"size" msg:"size"` // in bytes
	Media *Media `json:"media,omitempty" msg:"media,omitempty"`
}

// Media is what is known of a picture, a film or a sound: see [plausch.Media].
type Media struct {
	Width       int64  `json:"width,omitzero" msg:"width,omitempty"`   // pixels, upright
	Height      int64  `json:"height,omitzero" msg:"height,omitempty"` // …
	Orientation int64  `json:"orientation,omitzero" msg:"orientation,omitempty"`
	Thumbnail   bool   `json:"thumbnail,omitzero" msg:"thumbnail,omitempty"`
	Thumbhash   string `json:"thumbhash,omitzero" msg:"thumbhash,omitempty"` // base64
	Duration    int64  `json:"duration,omitzero" msg:"duration,omitempty"`   // milliseconds
	Waveform    string `json:"waveform,omitzero" msg:"waveform,omitempty"`
}

// NewAttachment returns a file as it stands on the wire.
func NewAttachment(a plausch.Attachment) Attachment {
	w := Attachment{ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size}
	if m := a.Media; m != nil {
		w.Media = &Media{
			Width: int64(m.Width), Height: int64(m.Height), Orientation: int64(m.Orientation), Thumbnail: m.Thumbnail,
			Thumbhash: m.Thumbhash, Duration: m.Duration.Milliseconds(), Waveform: m.Waveform,
		}
	}
	return w
}

// Attachment returns it as the rest of the program knows it.
func (w Attachment) Attachment() plausch.Attachment {
	a := plausch.Attachment{ID: w.ID, Name: w.Name, Type: w.Type, Size: w.Size}
	if m := w.Media; m != nil {
		a.Media = &plausch.Media{
			Width: int(m.Width), Height: int(m.Height), Orientation: int(m.Orientation), Thumbnail: m.Thumbnail,
			Thumbhash: m.Thumbhash, Duration: time.Duration(m.Duration) * time.Millisecond, Waveform: m.Waveform,
		}
	}
	return a
}

func newAttachments(files []plausch.Attachment) []Attachment {
	if len(files) == 0 {
		return nil
	}
	ws := make([]Attachment, len(files))
	for i, a := range files {
		ws[i] = NewAttachment(a)
	}
	return ws
}

func attachments(ws []Attachment) []plausch.Attachment {
	if len(ws) == 0 {
		return nil
	}
	files := make([]plausch.Attachment, len(ws))
	for i, w := range ws {
		files[i] = w.Attachment()
	}
	return files
}

// attachmentsSize is at least the size of files in an event, in either codec.
func attachmentsSize(files []plausch.Attachment) int {
	const key, keysAndNumbers, media = 17, 56, 130
	if len(files) == 0 {
		return 0
	}
	size := key
	for i := range files {
		a := &files[i]
		size += quotedSize(a.ID) + quotedSize(a.Name) + quotedSize(a.Type) + keysAndNumbers
		if m := a.Media; m != nil {
			size += media + quotedSize(m.Thumbhash) + quotedSize(m.Waveform)
		}
	}
	return size
}
