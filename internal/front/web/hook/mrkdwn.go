package hook

import "strings"

// maxBracketed is the longest sign of Slack that is looked for, in bytes.
const maxBracketed = 4 << 10

// plain returns a text in Slack's mrkdwn as one that people read: links and names
// stand in angle brackets, and three characters are escaped
// (https://docs.slack.dev/messaging/formatting-message-text). Other angle brackets
// belong to the text.
func plain(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<")
		b.WriteString(before)
		if !found {
			break
		}
		text = rest
		end := strings.IndexAny(rest[:min(len(rest), maxBracketed)], "<>\n")
		if end < 0 || rest[end] != '>' {
			b.WriteByte('<')
		} else if sign, ok := bracketed(rest[:end]); ok {
			b.WriteString(sign)
			text = rest[end+1:]
		} else {
			b.WriteByte('<')
		}
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())
}

// bracketed returns what stands for <inside>, and whether that is a sign of Slack.
func bracketed(inside string) (string, bool) {
	target, label, _ := strings.Cut(inside, "|")
	if len(target) < 2 {
		return "", false
	}
	rest := target[1:]
	switch target[0] {
	case '@': // <@U024BE7LH|bob>
		return "@" + firstText(strings.TrimLeft(label, "@"), rest), isID(rest, "UW") || (label != "" && isWord(rest))
	case '#': // <#C024BE7LR|general>
		return "#" + firstText(strings.TrimLeft(label, "#"), rest), isID(rest, "CGD") || (label != "" && isWord(rest))
	case '!':
		return special(rest, label)
	}
	address := strings.TrimPrefix(target, "mailto:")
	if !isLink(target) {
		return "", false
	}
	if label == "" || label == address || label == target {
		return address, true
	}
	return label + " (" + address + ")", true
}

// special returns what stands for <!name>: <!here>, <!subteam^S024|@team>,
// <!date^0^{date}|today>.
func special(name, label string) (string, bool) {
	switch {
	case name == "here", name == "channel", name == "everyone", name == "group":
		return firstText(label, "@"+name), true
	case strings.HasPrefix(name, "subteam^"):
		return firstText(label, "@"+strings.TrimPrefix(name, "subteam^")), true
	case strings.HasPrefix(name, "date^"):
		return firstText(label, name), true
	}
	return label, label != "" && isWord(name)
}

// isID reports whether text is an id of Slack that begins with one of the letters.
func isID(text, letters string) bool {
	return strings.IndexByte(letters, text[0]) >= 0 &&
		strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func isWord(text string) bool { return text != "" && !strings.ContainsAny(text, " \t\"=") }

// isLink reports whether target is an address with a scheme, such as https://x or
// mailto:x.
func isLink(target string) bool {
	scheme, rest, found := strings.Cut(target, ":")
	if !found || rest == "" || strings.ContainsAny(target, " \t\"") {
		return false
	}
	switch strings.ToLower(scheme) {
	case "mailto", "tel", "sip", "xmpp":
		return true
	}
	return strings.HasPrefix(rest, "//") && len(rest) > 2 && scheme != "" &&
		strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// firstText returns a, or b if a is empty.
func firstText(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
