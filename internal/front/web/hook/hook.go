// Package hook reads what programs post to a webhook, and makes of it the text of
// a message: what is written for Slack's incoming webhooks, and the events of
// GitHub. It is pure: it neither knows rooms nor sends anything.
//
// The formats are others' and grow without asking, so what is not known is
// skipped, and only what cannot be read at all is an error.
package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"plausch"
)

var (
	// ErrPayload is returned for what cannot be read.
	ErrPayload = errors.New("invalid_payload")
	// ErrNoText is returned for what can be read, and says nothing.
	ErrNoText = errors.New("no_text")
)

// Text returns the text of the message that a request makes, or ErrPayload or
// ErrNoText. It fits a message.
func Text(h http.Header, body []byte) (string, error) {
	doc, err := payload(h, body)
	if err != nil {
		return "", err
	}
	var text string
	if event := h.Get("X-GitHub-Event"); event != "" {
		text, err = github(event, doc)
	} else {
		text, err = slack(doc)
	}
	if err != nil {
		return "", err
	}
	if text = fit(text); text == "" {
		return "", ErrNoText
	}
	return text, nil
}

// payload returns the JSON of a request: its body, or the field payload of a form.
// curl calls JSON a form, too, if it is not told otherwise.
func payload(h http.Header, body []byte) ([]byte, error) {
	doc := strings.TrimSpace(string(body))
	if strings.HasPrefix(h.Get("Content-Type"), "application/x-www-form-urlencoded") && !strings.HasPrefix(doc, "{") {
		form, err := url.ParseQuery(doc)
		if err != nil {
			return nil, ErrPayload
		}
		doc = form.Get("payload")
	}
	if !strings.HasPrefix(doc, "{") {
		return nil, ErrPayload
	}
	return []byte(doc), nil
}

// read reads a document as kindly as can be.
func read(doc []byte, v any) error {
	if err := json.Unmarshal(doc, v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return ErrPayload
	}
	return nil
}

// Signed reports whether the body was signed with the secret, as GitHub does it:
// its HMAC-SHA256 in hexadecimal in X-Hub-Signature-256.
func Signed(h http.Header, body []byte, secret string) bool {
	signature, found := strings.CutPrefix(h.Get("X-Hub-Signature-256"), "sha256=")
	got, err := hex.DecodeString(signature)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return found && err == nil && hmac.Equal(got, mac.Sum(nil))
}

// fit makes a text one that can be sent: without control characters, cut where it
// is too long.
func fit(text string) string {
	const more = "\n…"
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\ufffd"))
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

// lines collects the lines of a message.
type lines struct{ all []string }

// add adds a text, unless it is empty or stands there already: many senders put
// the same words where old programs look and where new ones do.
func (l *lines) add(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	for _, had := range l.all {
		if had == text || strings.HasPrefix(had, text+"\n") {
			return
		}
	}
	l.all = append(l.all, text)
}

func (l *lines) String() string { return strings.Join(l.all, "\n") }
