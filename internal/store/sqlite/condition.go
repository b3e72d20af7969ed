package sqlite

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

type membership struct {
	room    plausch.RoomID
	account plausch.AccountID
}

// accountNow is what conditions ask of an account. An unknown one is the zero value.
type accountNow struct {
	role         plausch.Role
	active, held bool // active ones hold their names
}

// unmet returns which condition of d does not hold, nil if all do.
func (b *batch) unmet(d *store.Draft) (*store.Unmet, error) {
	if d.If.Active || d.If.Role != "" {
		actor, err := b.account(d.Actor.ID)
		switch {
		case err != nil:
			return nil, err
		case d.If.Active && !actor.active:
			return &store.Unmet{Active: true}, nil
		case d.If.Role != "" && d.If.Role != actor.role:
			return &store.Unmet{Role: true}, nil
		}
	}
	if d.If.Member && d.Room != 0 {
		if is, err := b.isMember(d.Room, d.Actor.ID); err != nil || !is {
			return b.notMember(d.Room, err)
		}
	}
	if unmet, err := b.unmetInRoom(d); unmet != nil || err != nil {
		return unmet, err
	}
	if d.If.Unblocked {
		if unmet, err := b.blocked(d); unmet != nil || err != nil {
			return unmet, err
		}
	}
	if d.If.Webhook != 0 {
		var is bool
		if err := b.w.webhookNow.QueryRowContext(b.ctx, d.If.Webhook).Scan(&is); err != nil || !is {
			return &store.Unmet{Webhook: true}, err
		}
	}
	if d.If.Active && d.Kind == plausch.EventJoin {
		if member, err := b.account(d.Member.ID); err != nil || !member.held {
			return &store.Unmet{Active: true}, err
		}
	}
	return nil, nil
}

// blocked is the failure of a draft one of whose two people has blocked the other.
func (b *batch) blocked(d *store.Draft) (*store.Unmet, error) {
	other := d.Member.ID
	switch {
	case d.Kind == plausch.EventJoin && other != 0:
	case d.Direct != [2]plausch.AccountRef{}:
		other = d.Direct[0].ID + d.Direct[1].ID - d.Actor.ID
	default:
		room, err := b.roomNow(d.Room)
		if err != nil {
			return nil, err
		}
		other = room.low + room.high - d.Actor.ID
		if room.low == 0 {
			return nil, nil
		}
	}
	if other == d.Actor.ID {
		return nil, nil
	}
	var blocked bool
	if err := b.w.hasBlocked.QueryRowContext(b.ctx, d.Actor.ID, other).Scan(&blocked); err != nil {
		return nil, err
	}
	if blocked && d.Kind != plausch.EventJoin {
		return &store.Unmet{Blocked: true, ByActor: true}, nil
	}
	if err := b.w.hasBlocked.QueryRowContext(b.ctx, other, d.Actor.ID).Scan(&blocked); err != nil || !blocked {
		return nil, err
	}
	return &store.Unmet{Blocked: true}, nil
}

// notMember is the failure of a draft whose actor is not in its room.
func (b *batch) notMember(room plausch.RoomID, err error) (*store.Unmet, error) {
	u := &store.Unmet{Member: true}
	if err != nil {
		return u, err
	}
	u.Room, err = scanRoom(b.w.room.QueryRowContext(b.ctx, room))
	if isNone(err) {
		return u, nil
	}
	u.Room.Head = 0
	return u, err
}

// notWriter is the failure of a draft whose actor may not write in its room.
func (b *batch) notWriter(room plausch.RoomID) (*store.Unmet, error) {
	u, err := b.notMember(room, nil)
	u.Member, u.Write = false, true
	return u, err
}

// unchanged reports whether d is the join of a member or the leave of another.
func (b *batch) unchanged(d *store.Draft) (bool, error) {
	if d.Room == 0 || d.Kind == plausch.EventMessage {
		return false, nil
	}
	if d.Kind != plausch.EventJoin && d.Kind != plausch.EventLeave {
		return b.targetUnchanged(d)
	}
	if _, err := b.head(d.Room); err != nil {
		if isNone(err) { // which the draft fails by
			err = nil
		}
		return false, err
	}
	is, err := b.isMember(d.Room, d.Member.ID)
	return is == (d.Kind == plausch.EventJoin), err
}

func (b *batch) isMember(room plausch.RoomID, account plausch.AccountID) (bool, error) {
	role, err := b.role(room, account)
	return role != 0, err
}

// role returns the code of an account's role in a room, 0 if it is no member.
func (b *batch) role(room plausch.RoomID, account plausch.AccountID) (role int64, err error) {
	if room == plausch.PublicRoom {
		return codeRoomMember, nil
	}
	key := membership{room, account}
	role, ok := b.members[key]
	if ok {
		return role, nil
	}
	err = b.w.memberRole.QueryRowContext(b.ctx, account, room).Scan(&role)
	if err != nil && !isNone(err) {
		return 0, err
	}
	b.members[key] = role
	return role, nil
}

