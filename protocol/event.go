package protocol

import (
	"time"
	"unicode/utf8"

	"plausch"
)

//msgp:limit arrays:256 maps:64
//msgp:ignore HistoryGet

// Event is an entry of a room's log, as a push or in the result of history.
type Event struct {
	Room     int64    `json:"room" msg:"room"`
	Seq      int64    `json:"seq" msg:"seq"`
	Time     int64    `json:"time" msg:"time"` // milliseconds since 1970-01-01 UTC
	Kind     string   `json:"kind" msg:"kind"` // see plausch.EventKind; ignore unknown ones but count their seq
	From     Account  `json:"from" msg:"from"`
	Member   *Account `json:"member,omitempty" msg:"member,omitempty"`      // of joins, leaves and roles: whose membership
	Target   int64    `json:"target,omitzero" msg:"target,omitempty"`       // seq of the message that is changed or answered
	Text     string   `json:"text,omitzero" msg:"text,omitempty"`           // of reactions the emoji
	ClientID string   `json:"client_id,omitzero" msg:"client_id,omitempty"` // as the sender gave it
	// Attachments are the files of a message, which may have no text then.
	Attachments []Attachment `json:"attachments,omitempty" msg:"attachments,omitempty"`
	Details     *Details     `json:"details,omitempty" msg:"details,omitempty"`
}

// Details are what only some events have: see [plausch.Details].
type Details struct {
	Mentions     []int64     `json:"mentions,omitempty" msg:"mentions,omitempty"`          // ids of accounts, at most [plausch.MaxMentions]
	MentionsRoom bool        `json:"mentions_room,omitzero" msg:"mentions_room,omitempty"` // everybody in the room
	Scheme       string      `json:"scheme,omitzero" msg:"scheme,omitempty"`               // how Sealed is encrypted
	Sealed       string      `json:"sealed,omitzero" msg:"sealed,omitempty"`               // in the place of a text
	Role         string      `json:"role,omitzero" msg:"role,omitempty"`                   // of Member, in the room
	Room         *RoomChange `json:"room,omitempty" msg:"room,omitempty"`
}

// RoomChange is what an event of the kind room changes. What is absent stays.
type RoomChange struct {
	Topic       *string `json:"topic,omitzero" msg:"topic,omitempty"`
	Description *string `json:"description,omitzero" msg:"description,omitempty"`
	Picture     *string `json:"picture,omitzero" msg:"picture,omitempty"`
	Writers     *string `json:"writers,omitzero" msg:"writers,omitempty"`
	Retention   *int64  `json:"retention,omitzero" msg:"retention,omitempty"` // milliseconds
	Archived    *bool   `json:"archived,omitzero" msg:"archived,omitempty"`
}

// NewRoomChange returns c as it goes over the wire.
func NewRoomChange(c *plausch.RoomChange) *RoomChange {
	w := &RoomChange{Topic: c.Topic, Description: c.Description, Picture: c.Picture, Writers: (*string)(c.Writers), Archived: c.Archived}
	if c.Retention != nil {
		w.Retention = new(c.Retention.Milliseconds())
	}
	return w
}

// RoomChange returns what w says.
func (w *RoomChange) RoomChange() *plausch.RoomChange {
	c := &plausch.RoomChange{Topic: w.Topic, Description: w.Description, Picture: w.Picture, Writers: (*plausch.Writers)(w.Writers), Archived: w.Archived}
	if w.Retention != nil {
		c.Retention = new(time.Duration(*w.Retention) * time.Millisecond)
	}
	return c
}

// NewEvent returns e as it goes over the wire.
func NewEvent(e *plausch.Event) Event {
	w := Event{
		Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli(), Kind: string(e.Kind),
		From: NewAccount(e.Actor), Target: e.Target, Text: e.Text, ClientID: e.ClientID, Attachments: newAttachments(e.Attachments),
	}
	if e.Member.ID != 0 {
		m := NewAccount(e.Member)
		w.Member = &m
	}
	w.Details = NewDetails(e.Details)
	return w
}

