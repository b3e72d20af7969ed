package ktn

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"plausch"
	"plausch/internal/front/port"
)

// pieces gives data in pieces of given sizes, again and again.
type pieces struct {
	data  []byte
	sizes []byte // 0 counts as 1
	next  int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := min(len(b), len(p.data))
	if len(p.sizes) > 0 {
		n = min(n, max(1, int(p.sizes[p.next%len(p.sizes)])))
		p.next++
	}
	n = copy(b, p.data[:n])
	p.data = p.data[n:]
	return n, nil
}

// readAll reads requests until an error that is no nonsense.
func readAll(r io.Reader, limit int) (requests []request, foolish int, end error) {
	d := newDecoder(r)
	for {
		r, err := d.next(limit)
		switch {
		case err == nil:
			requests = append(requests, r)
		case errors.As(err, new(requestError)):
			foolish++
		default:
			return requests, foolish, err
		}
	}
}

func TestDecoder(t *testing.T) {
	help := request{kind: "help", empty: true}
	odd := request{kind: "help", empty: true, notText: true}
	msg := func(text string) request { return request{kind: "msg", content: text} }
	tests := map[string]struct {
		stream  string
		want    []request
		foolish bool
	}{
		"null":                       {`{"request": "help", "content": null}`, []request{help}, false},
		"an empty string":            {`{"request": "help", "content": ""}`, []request{help}, false},
		"no content":                 {`{"request": "help"}`, []request{help}, false},
		"the string None":            {`{"request": "help", "content": "None"}`, []request{{kind: "help", content: "None"}}, false},
		"capitalised keys":           {`{"Request": "msg", "Content": "hi"}`, []request{msg("hi")}, false},
		"keys in capitals":           {`{"REQUEST": "msg", "CONTENT": "hi"}`, []request{msg("hi")}, false},
		"a capitalised kind":         {`{"request": "Msg", "content": "hi"}`, []request{msg("hi")}, false},
		"content first":              {`{"content": "hi", "request": "msg"}`, []request{msg("hi")}, false},
		"more keys":                  {`{"request": "msg", "content": "hi", "sender": ["me", {}]}`, []request{msg("hi")}, false},
		"a key twice":                {`{"request": "msg", "content": "a", "content": "b"}`, []request{msg("b")}, false},
		"a number":                   {`{"request": "msg", "content": 42}`, []request{msg("42")}, false},
		"a boolean":                  {`{"request": "msg", "content": true}`, []request{msg("true")}, false},
		"a list":                     {`{"request": "help", "content": ["a", {"b": 1}]}`, []request{odd}, false},
		"line ends in a string":      {"{\"request\": \"msg\", \"content\": \"a\r\nb\tc\"}", []request{msg("a  b c")}, false},
		"no request":                 {`{"content": "hi"}`, []request{{content: "hi"}}, false},
		"escapes":                    {`{"request": "msg", "content": "\u00e6\n\"\ud83d\ude00"}`, []request{msg("æ\n\"😀")}, false},
		"UTF-8":                      {`{"request": "msg", "content": "æøå"}`, []request{msg("æøå")}, false},
		"Latin-1":                    {"{\"request\": \"msg\", \"content\": \"\xe6\"}", []request{msg("\ufffd")}, false},
		"two in a row":               {`{"request": "msg", "content": "a"}{"request": "help"}`, []request{msg("a"), help}, false},
		"two lines":                  {"{\"request\": \"msg\", \"content\": \"a\"}\r\n{\"request\": \"help\"}\n", []request{msg("a"), help}, false},
		"commas and NULs between":    {"{\"request\": \"help\"}\x00,{\"request\": \"help\"}\x00", []request{help, help}, false},
		"white space before":         {" \t\r\n{\"request\": \"help\"}", []request{help}, false},
		"nonsense before":            {`hello {"request": "help"}`, []request{help}, true},
		"nonsense between":           {`{"request": "help"} or so {"request": "help"}`, []request{help, help}, true},
		"another value":              {`"help" 12 {"request": "help"}`, []request{help}, true},
		"a broken object":            {`{"request": help}{"request": "help"}`, []request{help}, true},
		"a broken one in another":    {`{"request": {"request": "help"}`, nil, false},
		"single quotes":              {`{'request': 'help'}{"request": "help"}`, []request{help}, true},
		"nothing":                    {"", nil, false},
		"half a request":             {`{"request": "he`, nil, false},
		"nested 30 deep":             {`{"request": "help", "content": ` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}`, []request{odd}, false},
		"nested 40 deep":             {`{"content": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}{"request": "help"}`, []request{help}, true},
		"a large one and small ones": {`{"request": "msg", "content": "` + strings.Repeat("x", 9000) + `"}{"request": "help"}{"request": "help"}`, []request{msg(strings.Repeat("x", 9000)), help, help}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":      strings.NewReader(test.stream),
				"byte by byte": iotest.OneByteReader(strings.NewReader(test.stream)),
			} {
				got, foolish, err := readAll(r, maxRequest)
				if !reflect.DeepEqual(got, test.want) || (foolish > 0) != test.foolish || !errors.Is(err, io.EOF) {
					t.Errorf("%s: read %+v, %d times nonsense, then %v; want %+v, %v", how, got, foolish, err, test.want, test.foolish)
				}
			}
		})
	}
}

func TestDecoderLimit(t *testing.T) {
	sized := func(n int) string {
		const frame = `{"request": "msg", "content": ""}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", n-len(frame))+`"`, 1)
	}
	tests := map[string]struct {
		stream string
		want   int // how many requests
		large  bool
	}{
		"the largest":              {sized(maxBeforeLogin), 1, false},
		"the largest twice":        {sized(maxBeforeLogin) + sized(maxBeforeLogin), 2, false},
		"one byte more":            {sized(maxBeforeLogin + 1), 0, true},
		"one byte more, later":     {sized(100) + sized(maxBeforeLogin+1), 1, true},
		"far more":                 {sized(1 << 20), 0, true},
		"a key without an end":     {`{"` + strings.Repeat("x", 1<<20), 0, true},
		"brackets without an end":  {`{"content": ` + strings.Repeat(" ", 1<<20), 0, true},
		"small ones, one mebibyte": {strings.Repeat(sized(64), 1<<14), 1 << 14, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for how, sizes := range map[string][]byte{"at once": nil, "in pieces": {100, 1, 37}} {
				got, foolish, err := readAll(&pieces{data: []byte(test.stream), sizes: sizes}, maxBeforeLogin)
				if len(got) != test.want || foolish > 0 || (plausch.CodeOf(err) == plausch.TooLarge) != test.large {
					t.Errorf("%s: read %d requests, %d times nonsense, then %v", how, len(got), foolish, err)
				}
			}
		})
	}
}

