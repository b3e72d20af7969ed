package ktn

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"plausch"
)

var now = time.Date(2016, 3, 4, 12, 30, 15, 0, time.UTC)

// all reads a stream to its end, or to what cannot be read.
func all(r io.Reader) (found []response, err error) {
	in := newObjects(r)
	for {
		object, err := in.next()
		if err != nil {
			return found, err
		}
		if r, ok := parse(object, now); ok {
			found = append(found, r)
		}
	}
}

func brief(r response) string {
	if r.kind != kindHistory {
		return fmt.Sprintf("%s %s: %s", r.kind, r.sender, r.text)
	}
	var lines []string
	for _, i := range r.old {
		lines = append(lines, i.sender+": "+i.text)
	}
	return "history [" + strings.Join(lines, "|") + "]"
}

var streams = []struct {
	name, in string
	want     []string
}{
	{"as described", `{"timestamp":"2016-03-04 12:00:00","sender":"bob","response":"message","content":"hi"}`, []string{"message bob: hi"}},
	{"side by side", `{"response":"info","content":"a"}{"response":"error","content":"b"}` + "\n\r\n,  " + `{"response":"message","sender":"x","content":"c"}`,
		[]string{"info server: a", "error server: b", "message x: c"}},
	{"capitals", `{"Timestamp":0,"SENDER":"bob","Response":"Message","Content":"hi"}`, []string{"message bob: hi"}},
	{"nulls", `{"timestamp":null,"sender":null,"response":"info","content":null}{"sender":"None","response":"info"}`, []string{"info server: ", "info server: "}},
	{"nothing said", `{"sender":"bob","response":"message","content":null}{"sender":"bob","response":"message","content":""}`, nil},
	{"no kind", `{"sender":"bob","content":"hi"}{"content":"notice"}`, []string{"message bob: hi", "info server: notice"}},
	{"another kind", `{"response":"motd","content":"welcome"}{"response":"msg","sender":"bob","content":"hi"}`, []string{"info server: welcome", "message bob: hi"}},
	{"braces in texts", `{"sender":"bob","response":"message","content":"}{\"\\"}`, []string{`message bob: }{"\`}},
	{"keys twice", `{"response":"error","Response":"info","content":"x"}`, []string{"info server: x"}},
	{"numbers and lists", `{"response":"message","sender":7,"content":42}{"response":"info","content":["anna","bob"]}`, []string{"message 7: 42", "info server: anna, bob"}},
	{"no JSON between", `hello {'a': 1} {"response":"info","content":"x"}`, []string{"info server: x"}},
	{"not UTF-8", "{\"response\":\"info\",\"content\":\"\xff\"}", []string{"info server: \ufffd"}},
	{"not UTF-8 in a key", "{\"response\":\"info\",\"content\":{\"a\xff\":1}}", []string{"info server: {\"a\ufffd\":1}"}},
	{"line ends", `{"response":"message","sender":"bob ","content":"a\r\nb\r\n"}`, []string{"message bob: a\nb"}},
	{"objects", `{"response":"history","content":[{"sender":"a","content":"1"},{"Sender":"b","Content":"2"}]}`, []string{"history [a: 1|b: 2]"}},
	{"strings", `{"response":"history","content":["{\"sender\":\"a\",\"content\":\"1\"}","{\"sender\":\"b\",\"content\":\"2\"}"]}`, []string{"history [a: 1|b: 2]"}},
	{"one string of a list", `{"response":"history","content":"[{\"sender\":\"a\",\"content\":\"1\"},{\"sender\":\"b\",\"content\":\"2\"}]"}`, []string{"history [a: 1|b: 2]"}},
	{"one string of a list of strings", `{"response":"history","content":"[\"{\\\"sender\\\":\\\"a\\\",\\\"content\\\":\\\"1\\\"}\"]"}`, []string{"history [a: 1]"}},
	{"one string of objects", `{"response":"history","content":"{\"sender\":\"a\",\"content\":\"1\"}\n{\"sender\":\"b\",\"content\":\"2\"}{\"sender\":\"c\",\"content\":\"3\"}"}`, []string{"history [a: 1|b: 2|c: 3]"}},
	{"text", `{"response":"history","content":"12:00 a: 1\n\n12:01 b: 2\n"}`, []string{"history [server: 12:00 a: 1|server: 12:01 b: 2]"}},
	{"text in a list", `{"response":"history","content":["a: 1","b: {2}"]}`, []string{"history [server: a: 1|server: b: {2}]"}},
	{"one object", `{"response":"history","content":{"sender":"a","content":"1"}}`, []string{"history [a: 1]"}},
	{"no history", `{"response":"history","content":null}{"response":"history","content":[]}{"response":"history","content":"None"}{"response":"history"}`,
		[]string{"history []", "history []", "history []", "history []"}},
}

// Whatever a stream's parts are, the same comes out.
func TestStreams(t *testing.T) {
	for _, tt := range streams {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
		} {
			found, err := all(r)
			var got []string
			for _, r := range found {
				got = append(got, brief(r))
			}
			if !slices.Equal(got, tt.want) || err != io.EOF {
				t.Errorf("%s, %s: %q (%v), want %q", tt.name, name, got, err, tt.want)
			}
		}
	}
}

func TestStreamBounds(t *testing.T) {
	for want, in := range map[string]string{
		"nested":         `{"a":` + strings.Repeat("[", maxDepth),
		"more than":      `{"a":"` + strings.Repeat("x", maxObject),
		"unexpected EOF": `{"response":"in`,
	} {
		if _, err := all(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	long := `{"response":"message","sender":"` + strings.Repeat("é", 100) + `","content":"` + strings.Repeat("日", plausch.MaxText) + `"}`
	found, _ := all(strings.NewReader(long))
	if len(found) != 1 || len(found[0].sender) > maxName || len(found[0].text) > plausch.MaxText || plausch.CheckText(found[0].text) != nil {
		t.Errorf("what is long is not cut well: %d objects", len(found))
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2016-03-04 11:00:00":          "2016-03-04 11:00:00 true",
		"2016-03-04 11:00:00.123456":   "2016-03-04 11:00:00 true",
		"2016-03-04T11:00:00":          "2016-03-04 11:00:00 true",
		"2016-03-04T11:00:00+01:00":    "2016-03-04 10:00:00 true",
		"Fri Mar  4 11:00:00 2016":     "2016-03-04 11:00:00 true",
		"Fri Mar 04 11:00:00 UTC 2016": "2016-03-04 11:00:00 true",
		"04.03.2016 11:00:00":          "2016-03-04 11:00:00 true",
		"1457089200":                   "2016-03-04 11:00:00 true",
		"1457089200.75":                "2016-03-04 11:00:00 true",
		"1457089200000":                "2016-03-04 11:00:00 true",
		"1.4570892e9":                  "2016-03-04 11:00:00 true",
		"[11:00:00]":                   "2016-03-04 11:00:00 true",
		"11:00":                        "2016-03-04 11:00:00 false",
		"23:59:59":                     "2016-03-03 23:59:59 true",
		"":                             "2016-03-04 12:30:15 false",
		"just now":                     "2016-03-04 12:30:15 false",
		"1e999":                        "2016-03-04 12:30:15 false",
		"NaN":                          "2016-03-04 12:30:15 false",
		"-5":                           "2016-03-04 12:30:15 false",
		"9999-01-01 00:00:00":          "2016-03-04 12:30:15 false",
	} {
		at, exact := parseTime(in, now)
		if got := fmt.Sprint(at.UTC().Format("2006-01-02 15:04:05"), " ", exact); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestNamesIn(t *testing.T) {
	for _, in := range []string{
		"anna, bob", "anna\nbob", "anna bob\n", "Users: anna,bob", "Connected users:\nanna\nbob", "['anna', 'bob']", "[\"anna\",\"bob\"]",
	} {
		if got := namesIn(in); !slices.Equal(got, []string{"anna", "bob"}) {
			t.Errorf("%q lists %q", in, got)
		}
	}
}

func TestAlike(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for _, tt := range []struct {
		sent, came string
		want       bool
	}{
		{"hi", "hi", true}, {" hi  there\n", "hi there", true}, {"a < b", "a &lt; b", true}, {"Hi", "hi", true},
		{"@bob psst", "(private to Bob) psst", true}, {"@bob psst", "(private to Bob) hi", false}, {"psst", "(private to Bob) psst", false},
		{long, long[:100], true}, {long, long[:100] + "...", true},
		{"hi", "ho", false}, {"hello", "hell", false}, {"hi", "", false},
	} {
		if got := alike(tt.sent, tt.came); got != tt.want {
			t.Errorf("%q and %q: %v", tt.sent, tt.came, got)
		}
	}
}

// A request has both keys and a newline, and no length that looks like a part.
func TestAppendRequest(t *testing.T) {
	if got, want := string(appendRequest(nil, requestNames, nil)), `{"request":"names","content":null}`+"\n"; got != want {
		t.Errorf("it is %q, want %q", got, want)
	}
	for n := range 2100 {
		text := strings.Repeat("x", n)
		if b := appendRequest(nil, requestMessage, &text); len(b)%oddRequest == 0 || !bytes.HasSuffix(b, []byte("\n")) {
			t.Errorf("a text of %d bytes makes a request of %d", n, len(b))
		}
	}
}

// FuzzStream has a server send anything at all.
func FuzzStream(f *testing.F) {
	for _, tt := range streams {
		f.Add([]byte(tt.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := all(bytes.NewReader(b))
		again, errAgain := all(iotest.OneByteReader(bytes.NewReader(b)))
		if len(found) != len(again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("%d objects (%v), and byte by byte %d (%v)", len(found), err, len(again), errAgain)
		}
		l := newLog()
		for _, r := range found {
			l.begin()
			for _, i := range append(r.old, r.item) {
				if len(i.text) > plausch.MaxText || len(i.sender) > maxName || strings.ToValidUTF8(i.text+i.sender, "") != i.text+i.sender {
					t.Errorf("it has the item %+v", i)
				}
				if i.time.Year() < 1969 || i.time.Year() > 3000 {
					t.Errorf("%q is %v", i.stamp, i.time)
				}
				if !l.known(i, true) {
					l.add(i, "")
				}
				namesIn(i.text)
			}
		}
		if !slices.IsSortedFunc(l.entries, func(a, b *entry) int { return int(a.Seq - b.Seq) }) {
			t.Error("the seqs are not in order")
		}
	})
}
