package plausch_test

import (
	"strings"
	"testing"

	"plausch"
)

func TestCheckEmoji(t *testing.T) {
	for _, emoji := range []string{"👍", "❤️", "👍🏽", "👩‍👩‍👧", "🇦🇹", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "#️⃣", "©", "®️", "™", "↔️", "‼️", "ℹ️", "〰️", "㊗️", "⭐", "☑", "➕", "✔️", "🫠", "♻"} {
		if err := plausch.CheckEmoji(emoji); err != nil {
			t.Errorf("%q: %v", emoji, err)
		}
	}
	for _, text := range []string{"", "a", "1", "ok", ":+1:", " 👍", "👍 ", "👍\n", "👍you", "<b>", "+", "=", "\u200d", "\x1b[31m", "\xff", "\u202e👍", "é", "部"} {
		if plausch.CodeOf(plausch.CheckEmoji(text)) != plausch.Invalid {
			t.Errorf("%q is taken for an emoji", text)
		}
	}
	if plausch.CodeOf(plausch.CheckEmoji(strings.Repeat("👍", 9))) != plausch.TooLarge {
		t.Error("36 bytes are not too many")
	}
}
