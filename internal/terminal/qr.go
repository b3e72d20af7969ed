package terminal

import (
	"io"
	"os"
	"strings"

	"rsc.io/qr"
)

// MaxQR is the widest QR code that is drawn, in columns.
const MaxQR = 80

// QROn returns a QR code of text if w is a terminal and it fits.
func QROn(w io.Writer, text string) string {
	if !Is(w) || os.Getenv("TERM") == "dumb" {
		return ""
	}
	return QR(text)
}

// QR returns a QR code of text for terminals, two rows of it in each line, in
// black on white whatever the terminal's own colours are; or nothing if it would
// be too wide.
func QR(text string) string {
	const quiet = 2 // modules around it; the standard has 4, but 2 are read everywhere
	code, err := qr.Encode(text, qr.L)
	if err != nil || code.Size+2*quiet > MaxQR {
		return ""
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(halves[code.Black(x, y)][code.Black(x, y+1)])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String() + "\n"
}

// halves are blocks by whether their upper and their lower half are black.
var halves = map[bool]map[bool]string{
	true:  {true: "█", false: "▀"},
	false: {true: "▄", false: " "},
}
