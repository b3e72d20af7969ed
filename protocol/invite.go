package protocol

import "plausch"

// InviteCreate is the params of invite.create.
type InviteCreate struct {
	Uses  int      `json:"uses,omitzero"`   // 1 if 0, any number below 0
	For   int64    `json:"for,omitzero"`    // milliseconds; 7 days if 0
	Role  string   `json:"role,omitzero"`   // member (default) or guest
	Rooms []string `json:"rooms,omitempty"` // names
}

// Invite is an invite as those see it who look after the server.
type Invite struct {
	ID      int64    `json:"id"`
	Maker   *Account `json:"maker,omitempty"` // absent if it was made on the command line
	Role    string   `json:"role"`
	Uses    int      `json:"uses,omitzero"` // 0: any number
	Used    int      `json:"used,omitzero"`
	Rooms   []string `json:"rooms,omitempty"` // names
	Created int64    `json:"created"`         // milliseconds since 1970-01-01 UTC
	Expires int64    `json:"expires"`
}

// NewInvite returns i as it goes over the wire.
func NewInvite(i plausch.Invite) Invite {
	w := Invite{
		ID: int64(i.ID), Role: string(i.Role), Uses: i.Uses, Used: i.Used, Rooms: i.RoomNames,
		Created: i.Created.UnixMilli(), Expires: i.Expires.UnixMilli(),
	}
	if i.Maker.ID != 0 {
		maker := NewAccount(i.Maker)
		w.Maker = &maker
	}
	return w
}

// InviteCreated is the result of invite.create. The code is told this once.
type InviteCreated struct {
	Invite Invite `json:"invite"`
	Code   string `json:"code"`
}

// InviteList is the params of invite.list.
type InviteList struct {
	After int64 `json:"after,omitzero"` // id of the last invite of the page before
	Limit int   `json:"limit,omitzero"`
}

// Invites is the result of invite.list, by id.
type Invites struct {
	Invites []Invite `json:"invites,omitempty"`
	More    bool     `json:"more,omitzero"`
}

// InviteRevoke is the params of invite.revoke.
type InviteRevoke struct {
	ID int64 `json:"id"`
}

// InviteRedeem is the params of invite.redeem, which makes an account. The result
// is that of sign_in.
type InviteRedeem struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Password string `json:"password,omitzero"`  // guests need none
	NewToken string `json:"new_token,omitzero"` // as of SignIn
}
