package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"plausch"
	"plausch/client"
)

// sizes are those at which every view is looked at.
var sizes = []struct{ columns, rows int }{{80, 24}, {200, 60}, {40, 10}, {20, 6}}

func TestRoomsMessagesAndPeople(t *testing.T) {
	for _, size := range sizes[:2] {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			w := newWindow(t, size.columns, size.rows)
			w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden", RoomSettings: plausch.RoomSettings{Topic: "roses"}})
			w.join(plausch.Room{ID: 3, Kind: plausch.RoomDirect, Peer: bob})
			w.caughtUp()
			w.tell(client.Presence{Account: bob, Presence: plausch.Online})
			w.says(1, bob, "Hello **everybody**")
			w.says(1, bob, "and again")
			w.says(1, carla, "see `this` and [that](https://example.org)")
			w.says(2, bob, "in the garden")
			w.says(3, bob, "psst")
			w.whole()
			w.shows("1 #public", "2 #garden", "3 ●bob", "Public", "Private", "── Today ──", "bob Hello everybody", "and again", "carla see this and that", "https://example.org")
			w.shows("[2(1) 3(1)!]", "public> ")
			w.press("alt+2")
			w.whole()
			w.shows("garden — roses", "in the garden")
			w.lacks("[2(1)")
			w.press("f7", "f8")
			w.whole()
			if w.layout.rooms != 0 {
				t.Error("F7 does not hide the rooms")
			}
			if (w.layout.people == 0) != (size.columns >= leastWithPeople) {
				t.Error("F8 does not toggle the people")
			}
		})
	}
}

// Every row is as wide as the window whatever its size.
func TestFrameAtAnySize(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	for i := range 30 {
		w.says(1, bob, "message %d that is long enough to be broken into several rows where the window is narrow", i)
	}
	w.write("half a line that is being written and goes on")
	for columns := 12; columns < 230; columns += 7 {
		for _, rows := range []int{5, 9, 24, 61} {
			w.columns, w.rows = columns, rows
			w.arrange()
			w.whole()
		}
	}
}

// corpus has texts of which programs that count columns get something wrong.
var corpus = []string{
	"family 👨‍👩‍👧‍👦 end", "flag 🏳️‍🌈 and 🇳🇴🇦🇹 end", "pirates 🏴‍☠️ end", "tone 👍🏽 end", "keycap 1️⃣ #️⃣ end", "heart ❤️ and ☎️ end",
	"हिन्दी में क्षत्रिय end", "ไทยที่นี่ end", "العربية مع تشكيل بِسْمِ end", "עברית end", "e\u0301 a\u0308\u0323 end", "日本語とかな end", "한국어 각 end",
	"zal\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317\u0318\u0319go end", "tab\there end", "soft\u00adhyphen end", "zero\u200bwidth end", "\u202eoverride\u202c end",
	"\x1b[31mred\x1b[0m end", "\x1b]0;title\x07 end", "\u009b31m end", "ZWNJ نمی\u200cخواهم end", "ක්\u200dරීඩා end", "ａｂｃ full end", "…—“” end", "⁉️ ‼️ ™️ © end",
	strings.Repeat("👨‍👩‍👧‍👦", 40), strings.Repeat("漢", 120), strings.Repeat("क्षि", 60), strings.Repeat("x", 500),
}

// A corpus of scripts and emojis breaks no frame, by both methods of counting columns,
// in texts, names, topics and in what is being written.
func TestWidthCorpus(t *testing.T) {
	for _, method := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
		for _, size := range []struct{ columns, rows int }{{80, 24}, {110, 40}, {24, 12}} {
			t.Run(fmt.Sprint(method, size), func(t *testing.T) {
				w := newWindow(t, size.columns, size.rows)
				w.method = method
				w.arrange()
				w.caughtUp()
				for i, text := range corpus {
					w.says(1, plausch.AccountRef{ID: plausch.AccountID(10 + i), Name: text}, "%s", text)
					w.whole()
				}
				for i, text := range corpus {
					w.join(plausch.Room{ID: plausch.RoomID(10 + i), Kind: plausch.RoomPrivate, Name: text, RoomSettings: plausch.RoomSettings{Topic: text}})
					w.press("ctrl+n")
					w.paste(text)
					w.whole()
					w.press("left", "left", "up", "home")
					w.whole()
				}
			})
		}
	}
}

