package protocol

import "plausch"

//msgp:limit arrays:256 maps:64
//msgp:ignore AvatarSet Avatar AccountUpdate

// Account is an account as others see it.
type Account struct {
	ID   int64  `json:"id" msg:"id"`
	Name string `json:"name" msg:"name"`
	// Display is set if the account likes to be called by more than its name.
	// It is not unique: see [plausch.AccountRef.Shown].
	Display string `json:"display,omitzero" msg:"display,omitempty"`
	// Role is set where a reply is about the account itself.
	Role string `json:"role,omitzero" msg:"role,omitempty"`
}

// AvatarVersion returns, of the hash of a picture, as much as clients need to know
// whether they have it already.
func AvatarVersion(avatar string) string { return avatar[:min(len(avatar), 16)] }

// NewAccount returns ref as it goes over the wire.
func NewAccount(ref plausch.AccountRef) Account {
	return Account{ID: int64(ref.ID), Name: ref.Name, Display: ref.Display}
}

// Ref returns the account that a names.
func (a Account) Ref() plausch.AccountRef {
	return plausch.AccountRef{ID: plausch.AccountID(a.ID), Name: a.Name, Display: a.Display}
}

// AvatarSet is the params of avatar.set, whose result is the Avatar.
type AvatarSet struct {
	Attachment string `json:"attachment,omitzero"` // id of a picture; empty: none any more
}

// Avatar says which picture an account has now.
type Avatar struct {
	Avatar string `json:"avatar,omitzero"` // see [AvatarVersion]; empty: none
}

// AccountUpdate is the params of account.update, whose result is the Account.
type AccountUpdate struct {
	Display string `json:"display,omitzero"` // empty: the name
}
