package notify_test

import (
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/notify"
)

func TestDecide(t *testing.T) {
	const (
		all, mentions, nothing = plausch.NotifyEverything, plausch.NotifyMentions, plausch.NotifyNothing
		hi                     = "hi there"
	)
	direct, private, public := plausch.RoomDirect, plausch.RoomPrivate, plausch.RoomPublic
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		berlin = time.FixedZone("Berlin", 3600)
	}
	now := time.Date(2026, 1, 15, 22, 30, 0, 0, time.UTC) // 23:30 in Berlin
	const hour = 60
	for name, c := range map[string]struct {
		rules notify.Rules
		m     notify.Message
		want  string // the kind, or "-" and why not
	}{
		"direct":                              {m: notify.Message{RoomKind: direct}, want: "direct"},
		"private room":                        {m: notify.Message{RoomKind: private}, want: "message"},
		"public room":                         {m: notify.Message{RoomKind: public}, want: "- level"},
		"public room, mentioned":              {m: notify.Message{RoomKind: public, Mentioned: true}, want: "mention"},
		"private room, mentioned":             {m: notify.Message{RoomKind: private, Mentioned: true}, want: "mention"},
		"default everything":                  {notify.Rules{Default: all}, notify.Message{RoomKind: public}, "message"},
		"default mentions":                    {notify.Rules{Default: mentions}, notify.Message{RoomKind: private}, "- level"},
		"default mentions, direct":            {notify.Rules{Default: mentions}, notify.Message{RoomKind: direct}, "direct"},
		"default mentions, mentioned":         {notify.Rules{Default: mentions}, notify.Message{RoomKind: private, Mentioned: true}, "mention"},
		"default nothing, direct":             {notify.Rules{Default: nothing}, notify.Message{RoomKind: direct}, "- level"},
		"default nothing, mentioned":          {notify.Rules{Default: nothing}, notify.Message{RoomKind: private, Mentioned: true}, "- level"},
		"room over default":                   {notify.Rules{Default: nothing, Room: all}, notify.Message{RoomKind: private}, "message"},
		"room nothing over default":           {notify.Rules{Default: all, Room: nothing}, notify.Message{RoomKind: direct, Mentioned: true}, "- level"},
		"room mentions, direct":               {notify.Rules{Room: mentions}, notify.Message{RoomKind: direct}, "- level"},
		"room mentions, direct and mentioned": {notify.Rules{Room: mentions}, notify.Message{RoomKind: direct, Mentioned: true}, "mention"},

		"own":                    {m: notify.Message{RoomKind: direct, Own: true, Mentioned: true}, want: "- own"},
		"erased":                 {m: notify.Message{RoomKind: direct, Empty: true}, want: "- erased"},
		"a join":                 {m: notify.Message{RoomKind: private, Event: plausch.EventJoin}, want: "- no message"},
		"blocked":                {notify.Rules{Blocked: true}, notify.Message{RoomKind: direct, Mentioned: true}, "- blocked"},
		"read elsewhere":         {notify.Rules{ReadTo: 7}, notify.Message{RoomKind: direct}, "- read elsewhere"},
		"read up to it":          {notify.Rules{ReadTo: 6}, notify.Message{RoomKind: direct}, "direct"},
		"muted":                  {notify.Rules{MuteUntil: now.Add(time.Second)}, notify.Message{RoomKind: direct, Mentioned: true}, "- muted"},
		"muted until now":        {notify.Rules{MuteUntil: now}, notify.Message{RoomKind: direct}, "direct"},
		"muted once":             {notify.Rules{MuteUntil: now.Add(-time.Hour)}, notify.Message{RoomKind: direct}, "direct"},
		"muted, keyword":         {notify.Rules{MuteUntil: now.Add(1), Keywords: []string{"hi"}}, notify.Message{RoomKind: private}, "- muted"},
		"quiet over midnight":    {notify.Rules{Quiet: notify.Quiet{From: 22 * hour, To: 7 * hour}}, notify.Message{RoomKind: direct}, "- quiet hours"},
		"not quiet yet":          {notify.Rules{Quiet: notify.Quiet{From: 23 * hour, To: 7 * hour}}, notify.Message{RoomKind: direct}, "direct"},
		"quiet there":            {notify.Rules{Quiet: notify.Quiet{From: 23 * hour, To: 7 * hour, Zone: berlin}}, notify.Message{RoomKind: direct}, "- quiet hours"},
		"quiet in the day":       {notify.Rules{Quiet: notify.Quiet{From: 9 * hour, To: 17 * hour}}, notify.Message{RoomKind: direct}, "direct"},
		"quiet from this minute": {notify.Rules{Quiet: notify.Quiet{From: 22*hour + 30, To: 23 * hour}}, notify.Message{RoomKind: direct}, "- quiet hours"},
		"quiet to this minute":   {notify.Rules{Quiet: notify.Quiet{From: 22 * hour, To: 22*hour + 30}}, notify.Message{RoomKind: direct}, "direct"},
		"no quiet time":          {notify.Rules{Quiet: notify.Quiet{From: 22 * hour, To: 22 * hour}}, notify.Message{RoomKind: direct}, "direct"},

		"without text":                            {notify.Rules{HideText: true}, notify.Message{RoomKind: direct}, "direct, no text"},
		"muted, without text":                     {notify.Rules{HideText: true, MuteUntil: now.Add(time.Second)}, notify.Message{RoomKind: direct}, "- muted"},
		"default everything, room mentions":       {notify.Rules{Default: all, Room: mentions}, notify.Message{RoomKind: public}, "- level"},
		"quiet, mentioned by keyword":             {notify.Rules{Quiet: notify.Quiet{From: 22 * hour, To: 7 * hour}, Keywords: []string{"hi"}}, notify.Message{RoomKind: public}, "- quiet hours"},
		"keyword in a direct room":                {notify.Rules{Keywords: []string{"hi"}}, notify.Message{RoomKind: direct}, "direct"},
		"keyword, default mentions":               {notify.Rules{Default: mentions, Keywords: []string{"hi"}}, notify.Message{RoomKind: private}, "mention"},
		"keyword, default nothing":                {notify.Rules{Default: nothing, Keywords: []string{"hi"}}, notify.Message{RoomKind: private}, "- level"},
		"keyword, default nothing, room mentions": {notify.Rules{Default: nothing, Room: mentions, Keywords: []string{"hi"}}, notify.Message{RoomKind: private}, "mention"},
		"keyword":                 {notify.Rules{Room: mentions, Keywords: []string{"nope", "There"}}, notify.Message{RoomKind: public}, "mention"},
		"keyword, in a word":      {notify.Rules{Room: mentions, Keywords: []string{"the"}}, notify.Message{RoomKind: public}, "- level"},
		"keyword, level nothing":  {notify.Rules{Room: nothing, Keywords: []string{"hi"}}, notify.Message{RoomKind: public}, "- level"},
		"empty keywords are none": {notify.Rules{Room: mentions, Keywords: []string{"", "  "}}, notify.Message{RoomKind: public}, "- level"},
	} {
		t.Run(name, func(t *testing.T) {
			c.m.Seq, c.m.Text = 7, hi
			if c.m.Event == "" {
				c.m.Event = plausch.EventMessage
			}
			v := notify.Decide(c.rules, c.m, now)
			got := string(v.Kind)
			if v.HideText {
				got += ", no text"
			}
			if !v.Notify {
				got = "- " + v.Why
			}
			if got != c.want || v.Notify == (v.Kind == "") {
				t.Errorf("the verdict is %+v, want %s", v, c.want)
			}
		})
	}
}

