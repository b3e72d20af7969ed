package core

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plausch"
	"plausch/internal/bus"
)

// GetPreferences returns what by has chosen for all its rooms and devices.
func (c *Core) GetPreferences(ctx context.Context, by plausch.Account) (plausch.Preferences, error) {
	return c.store.Preferences(ctx, by.ID)
}

// SetPreferences changes what by has chosen, and tells all its sessions. Keywords lose the
// white space around them, and those that stand twice.
func (c *Core) SetPreferences(ctx context.Context, by plausch.Account, change plausch.PreferenceChange) (plausch.Preferences, error) {
	var none plausch.Preferences
	if change == (plausch.PreferenceChange{}) {
		return none, plausch.Errorf(plausch.Invalid, "say what is to change: level, keywords, quiet or hide_text")
	}
	if err := checkLevel(change.Level); err != nil {
		return none, err
	}
	if change.Keywords != nil {
		words, err := cleanKeywords(*change.Keywords)
		if err != nil {
			return none, err
		}
		change.Keywords = &words
	}
	if err := checkQuiet(change.Quiet); err != nil {
		return none, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return none, err
	}
	c.preferring.Lock()
	defer c.preferring.Unlock()
	kept, err := c.store.SetPreferences(ctx, by.ID, change)
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalPreferences, Account: by.ID, Preferences: &kept})
	}
	return kept, err
}

// checkLevel reports why a level cannot be chosen; the empty one can.
func checkLevel(level *plausch.NotifyLevel) error {
	if level == nil || *level == "" || level.Known() {
		return nil
	}
	return plausch.Errorf(plausch.Invalid, "level is everything, mentions, nothing, or empty for the default, not %q", *level)
}

// cleanKeywords returns words without white space around them, each once in whatever
// case, or why they cannot be keywords.
func cleanKeywords(words []string) ([]string, error) {
	var clean []string
	for _, word := range words {
		word = strings.TrimSpace(word)
		switch {
		case word == "":
			return nil, plausch.Errorf(plausch.Invalid, "a keyword cannot be empty")
		case len(word) > plausch.MaxKeyword:
			return nil, plausch.Errorf(plausch.TooLarge, "a keyword has %d bytes; it can have %d", len(word), plausch.MaxKeyword)
		case !utf8.ValidString(word) || strings.ContainsFunc(word, unicode.IsControl):
			return nil, plausch.Errorf(plausch.Invalid, "a keyword is one line of text")
		}
		if !slices.ContainsFunc(clean, func(other string) bool { return strings.EqualFold(other, word) }) {
			clean = append(clean, word)
		}
	}
	if len(clean) > plausch.MaxKeywords {
		return nil, plausch.Errorf(plausch.TooLarge, "you can have %d keywords; there are %d", plausch.MaxKeywords, len(clean))
	}
	return clean, nil
}

func checkQuiet(q *plausch.QuietHours) error {
	const day = 24 * 60
	if q == nil {
		return nil
	}
	if q.From < 0 || q.From >= day || q.To < 0 || q.To >= day {
		return plausch.Errorf(plausch.Invalid, "quiet hours are minutes since midnight, from 0 to %d", day-1)
	}
	if _, err := time.LoadLocation(q.Zone); err != nil || q.Zone == "Local" || len(q.Zone) > maxZone {
		return plausch.Errorf(plausch.Invalid, "there is no time zone %.64q; name one such as Europe/Berlin", q.Zone)
	}
	return nil
}

// maxZone is longer than the name of any time zone, in bytes.
const maxZone = 64
