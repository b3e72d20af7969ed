package hook

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// parse returns the documents of a request: usually one, more if the sender
// collects them in a list or writes several one after the other.
func parse(h http.Header, body []byte) ([]object, error) {
	kind, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	body, decoded := decodeBOM(body)
	charset := params["charset"]
	if decoded {
		charset = ""
	}
	var doc string
	switch trimmed := bytes.TrimSpace(body); {
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['): // curl calls JSON a form, too, if it is not told otherwise
		doc = toUTF8(trimmed, charset)
	case kind == "application/x-www-form-urlencoded":
		return parseForm(readForm(string(trimmed)), charset)
	case kind == "multipart/form-data":
		form, err := readMultipart(body, params["boundary"])
		if err != nil {
			return nil, err
		}
		return parseForm(form, charset)
	case kind == "text/plain" && len(trimmed) > 0:
		return []object{{"text": toUTF8(trimmed, charset)}}, nil
	}
	return parseJSON(doc)
}

// decodeBOM takes a byte order mark off, and decodes UTF-16, whose zero bytes
// betray it without a mark. It reports whether the encoding is known by that.
func decodeBOM(body []byte) ([]byte, bool) {
	if rest, found := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); found {
		return rest, true
	}
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(body, []byte("\xfe\xff")), len(body) > 1 && body[0] == 0 && body[1] == '{':
		order = unicode.BigEndian
	case bytes.HasPrefix(body, []byte("\xff\xfe")), len(body) > 1 && body[0] == '{' && body[1] == 0:
	default:
		return body, false
	}
	text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(body)
	if err != nil {
		return body, false
	}
	return text, true
}

// toUTF8 decodes text of a named charset. Of other bytes that are not UTF-8 each
// run becomes U+FFFD.
func toUTF8(text []byte, charset string) string {
	if charset != "" {
		if encoding, err := htmlindex.Get(charset); err == nil {
			if decoded, err := encoding.NewDecoder().Bytes(text); err == nil {
				text = decoded
			}
		}
	}
	return strings.ToValidUTF8(string(text), "\ufffd")
}

// payloadFields are the fields of forms that have a whole document as JSON: those
// of Slack and of Discord.
var payloadFields = []string{"payload", "payload_json"}

// parseForm returns the document of a form: a payload, or the fields themselves.
func parseForm(form map[string]string, charset string) ([]object, error) {
	for _, name := range payloadFields {
		if payload := strings.TrimSpace(form[name]); payload != "" {
			return parseJSON(toUTF8([]byte(payload), charset))
		}
	}
	fields := object{}
	for name, value := range form {
		fields[toUTF8([]byte(name), charset)] = toUTF8([]byte(value), charset)
	}
	if !fields.understood() {
		return nil, ErrPayload
	}
	return []object{fields}, nil
}

// readForm reads a form more kindly than [url.ParseQuery]: a percent sign that
// escapes nothing stands for itself, and so does a semicolon. If what follows
// payload= is JSON that was not escaped, ampersands in it are its own.
func readForm(form string) map[string]string {
	for _, name := range payloadFields {
		payload, found := strings.CutPrefix(form, name+"=")
		if found && strings.HasPrefix(strings.TrimSpace(payload), "{") {
			return map[string]string{name: unescapeForm(payload)}
		}
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(form, "&") {
		name, value, found := strings.Cut(field, "=")
		if name = unescapeForm(name); found && fields[name] == "" {
			fields[name] = unescapeForm(value)
		}
	}
	return fields
}

// unescapeForm decodes + and %XX, and leaves every other percent sign.
func unescapeForm(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		b.WriteString(strings.ReplaceAll(before, "+", " "))
		if !found {
			return b.String()
		}
		if char, err := url.PathUnescape("%" + after[:min(2, len(after))]); err == nil {
			b.WriteString(char)
			text = after[2:]
		} else {
			b.WriteByte('%')
			text = after
		}
	}
}

// readMultipart reads the fields of a form with parts; files in it are skipped.
func readMultipart(body []byte, boundary string) (map[string]string, error) {
	fields := map[string]string{}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF), err != nil && len(fields) > 0:
			return fields, nil
		case err != nil:
			return nil, ErrPayload
		case part.FileName() != "":
			continue
		}
		value, _ := io.ReadAll(part) // a part that is cut off is better than none
		if name := part.FormName(); fields[name] == "" {
			fields[name] = string(value)
		}
	}
}

// parseJSON reads objects: one, several one after the other, or lists of them.
// What is no JSON is mended and read once more.
func parseJSON(doc string) ([]object, error) {
	docs, err := decodeAll(doc)
	if err != nil {
		docs, err = decodeAll(mend(doc))
	}
	if err != nil || len(docs) == 0 {
		return nil, ErrPayload
	}
	return docs, nil
}

// maxDocuments is how many documents of a request are read: many more than fit a
// message.
const maxDocuments = 1000

// decodeAll reads objects until the end of doc, or until there are maxDocuments.
func decodeAll(doc string) (docs []object, err error) {
	d := jsontext.NewDecoder(strings.NewReader(doc), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		var value any
		switch err := json.UnmarshalDecode(d, &value, json.WithUnmarshalers(keepNumbers)); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return nil, err
		}
		if docs = append(docs, objects(value)...); len(docs) >= maxDocuments {
			return docs[:maxDocuments], nil
		}
	}
}

// keepNumbers reads numbers as they were written: 1e400 has no float64, and an id
// of 19 digits loses its end in one.
var keepNumbers = json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	number, err := d.ReadValue()
	*v = string(number)
	return err
})
