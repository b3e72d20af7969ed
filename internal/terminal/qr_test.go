package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rsc.io/qr"
)

// TestQRCode reads a drawn code back, module by module.
func TestQRCode(t *testing.T) {
	const text = "https://chat.example.org/text#AAAAAAAAAAAAAAAAAAAAAA"
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	drawn := strings.Split(strings.TrimRight(QR(text), "\n"), "\n")
	for i, line := range drawn {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[30;107m"), "\x1b[0m")
		if w := utf8.RuneCountInString(line); w != code.Size+4 || w > 80 {
			t.Fatalf("line %d is %d wide, want %d", i, w, code.Size+4)
		}
		for x, r := range []rune(line) {
			upper, lower := r == '█' || r == '▀', r == '█' || r == '▄'
			if y := 2*i - 2; upper != code.Black(x-2, y) || lower != code.Black(x-2, y+1) {
				t.Fatalf("%q stands at %d, %d", r, x, y)
			}
		}
	}
	if wide := QR(strings.Repeat("x", 1000)); wide != "" {
		t.Error("a code is drawn that is wider than a terminal")
	}
}
