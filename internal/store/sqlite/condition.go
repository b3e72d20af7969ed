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

// unchanged reports whether d is the join of a member or the leave of another.
func (b *batch) unchanged(d *store.Draft) (bool, error) {
	if d.Room == 0 || d.Kind != plausch.EventJoin && d.Kind != plausch.EventLeave {
		return false, nil
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

func (b *batch) isMember(room plausch.RoomID, account plausch.AccountID) (is bool, err error) {
	if room == plausch.PublicRoom {
		return true, nil
	}
	key := membership{room, account}
	is, ok := b.members[key]
	if ok {
		return is, nil
	}
	if err := b.w.isMember.QueryRowContext(b.ctx, account, room).Scan(&is); err != nil {
		return false, err
	}
	b.members[key] = is
	return is, nil
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
