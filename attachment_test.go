package plausch_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"plausch"
)

func TestFileName(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "photo.png", "photo.png"},
		{"spaces and umlauts", "Grüße aus Köln.jpg", "Grüße aus Köln.jpg"},
		{"a family", "👩‍👩‍👧.png", "👩‍👩‍👧.png"},
		{"a path", "/etc/passwd", "passwd"},
		{"a way up", "../../.ssh/authorized_keys", "authorized_keys"},
		{"a Windows path", `C:\Users\ann\notes.pdf`, "notes.pdf"},
		{"both separators", `a/b\c`, "c"},
		{"control characters", "a\x00b\nc\x7f\u0085.txt", "abc.txt"},
		{"an escape sequence", "\x1b[2Jx", "[2Jx"},
		{"another direction", "a\u202egpj.exe", "agpj.exe"},
		{"not UTF-8", "a\xff\xfeb.txt", "ab.txt"},
		{"hidden", ".bashrc", ".bashrc"},
		{"nothing", "", "file"},
		{"a folder", "folder/", "file"},
		{"one dot", ".", "file"},
		{"two dots", "..", "file"},
		{"spaces", "  \t ", "file"},
		{"only what is dropped", "\u202e\x00", "file"},
		{"spaces around", " a.txt ", "a.txt"},
		{"the longest", strings.Repeat("x", 255), strings.Repeat("x", 255)},
		{"too long", strings.Repeat("x", 300) + ".png", strings.Repeat("x", 251) + ".png"},
		{"too long, cut inside a letter", strings.Repeat("ä", 200) + ".png", strings.Repeat("ä", 125) + ".png"},
		{"too long without an extension", "a." + strings.Repeat("x", 300), "a." + strings.Repeat("x", 253)},
	} {
		got := plausch.FileName(c.in)
		if got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.name, c.in, got, c.want)
		}
		if len(got) > plausch.MaxFileName || !utf8.ValidString(got) || plausch.FileName(got) != got {
			t.Errorf("%s: %q is no name that could stay", c.name, got)
		}
	}
}

func TestCheckMessage(t *testing.T) {
	for _, c := range []struct {
		text        string
		attachments int
		want        plausch.Code
	}{
		{"hi", 0, ""},
		{"", 0, plausch.Invalid},
		{"", 1, ""},
		{"hi", plausch.MaxAttachments, ""},
		{"hi", plausch.MaxAttachments + 1, plausch.Invalid},
		{"\x1b", 1, plausch.Invalid},
		{strings.Repeat("x", plausch.MaxText+1), 1, plausch.TooLarge},
	} {
		if got := plausch.CodeOf(plausch.CheckMessage(c.text, c.attachments)); got != c.want {
			t.Errorf("a text of %d bytes with %d attachments: %q, want %q", len(c.text), c.attachments, got, c.want)
		}
	}
}

func TestByteSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 999: "999 B", 1000: "1 KB", 1049: "1 KB", 1050: "1.1 KB", 9949: "9.9 KB", 9950: "10 KB", 12_345: "12 KB",
		999_499: "999 KB", 999_500: "1 MB", 3_000_000: "3 MB", 26_214_400: "26 MB", 1 << 30: "1.1 GB", 1<<63 - 1: "9.2 EB",
	} {
		if got := plausch.ByteSize(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
