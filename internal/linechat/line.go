package linechat

import (
	"io"
	"plausch/internal/terminal"
	"slices"
	"unicode"
	"unicode/utf8"
)

// The methods in this file change the line of an [editor]; its lock is held.

// edit does what a key means, but for keyTab.
func (e *editor) edit(k key, text string) (in input, done bool) {
	switch k {
	case keyEnter:
		in = input{kind: inputLine, text: string(e.line), pasted: e.pasted}
		if !e.hidden {
			e.remember(in.text)
		}
		e.set(nil)
		return in, true
	case keyInterrupt:
		if len(e.line) == 0 {
			return input{kind: inputInterrupt}, true
		}
		e.at = len(e.history)
		e.set(nil)
	case keyEnd:
		if len(e.line) == 0 {
			return input{kind: inputEnd}, true
		}
		e.cut(e.pos, e.right())
	case keyPaste:
		e.pasted = e.pasted || e.pos == 0 && text != ""
		e.insert([]rune(text))
	case keyBreak:
		e.insert([]rune{'\n'})
	case keyBackspace:
		e.cut(e.left(), e.pos)
	case keyDelete:
		e.cut(e.pos, e.right())
	case keyLeft:
		e.pos = e.left()
	case keyRight:
		e.pos = e.right()
	case keyHome:
		e.pos = 0
	case keyLineEnd:
		e.pos = len(e.line)
	case keyWordLeft:
		e.pos = e.wordLeft()
	case keyWordRight:
		e.pos = e.wordRight()
	case keyKillFront:
		e.kill(0, e.pos)
	case keyKillBack:
		e.kill(e.pos, len(e.line))
	case keyKillWord:
		e.kill(e.wordLeft(), e.pos)
	case keyKillWordRight:
		e.kill(e.pos, e.wordRight())
	case keyYank:
		e.insert(e.killed)
	case keyUp:
		e.recall(e.at - 1)
	case keyDown:
		e.recall(e.at + 1)
	case keyClear:
		_, _ = io.WriteString(e.out, "\x1b[H\x1b[2J")
	default:
		if k >= ' ' {
			e.insert([]rune{rune(k)})
		}
	}
	return input{}, false
}

func (e *editor) set(line []rune) { e.line, e.pos, e.pasted = line, len(line), false }

func (e *editor) insert(text []rune) {
	e.line = slices.Insert(e.line, e.pos, text...)
	e.pos += len(text)
}

func (e *editor) cut(from, to int) {
	e.line = slices.Delete(e.line, from, to)
	e.pos = from
}

func (e *editor) kill(from, to int) {
	if from < to {
		e.killed = slices.Clone(e.line[from:to])
		e.cut(from, to)
	}
}

// left returns the start of the cluster before the cursor.
func (e *editor) left() int {
	start := 0
	for c := range terminal.Clusters(string(e.line)) {
		end := start + utf8.RuneCountInString(c)
		if end >= e.pos {
			break
		}
		start = end
	}
	return start
}

// right returns the end of the cluster at the cursor.
func (e *editor) right() int {
	for c := range terminal.Clusters(string(e.line[e.pos:])) {
		return e.pos + utf8.RuneCountInString(c)
	}
	return e.pos
}

func (e *editor) wordLeft() int {
	i := e.pos
	for i > 0 && !inWord(e.line[i-1]) {
		i--
	}
	for i > 0 && inWord(e.line[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordRight() int {
	i := e.pos
	for i < len(e.line) && !inWord(e.line[i]) {
		i++
	}
	for i < len(e.line) && inWord(e.line[i]) {
		i++
	}
	return i
}

func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

// remember adds a line to the history. It is kept in memory only: what people
// wrote to each other has no place in a file of ours.
func (e *editor) remember(line string) {
	if line != "" && (len(e.history) == 0 || e.history[len(e.history)-1] != line) {
		e.history = append(e.history, line)
		e.history = e.history[max(0, len(e.history)-maxHistory):]
	}
	e.at = len(e.history)
}

func (e *editor) recall(at int) {
	if at < 0 || at > len(e.history) || e.hidden {
		return
	}
	if e.at == len(e.history) {
		e.draft = slices.Clone(e.line)
	}
	e.at = at
	if at == len(e.history) {
		e.set(e.draft)
	} else {
		e.set([]rune(e.history[at]))
	}
}
