package htl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch"
)

// pieces gives data in pieces of given sizes, again and again.
type pieces struct {
	data  []byte
	sizes []byte // 0 counts as 1
	next  int
	by    time.Time
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

func (p *pieces) ReadBy(t time.Time) { p.by = t }

// readAll reads requests until an error that is no nonsense.
func readAll(p *pieces, framed bool, limit int) (requests []request, foolish int, end error) {
	d := newDecoder(p, framed, new(uploads).newUpload(netip.Addr{}, nil))
	defer d.endUpload()
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

// doc is a map of pairs.
func doc(pairs ...any) []byte {
	b := msgp.AppendMapHeader(nil, uint32(len(pairs)/2))
	for _, v := range pairs {
		var err error
		if b, err = msgp.AppendIntf(b, v); err != nil {
			panic(err)
		}
	}
	return b
}

func frame(body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

var (
	authDoc = doc("type", "auth", "user", "Alice", "uuid", "6d1f-22", "time", 1620000000.25)
	textDoc = doc("type", "text", "content", "Grüß euch", "author", "Alice", "recipient", "all", "time", 1620000001.5)
	fileDoc = doc("type", "file", "content", "a.txt", "filename", "a.txt", "file", []byte{0, 0xff, 1}, "fileid", "17", "author", "Alice", "recipient", "bob", "time", 1.5)
	pingDoc = doc("type", "sslcheck", "time", 2.5)

	authRequest = request{kind: "auth", user: "Alice", uuid: "6d1f-22"}
	textRequest = request{kind: "text", content: []byte("Grüß euch"), recipient: "all"}
	fileRequest = request{kind: "file", content: []byte("a.txt"), filename: "a.txt", file: []byte("\x00\xff\x01"), fileID: "17", recipient: "bob"}
	pingRequest = request{kind: "sslcheck"}
)

func TestDecoder(t *testing.T) {
	tests := map[string]struct {
		documents [][]byte
		want      []request
		foolish   int
	}{
		"auth, text, file":        {[][]byte{authDoc, textDoc, fileDoc, pingDoc}, []request{authRequest, textRequest, fileRequest, pingRequest}, 0},
		"auth of version 0.0.1":   {[][]byte{doc("type", "auth", "user", "Alice", "time", 1.5)}, []request{{kind: "auth", user: "Alice"}}, 0},
		"keys as bin":             {[][]byte{doc([]byte("type"), []byte("auth"), []byte("user"), []byte("Alice"))}, []request{{kind: "auth", user: "Alice"}}, 0},
		"keys that are no text":   {[][]byte{doc(1, 2, nil, true, "type", "close", []any{}, 1)}, []request{{kind: "close"}}, 0},
		"values of other types":   {[][]byte{doc("type", "text", "content", 12, "filename", nil, "user", []any{1, "x"})}, []request{{kind: "text"}}, 0},
		"a uuid that is a number": {[][]byte{doc("type", "auth", "uuid", 17)}, []request{{kind: "auth", uuid: "\x11"}}, 0},
		"a uuid that is nil":      {[][]byte{doc("type", "auth", "uuid", nil)}, []request{{kind: "auth"}}, 0},
		"a list of recipients":    {[][]byte{doc("type", "text", "recipient", []any{"bob"}), pingDoc}, []request{pingRequest}, 1},
		"nil as recipient":        {[][]byte{doc("type", "text", "recipient", nil), pingDoc}, []request{pingRequest}, 1},
		"unknown keys, deep":      {[][]byte{doc("x", map[string]any{"type": "auth"}, "type", "close")}, []request{{kind: "close"}}, 0},
		"a key twice":             {[][]byte{doc("type", "a", "type", "b")}, []request{{kind: "b"}}, 0},
		"an empty map":            {[][]byte{doc()}, []request{{}}, 0},
		"a number":                {[][]byte{{0x05}, pingDoc}, []request{pingRequest}, 1},
		"nil, a list and a text":  {[][]byte{{0xc0}, {0x92, 1, 2}, []byte("\xa2hi"), pingDoc}, []request{pingRequest}, 3},
		"nested far":              {[][]byte{append([]byte("\x81\xa1x"), documents["nested far"]...), pingDoc}, []request{{}, pingRequest}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, framed := range []bool{false, true} {
				var stream []byte
				for _, d := range test.documents {
					if framed {
						d = frame(d)
					}
					stream = append(stream, d...)
				}
				for how, sizes := range map[string][]byte{"at once": nil, "byte by byte": {1}, "in pieces": {3, 1, 40}} {
					got, foolish, err := readAll(&pieces{data: stream, sizes: sizes}, framed, 1<<20)
					if !reflect.DeepEqual(got, test.want) || foolish != test.foolish || !errors.Is(err, io.EOF) {
						t.Errorf("framed %v, %s: read %+v, %d times nonsense, then %v; want %+v, %d", framed, how, got, foolish, err, test.want, test.foolish)
					}
				}
			}
		})
	}
}

func TestDecoderEndings(t *testing.T) {
	tests := map[string]struct {
		framed  bool
		stream  string
		want    int // requests
		foolish int
		end     error // or
		code    plausch.Code
	}{
		"half a document":                 {false, string(textDoc[:20]), 0, 0, io.ErrUnexpectedEOF, ""},
		"half a frame":                    {true, string(frame(textDoc)[:20]), 0, 0, io.ErrUnexpectedEOF, ""},
		"half a length":                   {true, "\x00\x00", 0, 0, io.ErrUnexpectedEOF, ""},
		"what is no msgpack":              {false, string(pingDoc) + "\xc1" + string(pingDoc), 1, 0, errInvalid, ""},
		"what is no msgpack, in a frame":  {true, string(frame([]byte("\xc1"))) + string(frame(pingDoc)), 1, 1, io.EOF, ""},
		"a frame that ends too early":     {true, string(frame(textDoc[:20])) + string(frame(pingDoc)), 1, 1, io.EOF, ""},
		"a frame with more behind":        {true, string(frame(append(pingDoc[:len(pingDoc):len(pingDoc)], "more"...))) + string(frame(pingDoc)), 2, 0, io.EOF, ""},
		"empty frames":                    {true, "\x00\x00\x00\x00\x00\x00\x00\x00" + string(frame(pingDoc)), 1, 0, io.EOF, ""},
		"a frame of 4 GiB":                {true, "\xff\xff\xff\xff" + strings.Repeat("x", 9000), 0, 0, nil, plausch.TooLarge},
		"a frame of a byte more":          {true, "\x00\x00\x10\x01" + strings.Repeat("x", 9000), 0, 0, nil, plausch.TooLarge},
		"the largest frame":               {true, string(frame(sized(maxBeforeLogin))), 1, 0, io.EOF, ""},
		"the largest document":            {false, string(sized(maxBeforeLogin)), 1, 0, io.EOF, ""},
		"a document of a byte more":       {false, string(sized(maxBeforeLogin + 1)), 0, 0, nil, plausch.TooLarge},
		"a text that says it has 4 GiB":   {false, "\x81\xa1x\xdb\xff\xff\xff\xff" + strings.Repeat("x", 9000), 0, 0, nil, plausch.TooLarge},
		"a map that says it has 2^32":     {false, "\xdf\xff\xff\xff\xff" + strings.Repeat("\xa1x", 9000), 0, 0, nil, plausch.TooLarge},
		"a list of lists of 2^32":         {false, "\x81\xa1x" + strings.Repeat("\xdd\xff\xff\xff\xff", 9000), 0, 0, nil, plausch.TooLarge},
		"maps in maps":                    {false, strings.Repeat("\x81\xa1x", 9000), 0, 0, nil, plausch.TooLarge},
		"such a map in a frame":           {true, string(frame([]byte("\xdf\xff\xff\xff\xff\xa1x\x01"))) + string(frame(pingDoc)), 1, 1, io.EOF, ""},
		"many small ones, more than that": {false, strings.Repeat(string(pingDoc), 1000), 1000, 0, io.EOF, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for how, sizes := range map[string][]byte{"at once": nil, "in pieces": {3, 1, 200}} {
				got, foolish, err := readAll(&pieces{data: []byte(test.stream), sizes: sizes}, test.framed, maxBeforeLogin)
				right := errors.Is(err, test.end)
				if test.code != "" {
					right = plausch.CodeOf(err) == test.code
				}
				if len(got) != test.want || foolish != test.foolish || !right {
					t.Errorf("%s: read %d, %d times nonsense, then %v", how, len(got), foolish, err)
				}
			}
		})
	}
}

// sized is a document of n bytes.
func sized(n int) []byte {
	around := len(doc("type", "text", "content", strings.Repeat("x", 300)))
	d := doc("type", "text", "content", strings.Repeat("x", n-around+300))
	return d
}

// FuzzDecoder reads the same stream at once and in pieces, in both framings: the
// requests are the same, and the memory that it takes is in proportion (R14).
func FuzzDecoder(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d), []byte{1})
		f.Add(frame([]byte(d)), []byte{4, 1})
	}
	for _, d := range [][]byte{authDoc, textDoc, fileDoc, pingDoc} {
		f.Add(d, []byte{1})
		f.Add(frame(d), []byte{9, 2})
		f.Add(append(d[:len(d):len(d)], authDoc...), []byte{100, 1})
		f.Add(append(frame(d), frame(textDoc)...), []byte{3})
	}
	f.Add([]byte("\xdf\xff\xff\xff\xff\x00\x00"), []byte{2})
	f.Add([]byte("\x00\x00\x00\x02\x81\xa1"), []byte{2})
	f.Add([]byte(strings.Repeat("\x80", 5000)), []byte{2})
	f.Fuzz(func(t *testing.T, stream, sizes []byte) {
		for _, framed := range []bool{false, true} {
			got, foolish, err := readAll(&pieces{data: stream}, framed, maxBeforeLogin)
			again, foolishAgain, errAgain := readAll(&pieces{data: stream, sizes: sizes}, framed, maxBeforeLogin)
			if !reflect.DeepEqual(got, again) || foolish != foolishAgain || fmt.Sprint(err) != fmt.Sprint(errAgain) {
				t.Errorf("framed %v, at once\n%+v, nonsense %d times, then %v; in pieces\n%+v, nonsense %d times, then %v",
					framed, got, foolish, err, again, foolishAgain, errAgain)
			}
			wantModest(t, stream, framed)
		}
	})
}

