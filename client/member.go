package client

import (
	"cmp"
	"context"

	"plausch"
	"plausch/protocol"
)

// Member is somebody in a room.
type Member struct {
	plausch.Member
	Presence plausch.Presence
}

// ListMembers returns the members of a room that the account is in, by account id.
func (c *Client) ListMembers(ctx context.Context, room plausch.RoomID) ([]Member, error) {
	var members []Member
	params := protocol.MemberList{Room: int64(room), Limit: protocol.MaxPage}
	for {
		var page protocol.Members
		if err := c.read(ctx, protocol.MethodMemberList, &params, &page); err != nil {
			return nil, err
		}
		for i := range page.Members {
			w := &page.Members[i]
			members = append(members, Member{
				Member: plausch.Member{
					AccountRef: plausch.AccountRef{ID: plausch.AccountID(w.ID), Name: w.Name, Display: w.Display},
					Role:       plausch.Role(w.Role), RoomRole: plausch.RoomMember,
				},
				Presence: plausch.Presence(w.Presence),
			})
			if w.MemberState != nil {
				m := &members[len(members)-1]
				m.RoomRole, m.Avatar, m.Status = cmp.Or(plausch.RoomRole(w.RoomRole), plausch.RoomMember), w.Avatar, w.Status.Status()
			}
			params.After = max(params.After, w.ID)
		}
		if !page.More || len(page.Members) == 0 {
			return members, nil
		}
	}
}

// AddMember makes the account called name a member of a room.
func (c *Client) AddMember(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodMemberAdd, room, name)
}

// RemoveMember ends the membership of the account called name.
func (c *Client) RemoveMember(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodMemberRemove, room, name)
}

func (c *Client) changeMember(ctx context.Context, method string, room plausch.RoomID, name string) error {
	if err := checkString(name); err != nil {
		return err
	}
	return c.Call(ctx, method, &protocol.MemberChange{Room: int64(room), Name: name}, nil)
}

// RoleMember gives the account called name another role in a room. Seq is that of the
// event, 0 if there was nothing to change.
func (c *Client) RoleMember(ctx context.Context, room plausch.RoomID, name string, role plausch.RoomRole) (seq int64, err error) {
	if err := checkString(name); err != nil {
		return 0, err
	}
	var w protocol.RoomChanged
	err = c.Call(ctx, protocol.MethodMemberRole, &protocol.MemberRole{Room: int64(room), Name: name, Role: string(role)}, &w)
	return w.Seq, err
}
