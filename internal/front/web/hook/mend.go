package hook

import (
	"fmt"
	"strings"
)

// maxDepth is how deep a mended document is read; deeper values become null.
const maxDepth = 200

// mend returns a document in which the usual slips of programs that put JSON
// together by hand are mended: control characters and single backslashes within
// strings, a comma at the end of a list, NaN and Infinity. Values that
// are too deep are cut out.
func mend(doc string) string {
	m := mender{doc: doc}
	for m.at < len(m.doc) {
		m.step()
	}
	return m.out.String()
}

type mender struct {
	doc   string
	at    int
	depth int
	out   strings.Builder
}

func (m *mender) step() {
	switch c := m.doc[m.at]; c {
	case '"':
		m.text()
		return
	case '{', '[':
		if m.depth++; m.depth == maxDepth {
			m.out.WriteString("null")
		} else {
			m.write(c)
		}
	case '}', ']':
		if m.depth < maxDepth {
			m.write(c)
		}
		m.depth--
	case ',':
		if next := strings.TrimLeft(m.doc[m.at+1:], " \t\r\n"); next == "" || (next[0] != '}' && next[0] != ']') {
			m.write(c)
		}
	default:
		for _, word := range []string{"-Infinity", "Infinity", "NaN"} {
			if strings.HasPrefix(m.doc[m.at:], word) {
				m.at += len(word)
				m.writeString("null")
				return
			}
		}
		if c >= ' ' || strings.ContainsRune("\t\r\n", rune(c)) {
			m.write(c)
		}
	}
	m.at++
}

// write writes c unless it is too deep.
func (m *mender) write(c byte) {
	if m.depth < maxDepth {
		m.out.WriteByte(c)
	}
}

func (m *mender) writeString(s string) {
	if m.depth < maxDepth {
		m.out.WriteString(s)
	}
}

// text copies a string, which begins at the quote at m.at.
func (m *mender) text() {
	m.write('"')
	for m.at++; m.at < len(m.doc); m.at++ {
		switch c := m.doc[m.at]; {
		case c == '"':
			m.write(c)
			m.at++
			return
		case c == '\\' && isEscape(m.doc[m.at+1:]):
			m.writeString(m.doc[m.at : m.at+2])
			m.at++
		case c == '\\':
			m.writeString(`\\`)
		case c < ' ':
			m.writeString(fmt.Sprintf(`\u%04x`, c))
		default:
			m.write(c)
		}
	}
}

// isEscape reports whether what follows a backslash makes an escape with it
// (RFC 8259, section 7).
func isEscape(after string) bool {
	if after == "" {
		return false
	}
	if after[0] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, after[0]) >= 0
	}
	return len(after) >= 5 && strings.Trim(after[1:5], "0123456789abcdefABCDEF") == ""
}
