package linechat

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client/timeline"
)

// mentionOf returns what finds the names of an account in texts, as words of their own
// and in any case, with an @ or without.
func mentionOf(me plausch.AccountRef) *regexp.Regexp {
	var all []string
	for _, name := range []string{me.Display, me.Name} { // the longer one first, if one begins with the other
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, regexp.QuoteMeta(name))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	if all == nil {
		return nil
	}
	const letter = `\p{L}\p{M}\p{N}_`
	return regexp.MustCompile(`(?i)(?:^|[^@/` + letter + `])(@?(?:` + strings.Join(all, "|") + `))(?:$|[^` + letter + `])`)
}

// rings reports whether a message is for the user in particular: in a direct room, since
// it names them, as the server says, or since they want to hear everything. What they
// have muted, and who is blocked, does not ring.
func (c *chat) rings(r *timeline.Room, m *timeline.Message) bool {
	s := c.timeline()
	all := r.Preference.Level == plausch.NotifyEverything || s.Preferences().Level == plausch.NotifyEverything
	return s.Notifies(time.Now(), r, m) && (all || r.Kind == plausch.RoomDirect || m.Mention)
}

// highlight shows the user's own names in a text.
func (r *renderer) highlight(text string) string {
	if r.mention == nil || !r.colour {
		return text
	}
	var b strings.Builder
	for {
		found := r.mention.FindStringSubmatchIndex(text)
		if found == nil {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:found[2]])
		b.WriteString(r.styled(styleMention, text[found[2]:found[3]]))
		text = text[found[3]:]
	}
}