func wantModest(t testing.TB, stream []byte, framed bool) {
	t.Helper()
	most := 8*uint64(len(stream)) + 64<<10
	var used uint64
	for range 4 { // others may allocate meanwhile
		if used = allocated(func() {
			d := newDecoder(&pieces{data: stream}, framed, new(uploads).newUpload(netip.Addr{}, nil))
			for {
				if _, err := d.next(64 << 20); err != nil {
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
	const fill = 1 << 20
	for name, d := range map[string][]byte{
		"a large content":        doc("type", "text", "content", strings.Repeat("x", fill)),
		"a large file":           doc("type", "file", "file", make([]byte, fill)),
		"a large key":            doc(strings.Repeat("x", fill), 1, strings.Repeat("y", fill), 2),
		"the type over and over": append([]byte("\xdf\x00\x01\x00\x00"), strings.Repeat("\xa4type\xa1x", 1<<16)...),
		"empty maps":             []byte(strings.Repeat("\x80", fill)),
		"numbers":                []byte(strings.Repeat("\x01", fill)),
		"lists of 2^32":          []byte(strings.Repeat("\xdd\xff\xff\xff\xff", fill/5)),
		"maps in maps":           []byte(strings.Repeat("\x81\xa1x", fill/3)),
	} {
		t.Run(name, func(t *testing.T) {
			wantModest(t, d, false)
			wantModest(t, frame(d), true)
		})
	}
	t.Run("many small frames", func(t *testing.T) { wantModest(t, []byte(strings.Repeat("\x00\x00\x00\x01\x80", fill/5)), true) })
}