// TestDecoderKeepsLittle reads much: what is kept is what is needed.
func TestDecoderKeepsLittle(t *testing.T) {
	one := `{"request": "msg", "content": "` + strings.Repeat("x", 3000) + `"}`
	stream := &pieces{data: []byte(strings.Repeat(one, 1000)), sizes: []byte{255, 200, 13}}
	d := newDecoder(stream)
	for range 1000 {
		if _, err := d.next(maxRequest); err != nil {
			t.Fatal(err)
		}
		if cap(d.in.buf) > 32<<10 {
			t.Fatalf("the decoder keeps %d bytes", cap(d.in.buf))
		}
	}
}

func TestMatch(t *testing.T) {
	tests := map[string]struct {
		prefix string
		want   port.Verdict
	}{
		"a brace":                                {"{", port.Yes},
		"a request":                              {`{"request": "help"}`, port.Yes},
		"white space":                            {" \r\n\t", port.Maybe},
		"white space and a brace":                {"\n {", port.Yes},
		"HTTP":                                   {"GET ", port.No},
		"a length":                               {"\x00", port.No},
		"a length that looks like a brace":       {"\x00\x00\x00{\x83", port.No},
		"a length that looks like a comma":       {"\x00\x00\x00,{\"id\":1", port.No},
		"a length that looks like a space":       {"\x00\x00\x00 {\"id\":1", port.No},
		"a length that looks like NULs and such": {"\x00\x00\x0a{\x83", port.No},
		"a msgpack map":                          {"\x83", port.No},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Match([]byte(test.prefix)); got != test.want {
				t.Errorf("the verdict on %q is %v, want %v", test.prefix, got, test.want)
			}
		})
	}
}

