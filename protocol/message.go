package protocol

import "plausch"

//msgp:limit arrays:256 maps:64
//msgp:ignore MessageEdit MessageRef MessageReact MessagesGet MessageVersionsGet MessageVersion MessageVersions

// MessageSend is the params of message.send: to a room by id or, if Room is 0,
// to the account named To, in the direct room that the first message makes.
type MessageSend struct {
	Room int64  `json:"room,omitzero" msg:"room,omitempty"`
	To   string `json:"to,omitzero" msg:"to,omitempty"`
	Text string `json:"text" msg:"text"` // may be empty if there are attachments
	// ClientID makes the send repeatable: the second send with the same id by
	// the same account changes nothing and gets the first one's result. See
	// [plausch.CheckClientID] for what it may be.
	ClientID string `json:"client_id,omitzero" msg:"client_id,omitempty"`
	// Attachments are the ids of files that the sender has uploaded and not sent
	// yet, at most [plausch.MaxAttachments].
	Attachments []string `json:"attachments,omitempty" msg:"attachments,omitempty"`
	// Target is the seq of the message in Room that this one answers.
	Target int64 `json:"target,omitzero" msg:"target,omitempty"`
	// Details are whom the message names, to which the server adds those that it finds
	// in Text (to name everybody in the room one must run it), and a sealed body in
	// the place of Text.
	Details *Details `json:"details,omitempty" msg:"details,omitempty"`
}

// MessageEdit is the params of message.edit: the message Seq of Room gets another
// text, mentions, or sealed body. ClientID is as of [MessageSend].
type MessageEdit struct {
	Room     int64    `json:"room"`
	Seq      int64    `json:"seq"`
	Text     string   `json:"text,omitzero"`
	ClientID string   `json:"client_id,omitzero"`
	Details  *Details `json:"details,omitempty"`
}

// MessageRef is the params of message.delete, message.pin, message.unpin, message.hide,
// message.unhide, message.save and message.unsave.
type MessageRef struct {
	Room int64 `json:"room"`
	Seq  int64 `json:"seq"`
}

// MessageReact is the params of message.react and message.unreact.
type MessageReact struct {
	Room  int64  `json:"room"`
	Seq   int64  `json:"seq"`
	Emoji string `json:"emoji"` // see [plausch.CheckEmoji]
}

// MessageVersionsGet is the params of message.versions: what the message Seq of Room has
// said, the newest first.
type MessageVersionsGet struct {
	Room   int64 `json:"room"`
	Seq    int64 `json:"seq"`
	Before int64 `json:"before,omitzero"` // seq of the last version of the page before
	Limit  int   `json:"limit,omitzero"`
}

// MessageVersion is what a message has said for a while: since the event Seq, which is the
// message itself or an edit.
type MessageVersion struct {
	Seq     int64    `json:"seq"`
	Time    int64    `json:"time"` // milliseconds since 1970-01-01 UTC
	Text    string   `json:"text,omitzero"`
	Details *Details `json:"details,omitempty"`
}

// MessageVersions is the result of message.versions.
type MessageVersions struct {
	Versions []MessageVersion `json:"versions,omitempty"`
	More     bool             `json:"more,omitzero"`
}

// NewMessageVersion returns a message or an edit as it goes over the wire.
func NewMessageVersion(e *plausch.Event) MessageVersion {
	w := NewEvent(e)
	return MessageVersion{Seq: w.Seq, Time: w.Time, Text: w.Text, Details: w.Details}
}

