package hook

import (
	"slices"
	"strconv"
	"strings"
)

// divider is the line of a block that divides others.
const divider = "—"

// knownBlocks are the kinds of blocks that are understood, even if they say nothing.
var knownBlocks = []string{"actions", "context", "divider", "header", "image", "markdown", "rich_text", "section", "table", "video"}

// addBlocks adds the texts of Slack's blocks
// (https://docs.slack.dev/reference/block-kit/blocks). It reports whether all of
// them were understood.
func (l *lines) addBlocks(blocks []object) bool {
	var told lines
	all := true
	for _, b := range blocks {
		before := len(told.all)
		told.addBlock(b)
		if len(told.all) == before && !slices.Contains(knownBlocks, b.text("type")) {
			all = false
		}
	}
	for len(told.all) > 0 && told.all[len(told.all)-1] == divider { // at the end it divides nothing
		told.all = told.all[:len(told.all)-1]
	}
	l.all = append(l.all, told.all...)
	return all
}

func (l *lines) addBlock(b object) {
	switch b.text("type") {
	case "divider":
		if len(l.all) > 0 {
			l.all = append(l.all, divider)
		}
	case "markdown": // not Slack's mrkdwn: nothing is escaped in it
		l.add(b.text("text"))
	case "rich_text":
		l.add(richText(b, 0))
	case "table":
		l.addTable(b)
	case "image", "video":
		title := firstText(textOf(b["title"]), b.text("alt_text"))
		if title != "" {
			l.add(titled(title, b.text("image_url", "title_url", "video_url")))
		}
		l.add(textOf(b["description"]))
	default: // header, section, context, actions, and what is not known yet
		l.add(textOf(b["title"]))
		l.add(textOf(b["text"]))
		for _, f := range list(b["fields"]) {
			l.add(textOf(f))
		}
		var row []string
		for _, e := range append(list(b["elements"]), b["accessory"]) {
			if text := elementText(e); text != "" {
				row = append(row, text)
			}
		}
		l.add(strings.Join(row, " "))
		l.add(textOf(b["label"]))
	}
}

// list returns a list, or another value as a list of one.
func list(value any) []any {
	switch value := value.(type) {
	case []any:
		return slices.Clone(value)
	case nil:
		return nil
	default:
		return []any{value}
	}
}

// textOf returns the text of a text object, with the address of a button, or of
// what stands in its place.
func textOf(value any) string {
	for range maxDepth {
		inner, ok := value.(map[string]any)
		if !ok {
			return plain(scalar(value))
		}
		o := object(inner)
		switch {
		case strings.HasPrefix(o.text("type"), "rich_text"):
			return richText(o, 0)
		case o.text("type") == "plain_text", o.text("type") == "raw_text":
			return o.text("text")
		case o.text("url") != "":
			return titled(textOf(o["text"]), o.text("url"))
		}
		value = o["text"]
	}
	return ""
}

// elementText returns the text of an element of a block: a text, a button, a
// menu's links.
func elementText(value any) string {
	text := textOf(value)
	o, _ := value.(map[string]any)
	var row []string
	for _, option := range object(o).objects("options") {
		if option.text("url") != "" {
			row = append(row, textOf(map[string]any(option)))
		}
	}
	return strings.TrimSpace(text + " " + strings.Join(row, " "))
}

// addTable adds the rows of a table, a line each.
func (l *lines) addTable(b object) {
	for _, row := range list(b["rows"]) {
		var cells []string
		for _, cell := range list(row) {
			cells = append(cells, strings.TrimSpace(textOf(cell)))
		}
		if strings.Join(cells, "") != "" {
			l.add(strings.Join(cells, " | "))
		}
	}
}

// addAttachment adds one of Slack's old attachments
// (https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments).
func (l *lines) addAttachment(a object) {
	before := len(l.all)
	l.add(plain(a.text("pretext")))
	l.add(titled(plain(a.text("author_name")), a.text("author_link")))
	l.add(titled(plain(a.text("title")), a.text("title_link")))
	l.add(plain(a.text("text")))
	l.addFields(a.objects("fields"), plain)
	l.addBlocks(a.objects("blocks"))
	if len(l.all) == before {
		l.addCard(a.object("content"))
	}
	if len(l.all) == before {
		l.add(plain(a.text("fallback")))
	}
	l.addActions(a.objects("actions"))
	if len(l.all) == before {
		l.add(a.text("image_url"))
	}
}

// addFields adds pairs of a title and a value.
func (l *lines) addFields(fields []object, read func(string) string) {
	for _, f := range fields {
		l.add(labelled(read(f.text("title", "name", "key", "short")), read(f.text("value"))))
	}
}

// addActions adds the buttons that lead somewhere, in one line.
func (l *lines) addActions(actions []object) {
	var row []string
	for _, a := range actions {
		if link := a.text("url"); link != "" {
			row = append(row, titled(firstText(textOf(a["text"]), plain(a.text("title", "name"))), link))
		}
	}
	l.add(strings.Join(row, " "))
}

// richText returns the text of a rich text block or element
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).
func richText(o object, depth int) string {
	if depth == maxDepth {
		return ""
	}
	kind := o.text("type")
	switch kind {
	case "text", "raw_text", "plain_text":
		return o.text("text")
	case "mrkdwn":
		return plain(o.text("text"))
	case "link":
		if text := o.text("text"); text != "" && text != o.text("url") {
			return text + " (" + o.text("url") + ")"
		}
		return o.text("url")
	case "emoji":
		return emojiText(o)
	case "user", "usergroup":
		return "@" + o.text("name", "user_id", "usergroup_id")
	case "channel":
		return "#" + o.text("name", "channel_id")
	case "broadcast":
		return "@" + o.text("range")
	case "date":
		return o.text("fallback", "timestamp")
	case "color":
		return o.text("value")
	}
	items := o.objects("elements")
	if len(items) == 0 {
		return o.text("text", "fallback", "url")
	}
	block := kind == "rich_text" || kind == "rich_text_list"
	var b strings.Builder
	for i, item := range items {
		text := richText(item, depth+1)
		if block {
			text = strings.Trim(text, "\n")
			if i > 0 {
				b.WriteByte('\n')
			}
		}
		if kind == "rich_text_list" {
			b.WriteString(bullet(o, i))
		}
		b.WriteString(text)
	}
	return b.String()
}

func bullet(list object, i int) string {
	indent, _ := strconv.Atoi(list.text("indent"))
	mark := "• "
	if list.text("style") == "ordered" {
		first, _ := strconv.Atoi(list.text("offset"))
		mark = strconv.Itoa(first+i+1) + ". "
	}
	return strings.Repeat("  ", max(0, min(indent, 8))) + mark
}

// emojiText returns an emoji by its code points, such as 1f525-fe0f, or its name.
func emojiText(o object) string {
	var sign []rune
	for code := range strings.SplitSeq(o.text("unicode"), "-") {
		r, err := strconv.ParseUint(code, 16, 21)
		if err != nil {
			name := ":" + o.text("name") + ":"
			return firstText(emojiOf(name), name)
		}
		sign = append(sign, rune(r))
	}
	return string(sign)
}
