package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"unicode"

	"plausch"
)

// TokenPrefix begins the text of every token, so that a search for leaked
// secrets finds it.
const TokenPrefix = "plausch_"

const tokenBytes = 32

var tokenEncoding = base64.RawURLEncoding.Strict()

// Token is a secret that a client keeps and signs in with. It is random enough
// to need no salt and no slow hash. To print one shows that it is a token and
// nothing of the secret; [Token.Text] has that.
type Token struct {
	secret [tokenBytes]byte
}

// NewToken returns a new random token.
func NewToken() Token {
	var t Token
	rand.Read(t.secret[:]) // never fails: crypto/rand ends the process instead
	return t
}

// ParseToken reads what [Token.Text] wrote; white space, line ends and a byte
// order mark around it are taken off. The error is [plausch.SignInFailed].
func ParseToken(text string) (Token, error) {
	encoded, ok := strings.CutPrefix(trimSecret(text), TokenPrefix)
	if !ok {
		return Token{}, plausch.Errorf(plausch.SignInFailed, "the token does not begin with %s; use it as it was given", TokenPrefix)
	}
	// DecodeString skips line breaks, which would give a token several texts.
	if len(encoded) != tokenEncoding.EncodedLen(tokenBytes) || strings.ContainsAny(encoded, "\r\n") {
		return Token{}, plausch.Errorf(plausch.SignInFailed, "the token is cut off or has something added; use it as it was given")
	}
	secret, err := tokenEncoding.DecodeString(encoded)
	if err != nil {
		return Token{}, plausch.Errorf(plausch.SignInFailed, "the token has a character that is in no token; use it as it was given")
	}
	return Token{secret: [tokenBytes]byte(secret)}, nil
}

// trimSecret takes off what comes along when a secret is copied or kept in a file.
func trimSecret(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

// Text returns the token as its client keeps it: [TokenPrefix] and 43
// characters of base64url. It is the secret itself.
func (t Token) Text() string { return TokenPrefix + tokenEncoding.EncodeToString(t.secret[:]) }

// Hash returns the SHA-256 sum of the secret: what is stored of the token.
func (t Token) Hash() [sha256.Size]byte { return sha256.Sum256(t.secret[:]) }

// String keeps the secret out of logs and error messages.
func (t Token) String() string { return TokenPrefix + "…" }

// GoString keeps the secret out of what %#v prints.
func (t Token) GoString() string { return t.String() }

// NewWebhookSecret returns a new secret that posts are signed with, as Standard Webhooks
// have them (https://www.standardwebhooks.com): "whsec_" and 256 random bits in base64.
func NewWebhookSecret() string {
	var key [32]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the process instead
	return "whsec_" + base64.StdEncoding.EncodeToString(key[:])
}