// MessagesGet is the params of messages: at most Limit messages of Room, the newest
// below Before, the oldest above After, or those around the seq Around or the first
// of a time, Date. At most one of them is given; without any the newest come.
type MessagesGet struct {
	Room   int64  `json:"room"`
	Before int64  `json:"before,omitzero"`
	After  *int64 `json:"after,omitzero"`
	Around int64  `json:"around,omitzero"`
	Date   int64  `json:"date,omitzero"`  // milliseconds since 1970-01-01 UTC
	Limit  int    `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Messages is the result of messages, ascending by seq, in one state of the room.
type Messages struct {
	Messages []Message `json:"messages,omitempty" msg:"messages,omitempty"`
	AsOf     int64     `json:"as_of" msg:"as_of"`                    // the seq up to which all is in it
	First    int64     `json:"first" msg:"first"`                    // of the oldest event that is kept
	Older    bool      `json:"older,omitzero" msg:"older,omitempty"` // there are older messages
	Newer    bool      `json:"newer,omitzero" msg:"newer,omitempty"` // there are newer ones
}

// Message is a message as it is now.
type Message struct {
	Seq         int64        `json:"seq" msg:"seq"`
	Time        int64        `json:"time" msg:"time"` // milliseconds since 1970-01-01 UTC
	From        Account      `json:"from" msg:"from"`
	Text        string       `json:"text,omitzero" msg:"text,omitempty"`
	ClientID    string       `json:"client_id,omitzero" msg:"client_id,omitempty"`
	Target      int64        `json:"target,omitzero" msg:"target,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty" msg:"attachments,omitempty"`
	Details     *Details     `json:"details,omitempty" msg:"details,omitempty"`
	Edited      int64        `json:"edited,omitzero" msg:"edited,omitempty"`   // seq of the newest edit
	Deleted     int64        `json:"deleted,omitzero" msg:"deleted,omitempty"` // seq of the deletion
	Pinned      int64        `json:"pinned,omitzero" msg:"pinned,omitempty"`   // seq of the pin
	Reactions   []Reaction   `json:"reactions,omitempty" msg:"reactions,omitempty"`
	Quote       *Quote       `json:"quote,omitempty" msg:"quote,omitempty"`  // the message Target
	Hidden      bool         `json:"hidden,omitzero" msg:"hidden,omitempty"` // the caller does not want to see it
	Saved       bool         `json:"saved,omitzero" msg:"saved,omitempty"`   // the caller has saved it
}

// Reaction is an emoji under a message.
type Reaction struct {
	Emoji string    `json:"emoji" msg:"emoji"`
	Count int       `json:"count" msg:"count"`
	Mine  bool      `json:"mine,omitzero" msg:"mine,omitempty"`    // the caller is one of them
	First []Account `json:"first,omitempty" msg:"first,omitempty"` // who chose it first, at most [plausch.ReactionNames]
	Seqs  []int64   `json:"seqs,omitempty" msg:"seqs,omitempty"`   // of the events with which they did
}

// Quote is a message as an answer shows it.
type Quote struct {
	Seq     int64   `json:"seq" msg:"seq"`
	From    Account `json:"from" msg:"from"`
	Text    string  `json:"text,omitzero" msg:"text,omitempty"` // its beginning, at most [plausch.MaxQuote] bytes
	Files   int     `json:"files,omitzero" msg:"files,omitempty"`
	Sealed  bool    `json:"sealed,omitzero" msg:"sealed,omitempty"`
	Deleted bool    `json:"deleted,omitzero" msg:"deleted,omitempty"`
}

// NewMessage returns m as it goes over the wire.
func NewMessage(m *plausch.Message) Message {
	e := NewEvent(&m.Event)
	w := Message{
		Seq: e.Seq, Time: e.Time, From: e.From, Text: e.Text, ClientID: e.ClientID, Target: e.Target, Attachments: e.Attachments,
		Details: e.Details, Edited: m.Edited, Deleted: m.Deleted, Pinned: m.Pinned, Hidden: m.Hidden, Saved: m.Saved,
	}
	for _, r := range m.Reactions {
		first := make([]Account, len(r.First))
		for i, a := range r.First {
			first[i] = NewAccount(a)
		}
		w.Reactions = append(w.Reactions, Reaction{Emoji: r.Emoji, Count: r.Count, Mine: r.Mine, First: first, Seqs: r.Seqs})
	}
	if q := m.Quote; q != nil {
		w.Quote = NewQuote(q)
	}
	return w
}

// Message returns what w says of a message in a room.
func (w *Message) Message(room plausch.RoomID) plausch.Message {
	e := Event{
		Room: int64(room), Seq: w.Seq, Time: w.Time, Kind: string(plausch.EventMessage), From: w.From, Text: w.Text, ClientID: w.ClientID,
		Target: w.Target, Attachments: w.Attachments, Details: w.Details,
	}
	m := plausch.Message{Event: e.Event(), Edited: w.Edited, Deleted: w.Deleted, Pinned: w.Pinned, Hidden: w.Hidden, Saved: w.Saved}
	for _, r := range w.Reactions {
		first := make([]plausch.AccountRef, len(r.First))
		for i, a := range r.First {
			first[i] = a.Ref()
		}
		m.Reactions = append(m.Reactions, plausch.Reaction{Emoji: r.Emoji, Count: r.Count, Mine: r.Mine, First: first, Seqs: r.Seqs})
	}
	if q := w.Quote; q != nil {
		m.Quote = q.Quote()
	}
	return m
}

// MessageSize is at least the size of m in a page, in either codec.
func MessageSize(m *plausch.Message) int {
	const keysAndNumbers, ofReaction, ofQuote = 96, 64, 96
	size := EventSize(&m.Event) + keysAndNumbers
	for _, r := range m.Reactions {
		size += ofReaction + quotedSize(r.Emoji)
		for _, a := range r.First {
			size += ofReaction + accountSize(a)
		}
	}
	if q := m.Quote; q != nil {
		size += ofQuote + accountSize(q.Actor) + quotedSize(q.Text)
	}
	return size
}

// MessageSent is the result of message.send, and of the methods that change a
// message: the event is on disk. Its seq is 0 if there was nothing to change.
type MessageSent struct {
	Room int64 `json:"room" msg:"room"`
	Seq  int64 `json:"seq" msg:"seq"`
	Time int64 `json:"time" msg:"time"` // milliseconds since 1970-01-01 UTC
}

// NewQuote returns q as it goes over the wire.
func NewQuote(q *plausch.Quote) *Quote {
	return &Quote{Seq: q.Seq, From: NewAccount(q.Actor), Text: q.Text, Files: q.Files, Sealed: q.Sealed, Deleted: q.Deleted}
}

// Quote returns what w says.
func (w *Quote) Quote() *plausch.Quote {
	return &plausch.Quote{Seq: w.Seq, Actor: w.From.Ref(), Text: w.Text, Files: w.Files, Sealed: w.Sealed, Deleted: w.Deleted}
}