// What of a cluster terminals do not count alike is not drawn until the terminal says
// how it counts.
func TestUnsettledClustersAreSimplified(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, bob, "👨‍👩‍👧 👍🏽 ❤️ 1️⃣ |")
	w.shows("👨👩👧 👍 ❤ 1 |")
	w.method = ansi.GraphemeWidth
	w.arrange()
	w.shows("👨‍👩‍👧 👍🏽 ❤️ 1️⃣ |")
}

// A text cannot look like somebody else's message, whatever a terminal thinks of its
// width.
func TestRowsStayInTheGutter(t *testing.T) {
	for _, size := range sizes {
		w := newWindow(t, size.columns, size.rows)
		w.caughtUp()
		w.says(1, bob, "%s", strings.Repeat("\u00ad", 49)+"\n14:03 anna: I resign\n15:00    anna I resign\n\n> 15:00  anna I resign\n```\n15:00   anna I resign\n```")
		for _, line := range w.lines() {
			i := strings.Index(line, "I resign")
			if i < 0 {
				continue
			}
			from := 0
			if w.layout.rooms > 0 {
				from = w.layout.rooms + len("│")
			}
			gutter := max(1, w.blocks.gutter)
			if head := strings.TrimSpace(line[from : from+gutter]); head != "" && !strings.HasSuffix(head, " bob") {
				t.Errorf("at %v the row looks like a message: %q", size, line)
			}
		}
	}
}

// fuzzing the edge: nothing that others write reaches the terminal as a sequence.
func FuzzEdge(f *testing.F) {
	for _, text := range corpus {
		f.Add(text)
	}
	for _, text := range []string{
		"\x1b]52;c;ZXZpbA==\x07", "\x1b]8;;https://evil\x1b\\click\x1b]8;;\x1b\\", "\x1bP$q\x1b\\", "\x1b[6n", "\x1b[21t", "\x1b[?1049l", "\x1b_Gf=100;AAAA\x1b\\",
		"[a](https://x\x1b]0;y\x07.org)", "**\x1b**", "`\x1b[2J`", "\u009d0;x\u009c", "\x9b2J", "\r\x1b[A\x1b[K", "\x1b]9;hi\x07", "\x1b]777;notify;a;b\x07", "\x1b]1337;File=:AAAA\x07", "\x1bc",
		"||spoiler\x1b[5i||", "@anna\x1b[31m", "https://example.org/\x1b]8;;\x07",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := newWindow(t, 80, 12)
		w.caughtUp()
		w.says(1, plausch.AccountRef{ID: 9, Name: text, Display: text}, "%s", text)
		w.join(plausch.Room{ID: 7, Kind: plausch.RoomPrivate, Name: text, RoomSettings: plausch.RoomSettings{Topic: text}})
		checkSequences(t, w.View().Content)
		w.press("ctrl+n")
		w.paste(text)
		checkSequences(t, w.View().Content)
		w.whole()
	})
}

// checkSequences holds that a view has no sequences but colours and links.
func checkSequences(t *testing.T, content string) {
	t.Helper()
	p := ansi.NewParser()
	var state byte
	for s := content; s != ""; {
		seq, width, n, next := ansi.DecodeSequence(s, state, p)
		state, s = next, s[n:]
		switch {
		case width > 0, seq == "\n":
		case ansi.HasCsiPrefix(seq) && p.Command() == 'm':
		case ansi.HasOscPrefix(seq) && p.Command() == 8 && !strings.ContainsAny(string(p.Data()), "\x1b\x07\n"):
		case seq[0] >= 0xc0: // a mark
		default:
			t.Fatalf("the view has %q", seq)
		}
	}
}
