package protocol

// HiddenList is the params of hidden.list: those behind a message.
type HiddenList struct {
	Room  int64 `json:"room,omitzero"` // of the last entry of the page before
	Seq   int64 `json:"seq,omitzero"`  // of the last entry of the page before
	Limit int   `json:"limit,omitzero"`
}

// HiddenMessages is the result of hidden.list, by room and seq.
type HiddenMessages struct {
	Messages []Personal `json:"messages,omitempty"`
	More     bool       `json:"more,omitzero"`
}
