package protocol

// MemberList is the params of member.list.
type MemberList struct {
	Room  int64 `json:"room"`
	After int64 `json:"after,omitzero"` // account id of the last member of the page before
	Limit int   `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Member is somebody in a room.
type Member struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Display  string `json:"display,omitzero"` // as of an Account
	Role     string `json:"role"`             // owner, admin, member or guest of the server
	Presence string `json:"presence"`         // online, away or offline
	Avatar   string `json:"avatar,omitzero"`  // see [AvatarVersion]
}

// Members is the result of member.list, by account id.
type Members struct {
	Members []Member `json:"members,omitempty"`
	More    bool     `json:"more,omitzero"`
}

// MemberChange is the params of member.add and member.remove.
type MemberChange struct {
	Room int64  `json:"room"`
	Name string `json:"name"` // of the account
}
