package protocol

// BlockName is the params of block.add and block.remove.
type BlockName struct {
	Name string `json:"name"`
}

// Block says whether the caller has blocked an account. It is the result of block.add and
// block.remove, and a push to all sessions of the caller's account.
type Block struct {
	Account Account `json:"account"`
	Blocked bool    `json:"blocked,omitzero"`
}

// BlockList is the params of block.list.
type BlockList struct {
	After int64 `json:"after,omitzero"` // id of the last account of the page before
	Limit int   `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Blocks is the result of block.list: whom the caller has blocked, by id.
type Blocks struct {
	Accounts []Account `json:"accounts,omitempty"`
	More     bool      `json:"more,omitzero"`
}
