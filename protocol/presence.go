package protocol

//msgp:limit arrays:256 maps:64
//msgp:ignore PresenceSet PresenceList Presences TypingSet

// PresenceSet is the params of presence.set.
type PresenceSet struct {
	Presence string `json:"presence"` // online or away, of this session
}

// PresenceList is the params of presence.list.
type PresenceList struct {
	After string `json:"after,omitzero"` // name of the last account of the page before
	Limit int    `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Presences is the result of presence.list: who is connected, by name.
type Presences struct {
	Presence []PresenceChange `json:"presence,omitempty"`
	More     bool             `json:"more,omitzero"`
}

// PresenceChange is a new presence of an account. A presence push is a list of
// them, at most one a second.
type PresenceChange struct {
	Account  Account `json:"account" msg:"account"`
	Presence string  `json:"presence" msg:"presence"`
	Status   *Status `json:"status,omitempty" msg:"status,omitempty"` // what the account says of itself; absent: nothing
}

// TypingSet is the params of typing: the caller is writing in a room. Send it
// at most every three seconds while it lasts.
type TypingSet struct {
	Room int64 `json:"room"`
}

// Typing is the push that somebody is writing; it holds for five seconds.
type Typing struct {
	Room    int64   `json:"room" msg:"room"`
	Account Account `json:"account" msg:"account"`
}
