package ktn

import (
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Kinds of responses. There are no others, since clients stop at what they do
// not know.
const (
	kindError   = "error"
	kindInfo    = "info"
	kindMessage = "message"
	kindHistory = "history"
)

// server is the sender of responses that nobody said.
const server = "server"

// maxResponse is the most bytes of a response where it can be split, its newline
// among them. Many clients read 1024 bytes and take them for one document.
const maxResponse = 999

// response is one JSON object as it goes over the wire. All its keys are always
// there, and all its values strings, but for the content of a history.
type response struct {
	time    time.Time
	sender  string
	kind    string
	content string
}

// append appends the object. What is not ASCII is escaped: the clients grew up
// with servers whose JSON library did so.
func (r *response) append(dst []byte) []byte {
	dst = appendString(r.begin(dst), r.content)
	return append(dst, '}')
}

// begin appends the object up to its content.
func (r *response) begin(dst []byte) []byte {
	dst = append(dst, `{"timestamp": "`...)
	dst = r.time.Local().AppendFormat(dst, time.DateTime)
	dst = append(dst, `", "sender": `...)
	dst = appendString(dst, r.sender)
	dst = append(dst, `, "response": "`...)
	dst = append(dst, r.kind...)
	return append(dst, `", "content": `...)
}

// split splits r by its content so that each object is at most size bytes long,
// as a string of JSON if it is to be quoted. The contents, one behind the other,
// are the content.
func (r *response) split(size int, quoted bool) []response {
	around, width := len(r.begin(nil))+len(`""}`), width
	if quoted {
		empty := *r
		empty.content = ""
		around, width = len(appendString(nil, string(empty.append(nil)))), quotedWidth
	}
	var parts []response
	for rest := r.content; ; {
		n := fit(rest, max(size-around, 64), width)
		part := *r
		part.content, rest = rest[:n], rest[n:]
		parts = append(parts, part)
		if rest == "" {
			return parts
		}
	}
}

// fit returns how many bytes of text fit into room bytes of JSON, in which a
// character has its width: all, or up to a space, if one is near enough.
func fit(text string, room int, width func(rune) int) int {
	used, space := 0, 0
	for i, c := range text {
		used += width(c)
		if used > room {
			if space > i/2 {
				return space
			}
			return i
		}
		if c == ' ' || c == '\n' {
			space = i + 1
		}
	}
	return len(text)
}

// pieces returns r as it is written: as one object a line, or several.
func (r *response) pieces() [][]byte {
	var pieces [][]byte
	for _, part := range r.split(maxResponse-len("\n"), false) {
		pieces = append(pieces, append(part.append(nil), '\n'))
	}
	return pieces
}

// historyPieces returns messages as history responses, each quoted as a string
// of JSON if that is wanted. Without messages there is one with an empty list.
func historyPieces(now time.Time, messages []response, quoted bool) (pieces [][]byte) {
	head := (&response{time: now, sender: server, kind: kindHistory}).begin(nil)
	const tail = "]}\n"
	size := maxResponse - len(head) - len("[") - len(tail)
	var list []byte
	end := func() {
		piece := append(append([]byte(nil), head...), '[')
		pieces = append(pieces, append(append(piece, list...), tail...))
		list = nil
	}
	for i := range messages {
		for _, part := range messages[i].split(size, quoted) {
			one := part.append(nil)
			if quoted {
				one = appendString(nil, string(one))
			}
			if list != nil && len(head)+len("[")+len(list)+len(", ")+len(one)+len(tail) > maxResponse {
				end()
			}
			if list != nil {
				list = append(list, ", "...)
			}
			list = append(list, one...)
		}
	}
	if list != nil || pieces == nil {
		end()
	}
	return pieces
}

const hex = "0123456789abcdef"

// appendString appends text as a string of JSON in ASCII.
func appendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c >= ' ' && c <= '~':
			dst = append(dst, byte(c))
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			dst = appendEscape(appendEscape(dst, high), low)
		default:
			dst = appendEscape(dst, c)
		}
	}
	return append(dst, '"')
}

func appendEscape(dst []byte, c rune) []byte {
	return append(dst, '\\', 'u', hex[c>>12&15], hex[c>>8&15], hex[c>>4&15], hex[c&15])
}

// width is how many bytes appendString makes of c.
func width(c rune) int {
	switch {
	case strings.ContainsRune("\"\\\n\t", c):
		return 2
	case c >= ' ' && c <= '~':
		return 1
	case c > 0xffff && c != utf8.RuneError:
		return 12
	default:
		return 6
	}
}

// quotedWidth is how many bytes appendString makes of what it made of c.
func quotedWidth(c rune) int {
	switch n := width(c); {
	case c == '"' || c == '\\':
		return 4
	case n == 12:
		return 14
	case n > 1:
		return n + 1
	default:
		return 1
	}
}
