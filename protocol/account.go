package protocol

import (
	"time"

	"plausch"
)

//msgp:limit arrays:256 maps:64
//msgp:ignore OwnAccount AccountUpdate AccountList AccountInfo Accounts AccountName AccountRole AccountDelete

// Account is an account as others see it.
type Account struct {
	ID   int64  `json:"id" msg:"id"`
	Name string `json:"name" msg:"name"`
	// Display is set if the account likes to be called by more than its name.
	// It is not unique: see [plausch.AccountRef.Shown].
	Display string `json:"display,omitzero" msg:"display,omitempty"`
}

// OwnAccount is an account as it sees itself.
type OwnAccount struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Display string `json:"display,omitzero"`
	Role    string `json:"role,omitzero"`
	// Status is what the account says of itself, absent if nothing. Seen says whether others
	// see in direct rooms up to where it has read: see seen.set.
	Status *Status `json:"status,omitempty"`
	Seen   bool    `json:"seen,omitzero"`
}

// NewOwnAccount returns a as it goes over the wire to itself at a time.
func NewOwnAccount(a plausch.Account, now time.Time) OwnAccount {
	return OwnAccount{ID: int64(a.ID), Name: a.Name, Display: a.Display, Role: string(a.Role), Status: NewStatus(a.Status, now), Seen: a.Seen}
}

// Ref returns the account that a names.
func (a OwnAccount) Ref() plausch.AccountRef {
	return Account{ID: a.ID, Name: a.Name, Display: a.Display}.Ref()
}

// NewAccount returns ref as it goes over the wire.
func NewAccount(ref plausch.AccountRef) Account {
	return Account{ID: int64(ref.ID), Name: ref.Name, Display: ref.Display}
}

// Ref returns the account that a names.
func (a Account) Ref() plausch.AccountRef {
	return plausch.AccountRef{ID: plausch.AccountID(a.ID), Name: a.Name, Display: a.Display}
}

// AccountUpdate is the params of account.update, whose result is the Account.
type AccountUpdate struct {
	Display string `json:"display,omitzero"` // empty: the name
}

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
