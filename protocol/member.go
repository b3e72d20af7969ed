package protocol

//msgp:limit arrays:256 maps:64

// MemberList is the params of member.list.
type MemberList struct {
	Room  int64 `json:"room" msg:"room"`
	After int64 `json:"after,omitzero" msg:"after,omitempty"` // account id of the last member of the page before
	Limit int   `json:"limit,omitzero" msg:"limit,omitempty"` // at most MaxPage; DefaultPage if 0
}

// Member is somebody in a room.
type Member struct {
	ID       int64  `json:"id" msg:"id"`
	Name     string `json:"name" msg:"name"`
	Display  string `json:"display,omitzero" msg:"display,omitempty"` // as of an Account
	Role     string `json:"role" msg:"role"`                          // owner, admin, member or guest of the server
	Presence string `json:"presence" msg:"presence"`                  // online, away or offline
	Avatar   string `json:"avatar,omitzero" msg:"avatar,omitempty"`   // see [AvatarVersion]
}

// Members is the result of member.list, by account id.
type Members struct {
	Members []Member `json:"members,omitempty" msg:"members,omitempty"`
	More    bool     `json:"more,omitzero" msg:"more,omitempty"`
}

// MemberChange is the params of member.add and member.remove.
type MemberChange struct {
	Room int64  `json:"room" msg:"room"`
	Name string `json:"name" msg:"name"` // of the account
}
