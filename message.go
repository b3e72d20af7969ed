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
	// MaxMentions is how many accounts one message can name.
	MaxMentions = 50
	// MaxSealed is the largest encrypted body of a message, in bytes.
	MaxSealed = 48 << 10
	// MaxScheme is the longest name of a way to encrypt, in bytes.
	MaxScheme = 32
	// MaxQuote is how much of a message stands in the answers to it, in bytes.
	MaxQuote = 256
)

// Message is a message as it is now.
type Message struct {
	// Event is the message, with the text, files and mentions that it has now.
	Event
	// Edited and Deleted are the seqs of its newest edit and its deletion, Pinned
	// that of its pin; 0 if there is none. If its author was erased, Deleted is its own.
	Edited, Deleted, Pinned int64
	Reactions               []Reaction // in the order in which the emojis came
	// Quote is the message that this one answers, nil if none.
	Quote *Quote
	// Hidden and Saved are as in [Personal], of the account that asked.
	Hidden, Saved bool
}

// Quote is a message as its answers show it: as it is now.
type Quote struct {
	Seq     int64
	Actor   AccountRef
	Text    string // its beginning, at most [MaxQuote] bytes
	Files   int    // how many it has
	Sealed  bool
	Deleted bool
}

// QuoteText returns the beginning of a text, as much as stands in a [Quote].
func QuoteText(text string) string {
	if len(text) <= MaxQuote {
		return text
	}
	end := MaxQuote
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// ContentBytes returns how many bytes a text and, in its place, a sealed body have.
func ContentBytes(text string, d *Details) int {
	if d == nil {
		return len(text)
	}
	return len(text) + len(d.Sealed)
}

// CheckSealed reports why a body cannot be sent as encrypted by a scheme: the scheme
// is empty or no lowercase word of ASCII letters, digits and signs, or the body is
// empty, over [MaxSealed] or not printable ASCII and newlines.
func CheckSealed(scheme, body string) error {
	if scheme == "" || len(scheme) > MaxScheme {
		return Errorf(Invalid, "a sealed message says by which scheme, in 1 to %d bytes", MaxScheme)
	}
	for _, r := range scheme {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' && r != '/' {
			return Errorf(Invalid, "a scheme has lowercase letters, digits and .-_/ only")
		}
	}
	if len(body) > MaxSealed {
		return Errorf(TooLarge, "the sealed body has %d bytes; at most %d can be sent in one message", len(body), MaxSealed)
	}
	if body == "" {
		return Errorf(Invalid, "the sealed body is empty")
	}
	for i := range len(body) {
		if c := body[i]; (c < ' ' || c > '~') && c != '\n' {
			return Errorf(Invalid, "the sealed body has the byte 0x%02x; printable ASCII and newlines are allowed, such as base64", c)
		}
	}
	return nil
}

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