func TestKeywords(t *testing.T) {
	for word, texts := range map[string]struct{ in, out []string }{
		"pizza":   {[]string{"pizza", "PIZZA!", "a pizza?", "(pizza)", "pizza-night", "pizzas are pizza"}, []string{"pizzas", "xpizza", "pi zza", "", "pizzä"}},
		"Übung":   {[]string{"die übung", "ÜBUNG"}, []string{"Rückübung", "Übungen"}},
		"C++":     {[]string{"in c++ we", "c++", "C++17"}, []string{"c+", "objc++"}},
		"#garden": {[]string{"see #garden", "x#garden"}, []string{"#gardens", "garden"}},
		"日本":      {[]string{"日本", "(日本)"}, []string{"日"}},
		"aa":      {[]string{"aaa aa"}, []string{"aaa"}},
	} {
		rules := notify.Rules{Room: plausch.NotifyMentions, Keywords: []string{word}}
		decide := func(text string) bool {
			m := notify.Message{Seq: 1, Event: plausch.EventMessage, RoomKind: plausch.RoomPublic, Text: text}
			return notify.Decide(rules, m, time.Unix(0, 0)).Notify
		}
		for _, text := range texts.in {
			if !decide(text) {
				t.Errorf("%q is not found in %q", word, text)
			}
		}
		for _, text := range texts.out {
			if decide(text) {
				t.Errorf("%q is found in %q", word, text)
			}
		}
	}
}

func FuzzKeywords(f *testing.F) {
	f.Add("a pizza", "pizza")
	f.Add("\xff\xc3", "\xc3")
	f.Fuzz(func(t *testing.T, text, word string) {
		rules := notify.Rules{Room: plausch.NotifyMentions, Keywords: []string{word}}
		m := notify.Message{Seq: 1, Event: plausch.EventMessage, RoomKind: plausch.RoomPublic, Text: text}
		v := notify.Decide(rules, m, time.Unix(0, 0))
		if w := strings.ToLower(strings.TrimSpace(word)); v.Notify && !strings.Contains(strings.ToLower(text), w) {
			t.Errorf("%q is found in %q", word, text)
		}
	})
}
