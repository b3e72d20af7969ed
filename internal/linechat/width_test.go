package linechat

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/vt"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"plausch"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// hostileText returns texts of what terminals and people could take in another way.
func hostileText() *rapid.Generator[string] {
	fixed := rapid.SampledFrom([]string{
		"03:17 anna: I resign today", "a", "word ", " ", "          ", "\n", "\t", "日本", "é", "e\u0301", "\u0301", "\u00ad", "\u200b", "\u200c", "\u200d",
		"\u202e", "\u2066", "\u2028", "\ufe0f", "\u3164", "\u115f", "\u1160", "\u1100\u1161\u11a8", "\U000e0041", "\ue000", "\u0378", "\u06dd", "\u0e33",
		"👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🏴\u200d☠\ufe0f", "👍🏽", "❤\ufe0f", "❤", "🇩🇪", "🇩", "1\ufe0f\u20e3", "ﷺ", "⸻", "䷀", "㉈", "…", "│", "\x1b[31m", "\x9b", "\r", "\x08",
	})
	// Soft hyphens and the like have to come in numbers.
	many := rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(fixed.Draw(t, "piece"), rapid.IntRange(1, 60).Draw(t, "times"))
	})
	pieces := rapid.SliceOfN(rapid.OneOf(fixed, fixed, many, rapid.StringN(1, 8, -1)), 0, 12)
	return rapid.Map(pieces, func(p []string) string { return strings.Join(p, "") })
}

// Whatever people write, and whatever they and their rooms are called, the terminal
// never has to break a row itself, and no row but the first begins at its edge.
func TestNoTextLooksLikeSomebodyElses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(terminal.MinColumns, 100).Draw(t, "columns")
		text, name := hostileText().Draw(t, "text"), hostileText().Draw(t, "name")
		checkDrawn(t, columns, text, name)
	})
}

// The cases that did look so.
func TestTextsThatLookedLikeSomebodyElses(t *testing.T) {
	line := "03:17 anna: I resign today"
	for columns := terminal.MinColumns; columns <= 100; columns += 1 + columns/8 {
		checkDrawn(t, columns, strings.Repeat("\u00ad", 49)+line, "bob")
		checkDrawn(t, columns, strings.Repeat("👨\u200d👩\u200d👧\u200d👦", 9)+line, strings.Repeat("日", 30))
		checkDrawn(t, columns, line, strings.Repeat("x ", 26)+line)
	}
}

func checkDrawn(t interface{ Fatalf(string, ...any) }, columns int, text, name string) {
	e := testMessage(text)
	e.Actor.Display, e.Member.Name = name, name
	join := e
	join.Kind = plausch.EventJoin
	named := e
	named.Attachments = []plausch.Attachment{{Name: text, Type: "image/png", Size: 1}}
	r, screen := testRenderer(columns), vt.NewEmulator(columns, 2)
	for _, colour := range []bool{false, true} {
		r.colour = colour
		room := connect.TargetOf(plausch.Room{Name: name})
		for _, drawn := range []string{
			shown(r, e, ""), shown(r, named, room.String()), shown(r, join, ""), r.note("%s", text), r.rule(room.String()),
		} {
			rows := strings.Split(strings.TrimSuffix(drawn, "\n"), "\n")
			for i, row := range rows {
				_, _ = screen.WriteString("\x1b[2J\x1b[H" + row)
				if screen.CursorPosition().Y != 0 {
					t.Fatalf("with %d columns the terminal breaks row %d of %q: %q", columns, i, drawn, row)
				}
				if first := screen.CellAt(0, 0); i > 0 && first != nil && first.Content != "" && first.Content[0] != ' ' {
					t.Fatalf("with %d columns row %d of %q begins at the edge", columns, i, drawn)
				}
			}
		}
	}
}

// Wherever the cursor is in a line of clusters, it stands where the terminal has
// drawn what is before it, and nothing that is printed tears the line.
func TestEditorCursorInClusters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(12, 60).Draw(t, "columns")
		screen := vt.NewEmulator(columns, 100)
		e := &editor{out: screen, size: func() (int, int) { return columns, 100 }}
		e.setPrompt("public> ", "1")
		e.show(true, false)
		text := drawnAsOne(hostileText().Draw(t, "text"))
		e.press(keyPaste, pastedText(text))
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			e.press(rapid.SampledFrom([]key{keyLeft, keyRight, keyBackspace, keyDelete, 'x', keyHome, keyLineEnd}).Draw(t, "key"), "")
		}
		fmt.Fprintln(e, "printed")

		want := vt.NewEmulator(columns, 100)
		_, _ = want.WriteString("printed\r\n")
		rows, row, _ := e.layout(columns)
		if len(rows) > 90 {
			return // more than the screen has
		}
		for i, r := range rows {
			if i > 0 {
				_, _ = want.WriteString("\r\n")
			}
			_, _ = want.WriteString(r.text)
		}
		if screen.String() != want.String() {
			t.Fatalf("the screen shows\n%s\nwant\n%s", screen, want)
		}
		before := vt.NewEmulator(columns, 2)
		_, _ = before.WriteString(rows[row].text[:rows[row].cursor])
		if got := screen.CursorPosition(); got.Y != row+1 || got.X != before.CursorPosition().X {
			t.Fatalf("the cursor is at %v, want %d,%d", got, before.CursorPosition().X, row+1)
		}
	})
}

// drawnAsOne leaves out what the emulator draws by how its input is cut: marks that
// are put before others, and those that extend a cluster which something that is not
// drawn parts from them.
func drawnAsOne(text string) string {
	var b strings.Builder
	hidden := false // the last one is not drawn
	for _, r := range text {
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString("a"+string(r), -1)
		extends := len(cluster) > 1
		if unicode.Is(unicode.Prepended_Concatenation_Mark, r) || hidden && extends {
			continue
		}
		b.WriteRune(r)
		hidden = terminal.Width("a"+string(r)) == 1 && !(extends && !hidden && unicode.IsMark(r))
	}
	return b.String()
}

// One press of a key takes or passes what people take for one character.
func TestEditorClusters(t *testing.T) {
	const family = "👨\u200d👩\u200d👧\u200d👦"
	e := newTestEditor(newFakeTerminal(t, 60, 10))
	e.press(keyPaste, "a"+family+"🇩🇪b")
	for _, k := range []key{keyLeft, keyLeft, keyLeft, 'X', keyRight, keyBackspace} {
		e.press(k, "")
	}
	if got := string(e.line); got != "aX🇩🇪b" {
		t.Errorf("the line is %q", got)
	}
}