// streams are what real programs of the course have sent, and worse.
var streams = []string{
	`{"request": "login", "content": "alice"}{"request": "msg", "content": "Hello"}`,
	"{\"content\": null, \"request\": \"names\"}\n",
	`{"Request":"help","Content":""}`,
	`{"request": "history", "content": "None"}` + "\x00",
	"{\n  \"request\": \"logout\",\n  \"content\": null\n}\n",
	`{"content": "\u00e6\u00f8\u00e5 \ud83d\ude00", "request": "msg"}`,
	"{\"request\": \"msg\", \"content\": \"bl\xe5b\xe6r\"}",
	"{'request': 'login', 'content': 'bob'}",
	"login alice\n{\"request\": \"login\"",
	`{"request": "msg", "content": "@bob psst"} {"request": 1e999} [] 12 "x"`,
	`{{{"request": "help"}`, `{"a{b": "\q{"}`, `{"a":[[[[{}]]]]}x{}`, "{}{}{}", "{}x{}x", "\xef\xbb\xbf{}",
	`{"content":` + strings.Repeat("[", 40), strings.Repeat("{", 100), strings.Repeat("{x", 100), strings.Repeat("{},", 300),
}

// FuzzDecoder reads the same stream at once and in pieces: the requests are the
// same, and the memory that it takes is in proportion (R14). A mistake costs what
// its description does, beside that; each is answered before the next request is
// read, and the answers are paced.
func FuzzDecoder(f *testing.F) {
	for _, s := range streams {
		f.Add([]byte(s), []byte{1})
		f.Add([]byte(s), []byte{3, 40, 1, 255})
	}
	f.Fuzz(func(t *testing.T, stream, sizes []byte) {
		got, foolish, err := readAll(&pieces{data: stream}, maxBeforeLogin)
		again, foolishAgain, errAgain := readAll(&pieces{data: stream, sizes: sizes}, maxBeforeLogin)
		if !reflect.DeepEqual(got, again) || (foolish > 0) != (foolishAgain > 0) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("at once\n%+v, nonsense %d times, then %v; in pieces\n%+v, nonsense %d times, then %v",
				got, foolish, err, again, foolishAgain, errAgain)
		}
		wantModest(t, stream, foolish)
	})
}

func wantModest(t testing.TB, stream []byte, foolish int) {
	t.Helper()
	most := 8*uint64(len(stream)) + 64<<10 + 2048*uint64(foolish)
	var used uint64
	for range 4 { // others may allocate meanwhile
		d := newDecoder(&pieces{data: stream})
		if used = allocated(func() {
			for {
				if _, err := d.next(maxRequest); err != nil {
					if _, foolish := err.(requestError); !foolish {
						return
					}
				}
			}
		}); used <= most {
			return
		}
	}
	t.Errorf("%d bytes were allocated for %d, at most %d are allowed: %.100q", used, len(stream), most, stream)
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestDecoderAllocations reads what is made to cost as much as possible.
func TestDecoderAllocations(t *testing.T) {
	const fill = 60 << 10
	for name, stream := range map[string]string{
		"small requests":               strings.Repeat("{}", fill/2),
		"small ones behind a large":    `{"content": "` + strings.Repeat("x", fill/2) + `"}` + strings.Repeat("{}", fill/4),
		"a large content":              `{"request": "msg", "content": "` + strings.Repeat("x", fill) + `"}`,
		"a large content with escapes": `{"request": "msg", "content": "` + strings.Repeat(`\n`, fill/2) + `"}`,
		"large keys":                   `{"` + strings.Repeat(`K`, fill/2) + `": 1, "` + strings.Repeat(`K`, fill/2) + `": 2}`,
		"a large kind":                 `{"request": "` + strings.Repeat(`X `, fill/2) + `"}`,
		"a large number":               `{"content": ` + strings.Repeat("9", fill) + `}`,
		"the content again and again":  `{` + strings.Repeat(`"content": "x",`, fill/15) + `"a": 1}`,
		"many keys":                    `{` + strings.Repeat(`"a":1,`, fill/6) + `"a": 1}`,
		"brackets":                     strings.Repeat(`{"a":[[[[[]]]]]}`, fill/16),
	} {
		t.Run(name, func(t *testing.T) { wantModest(t, []byte(stream), 0) })
	}
	for _, s := range streams {
		_, foolish, _ := readAll(strings.NewReader(s), maxRequest)
		wantModest(t, []byte(s), foolish)
	}
}
