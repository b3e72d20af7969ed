package linechat

import (
	"fmt"
	"io"
	"math/rand/v2"
	"plausch/internal/terminal"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// fakeTerminal shows what an editor writes: the part of a terminal that it uses,
// with a scrollback that never ends.
type fakeTerminal struct {
	t         *testing.T
	columns   int
	height    int
	rows      [][]rune // a wide character is followed by a 0
	row, col  int
	top       int  // first row of the screen
	lastInRow bool // the cursor waits behind the last column
}

func newFakeTerminal(t *testing.T, columns, height int) *fakeTerminal {
	return &fakeTerminal{t: t, columns: columns, height: height, rows: [][]rune{nil}}
}

func (f *fakeTerminal) size() (int, int) { return f.columns, f.height }

func (f *fakeTerminal) Write(p []byte) (int, error) {
	for s := string(p); s != ""; {
		n := 1
		var final byte
		switch r, size := utf8.DecodeRuneInString(s); {
		case r == '\x1b':
			rest := s[2:]
			end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' })
			_, _ = fmt.Sscanf(rest[:end], "%d", &n)
			final = rest[end]
			s = rest[end+1:]
		case r == '\r':
			f.col, f.lastInRow = 0, false
			s = s[size:]
		case r == '\n':
			f.down()
			s = s[size:]
		default:
			f.put(r)
			s = s[size:]
		}
		switch final {
		case 0, 'm':
		case 'A':
			if f.row-n < f.top {
				f.t.Errorf("the cursor goes up %d rows from row %d of the screen", n, f.row-f.top)
			}
			f.row, f.lastInRow = max(f.row-n, f.top), false
		case 'B':
			f.row, f.lastInRow = min(f.row+n, len(f.rows)-1), false
		case 'K':
			f.rows[f.row] = f.rows[f.row][:min(f.col, len(f.rows[f.row]))]
			f.lastInRow = false
		case 'C':
			f.col = min(f.col+n, f.columns-1)
		case 'J':
			f.rows = f.rows[:f.row+1]
			f.rows[f.row] = f.rows[f.row][:min(f.col, len(f.rows[f.row]))]
		default:
			f.t.Fatalf("the editor writes an escape sequence %q that this terminal does not know", final)
		}
	}
	return len(p), nil
}

func (f *fakeTerminal) down() {
	f.row++
	f.lastInRow = false
	if f.row == len(f.rows) {
		f.rows = append(f.rows, nil)
	}
	f.top = max(f.top, f.row-f.height+1)
}

func (f *fakeTerminal) put(r rune) {
	w := terminal.RuneWidth(r)
	if w == 0 {
		return // belongs to the one before; not kept
	}
	if f.lastInRow || f.col+w > f.columns {
		f.t.Errorf("the terminal itself breaks a row before %q", r)
		f.col = 0
		f.down()
	}
	for len(f.rows[f.row]) < f.col+w {
		f.rows[f.row] = append(f.rows[f.row], ' ')
	}
	f.rows[f.row][f.col] = r
	if w == 2 {
		f.rows[f.row][f.col+1] = 0
	}
	if f.col += w; f.col == f.columns {
		f.col, f.lastInRow = f.columns-1, true
	}
}

// text returns all rows, each without spaces at its end.
func (f *fakeTerminal) text() string {
	var lines []string
	for _, r := range f.rows {
		lines = append(lines, strings.TrimRight(strings.ReplaceAll(string(r), "\x00", ""), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}

func newTestEditor(f *fakeTerminal) *editor {
	e := &editor{out: f, size: f.size}
	e.setPrompt("public> ", "1")
	e.show(true, false)
	return e
}

func typeText(e *editor, text string) {
	for _, r := range text {
		e.press(key(r), "")
	}
}

func TestEditorPrintsAboveTheLine(t *testing.T) {
	f := newFakeTerminal(t, 20, 6)
	e := newTestEditor(f)
	typeText(e, "a line that takes more than one row")
	for range 3 {
		e.press(keyLeft, "")
	}
	fmt.Fprint(e, "12:00 anna: hi\n")
	fmt.Fprint(e, "12:01 anna: still\n      there?\n")
	typeText(e, "X")
	want := "12:00 anna: hi\n12:01 anna: still\n      there?\n" +
		"public> a line that\ntakes more than one\nXrow"
	if got := f.text(); got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
	in, done := e.press(keyEnter, "")
	if !done || in.text != "a line that takes more than one Xrow" {
		t.Errorf("the input is %+v, %v", in, done)
	}
	if got := f.text(); !strings.HasSuffix(got, "there?\npublic>") {
		t.Errorf("after Enter the screen shows\n%s", got)
	}
}

// However typing and printing alternate, the screen shows what was printed, in
// order, and below it the prompt with the line, and the cursor stands in it.
func TestEditorNeverTears(t *testing.T) {
	keys := []key{keyLeft, keyRight, keyHome, keyLineEnd, keyBackspace, keyDelete, keyWordLeft, keyWordRight, keyKillWord, keyUp, keyDown, keyYank, keyEnter, keyBreak, keyInterrupt, keyTab}
	letters := []rune("abc  日é\u0301😀\t")
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		f := newFakeTerminal(t, 8+rng.IntN(30), 40)
		e := newTestEditor(f)
		var printed []string
		for range 150 {
			switch n := rng.IntN(10); {
			case n < 6:
				e.press(key(letters[rng.IntN(len(letters))]), "")
			case n < 8:
				if k := keys[rng.IntN(len(keys))]; k != keyInterrupt || len(e.line) > 0 {
					e.press(k, "")
				}
			default:
				line := fmt.Sprintf("%d", len(printed))
				printed = append(printed, line)
				fmt.Fprintln(e, line)
			}
		}
		rows, row, col := e.layout(f.columns)
		var want strings.Builder
		for _, p := range printed {
			want.WriteString(p + "\n")
		}
		for i, r := range rows {
			if i > 0 {
				want.WriteByte('\n')
			}
			for _, ch := range strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(r.text) {
				if terminal.RuneWidth(ch) > 0 {
					want.WriteRune(ch)
				}
			}
		}
		got, expected := f.text(), strings.TrimRight(trimRows(want.String()), "\n")
		if got != expected {
			t.Fatalf("seed %d: the screen shows\n%s\nwant\n%s", seed, got, expected)
		}
		if f.row != len(printed)+row || f.col != col {
			t.Fatalf("seed %d: the cursor is at %d,%d, want %d,%d", seed, f.row, f.col, len(printed)+row, col)
		}
	}
}

func trimRows(s string) string {
	var rows []string
	for _, r := range strings.Split(s, "\n") {
		rows = append(rows, strings.TrimRight(r, " "))
	}
	return strings.Join(rows, "\n")
}

func TestEditorLineHigherThanTheScreen(t *testing.T) {
	f := newFakeTerminal(t, 10, 5)
	e := newTestEditor(f)
	e.press(keyPaste, strings.Repeat("0123456789", 20))
	fmt.Fprintln(e, "printed")
	e.press(keyHome, "")
	fmt.Fprintln(e, "again")
	if got := f.text(); !strings.HasPrefix(got, "printed\nagain\npublic> 01\n") {
		t.Errorf("the screen shows\n%s", got)
	}
	if in, _ := e.press(keyEnter, ""); len(in.text) != 200 {
		t.Errorf("the line has %d characters", len(in.text))
	}
}

func TestEditorResized(t *testing.T) {
	f := newFakeTerminal(t, 40, 10)
	e := newTestEditor(f)
	typeText(e, "thirty characters and some more")
	// The terminal gets narrower and breaks the row in two.
	f.rows = [][]rune{f.rows[0][:20], f.rows[0][20:]}
	f.columns, f.row, f.col = 20, 1, f.col-20
	e.resized()
	if want := "public> thirty chara\ncters and some more"; f.text() != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", f.text(), want)
	}
}

func TestEditorKeys(t *testing.T) {
	for _, tt := range []struct {
		name  string
		typed string
		keys  []key
		want  string
	}{
		{"backspace takes a combined character", "cafe\u0301", []key{keyBackspace}, "caf"},
		{"left goes before it", "cafe\u0301s", []key{keyLeft, keyLeft, 'X'}, "cafXe\u0301s"},
		{"delete", "abc", []key{keyHome, keyDelete}, "bc"},
		{"Ctrl-D deletes in a line", "abc", []key{keyHome, keyEnd}, "bc"},
		{"kill to the front", "one two", []key{keyWordLeft, keyKillFront}, "two"},
		{"kill to the end and yank", "one two", []key{keyWordLeft, keyKillBack, keyHome, keyYank}, "twoone "},
		{"kill a word", "one two", []key{keyKillWord}, "one "},
		{"kill the next word", "one two", []key{keyHome, keyKillWordRight}, " two"},
		{"words", "one two", []key{keyHome, keyWordRight, 'X', keyLineEnd, 'Y'}, "oneX twoY"},
		{"a line break", "ab", []key{keyLeft, keyBreak}, "a\nb"},
		{"Ctrl-C clears", "abc", []key{keyInterrupt, 'd'}, "d"},
		{"at the edges", "a", []key{keyHome, keyLeft, keyBackspace, keyLineEnd, keyRight, keyDelete}, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newTestEditor(newFakeTerminal(t, 40, 10))
			typeText(e, tt.typed)
			for _, k := range tt.keys {
				if _, done := e.press(k, ""); done {
					t.Fatalf("key %d ended the line", k)
				}
			}
			if in, done := e.press(keyEnter, ""); !done || in.text != tt.want {
				t.Errorf("the line is %q, want %q", in.text, tt.want)
			}
		})
	}
}

func TestEditorEnds(t *testing.T) {
	e := newTestEditor(newFakeTerminal(t, 40, 10))
	for k, want := range map[key]inputKind{keyInterrupt: inputInterrupt, keyEnd: inputEnd} {
		if in, done := e.press(k, ""); !done || in.kind != want {
			t.Errorf("on an empty line key %d is %+v, %v", k, in, done)
		}
	}
}

func TestEditorHistory(t *testing.T) {
	e := newTestEditor(newFakeTerminal(t, 40, 10))
	for _, line := range []string{"one", "two", "two"} {
		typeText(e, line)
		e.press(keyEnter, "")
	}
	typeText(e, "draft")
	var seen []string
	for _, k := range []key{keyUp, keyUp, keyUp, keyDown, keyDown, keyDown} {
		e.press(k, "")
		seen = append(seen, string(e.line))
	}
	if got := strings.Join(seen, " "); got != "two one one two draft draft" {
		t.Errorf("the lines are %s", got)
	}
}

func TestEditorHidden(t *testing.T) {
	f := newFakeTerminal(t, 40, 10)
	e := newTestEditor(f)
	e.show(true, true)
	typeText(e, "secret")
	e.press(keyTab, "")
	if got := f.text(); got != "public>" {
		t.Errorf("the screen shows %q", got)
	}
	if in, _ := e.press(keyEnter, ""); in.text != "secret" {
		t.Errorf("the line is %q", in.text)
	}
	e.show(true, false)
	if e.press(keyUp, ""); len(e.line) > 0 {
		t.Errorf("the history has %q", string(e.line))
	}
}

func TestEditorTab(t *testing.T) {
	f := newFakeTerminal(t, 40, 10)
	e := newTestEditor(f)
	all := []string{"anna ", "andrea ", "日本 "}
	e.complete = func(before string) (int, []string) {
		start := strings.LastIndex(before, " ") + 1
		var found []string
		for _, c := range all {
			if strings.HasPrefix(c, before[start:]) {
				found = append(found, c)
			}
		}
		return len([]rune(before[:start])), found
	}
	typeText(e, "é a")
	e.press(keyTab, "")
	if string(e.line) != "é an" {
		t.Fatalf("the line is %q", string(e.line))
	}
	e.press(keyTab, "")
	if got := f.text(); got != "anna   andrea\npublic> é an" {
		t.Errorf("the screen shows\n%s", got)
	}
	typeText(e, "n")
	e.press(keyTab, "")
	if string(e.line) != "é anna " {
		t.Errorf("the line is %q", string(e.line))
	}
}

func TestKeys(t *testing.T) {
	for in, want := range map[string][]key{
		"aé日":                          {'a', 'é', '日'},
		"\r\r\x03\x04":                 {keyEnter, keyEnter, keyInterrupt, keyEnd},
		"\x1b[A\x1bOB\x1b[1;5C\x1b[3~": {keyUp, keyDown, keyWordRight, keyDelete},
		"\x1b\r\x1bb\x1bq":             {keyBreak, keyWordLeft, keyNone},
		"\x1b[99;99x!":                 {keyNone, '!'},          // a key that we do not know
		"\x1b[[A\x1b[[E!":              {keyNone, keyNone, '!'}, // F1, F5 of the Linux console
		"\x1b\x1b[A\x1b\x1b\x1bOB!":    {keyUp, keyDown, '!'},
		"\x1b]11;rgb:0/0/0\x07\x1b]0;x\x1b\\\x1bP1$r0m\x1b\\!": {keyNone, keyNone, keyNone, '!'},
		"a\r\nb\r\n":    {'a', keyEnter, 'b', keyEnter},
		"\x00\x1f\xff!": {keyNone, keyNone, keyNone, '!'},
		"\x1b":          {keyNone},
	} {
		keys := newKeyReader(strings.NewReader(in))
		for i, w := range want {
			if got, _, err := keys.next(); got != w || err != nil {
				t.Errorf("%q: key %d is %d (%v), want %d", in, i, got, err, w)
			}
		}
	}
	keys := newKeyReader(iotest.OneByteReader(strings.NewReader("\x1b[200~one\rtwo\x1b[31m\tthree\x1b[201~x")))
	if k, text, _ := keys.next(); k != keyPaste || text != "one\ntwo[31m\tthree" {
		t.Errorf("the paste is %d %q", k, text)
	}
	if k, _, _ := keys.next(); k != 'x' {
		t.Errorf("behind the paste comes %d", k)
	}
}

// A sequence may come in pieces, as it does over networks; an ESC with nothing
// behind it is a key of its own.
func TestKeysInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		keys := newKeyReader(r)
		go func() {
			for _, piece := range []string{"\x1b", "[D", "\x1b[", "1;", "5C", "\xe6\x97", "\xa5", "\x1b"} {
				_, _ = w.Write([]byte(piece))
				time.Sleep(escapeWait / 2)
			}
			time.Sleep(escapeWait)
			_, _ = w.Write([]byte("[D"))
			w.Close()
		}()
		for i, want := range []key{keyLeft, keyWordRight, '日', keyNone, '[', 'D'} {
			if got, _, err := keys.next(); got != want || err != nil {
				t.Errorf("key %d is %d (%v), want %d", i, got, err, want)
			}
		}
		if _, _, err := keys.next(); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	})
}

func TestKeysTextFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		keys := newKeyReader(r)
		go func() {
			for _, pause := range []time.Duration{0, pasteWait / 2, 2 * pasteWait} {
				time.Sleep(pause)
				_, _ = w.Write([]byte("x\r"))
			}
			_, _ = w.Write([]byte("y\r\x04")) // what is no text does not make a paste
			w.Close()
		}()
		var got []bool
		for {
			k, _, err := keys.next()
			if err != nil {
				break
			}
			if k == keyEnter {
				got = append(got, keys.textFollows())
			}
		}
		if want := []bool{true, false, true, false}; !slices.Equal(got, want) {
			t.Errorf("text follows: %v, want %v", got, want)
		}
	})
}
