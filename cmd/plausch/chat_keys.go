package main

import (
	"bufio"
	"io"
	"strings"
	"unicode"

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

// keyReader reads what a terminal in raw mode sends.
type keyReader struct{ in *bufio.Reader }

func newKeyReader(r io.Reader) *keyReader { return &keyReader{bufio.NewReader(r)} }

// next returns the next key and, of keyPaste, the text.
func (k *keyReader) next() (key, string, error) {
	r, size, err := k.in.ReadRune()
	switch {
	case err != nil:
		return keyNone, "", err
	case r == 0x1b:
		return k.escape()
	case controlKeys[r] != 0:
		return controlKeys[r], "", nil
	case unicode.IsControl(r), r == unicode.ReplacementChar && size == 1:
		return keyNone, "", nil
	}
	return key(r), "", nil
}

// escape reads what follows an ESC. Terminals send a sequence at once, so one
// with nothing behind it is the key of that name.
func (k *keyReader) escape() (key, string, error) {
	if k.in.Buffered() == 0 {
		return keyNone, "", nil
	}
	r, _, err := k.in.ReadRune()
	if err != nil {
		return keyNone, "", err
	}
	if r != '[' && r != 'O' {
		if alt := altKeys[r]; alt != 0 {
			return alt, "", nil
		}
		return keyNone, "", nil
	}
	var sequence strings.Builder
	for {
		if r, _, err = k.in.ReadRune(); err != nil {
			return keyNone, "", err
		}
		if sequence.Len() < 32 {
			sequence.WriteRune(r)
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
		r, _, err := k.in.ReadRune()
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
