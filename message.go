package plausch

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxText is the largest text of a message, in bytes of UTF-8.
	MaxText = 16 << 10
	// MaxClientID is the longest client id of a send, in bytes.
	MaxClientID = 64
)

// CheckMessage reports why a message of this text and number of attachments
// cannot be sent. Only with an attachment may the text be empty.
func CheckMessage(text string, attachments int) error {
	if err := CheckAttachments(attachments); err != nil {
		return err
	}
	if text == "" && attachments > 0 {
		return nil
	}
	return CheckText(text)
}

// CheckText reports why text cannot be sent: it is empty, longer than
// [MaxText], not UTF-8, or has a control character (Unicode class Cc, so the
// C1 range too) other than newline and tab.
func CheckText(text string) error {
	switch {
	case text == "":
		return Errorf(Invalid, "the text is empty")
	case len(text) > MaxText:
		return Errorf(TooLarge, "the text has %d bytes; at most %d can be sent in one message", len(text), MaxText)
	case !utf8.ValidString(text):
		return Errorf(Invalid, "the text is not UTF-8")
	}
	for i, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return Errorf(Invalid, "the text has the control character %U at byte %d; only newline and tab are allowed", r, i)
		}
	}
	return nil
}

// CheckClientID reports why id cannot be the client id of a send: it may be
// empty (the send is then not repeatable) or up to [MaxClientID] printable
// ASCII characters without spaces.
func CheckClientID(id string) error {
	if len(id) > MaxClientID {
		return Errorf(Invalid, "the client id has %d bytes; at most %d are allowed", len(id), MaxClientID)
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return &Error{Code: Invalid, Message: fmt.Sprintf("the client id has the byte 0x%02x; printable ASCII is allowed", id[i])}
		}
	}
	return nil
}
