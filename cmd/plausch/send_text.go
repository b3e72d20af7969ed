package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"plausch"
	"plausch/internal/connect"
)

// The output of programs in a pipe was often meant for a terminal. All text that would be
// visible there is sent, in order, and nothing of it is a reason to stop.

// textLine is a text to send, or why there are no more.
type textLine struct {
	number int // of its line, from 1; 0 for words of the command line
	text   string
	err    error
}

// lineSource starts to read texts. The channel is closed at their end, and
// after an error.
type lineSource func() <-chan textLine

// oneText returns one text, in several messages if it is too long for one.
func oneText(text string) (lineSource, error) {
	if text = connect.VisibleText(text); text == "" {
		return nil, &connect.Error{Exit: connect.ExitRefused, Err: plausch.CheckText(text)}
	}
	parts := splitWhole(text)
	return func() <-chan textLine {
		ch := make(chan textLine, len(parts))
		for _, part := range parts {
			ch <- textLine{text: part}
		}
		close(ch)
		return ch
	}, nil
}

// maxWhole bounds what --whole takes, in bytes: this is a chat, and files can be
// attached.
const maxWhole = 64 * plausch.MaxText

// readWhole reads all of r as one text.
func readWhole(r io.Reader) (lineSource, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxWhole+1))
	if err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	if len(b) > maxWhole {
		return nil, &connect.Error{Exit: connect.ExitRefused, Err: plausch.Errorf(plausch.TooLarge,
			"standard input has more than %d KiB, the most that --whole takes; nothing was sent. Without --whole each line is a message", maxWhole>>10)}
	}
	return oneText(strings.TrimRight(string(b), "\r\n"))
}

// maxRawLine is how much of a line is looked at together.
const maxRawLine = 256 << 10

// readLines returns what can be seen of the lines of r, without those of which
// nothing can. A line that is too long for a message is several.
func readLines(r io.Reader) lineSource {
	return func() <-chan textLine {
		ch := make(chan textLine)
		go func() {
			defer close(ch)
			in := bufio.NewReaderSize(r, maxRawLine)
			var raw []byte // of the line, so far
			for n := 1; ; {
				b, err := in.ReadSlice('\n')
				raw = append(raw, b...)
				var text string
				if err == bufio.ErrBufferFull {
					text, raw = visibleSoFar(raw)
				} else {
					text, raw = connect.VisibleText(strings.TrimSuffix(string(raw), "\n")), raw[:0]
				}
				for _, part := range split(text, plausch.MaxText) {
					ch <- textLine{number: n, text: part}
				}
				switch err {
				case nil:
					n++
				case bufio.ErrBufferFull:
				case io.EOF:
					return
				default:
					ch <- textLine{number: n, err: fmt.Errorf("reading line %d: %w", n, err)}
					return
				}
			}
		}()
		return ch
	}
}

// visibleSoFar returns the visible part of the beginning of a long line, and the rest that
// depends on the bytes that follow.
func visibleSoFar(raw []byte) (text string, rest []byte) {
	if cr := bytes.LastIndexByte(raw, '\r'); cr >= 0 {
		// The last row may still be overwritten.
		rows := connect.VisibleRows(string(raw[:cr]))
		last := max(0, len(rows)-1)
		rest = append([]byte(strings.Join(rows[last:], "")+"\r"), raw[cr+1:]...)
		if text = strings.Join(rows[:last], "\n"); len(rest) < maxRawLine {
			return text, rest
		}
		raw = rest
	}
	cut := len(raw)
	const longestSequence = 64
	if esc := bytes.LastIndexByte(raw, 0x1b); esc > cut-longestSequence {
		cut = esc
	}
	for i := 1; i < utf8.UTFMax && i <= cut; i++ {
		if utf8.RuneStart(raw[cut-i]) {
			if !utf8.FullRune(raw[cut-i : cut]) {
				cut -= i
			}
			break
		}
	}
	parts := split(connect.VisibleText(string(raw[:cut])), plausch.MaxText)
	last := ""
	if n := len(parts) - 1; n >= 0 { // its end may be within a character
		parts, last = parts[:n], parts[n]
	}
	more := strings.Join(parts, "")
	if text != "" && more != "" {
		text += "\n"
	}
	return text + more, append([]byte(last), raw[cut:]...)
}

// split cuts text into parts of at most limit bytes, none within what people take
// for one character, unless that is longer itself.
func split(text string, limit int) []string {
	var parts []string
	for len(text) > limit {
		cut := clusterCut(text, limit)
		parts, text = append(parts, text[:cut]), text[cut:]
	}
	if text != "" {
		parts = append(parts, text)
	}
	return parts
}

// clusterCut returns the length of the clusters at the beginning of text that have
// at most limit bytes together.
func clusterCut(text string, limit int) int {
	cut, state := 0, -1
	for rest := text; rest != ""; {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if cut+len(c) > limit {
			break
		}
		cut += len(c)
	}
	for cut == 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	if cut == 0 {
		return limit
	}
	return cut
}

// splitWhole cuts text into as few messages as can have it: at the ends of lines
// where that takes no more of them.
func splitWhole(text string) []string {
	var parts []string
	for len(text) > plausch.MaxText {
		least := (len(text)-1)%plausch.MaxText + 1 // bytes that this part has to have
		if end := strings.LastIndexByte(text[:plausch.MaxText+1], '\n'); end >= max(least-1, 1) {
			parts, text = append(parts, text[:end]), text[end+1:]
			continue
		}
		cut := clusterCut(text, plausch.MaxText)
		parts, text = append(parts, text[:cut]), text[cut:]
	}
	return append(parts, text)
}
