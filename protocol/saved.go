package protocol

import "plausch"

// SavedList is the params of saved.list.
type SavedList struct {
	Before int64 `json:"before,omitzero"` // id of the last entry of the page before
	Limit  int   `json:"limit,omitzero"`  // at most MaxLongPage
}

// SavedMessages is the result of saved.list, the last saved first.
type SavedMessages struct {
	Messages []SavedMessage `json:"messages,omitempty"`
	More     bool           `json:"more,omitzero"`
}

// SavedMessage is a message that the caller has saved, as it is now.
type SavedMessage struct {
	ID      int64    `json:"id"`
	Room    int64    `json:"room"`
	Message *Message `json:"message"`
}

// NewSavedMessage returns s as it goes over the wire.
func NewSavedMessage(s *plausch.SavedMessage) SavedMessage {
	m := NewMessage(&s.Message)
	return SavedMessage{ID: s.ID, Room: int64(s.Room), Message: &m}
}

// SavedMessage returns what w says.
func (w *SavedMessage) SavedMessage() plausch.SavedMessage {
	s := plausch.SavedMessage{ID: w.ID}
	if w.Message != nil {
		s.Message = w.Message.Message(plausch.RoomID(w.Room))
	}
	return s
}

// SavedMessageSize is at least the size of s in a page, in either codec.
func SavedMessageSize(s *plausch.SavedMessage) int {
	const keysAndNumbers = 64
	return keysAndNumbers + MessageSize(&s.Message)
}
