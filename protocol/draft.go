package protocol

import "plausch"

// DraftSet is the params of draft.set.
type DraftSet struct {
	Room   int64  `json:"room"`
	Text   string `json:"text,omitzero"`   // absent: there is no draft any more
	Target int64  `json:"target,omitzero"` // the message that it answers
	Source string `json:"source,omitzero"` // by which a device knows its own drafts again
}

// DraftKept is the result of draft.set.
type DraftKept struct {
	Room int64 `json:"room"`
	Edit int64 `json:"edit"`
}

// Draft is what the caller has begun to write in a room. It is a push, too, to all
// sessions of the account.
type Draft struct {
	Room   int64  `json:"room"`
	Edit   int64  `json:"edit"` // the higher one of a room is the newer one
	Text   string `json:"text,omitzero"`
	Target int64  `json:"target,omitzero"`
	Source string `json:"source,omitzero"` // of pushes
}

// DraftList is the params of draft.list.
type DraftList struct {
	After int64 `json:"after,omitzero"` // the room of the last draft of the page before
	Limit int   `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Drafts is the result of draft.list, by room.
type Drafts struct {
	Drafts []Draft `json:"drafts,omitempty"`
	More   bool    `json:"more,omitzero"`
}

// NewDraft returns d as it goes over the wire.
func NewDraft(d plausch.Draft) Draft {
	return Draft{Room: int64(d.Room), Edit: d.Edit, Text: d.Text, Target: d.Target, Source: d.Source}
}

// Draft returns what w says.
func (w *Draft) Draft() plausch.Draft {
	return plausch.Draft{Room: plausch.RoomID(w.Room), Edit: w.Edit, Text: w.Text, Target: w.Target, Source: w.Source}
}

// DraftSize returns the most bytes that d takes in a result, in either codec.
func DraftSize(d plausch.Draft) int {
	const keysAndNumbers = 128
	return keysAndNumbers + quotedSize(d.Text)
}
