package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

// AddBan implements [store.Bans].
func (s *Store) AddBan(ctx context.Context, n store.NewBan) error {
	return s.write(ctx, "ban from a room", func(ctx context.Context) error {
		b := &s.batch
		b.begin(ctx, &s.w, &s.noted, 2)
		defer func() { b.events = nil }()
		if err := b.mayBan(n, store.Conditions{Active: true, Member: true, Manage: true, Outrank: true}); err != nil {
			return err
		}
		if whom, err := b.account(n.Account.ID); err != nil {
			return err
		} else if whom.role == plausch.RoleOwner || whom.role == plausch.RoleAdmin {
			return plausch.Errorf(plausch.Forbidden, "admins and owners of the server cannot be banned from a room")
		}
		r, err := s.w.insertBan.ExecContext(ctx, n.Room, n.Account.ID, n.By.ID, n.At.UnixMilli())
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); rows == 0 || err != nil {
			return err // it is banned already
		}
		if is, err := b.isMember(n.Room, n.Account.ID); err != nil {
			return err
		} else if is {
			leave := newEvent{kind: plausch.EventLeave, actor: n.By, member: n.Account, time: n.At}
			if err := b.keepOwned(n.Room, &leave); err != nil {
				return err
			}
			if _, err := b.add(n.Room, leave); err != nil {
				return err
			}
		}
		return s.auditBan(ctx, n, plausch.AuditBan)
	})
}

// RemoveBan implements [store.Bans].
func (s *Store) RemoveBan(ctx context.Context, n store.NewBan) error {
	return s.write(ctx, "end a ban", func(ctx context.Context) error {
		b := &s.batch
		b.begin(ctx, &s.w, &s.noted, 0)
		if err := b.mayBan(n, store.Conditions{Active: true, Member: true, Manage: true}); err != nil {
			return err
		}
		r, err := s.w.deleteBan.ExecContext(ctx, n.Room, n.Account.ID)
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.NotFound, "%s is not banned from this room", n.Account.Name)
		}
		return s.auditBan(ctx, n, plausch.AuditUnban)
	})
}

// ListBans implements [store.Bans].
func (s *Store) ListBans(ctx context.Context, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Ban, error) {
	return list(ctx, "list bans", s.r.bans, func(row scanner) (b plausch.Ban, err error) {
		var at int64
		err = row.Scan(&b.Account.ID, &b.Account.Name, &b.Account.Display, &b.By.ID, &b.By.Name, &b.By.Display, &at)
		b.Time = toTime(at)
		return b, err
	}, room, after, limit)
}

// mayBan asks again by what a change of a ban was allowed.
func (b *batch) mayBan(n store.NewBan, judged store.Conditions) error {
	unmet, err := b.unmet(&store.Draft{Room: n.Room, Actor: n.By, Member: n.Account, Kind: plausch.EventLeave, If: judged})
	if err == nil && unmet != nil {
		err = unmet
	}
	return err
}

// checkBan returns why a draft cannot be the join of its member, if so.
func (b *batch) checkBan(d *store.Draft) (failure, err error) {
	if d.Kind != plausch.EventJoin || d.Room == 0 {
		return nil, nil
	}
	var banned bool
	if err := b.w.isBanned.QueryRowContext(b.ctx, d.Room, d.Member.ID).Scan(&banned); err != nil || !banned {
		return nil, err
	}
	if d.Actor.ID == d.Member.ID {
		return plausch.Errorf(plausch.Forbidden, "you are banned from this room; only those who run it can end that"), nil
	}
	return plausch.Errorf(plausch.Forbidden, "%s is banned from this room; those who run it can end that first", d.Member.Name), nil
}

func (s *Store) auditBan(ctx context.Context, n store.NewBan, action plausch.AuditAction) error {
	room, err := scanRoom(s.w.room.QueryRowContext(ctx, n.Room))
	if err != nil {
		return err
	}
	return s.audit(ctx, &plausch.Audit{Time: n.At.Truncate(time.Millisecond), Actor: n.By, Action: action, Detail: "room " + room.Name}, n.Account.ID)
}
