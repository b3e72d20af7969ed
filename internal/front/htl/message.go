package htl

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/front/gateway"
)

const (
	// server is the author of the server's own messages.
	server = "SERVER"
	// everyone is the recipient of public messages.
	everyone = "all"
)

// message is a document for a client: a map with the key type and these.
type message struct {
	kind      string // text, image, filetext, file or users
	content   []byte
	bin       bool // content is bin, not str
	author    string
	recipient string
	fileID    string
	users     []string
	time      time.Time
}

// append appends the document. Keys that the kind does not have are left out.
func (m *message) append(b []byte) []byte {
	keys := uint32(2)
	for _, there := range []bool{m.kind != kindUsers, m.author != "", m.recipient != "", m.fileID != "", m.kind == kindUsers} {
		if there {
			keys++
		}
	}
	b = msgp.AppendMapHeader(b, keys)
	b = msgp.AppendString(msgp.AppendString(b, "type"), m.kind)
	if m.kind == kindUsers {
		b = msgp.AppendArrayHeader(msgp.AppendString(b, "users"), uint32(len(m.users)))
		for _, name := range m.users {
			b = msgp.AppendString(b, name)
		}
	} else {
		b = msgp.AppendString(b, "content")
		if m.bin {
			b = msgp.AppendBytes(b, m.content)
		} else {
			b = msgp.AppendStringFromBytes(b, m.content)
		}
	}
	for _, f := range []struct{ key, value string }{{"fileid", m.fileID}, {"author", m.author}, {"recipient", m.recipient}} {
		if f.value != "" {
			b = msgp.AppendString(msgp.AppendString(b, f.key), f.value)
		}
	}
	b = msgp.AppendString(b, "time")
	return msgp.AppendFloat64(b, float64(m.time.UnixMilli())/1000)
}

const (
	kindText     = "text"
	kindImage    = "image"
	kindFile     = "file"
	kindFileText = "filetext"
	kindUsers    = "users"
)

// piece returns a document as it is written.
func (f *front) piece(document []byte) []byte {
	if !f.framed {
		return document
	}
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, lengthBytes+len(document)), uint32(len(document))), document...)
}

// pieces returns a message as it is written; a text that is too long for one is
// several.
func (f *front) pieces(m message) (pieces [][]byte) {
	around := m
	around.content = nil
	room := f.maxDocument - len(around.append(nil)) - len("\xdb\x00\x00\x00\x00")
	for rest := m.content; ; {
		part := m
		if m.kind == kindText {
			n := fitText(rest, max(room, 64))
			part.content, rest = rest[:n], rest[n:]
		} else {
			rest = nil
		}
		pieces = append(pieces, f.piece(part.append(nil)))
		if len(rest) == 0 {
			return pieces
		}
	}
}

// fitText returns how many bytes of text fitText into room: all, or up to a space, or at
// least up to the end of a character.
func fitText(text []byte, room int) int {
	if len(text) <= room {
		return len(text)
	}
	end := room
	for end > room-utf8.UTFMax+1 && !utf8.RuneStart(text[end]) {
		end--
	}
	for i := end; i > end/2; i-- {
		if text[i-1] == ' ' || text[i-1] == '\n' {
			return i
		}
	}
	return end
}

// serverText returns what the server itself says to this client.
func (f *front) serverText(text, recipient string) [][]byte {
	return f.pieces(message{kind: kindText, content: []byte(text), author: server, recipient: recipient, time: time.Now()})
}

// users returns the list of all who are connected.
func (f *front) users(names []string) []byte {
	m := message{kind: kindUsers, time: time.Now()}
	size := 64
	for _, name := range names {
		if size += len(name) + 2; size > f.maxDocument {
			break
		}
		m.users = append(m.users, name)
	}
	return f.piece(m.append(nil))
}

// recipientOf is whom a message is for, as the protocol says it.
func recipientOf(m *gateway.Message) string {
	if m.Private {
		return m.To
	}
	return everyone
}
