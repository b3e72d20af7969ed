package protocol

// BanList is the params of ban.list. Those of ban.add and ban.remove are [MemberChange].
type BanList struct {
	Room  int64 `json:"room"`
	After int64 `json:"after,omitzero"` // id of the last account of the page before
	Limit int   `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Bans is the result of ban.list, by id of the account.
type Bans struct {
	Bans []Ban `json:"bans,omitempty"`
	More bool  `json:"more,omitzero"`
}

// Ban is an account that may not be in a room.
type Ban struct {
	Account Account `json:"account"`
	By      Account `json:"by"`
	Time    int64   `json:"time"`
}
