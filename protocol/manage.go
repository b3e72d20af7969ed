package protocol

import "plausch"

// AccountList is the params of account.list.
type AccountList struct {
	After int64 `json:"after,omitzero"` // id of the last account of the page before
	Limit int   `json:"limit,omitzero"`
}

// AccountInfo is an account as those see it who look after the server.
type AccountInfo struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Display string `json:"display,omitzero"`
	Role    string `json:"role"`
	State   string `json:"state"` // active or deactivated
	Bot     bool   `json:"bot,omitzero"`
	Created int64  `json:"created"` // milliseconds since 1970-01-01 UTC
	Seen    int64  `json:"seen"`    // last, to within ten minutes
}

// NewAccountInfo returns a as it goes over the wire.
func NewAccountInfo(a plausch.Account) AccountInfo {
	return AccountInfo{
		ID: int64(a.ID), Name: a.Name, Display: a.Display, Role: string(a.Role), State: string(a.State), Bot: a.Bot,
		Created: a.Created.UnixMilli(), Seen: a.LastSeen.UnixMilli(),
	}
}

// Accounts is the result of account.list, by id.
type Accounts struct {
	Accounts []AccountInfo `json:"accounts,omitempty"`
	More     bool          `json:"more,omitzero"`
}

// AccountName is the params of account.deactivate and account.activate.
type AccountName struct {
	Name string `json:"name"`
}

// AccountRole is the params of account.role.
type AccountRole struct {
	Name string `json:"name"`
	Role string `json:"role"` // owner, admin or member
}

// AccountDelete is the params of account.delete.
type AccountDelete struct {
	Name     string `json:"name,omitzero"`     // absent: the caller's own
	Password string `json:"password,omitzero"` // the caller's, to delete its own
	Erase    bool   `json:"erase,omitzero"`    // the texts of its messages go, too
}

// BotCreate is the params of bot.create.
type BotCreate struct {
	Name string `json:"name"`
}

// BotCreated is the result of bot.create. The token is told this once.
type BotCreated struct {
	Account Account `json:"account"`
	Token   string  `json:"token"`
}

// AuditList is the params of audit.list.
type AuditList struct {
	Before int64 `json:"before,omitzero"` // id of the last entry of the page before
	Limit  int   `json:"limit,omitzero"`
}

// AuditEntry is something that was done to an account or to the server.
type AuditEntry struct {
	ID      int64    `json:"id"`
	Time    int64    `json:"time"`              // milliseconds since 1970-01-01 UTC
	Actor   *Account `json:"actor,omitempty"`   // absent: on the command line
	Action  string   `json:"action"`            // a word of plausch.AuditAction
	Account *Account `json:"account,omitempty"` // whom it was done to
	Detail  string   `json:"detail,omitzero"`
}

// NewAuditEntry returns a as it goes over the wire.
func NewAuditEntry(a plausch.Audit) AuditEntry {
	w := AuditEntry{ID: a.ID, Time: a.Time.UnixMilli(), Action: string(a.Action), Detail: a.Detail}
	if a.Actor.ID != 0 {
		actor := NewAccount(a.Actor)
		w.Actor = &actor
	}
	if a.Account.ID != 0 {
		account := NewAccount(a.Account)
		w.Account = &account
	}
	return w
}

// Audit is the result of audit.list, the newest first.
type Audit struct {
	Entries []AuditEntry `json:"entries,omitempty"`
	More    bool         `json:"more,omitzero"`
}
