package protocol

import (
	"time"

	"plausch"
)

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
	*MemberState
}

// MemberState is what of a [Member] is mostly absent.
type MemberState struct {
	RoomRole string  `json:"room_role,omitzero"` // owner, admin or reader of the room; absent: member
	Avatar   string  `json:"avatar,omitzero"`    // see [AvatarVersion]
	Status   *Status `json:"status,omitempty"`
}

// Members is the result of member.list, by account id.
type Members struct {
	Members []Member `json:"members,omitempty"`
	More    bool     `json:"more,omitzero"`
}

// NewMember returns m as it goes over the wire at a time.
func NewMember(m plausch.Member, presence plausch.Presence, now time.Time) Member {
	w := Member{
		ID: int64(m.ID), Name: m.Name, Display: m.Display, Role: string(m.Role), Presence: string(presence),
	}
	state := MemberState{Avatar: AvatarVersion(m.Avatar), Status: NewStatus(m.Status, now)}
	if m.RoomRole != plausch.RoomMember {
		state.RoomRole = string(m.RoomRole)
	}
	if state != (MemberState{}) {
		w.MemberState = &state
	}
	return w
}

// MemberRole is the params of member.role. Its result is a [RoomChanged].
type MemberRole struct {
	Room int64  `json:"room"`
	Name string `json:"name"` // of the account
	Role string `json:"role"` // owner, admin, member or reader of the room
}

// MemberChange is the params of member.add and member.remove.
type MemberChange struct {
	Room int64  `json:"room"`
	Name string `json:"name"` // of the account
}
