package linechat

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"plausch"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

func testRenderer(columns int) *renderer {
	return &renderer{columns: func() int { return columns }, now: func() time.Time { return testTime }}
}

var testTime = time.Date(2026, 9, 27, 12, 3, 0, 0, time.Local)

func testMessage(text string) plausch.Event {
	return plausch.Event{Room: 1, Seq: 1, Kind: plausch.EventMessage, Time: testTime, Actor: plausch.AccountRef{ID: 7, Name: "anna"}, Text: text}
}

// shown is an event as the chat shows it.
func shown(r *renderer, e plausch.Event, label string) string {
	if e.Kind == plausch.EventMessage {
		return r.message(&plausch.Message{Event: e}, label, false)
	}
	return r.event(&e, label)
}

func TestRenderMessage(t *testing.T) {
	bob := plausch.AccountRef{ID: 8, Name: "bob"}
	m := plausch.Message{Event: testMessage("yes"), Edited: 5, Pinned: 6, Reactions: []plausch.Reaction{{Emoji: "👍", Count: 2}, {Emoji: "❤️", Count: 1}}}
	m.Seq, m.Target, m.Quote = 3, 1, &plausch.Quote{Seq: 1, Actor: bob, Text: "tea?\n\x1b[2J12:03 anna: no " + strings.Repeat("y", 80)}
	want := "      > bob: tea? 12:03 anna: no " + strings.Repeat("y", 39) + "…\n12:03 #3 anna: yes (edited) (pinned)\n      👍 2  ❤️ 1\n"
	if got := testRenderer(80).message(&m, "", true); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	deleted := plausch.Message{Event: testMessage(""), Deleted: 4}
	if got, want := testRenderer(80).message(&deleted, "", false), "12:03 anna: (deleted)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	m.Quote, m.Edited, m.Pinned, m.Reactions = nil, 0, 0, nil
	if got, want := testRenderer(80).message(&m, "dev", false), "      > #1\n12:03 [dev] anna: yes\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for kind, want := range map[plausch.EventKind]string{
		plausch.EventEdit: "* anna changed 12: new", plausch.EventReact: "+ new by anna on #12", plausch.EventUnreact: "- new by anna on #12",
		plausch.EventPin: "* anna pinned 12", plausch.EventDelete: "* anna deleted 12", plausch.EventRole: "* anna gave bob another role: admin",
	} {
		e := testMessage("new")
		e.Kind, e.Target = kind, 12
		if kind == plausch.EventRole {
			e.Target, e.Member, e.Details = 0, bob, &plausch.Details{Role: plausch.RoomAdmin}
		}
		if got := testRenderer(80).event(&e, ""); got != "12:03 "+want+"\n" {
			t.Errorf("%s is shown as %q, want %q", kind, got, want)
		}
	}
}

