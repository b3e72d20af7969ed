package hook

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// message is what Slack's incoming webhooks take, as far as it has text:
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
// https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments,
// https://docs.slack.dev/reference/block-kit/blocks.
type message struct {
	Text        scalar       `json:"text"`
	Attachments []attachment `json:"attachments"`
	Blocks      []block      `json:"blocks"`
}

type attachment struct {
	Pretext   scalar  `json:"pretext"`
	Author    scalar  `json:"author_name"`
	Title     scalar  `json:"title"`
	TitleLink scalar  `json:"title_link"`
	Text      scalar  `json:"text"`
	Fields    []field `json:"fields"`
	Blocks    []block `json:"blocks"`
	Fallback  scalar  `json:"fallback"`
}

type field struct {
	Title scalar `json:"title"`
	Value scalar `json:"value"`
}

type block struct {
	Type     string   `json:"type"`
	Text     object   `json:"text"`
	Fields   []object `json:"fields"`
	Elements []object `json:"elements"` // of a context: texts and pictures; of actions: buttons
}

// object is a text object, or an element that has one.
type object struct {
	Type string         `json:"type"`
	Text jsontext.Value `json:"text"` // a string, or in a button an object again
	URL  string         `json:"url"`
}

// scalar is a string, or a number or boolean of a sender that forgot the quotes.
type scalar string

// UnmarshalJSON reads the value as text, and anything with parts as nothing.
func (s *scalar) UnmarshalJSON(b []byte) error {
	switch value := jsontext.Value(b); value.Kind() {
	case '"':
		text, err := jsontext.AppendUnquote(nil, b)
		*s = scalar(text)
		return err
	case '0', 't', 'f':
		*s = scalar(b)
	}
	return nil
}

// slack returns the text of a message for Slack.
func slack(doc []byte) (string, error) {
	var m message
	if err := read(doc, &m); err != nil {
		return "", err
	}
	var l lines
	l.addBlocks(m.Blocks)
	if len(l.all) == 0 { // with blocks, the text is for notifications only
		l.add(plain(m.Text))
	}
	for _, a := range m.Attachments {
		l.addAttachment(a)
	}
	return l.String(), nil
}

func (l *lines) addAttachment(a attachment) {
	before := len(l.all)
	l.add(plain(a.Pretext))
	l.add(plain(a.Author))
	l.add(titled(plain(a.Title), string(a.TitleLink)))
	l.add(plain(a.Text))
	for _, f := range a.Fields {
		title, value := plain(f.Title), plain(f.Value)
		if title != "" && value != "" {
			title += ": "
		}
		l.add(title + value)
	}
	l.addBlocks(a.Blocks)
	if len(l.all) == before {
		l.add(plain(a.Fallback))
	}
}

// titled puts a link behind a title.
func titled(title, link string) string {
	if link == "" || link == title {
		return title
	}
	return strings.TrimSpace(title + " " + link)
}

func (l *lines) addBlocks(blocks []block) {
	for _, b := range blocks {
		l.add(b.Text.plain())
		for _, f := range b.Fields {
			l.add(f.plain())
		}
		var row []string
		for _, e := range b.Elements {
			if text := e.plain(); text != "" {
				row = append(row, text)
			}
		}
		l.add(strings.Join(row, " "))
		if b.Type == "divider" && len(l.all) > 0 {
			l.all = append(l.all, "—")
		}
	}
	for len(l.all) > 0 && l.all[len(l.all)-1] == "—" { // at the end it divides nothing
		l.all = l.all[:len(l.all)-1]
	}
}

// plain returns the text of an object, with the address of a button.
func (o object) plain() string {
	switch o.Text.Kind() {
	case '"':
		text, _ := jsontext.AppendUnquote(nil, o.Text) // it was read already
		if o.Type == "plain_text" {
			return string(text)
		}
		return titled(plain(scalar(text)), o.URL)
	case '{':
		var inner object
		if read(o.Text, &inner) != nil || inner.Text.Kind() != '"' {
			return ""
		}
		return titled(inner.plain(), o.URL)
	}
	return ""
}

// plain returns a text in Slack's mrkdwn as one that people read: what stands in
// angle brackets is a link or names somebody, and three characters are escaped
// (https://docs.slack.dev/messaging/formatting-message-text).
func plain(s scalar) string {
	text := string(s)
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<")
		b.WriteString(before)
		inside, after, closed := strings.Cut(rest, ">")
		if !found || !closed || strings.Contains(inside, "\n") {
			if found {
				b.WriteString("<" + rest)
			}
			break
		}
		b.WriteString(bracketed(inside))
		text = after
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())
}

// bracketed returns what stands for <inside>.
func bracketed(inside string) string {
	target, label, labelled := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"): // <@U024|bob>, <#C024|general>
		if labelled {
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return target
	case strings.HasPrefix(target, "!"): // <!here>, <!subteam^S024|@team>, <!date^0^{date}|today>
		if labelled {
			return label
		}
		return "@" + strings.TrimPrefix(target, "!")
	}
	address := strings.TrimPrefix(target, "mailto:")
	if !labelled || label == "" || label == address || label == target {
		return address
	}
	return label + " (" + address + ")"
}
