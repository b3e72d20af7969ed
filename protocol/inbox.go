package protocol

// InboxGet is the params of inbox.
type InboxGet struct {
	// Before and Room are the time, and the id of the room, of the last entry of the page
	// before; absent for the first page.
	Before int64 `json:"before,omitzero"`
	Room   int64 `json:"room,omitzero"`
	Limit  int   `json:"limit,omitzero"` // at most MaxLongPage; DefaultPage if 0
}

// Inbox is the result of inbox: the rooms with something unread, those with the newest
// unread messages first.
type Inbox struct {
	Entries []InboxEntry `json:"entries,omitempty"`
	More    bool         `json:"more,omitzero"`
}

// InboxEntry is a room with something unread.
type InboxEntry struct {
	Room *Room  `json:"room"`
	Time int64  `json:"time"` // of Last
	Last *Quote `json:"last"` // the newest unread message
}
