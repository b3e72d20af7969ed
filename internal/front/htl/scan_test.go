package htl

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/front/port"
)

// documents are of every format that the specification of msgpack has.
var documents = map[string]string{
	"nil": "\xc0", "false": "\xc2", "true": "\xc3",
	"fixint": "\x07", "negative fixint": "\xff",
	"uint8": "\xcc\xff", "uint16": "\xcd\x01\x00", "uint32": "\xce\x00\x01\x00\x00", "uint64": "\xcf\x00\x00\x00\x01\x00\x00\x00\x00",
	"int8": "\xd0\x80", "int16": "\xd1\x80\x00", "int32": "\xd2\x80\x00\x00\x00", "int64": "\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
	"float32": "\xca\x3f\x80\x00\x00", "float64": "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
	"fixstr": "\xa2hi", "str8": "\xd9\x02hi", "str16": "\xda\x00\x02hi", "str32": "\xdb\x00\x00\x00\x02hi",
	"bin8": "\xc4\x02hi", "bin16": "\xc5\x00\x02hi", "bin32": "\xc6\x00\x00\x00\x02hi",
	"ext8": "\xc7\x03\x05abc", "ext16": "\xc8\x00\x03\x05abc", "ext32": "\xc9\x00\x00\x00\x03\x05abc",
	"fixext1": "\xd4\x05a", "fixext2": "\xd5\x05ab", "fixext4": "\xd6\x05abcd", "fixext8": "\xd7\x05abcdefgh",
	"fixext16": "\xd8\x05abcdefghabcdefgh",
	"fixarray": "\x92\x01\xa1x", "array16": "\xdc\x00\x02\x01\xa1x", "array32": "\xdd\x00\x00\x00\x02\x01\xa1x",
	"fixmap": "\x81\xa1k\x01", "map16": "\xde\x00\x01\xa1k\x01", "map32": "\xdf\x00\x00\x00\x01\xa1k\x01",
	"empty array": "\x90", "empty map": "\x80", "empty str": "\xa0", "empty bin": "\xc4\x00",
	"nested":     "\x82\xa1a\x93\x01\x81\xa1b\x90\xc0\xa1c\xdc\x00\x01\x80",
	"nested far": strings.Repeat("\x91", 10000) + "\xc0",
}

func TestScan(t *testing.T) {
	for name, d := range documents {
		t.Run(name, func(t *testing.T) {
			s := newScan()
			for n := range len(d) { // byte by byte
				if done, err := s.more([]byte(d[:n])); done || err != nil {
					t.Fatalf("after %d of %d bytes: %v, %v", n, len(d), done, err)
				}
			}
			if done, err := s.more([]byte(d + "more")); !done || err != nil || s.at != len(d) {
				t.Errorf("the document ends after %d bytes, want %d: %v, %v", s.at, len(d), done, err)
			}
		})
	}
	s := newScan()
	if _, err := s.more([]byte("\x92\x01\xc1")); !errors.Is(err, errInvalid) {
		t.Errorf("c1, which is no format, is %v", err)
	}
}

