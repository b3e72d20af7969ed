package protocol

//msgp:limit arrays:256 maps:64

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
}

// MessageSent is the result of message.send. The message is on disk.
type MessageSent struct {
	Room int64 `json:"room" msg:"room"`
	Seq  int64 `json:"seq" msg:"seq"`
	Time int64 `json:"time" msg:"time"` // milliseconds since 1970-01-01 UTC
}
