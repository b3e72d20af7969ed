package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// ListMembers returns the members of a room that by is in, by account id from the
// first after the given one, and whether there are more. Of PublicRoom they are
// all accounts but guests who have lost their name or will at the next sign-in.
func (c *Core) ListMembers(ctx context.Context, by plausch.Account, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Member, bool, error) {
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return nil, false, err
	}
	var members []plausch.Member
	if room == plausch.PublicRoom {
		accounts, err := c.store.ListAccounts(ctx, after, limit+1, c.now().Add(-plausch.GuestNameKept))
		if err != nil {
			return nil, false, err
		}
		for _, a := range accounts {
			members = append(members, plausch.Member{AccountRef: a.Ref(), Role: a.Role, Avatar: a.Avatar, Status: a.Status, RoomRole: plausch.RoomMember})
		}
	} else {
		var err error
		if members, err = c.store.ListMembers(ctx, room, after, limit+1); err != nil {
			return nil, false, err
		}
	}
	return members[:min(len(members), limit)], len(members) > limit, nil
}

// AddMember makes the account called name a member of a room that by may write in.
// That of a member changes nothing.
func (c *Core) AddMember(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) error {
	_, account, err := c.memberChange(ctx, by, id, name)
	if err != nil {
		return err
	}
	_, err = c.changeMember(ctx, by, id, plausch.EventJoin, account.Ref(), store.Conditions{Active: true, Member: true, Write: true, Unblocked: true})
	return err
}

// RemoveMember ends the membership of the account called name. Those who run the
// room may, but only its owners, and admins of the server, remove those who do.
func (c *Core) RemoveMember(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) error {
	room, account, err := c.memberChange(ctx, by, id, name)
	if err != nil {
		return err
	}
	if account.ID == by.ID {
		return c.LeaveRoom(ctx, by, id, "")
	}
	judged := store.Conditions{Active: true, Member: true, Manage: true, Outrank: true}
	if err := c.checkRuns(ctx, by, id, "remove others"); err != nil {
		return err
	}
	changed, err := c.changeMember(ctx, by, id, plausch.EventLeave, account.Ref(), judged)
	if err == nil && changed.Seq == 0 {
		return plausch.Errorf(plausch.NotFound, "%s is not in the room %q", account.Name, room.Name)
	}
	return err
}

// RoleMember gives the account called name another role in a room. Owners of the
// room give all, and admins of the server who are in it; its admins make members
// readers and readers members, and may give up their role. If the member has the
// role, the event is the zero value.
func (c *Core) RoleMember(ctx context.Context, by plausch.Account, id plausch.RoomID, name string, role plausch.RoomRole) (plausch.Event, error) {
	judged := store.Conditions{Active: true, Member: true}
	switch role {
	case plausch.RoomOwner, plausch.RoomAdmin:
		judged.Own = true
	case plausch.RoomMember, plausch.RoomReader:
		judged.Outrank = true
	default:
		return plausch.Event{}, plausch.Errorf(plausch.Invalid, "a role in a room is owner, admin, member or reader, not %q", role)
	}
	room, account, err := c.memberChange(ctx, by, id, name)
	if err != nil {
		return plausch.Event{}, err
	}
	member, err := c.store.RoomFor(ctx, id, account.ID)
	if err != nil {
		return plausch.Event{}, err
	}
	if !member.Joined {
		return plausch.Event{}, plausch.Errorf(plausch.NotFound, "%s is not in the room %q", account.Name, room.Name)
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Event{}, err
	}
	return c.log.wait(store.Draft{
		Room: id, If: judged, Time: c.now(), Kind: plausch.EventRole, Actor: by.Ref(), Member: account.Ref(), Details: &plausch.Details{Role: role},
	})
}

func errNotOwner() error {
	return plausch.Errorf(plausch.Forbidden, "only owners of the room decide that, and admins of the server; its admins decide on members and readers")
}

// checkRuns reports why by, who is in a room, does not run it and so may not do
// something there: who made the room does, those to whom its owners gave the role, and
// the server's admins and owners.
func (c *Core) checkRuns(ctx context.Context, by plausch.Account, id plausch.RoomID, what string) error {
	room, err := c.store.RoomFor(ctx, id, by.ID)
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		return errNoRoom()
	case err != nil:
		return err
	case !room.Joined:
		return errNotMember(room.Room)
	case room.Kind == plausch.RoomDirect:
		return plausch.Errorf(plausch.Forbidden, "a direct room belongs to its two people; nobody can %s there", what)
	case room.Role.Runs() || checkAdmin(by) == nil:
		return nil
	}
	return plausch.Errorf(plausch.Forbidden, "only those who run the room %q and the server's admins can %s", room.Name, what)
}

// memberChange finds the room and the account of a change of membership.
func (c *Core) memberChange(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.Room, plausch.Account, error) {
	room, err := c.member(ctx, by.ID, id)
	if err != nil {
		return plausch.Room{}, plausch.Account{}, err
	}
	if id == plausch.PublicRoom || room.Kind == plausch.RoomDirect {
		return plausch.Room{}, plausch.Account{}, plausch.Errorf(plausch.Forbidden, "the members of this room cannot be changed")
	}
	account, err := c.accountByName(ctx, name)
	return room, account, err
}

// changeMember has a join or leave committed, if what it was judged by still holds
// then. If it would change nothing, the event is the zero value.
func (c *Core) changeMember(ctx context.Context, by plausch.Account, room plausch.RoomID, kind plausch.EventKind, member plausch.AccountRef, judged store.Conditions) (plausch.Event, error) {
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Event{}, err
	}
	return c.log.wait(store.Draft{Room: room, If: judged, Time: c.now(), Kind: kind, Actor: by.Ref(), Member: member})
}
