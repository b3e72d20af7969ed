package protocol

import "plausch"

//msgp:limit arrays:256 maps:64

// Attachment is a file of a message. Its bytes come over HTTP.
type Attachment struct {
	ID   string `json:"id" msg:"id"`
	Name string `json:"name" msg:"name"` // without path and control characters
	Type string `json:"type" msg:"type"` // media type, as the server found it
	Size int64  `json:"size" msg:"size"` // in bytes
}

func newAttachments(files []plausch.Attachment) []Attachment {
	if len(files) == 0 {
		return nil
	}
	ws := make([]Attachment, len(files))
	for i, a := range files {
		ws[i] = Attachment(a)
	}
	return ws
}

func attachments(ws []Attachment) []plausch.Attachment {
	if len(ws) == 0 {
		return nil
	}
	files := make([]plausch.Attachment, len(ws))
	for i, w := range ws {
		files[i] = plausch.Attachment(w)
	}
	return files
}

// attachmentsSize is at least the size of files in an event, in either codec.
func attachmentsSize(files []plausch.Attachment) int {
	const key, keysAndNumbers = 17, 56
	if len(files) == 0 {
		return 0
	}
	size := key
	for i := range files {
		a := &files[i]
		size += quotedSize(a.ID) + quotedSize(a.Name) + quotedSize(a.Type) + keysAndNumbers
	}
	return size
}
