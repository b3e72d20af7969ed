package main

import (
	"strconv"
	"strings"

	"plausch"
	"plausch/client"
)

// bracket names a file in a line of text: [picture photo.png, 12 KB].
func bracket(a plausch.Attachment) string {
	kind := "file"
	if a.Picture() {
		kind = "picture"
	}
	return "[" + kind + " " + client.CleanLine(a.Name) + ", " + byteSize(a.Size) + "]"
}

// withFiles returns what a message says and, behind it, the files that it
// carries, each as show makes it. All that comes from others is cleaned.
func withFiles(e plausch.Event, show func(bracket string) string) string {
	var parts []string
	if e.Text != "" {
		parts = append(parts, client.Clean(e.Text))
	}
	for _, a := range e.Attachments {
		parts = append(parts, show(bracket(a)))
	}
	return strings.Join(parts, " ")
}

// byteSize returns a number of bytes as people read it, in powers of 1000.
func byteSize(n int64) string {
	const units = "KMGTPE"
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.5 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	digits := 0
	if f < 9.95 {
		digits = 1
	}
	number := strings.TrimSuffix(strconv.FormatFloat(f, 'f', digits, 64), ".0")
	return number + " " + units[unit:unit+1] + "B"
}
