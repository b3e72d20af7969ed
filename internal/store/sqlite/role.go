package sqlite

import (
	"plausch"
	"plausch/internal/store"
)

// keepOwned has a room keep an owner, before the event n is added to it: who joins a
// room that nobody is in becomes its owner, and when the last owner leaves, who has
// been there longest does, by an event before that. Admins come first, bots and
// accounts that are not active last.
func (b *batch) keepOwned(room plausch.RoomID, n *newEvent) error {
	if room == plausch.PublicRoom {
		return nil
	}
	switch n.kind {
	case plausch.EventJoin:
		var empty bool
		if err := b.w.isEmpty.QueryRowContext(b.ctx, room).Scan(&empty); err != nil {
			return err
		}
		if empty {
			n.role = codeRoomOwner
		}
	case plausch.EventLeave:
		if last, err := b.isLastOwner(room, n.member.ID); err != nil || !last {
			return err
		}
		next, err := scanRef(b.w.successor.QueryRowContext(b.ctx, room, n.member.ID))
		if isNone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return b.addSuccession(room, next, n)
	}
	return nil
}

func scanRef(row scanner) (a plausch.AccountRef, err error) {
	return a, row.Scan(&a.ID, &a.Name, &a.Display)
}

// addSuccession adds the event by which next becomes the owner of a room, since the
// leave n will be added.
func (b *batch) addSuccession(room plausch.RoomID, next plausch.AccountRef, n *newEvent) error {
	if _, err := b.add(room, newEvent{kind: plausch.EventRole, bits: detailedBit, actor: n.actor, member: next, time: n.time}); err != nil {
		return err
	}
	e := &b.events[len(b.events)-1]
	e.Details = &plausch.Details{Role: plausch.RoomOwner}
	if err := b.addDetails(e); err != nil {
		return err
	}
	return b.apply(e)
}

// isLastOwner reports whether an account is the only owner of a room.
func (b *batch) isLastOwner(room plausch.RoomID, account plausch.AccountID) (bool, error) {
	if role, err := b.role(room, account); err != nil || role != codeRoomOwner {
		return false, err
	}
	var other bool
	err := b.w.hasOtherOwner.QueryRowContext(b.ctx, room, account).Scan(&other)
	return !other, err
}

// checkOwner returns why a draft cannot give its role, if so.
func (b *batch) checkOwner(d *store.Draft) (failure, err error) {
	if d.Kind != plausch.EventRole || d.Room == plausch.PublicRoom || d.Details.Role == plausch.RoomOwner {
		return nil, nil
	}
	if last, err := b.isLastOwner(d.Room, d.Member.ID); err != nil || !last {
		return nil, err
	}
	return plausch.Errorf(plausch.Forbidden, "%s is the last owner of the room; make somebody else an owner first", d.Member.Name), nil
}

// owns reports whether an account is an owner of a room, or is in it as an admin or
// owner of the server.
func (b *batch) owns(room plausch.RoomID, account plausch.AccountID) (bool, error) {
	role, err := b.role(room, account)
	if err != nil || role == 0 || role == codeRoomOwner {
		return role != 0, err
	}
	now, err := b.account(account)
	return now.role == plausch.RoleOwner || now.role == plausch.RoleAdmin, err
}

// outranks reports whether the actor of a draft may decide on its member: who owns the
// room on everybody, who runs it on itself and on those who do not run it.
func (b *batch) outranks(d *store.Draft) (bool, error) {
	if owns, err := b.owns(d.Room, d.Actor.ID); err != nil || owns {
		return owns, err
	}
	if runs, err := b.runs(d.Room, d.Actor.ID); err != nil || !runs {
		return false, err
	}
	if d.Actor.ID == d.Member.ID {
		return true, nil
	}
	role, err := b.role(d.Room, d.Member.ID)
	return role != codeRoomOwner && role != codeRoomAdmin, err
}
