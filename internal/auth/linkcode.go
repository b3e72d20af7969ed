package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

const codeBytes = 16

// LinkCode is a secret of 128 bits for links that are good for a while: invites,
// password resets, the claim of a new server. Like a [Token] it prints nothing
// of the secret; [LinkCode.Text] has that.
type LinkCode struct {
	secret [codeBytes]byte
}

// NewLinkCode returns a new random code.
func NewLinkCode() LinkCode {
	var c LinkCode
	rand.Read(c.secret[:]) // never fails: crypto/rand ends the process instead
	return c
}

// ParseLinkCode reads what [LinkCode.Text] wrote, with white space, line ends and a byte
// order mark around it taken off. It reports false for
// what can be no code.
func ParseLinkCode(text string) (LinkCode, bool) {
	text = trimSecret(text)
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(text) != base64.RawURLEncoding.EncodedLen(codeBytes) || len(secret) != codeBytes {
		return LinkCode{}, false
	}
	return LinkCode{secret: [codeBytes]byte(secret)}, true
}

// Text returns the code as it stands in a link: 22 characters of base64url.
func (c LinkCode) Text() string { return base64.RawURLEncoding.EncodeToString(c.secret[:]) }

// Hash returns the SHA-256 sum of the secret: what is stored of the code.
func (c LinkCode) Hash() [sha256.Size]byte { return sha256.Sum256(c.secret[:]) }

// String keeps the secret out of logs and error messages.
func (c LinkCode) String() string { return "code …" }

// GoString keeps the secret out of what %#v prints.
func (c LinkCode) GoString() string { return c.String() }
