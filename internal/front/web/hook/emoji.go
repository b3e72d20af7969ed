package hook

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kyokomi/emoji/v2"
)

var (
	shortcode = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	emojis    = emoji.CodeMap()
	// moreEmojis are names of Slack that the library does not have.
	moreEmojis = map[string]string{
		":large_green_circle:": "🟢", ":large_yellow_circle:": "🟡", ":large_orange_circle:": "🟠", ":large_red_circle:": "🔴",
		":large_purple_circle:": "🟣", ":large_brown_circle:": "🟤", ":simple_smile:": "🙂", ":alert:": "🚨",
	}
)

// emojify replaces shortcodes such as :fire:. One that touches a word is none: so
// the numbers in "main.go:100:5" stay.
func emojify(text string) string {
	var b strings.Builder
	end := 0 // of what has been written
	for at := 0; at < len(text); {
		found := shortcode.FindStringIndex(text[at:])
		if found == nil {
			break
		}
		from, to := at+found[0], at+found[1]
		sign := emojiOf(text[from:to])
		before, _ := utf8.DecodeLastRuneInString(text[end:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		if sign == "" || inWord(before) || (before == ':' && end != from) || unicode.IsLetter(after) || unicode.IsDigit(after) || after == '/' {
			at = to - 1 // its last colon may begin the next one
			continue
		}
		b.WriteString(text[end:from])
		b.WriteString(sign)
		at, end = to, to
	}
	b.WriteString(text[end:])
	return b.String()
}

// emojiOf returns the emoji of a shortcode, empty if there is none.
func emojiOf(code string) string { return strings.TrimSpace(firstText(moreEmojis[code], emojis[code])) }

func inWord(r rune) bool {
	return r == '/' || r == '_' || (r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)))
}