// TestScanBombs says much in few bytes: a scan waits, and costs nothing.
func TestScanBombs(t *testing.T) {
	for name, d := range map[string]string{
		"array32":        "\xdd\xff\xff\xff\xff",
		"map32":          "\xdf\xff\xff\xff\xff",
		"many of them":   strings.Repeat("\xdf\xff\xff\xff\xff", 10000),
		"str32":          "\xdb\xff\xff\xff\xffx",
		"bin32":          "\xc6\xff\xff\xff\xffx",
		"ext32":          "\xc9\xff\xff\xff\xffx",
		"a nest of maps": strings.Repeat("\x81", 100000),
	} {
		t.Run(name, func(t *testing.T) {
			if n := testing.AllocsPerRun(1, func() {
				s := newScan()
				if done, err := s.more([]byte(d)); done || err != nil {
					t.Errorf("%v, %v", done, err)
				}
			}); n > 1 { // the bytes
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// FuzzScan compares with another implementation where a document ends.
func FuzzScan(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Add([]byte("\xdd\xff\xff\xff\xff"))
	f.Add([]byte("\x92\x01\xc1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newScan()
		done, err := s.more(b)
		rest, skipErr := msgp.Skip(b)
		if done != (skipErr == nil) || done && s.at != len(b)-len(rest) || done && err != nil {
			t.Errorf("the document ends after %d bytes (%v, %v), want %d (%v)", s.at, done, err, len(b)-len(rest), skipErr)
		}
		if len(b) > 0 {
			_ = Match(b)
			_, _ = decode(b)
		}
	})
}

func TestMatch(t *testing.T) {
	auth := string(msgp.AppendString(msgp.AppendString(msgp.AppendString(msgp.AppendString(msgp.AppendMapHeader(nil, 2), "user"), "a"), "type"), "auth"))
	tests := map[string]struct {
		prefix string
		want   port.Verdict
	}{
		"a fixmap":                        {"\x84", port.Maybe},
		"a fixmap and a text":             {"\x84\xa4type", port.Yes},
		"a fixmap and no text":            {"\x84\x01", port.No},
		"a map16 and a text":              {"\xde\x00\x02\xa4type", port.Yes},
		"a map32 and a text":              {"\xdf\x00\x00\x00\x02\xa4type", port.Yes},
		"a length":                        {"\x00\x00\x00\x40", port.Maybe},
		"a length and a map":              {"\x00\x00\x00\x40\x84", port.Maybe},
		"a length and auth":               {"\x00\x00\x00\x20" + auth, port.Yes},
		"all but the last key":            {"\x00\x00\x00\x20" + auth[:8], port.Maybe},
		"type behind a nested map":        {"\x00\x00\x00\x20\x82\xa1a\x81\xa2id\x01\xa4type\xa1x", port.Yes},
		"type in a nested map only":       {"\x00\x00\x00\x20\x81\xa1a\x81\xa4type\x01", port.No},
		"the native protocol":             {"\x00\x00\x00\x20\x83\xa2id\x01", port.No},
		"the native one, params first":    {"\x00\x00\x00\x20\x83\xa6params\x81\xa4type\x01\xa6method", port.No},
		"the native one in JSON":          {"\x00\x00\x00\x20{\"id\":", port.No},
		"a map without type":              {"\x00\x00\x00\x20\x81\xa1a\x01", port.No},
		"a length and no map":             {"\x00\x00\x00\x20\x93", port.No},
		"KTN":                             {"{", port.No},
		"HTTP":                            {"G", port.No},
		"a map with what is no msgpack":   {"\x00\x00\x00\x20\x82\xc1", port.No},
		"a map32 that says it has 2^32":   {"\x00\x00\x00\x20\xdf\xff\xff\xff\xff\xa1a\x01", port.Maybe},
		"a map16 whose length is to come": {"\x00\x00\x00\x20\xde\x00", port.Maybe},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Match([]byte(test.prefix)); got != test.want {
				t.Errorf("the verdict on %q is %v, want %v", test.prefix, got, test.want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		room int
		want int
	}{
		"all":                    {"hello", 5, 5},
		"a space":                {"hello you there", 12, 10},
		"no space near":          {"a bcdefghijklmno", 10, 10},
		"in a character":         {strings.Repeat("é", 10), 5, 4},
		"in a long character":    {strings.Repeat("😀", 10), 7, 4},
		"a line's end":           {"hello\nyou there", 8, 6},
		"exactly at a character": {strings.Repeat("é", 10), 6, 6},
	} {
		if got := fitText([]byte(test.text), test.room); got != test.want {
			t.Errorf("%s: %d bytes fit, want %d", name, got, test.want)
		}
	}
	for rest := []byte(strings.Repeat("x", 100) + strings.Repeat("\xbf", 100)); len(rest) > 0; {
		n := fitText(rest, 10) // what is not UTF-8 ends, too
		if n == 0 {
			t.Fatalf("nothing of %q fits", bytes.TrimSpace(rest))
		}
		rest = rest[n:]
	}
}
