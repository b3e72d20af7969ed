package core

import (
	"bytes"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"plausch"
	"plausch/internal/store"
)

// checkRoomChange reports why the settings of a room cannot be so, and takes white
// space off the ends of its texts.
func checkRoomChange(id plausch.RoomID, change *plausch.RoomChange) error {
	if change.Empty() {
		return plausch.Errorf(plausch.Invalid, "say what is to change: topic, description, picture, writers, retention or archived")
	}
	if change.Topic != nil {
		change.Topic = new(strings.TrimSpace(*change.Topic))
		if err := checkRoomText("topic", *change.Topic, plausch.MaxTopic); err != nil {
			return err
		}
		if strings.ContainsFunc(*change.Topic, isBreak) {
			return plausch.Errorf(plausch.Invalid, "a topic is one line; put the rest into the description")
		}
	}
	if change.Description != nil {
		change.Description = new(strings.TrimSpace(*change.Description))
		if err := checkRoomText("description", *change.Description, plausch.MaxDescription); err != nil {
			return err
		}
	}
	if w := change.Writers; w != nil && *w != plausch.WritersMembers && *w != plausch.WritersAdmins {
		return plausch.Errorf(plausch.Invalid, "writers are members or admins, not %q", *w)
	}
	if r := change.Retention; r != nil && (*r < 0 || *r > plausch.MaxRetention || *r%plausch.Day != 0) {
		return plausch.Errorf(plausch.Invalid, "a retention is in whole days, from 1 to %d, or 0 to keep all", plausch.MaxRetention/plausch.Day)
	}
	if id == plausch.PublicRoom && change.Archived != nil && *change.Archived {
		return plausch.Errorf(plausch.Forbidden, "everyone is in %q; it cannot be archived", plausch.PublicRoomName)
	}
	return nil
}

func checkRoomText(what, text string, most int) error {
	switch {
	case len(text) > most:
		return plausch.Errorf(plausch.TooLarge, "the %s has %d bytes; it can have %d", what, len(text), most)
	case !utf8.ValidString(text):
		return plausch.Errorf(plausch.Invalid, "the %s is not UTF-8", what)
	case strings.ContainsRune(text, 0):
		return plausch.Errorf(plausch.Invalid, "the %s contains a zero byte", what)
	}
	return nil
}

// isBreak reports whether r begins another line, or is another control character.
func isBreak(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// keepPicture keeps the square picture that is made of a file.
func (c *Core) keepPicture(ctx context.Context, by plausch.Account, id string) (store.ContentHash, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return store.ContentHash{}, err
	}
	picture, err := c.scaleAvatar(ctx, by, id)
	if err != nil {
		return store.ContentHash{}, err
	}
	kept, _, err := c.opts.Blobs.Put(ctx, bytes.NewReader(picture), maxAvatarBytes)
	return store.ContentHash(kept), err
}
