package linechat

import (
	"errors"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plausch"
)

// key is a key that was pressed: a character or, below 0, one of these.
type key rune

const (
	keyNone key = -iota - 1
	keyEnter
	keyBreak // a line break within the text
	keyTab
	keyPaste // comes with the text that was pasted
	keyInterrupt
	keyEnd // of the input, or of the line's editing: Ctrl-D
	keyBackspace
	keyDelete
	keyLeft
	keyRight
	keyHome
	keyLineEnd
	keyWordLeft
	keyWordRight
	keyUp
	keyDown
	keyKillFront
	keyKillBack
	keyKillWord
	keyKillWordRight
	keyYank
	keyClear
	keySuspend
)

var controlKeys = map[rune]key{
	'\r': keyEnter, '\n': keyEnter, '\t': keyTab, 0x7f: keyBackspace,
	ctrl('A'): keyHome, ctrl('B'): keyLeft, ctrl('C'): keyInterrupt, ctrl('D'): keyEnd, ctrl('E'): keyLineEnd,
	ctrl('F'): keyRight, ctrl('H'): keyBackspace, ctrl('K'): keyKillBack, ctrl('L'): keyClear, ctrl('N'): keyDown,
	ctrl('P'): keyUp, ctrl('U'): keyKillFront, ctrl('W'): keyKillWord, ctrl('Y'): keyYank, ctrl('Z'): keySuspend,
}

var altKeys = map[rune]key{
	'\r': keyBreak, '\n': keyBreak, 'b': keyWordLeft, 'f': keyWordRight, 'd': keyKillWordRight, 0x7f: keyKillWord,
}

// escapeKeys are the sequences of ECMA-48 that terminals send for keys, without
// their CSI or SS3.
var escapeKeys = map[string]key{
	"A": keyUp, "B": keyDown, "C": keyRight, "D": keyLeft, "H": keyHome, "F": keyLineEnd,
	"1~": keyHome, "7~": keyHome, "4~": keyLineEnd, "8~": keyLineEnd, "3~": keyDelete,
	"1;5C": keyWordRight, "1;5D": keyWordLeft, "1;3C": keyWordRight, "1;3D": keyWordLeft,
	"200~": keyPaste,
}

func ctrl(r rune) rune { return r & 0x1f }

const (
	// escapeWait is how long the rest of a sequence may take after its ESC: over
	// networks it can come in pieces. Then it is the key of that name.
	escapeWait = 100 * time.Millisecond
	// pasteWait is how soon something has to follow a line's end to be of the same
	// paste. Nobody types so fast.
	pasteWait = 30 * time.Millisecond
)

// keyReader reads what a terminal in raw mode sends. A goroutine of it reads ahead,
// so that it can be told what comes at once from what comes later; it ends with r.
type keyReader struct {
	chunks <-chan []byte // closed at the end
	buffer []byte
	err    error // the end, once chunks is closed
}

func newKeyReader(r io.Reader) *keyReader {
	chunks := make(chan []byte)
	k := &keyReader{chunks: chunks}
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 4096)
			n, err := r.Read(b)
			if n > 0 {
				chunks <- b[:n]
			}
			if err != nil {
				k.err = err // seen by who sees that chunks is closed
				return
			}
		}
	}()
	return k
}

// errLate is that a key's next byte does not come in time.
var errLate = errors.New("no more of it comes")

// fill waits for more bytes, at most for a time; 0 is for ever.
func (k *keyReader) fill(within time.Duration) error {
	var late <-chan time.Time
	if within > 0 {
		late = time.After(within)
	}
	select {
	case b, ok := <-k.chunks:
		if !ok {
			return k.err
		}
		k.buffer = append(k.buffer, b...)
		return nil
	case <-late:
		return errLate
	}
}

// rune returns the next character, which has to come within a time.
func (k *keyReader) rune(within time.Duration) (r rune, size int, err error) {
	for !utf8.FullRune(k.buffer) && err == nil {
		if err = k.fill(within); err != nil && len(k.buffer) == 0 {
			return 0, 0, err
		}
	}
	r, size = utf8.DecodeRune(k.buffer)
	k.buffer = k.buffer[size:]
	return r, size, nil
}

// textFollows reports whether more of a text comes at once.
func (k *keyReader) textFollows() bool {
	if len(k.buffer) == 0 && k.fill(pasteWait) != nil {
		return false
	}
	c := k.buffer[0]
	return c >= ' ' && c != 0x7f || c == '\r' || c == '\n' || c == '\t'
}

// next returns the next key and, of keyPaste, the text.
func (k *keyReader) next() (key, string, error) {
	r, size, err := k.rune(0)
	switch {
	case err != nil:
		return keyNone, "", err
	case r == 0x1b:
		return k.escape()
	case r == '\r' && len(k.buffer) > 0 && k.buffer[0] == '\n': // one line's end
		k.buffer = k.buffer[1:]
		return keyEnter, "", nil
	case controlKeys[r] != 0:
		return controlKeys[r], "", nil
	case unicode.IsControl(r), r == unicode.ReplacementChar && size == 1:
		return keyNone, "", nil
	}
	return key(r), "", nil
}

// escape reads what follows an ESC, and makes nothing of what it does not know.
func (k *keyReader) escape() (key, string, error) {
	r, _, err := k.rune(escapeWait)
	for r == 0x1b && err == nil { // Alt with a key that has a sequence
		r, _, err = k.rune(escapeWait)
	}
	if err == nil {
		switch r {
		case '[', 'O':
			return k.sequence(r)
		case ']', 'P', '_', '^', 'X': // a string, with which a terminal answers a question
			for before := r; err == nil && r != 0x07 && !(before == 0x1b && r == '\\'); {
				before = r
				r, _, err = k.rune(escapeWait)
			}
		default:
			if alt := altKeys[r]; alt != 0 {
				return alt, "", nil
			}
		}
	}
	return keyNone, "", nil // the end is told again
}

// sequence reads what follows CSI or SS3, of which opened is the last character.
func (k *keyReader) sequence(opened rune) (key, string, error) {
	var sequence strings.Builder
	for {
		r, _, err := k.rune(escapeWait)
		if err != nil {
			return keyNone, "", nil
		}
		if sequence.Len() < 32 {
			sequence.WriteRune(r)
		}
		if opened == '[' && sequence.String() == "[" {
			continue // a function key of the Linux console: one more character
		}
		if r < ' ' || r >= '@' { // the final byte, or one that has no place here
			break
		}
	}
	switch found := escapeKeys[sequence.String()]; found {
	case 0:
		return keyNone, "", nil
	case keyPaste:
		text, err := k.paste()
		return keyPaste, text, err
	default:
		return found, "", nil
	}
}

// paste reads up to the end of a bracketed paste. What is far too long for a
// message is dropped.
func (k *keyReader) paste() (string, error) {
	const end = "\x1b[201~"
	var b strings.Builder
	tail := ""
	for {
		r, _, err := k.rune(0)
		if err != nil {
			return "", err
		}
		if b.Len() < 4*plausch.MaxText {
			b.WriteRune(r)
		}
		if tail += string(r); len(tail) > len(end) {
			tail = tail[len(tail)-len(end):]
		}
		if tail == end {
			return pastedText(strings.TrimSuffix(b.String(), end)), nil
		}
	}
}

// pastedText returns what of a pasted text can be sent. Terminals paste line
// ends as CR.
func pastedText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
