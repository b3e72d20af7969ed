package protocol

import "plausch"

//msgp:limit arrays:256 maps:64

// Account is an account as others see it.
type Account struct {
	ID   int64  `json:"id" msg:"id"`
	Name string `json:"name" msg:"name"`
	// Role is set where a reply is about the account itself.
	Role string `json:"role,omitzero" msg:"role,omitempty"`
}

// NewAccount returns ref as it goes over the wire.
func NewAccount(ref plausch.AccountRef) Account {
	return Account{ID: int64(ref.ID), Name: ref.Name}
}

// Ref returns the account that a names.
func (a Account) Ref() plausch.AccountRef {
	return plausch.AccountRef{ID: plausch.AccountID(a.ID), Name: a.Name}
}