// NewDetails returns d as it goes over the wire.
func NewDetails(d *plausch.Details) *Details {
	if d == nil {
		return nil
	}
	w := &Details{Mentions: ids[int64](d.Mentions), MentionsRoom: d.MentionsRoom, Scheme: d.Scheme, Sealed: d.Sealed, Role: string(d.Role)}
	if d.Room != nil {
		w.Room = NewRoomChange(d.Room)
	}
	return w
}

// Details returns what w says.
func (w *Details) Details() *plausch.Details {
	if w == nil {
		return nil
	}
	d := &plausch.Details{
		Mentions: ids[plausch.AccountID](w.Mentions), MentionsRoom: w.MentionsRoom, Scheme: w.Scheme, Sealed: w.Sealed, Role: plausch.RoomRole(w.Role),
	}
	if w.Room != nil {
		d.Room = w.Room.RoomChange()
	}
	return d
}

// ids converts ids of accounts.
func ids[To, From ~int64](all []From) []To {
	if all == nil {
		return nil
	}
	out := make([]To, len(all))
	for i, id := range all {
		out[i] = To(id)
	}
	return out
}

// Event returns what w says.
func (w *Event) Event() plausch.Event {
	e := plausch.Event{
		Room: plausch.RoomID(w.Room), Seq: w.Seq, Time: time.UnixMilli(w.Time), Kind: plausch.EventKind(w.Kind),
		Actor: w.From.Ref(), Target: w.Target, Text: w.Text, ClientID: w.ClientID, Attachments: attachments(w.Attachments),
	}
	if w.Member != nil {
		e.Member = w.Member.Ref()
	}
	e.Details = w.Details.Details()
	return e
}

// EventSize is at least the size of e in a page, in either codec, and little more.
func EventSize(e *plausch.Event) int {
	const keysAndNumbers = 280
	return quotedSize(e.Text) + quotedSize(e.ClientID) + accountSize(e.Actor) + accountSize(e.Member) +
		attachmentsSize(e.Attachments) + detailsSize(e.Details) + keysAndNumbers
}

func detailsSize(d *plausch.Details) int {
	if d == nil {
		return 0
	}
	const keys, number = 128, 20
	size := keys + number*len(d.Mentions) + len(d.Scheme) + quotedSize(d.Sealed) + len(d.Role)
	if c := d.Room; c != nil {
		const changeKeys = 192
		size += changeKeys
		for _, s := range []*string{c.Topic, c.Description, c.Picture, (*string)(c.Writers)} {
			if s != nil {
				size += quotedSize(*s)
			}
		}
	}
	return size
}

// accountSize is the size of a's names with what stands around the display.
func accountSize(a plausch.AccountRef) int {
	const displayKey = len(`"display":"",`)
	return quotedSize(a.Name) + quotedSize(a.Display) + displayKey
}

// quotedSize is the size of s between the quotes of a JSON string. In msgpack it
// has at most as many bytes: nothing is escaped, and what is not UTF-8 becomes
// U+FFFD in both.
func quotedSize(s string) int {
	size := len(s)
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				size += len("\ufffd") - 1
			}
			i += n - 1
		case b == '"', b == '\\', b == '\n', b == '\t', b == '\r', b == '\b', b == '\f':
			size++
		case b < ' ':
			size += len(`\u0000`) - 1
		}
	}
	return size
}

// HistoryGet is the params of history. After and Before bound the seqs, both
// exclusive. With After the oldest events above it come, 0 for those from the
// first on; without it the newest below Before, 0 for no bound.
type HistoryGet struct {
	Room   int64  `json:"room"`
	After  *int64 `json:"after,omitzero"`
	Before int64  `json:"before,omitzero"`
	Limit  int    `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// History is the result of history, ascending by seq. It is also cut where the
// frame would be too large.
type History struct {
	Events []Event `json:"events,omitempty" msg:"events,omitempty"`
	More   bool    `json:"more,omitzero" msg:"more,omitempty"` // there are more in the direction asked
}
