// Package hook turns the payload of a webhook into the text of a message: documents
// for Slack's incoming webhooks, the events of GitHub, Gitea and Forgejo, and
// documents of other senders that have the usual keys. It is
// pure: it neither knows rooms nor sends anything.
//
// The formats are others' and grow without asking. So a document is read into a
// tree of [object], in which every value may have any type: unknown parts are skipped,
// and only an unreadable document is an error.
package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"plausch"
)

var (
	// ErrPayload is returned for a payload that cannot be read.
	ErrPayload = plausch.Errorf(plausch.Invalid, "invalid_payload")
	// ErrNoText is returned for a payload without any text.
	ErrNoText = plausch.Errorf(plausch.Invalid, "no_text")
)

// Text returns the text of the message that a request makes, or an error that is
// ErrPayload or ErrNoText. It fits a message.
func Text(h http.Header, body []byte) (string, error) {
	docs, err := parse(h, body)
	if err != nil {
		return "", err
	}
	var l lines
	for _, doc := range docs {
		if forge, event := forgeEvent(h); event != "" {
			l.add(forgeText(forge, event, doc))
		} else {
			l.addDocument(doc)
		}
	}
	text := fit(emojify(l.String()))
	if text == "" {
		return "", ErrNoText
	}
	return text, nil
}

// Signed reports whether the body was signed with the secret, as GitHub, Gitea and
// Forgejo do it: its HMAC-SHA256 in hexadecimal.
func Signed(h http.Header, body []byte, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	signature, found := strings.CutPrefix(h.Get("X-Hub-Signature-256"), "sha256=")
	if !found {
		signature = firstText(h.Get("X-Forgejo-Signature"), h.Get("X-Gitea-Signature"))
	}
	got, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(got, want)
}

// escapeSequence matches a terminal's escape sequences (ECMA-48): colours and the
// like, titles and links, and pairs.
var escapeSequence = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z^-~])`)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// fit makes a text one that can be sent: without control characters and escape
// sequences, cut where it is too long.
func fit(text string) string {
	const more = "\n…"
	text = escapeSequence.ReplaceAllLiteralString(text, "")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(lineEnds.Replace(text), "\ufffd"))
	text = strings.TrimSpace(text)
	if len(text) <= plausch.MaxText {
		return text
	}
	end := plausch.MaxText - len(more)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}
