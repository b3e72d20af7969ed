package main

import (
	"strings"

	"plausch"
	"plausch/client"
)

// bracket names a file in a line of text: [picture photo.png, 12 KB].
func bracket(a plausch.Attachment) string { return "[" + client.CleanLine(a.Shown()) + "]" }

// withFiles returns what a message says and, behind it, the files that it
// carries, each as show makes it. All that comes from others is cleaned.
func withFiles(e plausch.Event, show func(bracket string) string) string {
	if e.Erased() {
		return show(plausch.ErasedText)
	}
	var parts []string
	if e.Text != "" {
		parts = append(parts, client.Clean(e.Text))
	}
	for _, a := range e.Attachments {
		parts = append(parts, show(bracket(a)))
	}
	return strings.Join(parts, " ")
}
