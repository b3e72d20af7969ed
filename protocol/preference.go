package protocol

import "plausch"

// Preferences are what the caller has chosen for all rooms and devices: the result of
// preference.get and preference.set, and the push that tells them to all sessions of the
// account.
type Preferences struct {
	Level    string      `json:"level,omitzero"`    // everything, mentions or nothing; absent: by the kind of the room
	Keywords []string    `json:"keywords,omitzero"` // that count as mentions
	Quiet    *QuietHours `json:"quiet,omitzero"`
	HideText bool        `json:"hide_text,omitzero"` // notifications say only who wrote
}

// QuietHours are a time of each day without notifications, in minutes since midnight.
type QuietHours struct {
	From int    `json:"from"`
	To   int    `json:"to"`            // not in it any more
	Zone string `json:"zone,omitzero"` // IANA name; absent: UTC
}

// PreferenceSet is the params of preference.set: what is absent stays as it is.
type PreferenceSet struct {
	Level    *string     `json:"level,omitzero"` // empty: by the kind of the room
	Keywords *[]string   `json:"keywords,omitzero"`
	Quiet    *QuietHours `json:"quiet,omitzero"` // from and to the same: none
	HideText *bool       `json:"hide_text,omitzero"`
}

// NewPreferences returns p as it goes over the wire.
func NewPreferences(p plausch.Preferences) Preferences {
	w := Preferences{Level: string(p.Level), HideText: p.HideText}
	if len(p.Keywords) > 0 {
		w.Keywords = p.Keywords
	}
	if p.Quiet != (plausch.QuietHours{}) {
		w.Quiet = (*QuietHours)(&p.Quiet)
	}
	return w
}

// Preferences returns what w says.
func (w *Preferences) Preferences() plausch.Preferences {
	p := plausch.Preferences{Level: plausch.NotifyLevel(w.Level), Keywords: w.Keywords, HideText: w.HideText}
	if w.Quiet != nil {
		p.Quiet = plausch.QuietHours(*w.Quiet)
	}
	return p
}

// NewPreferenceSet returns c as params.
func NewPreferenceSet(c plausch.PreferenceChange) PreferenceSet {
	return PreferenceSet{Level: (*string)(c.Level), Keywords: c.Keywords, Quiet: (*QuietHours)(c.Quiet), HideText: c.HideText}
}

// Change returns what w is to change.
func (w *PreferenceSet) Change() plausch.PreferenceChange {
	return plausch.PreferenceChange{Level: (*plausch.NotifyLevel)(w.Level), Keywords: w.Keywords, Quiet: (*plausch.QuietHours)(w.Quiet), HideText: w.HideText}
}