// roomNow is what conditions ask of a room.
type roomNow struct {
	adminsWrite bool // only those who run it
	archived    bool
	low, high   plausch.AccountID // of a direct room, whose
}

// roomNow returns what a room is now; an unknown one is the zero value.
func (b *batch) roomNow(id plausch.RoomID) (r roomNow, err error) {
	r, ok := b.rooms[id]
	if ok {
		return r, nil
	}
	err = b.w.roomNow.QueryRowContext(b.ctx, id).Scan(&r.adminsWrite, &r.archived, &r.low, &r.high)
	if isNone(err) {
		return roomNow{}, nil
	}
	if err != nil {
		return roomNow{}, err
	}
	b.rooms[id] = r
	return r, nil
}

// unmetInRoom returns which condition about the draft's room or target does not hold.
func (b *batch) unmetInRoom(d *store.Draft) (*store.Unmet, error) {
	if d.Room == 0 {
		return nil, nil // the room may be new, and then all hold
	}
	if d.If.Write {
		room, err := b.roomNow(d.Room)
		if err != nil {
			return nil, err
		}
		role, err := b.role(d.Room, d.Actor.ID)
		if err != nil {
			return nil, err
		}
		asMember := role != 0 && d.If.Webhook == 0 // whoever made a webhook has judged what it may
		may := !room.archived && (!asMember || role != codeRoomReader)
		if may && room.adminsWrite && asMember {
			if may, err = b.runs(d.Room, d.Actor.ID); err != nil {
				return nil, err
			}
		}
		if !may {
			return b.notWriter(d.Room)
		}
	}
	if d.If.Open {
		if room, err := b.roomNow(d.Room); err != nil {
			return nil, err
		} else if room.archived {
			return b.notWriter(d.Room)
		}
	}
	if d.If.Own {
		if owns, err := b.owns(d.Room, d.Actor.ID); err != nil || !owns {
			return &store.Unmet{Own: true}, err
		}
	}
	if d.If.Outrank {
		if outranks, err := b.outranks(d); err != nil || !outranks {
			return &store.Unmet{Outrank: true}, err
		}
	}
	if d.If.Manage {
		if runs, err := b.runs(d.Room, d.Actor.ID); err != nil || !runs {
			return &store.Unmet{Manage: true}, err
		}
	}
	if d.If.Author {
		target, err := b.target(d.Room, d.Target)
		if err != nil {
			return nil, err
		}
		if target.author != 0 && target.author != d.Actor.ID {
			return &store.Unmet{Author: true}, nil
		}
	}
	return nil, nil
}

// runs reports whether an account runs a room: by its role there, or as a member
// that is an admin or owner of the server.
func (b *batch) runs(room plausch.RoomID, account plausch.AccountID) (bool, error) {
	role, err := b.role(room, account)
	if err != nil || role == 0 {
		return false, err
	}
	if word, err := roomRoles.word(role); err != nil || word.Runs() {
		return err == nil, err
	}
	now, err := b.account(account)
	return now.role == plausch.RoleOwner || now.role == plausch.RoleAdmin, err
}

func (b *batch) account(id plausch.AccountID) (a accountNow, err error) {
	a, ok := b.accounts[id]
	if ok {
		return a, nil
	}
	var role int64
	err = b.w.accountNow.QueryRowContext(b.ctx, id).Scan(&role, &a.active, &a.held)
	if isNone(err) {
		return accountNow{}, nil
	}
	if err != nil {
		return accountNow{}, err
	}
	if a.role, err = roles.word(role); err != nil {
		return accountNow{}, err
	}
	b.accounts[id] = a
	return a, nil
}

// judged returns ErrUnmet, inside a write, unless all is still as it was judged.
func (s *Store) judged(ctx context.Context, all []store.Judged) error {
	for _, j := range all {
		var role int64
		var active bool
		var password string
		err := s.w.judgedNow.QueryRowContext(ctx, j.Account).Scan(&role, &active, &password)
		if isNone(err) {
			return store.ErrUnmet
		}
		if err != nil {
			return err
		}
		now, err := roles.word(role)
		if err != nil {
			return err
		}
		if !active && !j.Inactive || j.Role != "" && j.Role != now || j.PasswordHash != "" && j.PasswordHash != password {
			return store.ErrUnmet
		}
		if j.Member == 0 || j.Member == plausch.PublicRoom {
			continue
		}
		var is bool
		if err := s.w.isMember.QueryRowContext(ctx, j.Account, j.Member).Scan(&is); err != nil {
			return err
		}
		if !is {
			return store.ErrUnmet
		}
	}
	return nil
}
