package gateway

import (
	"fmt"
	"strings"
)

// Sentence makes a whole sentence of an error's text.
func Sentence(err error) string {
	text := err.Error()
	if text != "" && text[0] >= 'a' && text[0] <= 'z' {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return strings.TrimSuffix(text, ".") + "."
}

// MissedText says that n messages, at least one, were left out.
func MissedText(n int) string {
	messages := "one message"
	if n > 1 {
		messages = fmt.Sprintf("%d messages", n)
	}
	return "You missed " + messages + ", which your program did not read in time. It goes on with the newest."
}
