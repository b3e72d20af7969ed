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

// conditions reports whether what d was judged by still holds, and whether d would
// change nothing.
func (b *batch) conditions(d *store.Draft) (met, unchanged bool, err error) {
	if met, err = b.actorMeets(d); !met || err != nil {
		return false, false, err
	}
	if d.If.Webhook != 0 {
		if err := b.w.webhookNow.QueryRowContext(b.ctx, d.If.Webhook).Scan(&met); !met || err != nil {
			return false, false, err
		}
	}
	if d.Room == 0 || d.Kind != plausch.EventJoin && d.Kind != plausch.EventLeave {
		return true, false, nil
	}
	if _, err := b.head(d.Room); err != nil {
		if isNone(err) { // which the draft fails by
			return true, false, nil
		}
		return false, false, err
	}
	is, err := b.isMember(d.Room, d.Member.ID)
	if err != nil || is == (d.Kind == plausch.EventJoin) {
		return true, true, err
	}
	if d.If.Active && d.Kind == plausch.EventJoin {
		member, err := b.account(d.Member.ID)
		return member.held, false, err
	}
	return true, false, nil
}

func (b *batch) actorMeets(d *store.Draft) (met bool, err error) {
	if d.If.Active || d.If.Role != "" {
		actor, err := b.account(d.Actor.ID)
		if err != nil || d.If.Active && !actor.active || d.If.Role != "" && d.If.Role != actor.role {
			return false, err
		}
	}
	if d.If.Member && d.Room != 0 {
		return b.isMember(d.Room, d.Actor.ID)
	}
	return true, nil
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