func TestRenderEvent(t *testing.T) {
	join := plausch.Event{Kind: plausch.EventJoin, Time: testTime, Actor: plausch.AccountRef{ID: 7, Name: "anna"}, Member: plausch.AccountRef{ID: 8, Name: "bob"}}
	self := join
	self.Member = self.Actor
	left, removed := self, join
	left.Kind, removed.Kind = plausch.EventLeave, plausch.EventLeave
	other := join
	other.Kind = "topic"
	for _, tt := range []struct {
		name    string
		event   plausch.Event
		label   string
		columns int
		want    string
	}{
		{"message", testMessage("hi"), "", 80, "12:03 anna: hi\n"},
		{"of another room", testMessage("hi"), "dev", 80, "12:03 [dev] anna: hi\n"},
		{"several lines", testMessage("a\nb\n12:04 bob: no"), "", 0, "12:03 anna: a\n      b\n      12:04 bob: no\n"},
		{"long", testMessage("one two three four"), "", 24, "12:03 anna: one two\n      three four\n"},
		{"wide", testMessage("日本語日本語"), "", 24, "12:03 anna: 日本語日本語\n"},
		{"too wide", testMessage("日本語日本語日本語日"), "", 24, "12:03 anna: 日本語日本語\n      日本語日\n"},
		{"a word longer than a row", testMessage("x " + strings.Repeat("y", 30)), "", 24, "12:03 anna: x yyyyyyyyyy\n      yyyyyyyyyyyyyyyyyy\n      yy\n"},
		{"spaces up to where a message would begin", testMessage("x" + strings.Repeat(" ", 12) + "12:04 bob: no"), "", 24, "12:03 anna: x\n      12:04 bob: no\n"},
		{"empty lines stay", testMessage("a\n\nb"), "", 80, "12:03 anna: a\n      \n      b\n"},
		{"join", self, "", 80, "12:03 anna joined\n"},
		{"added", join, "dev", 80, "12:03 [dev] anna added bob\n"},
		{"left", left, "", 80, "12:03 anna left\n"},
		{"removed", removed, "", 80, "12:03 anna removed bob\n"},
		{"of a later version", other, "", 80, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shown(testRenderer(tt.columns), tt.event, tt.label); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestRenderDays(t *testing.T) {
	r := testRenderer(80)
	var got strings.Builder
	for _, ago := range []int{2, 2, 1, 0, 0} {
		e := testMessage("hi")
		e.Time = testTime.AddDate(0, 0, -ago)
		got.WriteString(shown(r, e, ""))
	}
	m := "12:03 anna: hi\n"
	want := "— Friday, 25 September 2026 —\n" + m + m + "— Saturday, 26 September 2026 —\n" + m + "— Sunday, 27 September 2026 —\n" + m + m
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// Whatever a server sends, nothing reaches the terminal that it could act on.
func TestRenderHostile(t *testing.T) {
	evil := "\x1b]0;pwned\x07\x1b[2J\x1bP1$r\x1b\\\u009b31m\u202etxt\r\x08\x7f"
	e := testMessage("a" + evil + "b")
	e.Actor.Name, e.Member.Name = "anna"+evil+"\nroot", "bob"+evil
	join := e
	join.Kind = plausch.EventJoin
	reaction, topic := e, e
	reaction.Kind, topic.Kind, topic.Details = plausch.EventReact, plausch.EventRoom, &plausch.Details{Room: &plausch.RoomChange{Topic: &e.Text}}
	room := plausch.Room{Kind: plausch.RoomPrivate, Name: "dev" + evil, Peer: plausch.AccountRef{Name: "x" + evil}}
	r := testRenderer(0)
	for _, s := range []string{
		shown(r, e, connect.TargetOf(room).String()), shown(r, join, ""), shown(r, reaction, ""), shown(r, topic, ""), r.note("%s", evil), r.rule(connect.TargetOf(room).String()),
	} {
		for _, c := range s {
			if unicode.IsControl(c) && c != '\n' || c == '\u202e' {
				t.Errorf("%q has %U", s, c)
			}
		}
		if strings.Count(strings.TrimSuffix(s, "\n"), "\n") > 0 {
			t.Errorf("%q is more than a line", s)
		}
	}
}

func TestRenderColour(t *testing.T) {
	r := testRenderer(80)
	r.colour = true
	got := shown(r, testMessage("hi"), "")
	if !strings.Contains(got, "\x1b[") || terminal.Width(strings.TrimSuffix(got, "\n")) != len("12:03 anna: hi") {
		t.Errorf("got %q", got)
	}
}

func TestParseCommand(t *testing.T) {
	for line, want := range map[string][3]string{
		"/msg anna  see you ": {"msg", "anna|see|you", "anna  see you"},
		"/QUIT":               {"quit", "", ""},
		"/":                   {"", "", ""},
		"/msg anna a\nb":      {"msg", "anna|a|b", "anna a\nb"},
	} {
		name, words, rest := parseCommand(line)
		if got := [3]string{name, strings.Join(words, "|"), rest}; got != want {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
}

func TestSimilarCommand(t *testing.T) {
	for name, want := range map[string]string{"hlep": "help", "joni": "join", "histroy": "history", "hist": "history", "xyzzy": "", "": "", "ms": "msg"} {
		if got := similarCommand(name); got != want {
			t.Errorf("/%s is like %q, want %q", name, got, want)
		}
	}
}

func TestComplete(t *testing.T) {
	k := completion{names: []string{"andrea", "anna", "bob"}, rooms: []string{"public", "dev", "@bob"}}
	for before, want := range map[string]string{
		"/j":             "/join ",
		"/h":             "/history |/help ",
		"/JO":            "/join ",
		"/join d":        "dev ",
		"/join @":        "@bob |@andrea |@anna ",
		"/msg an":        "andrea |anna ",
		"/msg anna hi b": "bob ",
		"/add b":         "bob ",
		"/add bob a":     "",
		"/names a":       "",
		"/nix a":         "",
		"b":              "bob: ",
		"hi @a":          "@andrea |@anna ",
		"hi A":           "andrea |anna ",
		"":               "",
		"hi ":            "",
	} {
		start, candidates := k.complete(before)
		if got := strings.Join(candidates, "|"); got != want || start > len([]rune(before)) {
			t.Errorf("%q completes to %q from %d, want %q", before, got, start, want)
		}
	}
	if start, _ := k.complete("日本 @a"); start != 3 {
		t.Errorf("the word starts at character %d, want 3", start)
	}
}

func TestRenderAttachments(t *testing.T) {
	files := []plausch.Attachment{
		{ID: "A", Name: "photo.png", Type: "image/png", Size: 12_345},
		{ID: "B", Name: "notes.pdf", Type: "application/pdf", Size: 3_000_000},
		{Name: "a\x1b]0;pwned\x07\n12:04 bob: no\u202e\u009b.png", Type: "\x1b[2J", Size: -1}, // from somebody else's server, at worst
	}
	for _, c := range []struct {
		text  string
		files []plausch.Attachment
		want  string
	}{
		{"look", files[:1], "12:03 anna: look [picture photo.png, 12 KB]\n"},
		{"", files[:2], "12:03 anna: [picture photo.png, 12 KB] [file notes.pdf, 3 MB]\n"},
		{"", nil, "12:03 anna: (deleted)\n"}, // erased by its author
	} {
		e := testMessage(c.text)
		e.Attachments = c.files
		if got := shown(testRenderer(80), e, ""); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	e := testMessage("")
	e.Details = &plausch.Details{Scheme: "test", Sealed: "AAAA"}
	e.Attachments = files[:1]
	if got := shown(testRenderer(80), e, ""); got != "12:03 anna: [encrypted] [picture photo.png, 12 KB]\n" {
		t.Errorf("a sealed message is %q", got)
	}
	e = testMessage("")
	e.Attachments = files[2:]
	for _, r := range strings.TrimSuffix(shown(testRenderer(0), e, ""), "\n") {
		if unicode.IsControl(r) || r == '\u202e' {
			t.Errorf("a hostile name leaves %U", r)
		}
	}
}
