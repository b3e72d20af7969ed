package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

const (
	inviteColumns = `i.id, ifnull(a.id, 0), ifnull(a.name, ''), ifnull(a.display, ''), i.role, i.uses, i.used, i.created, i.expires`
	inviteTables  = ` FROM invites i LEFT JOIN accounts a ON a.id = i.maker`
	inviteIsGood  = `i.expires > ? AND (i.uses = 0 OR i.used < i.uses)`
)

func scanInvite(row scanner) (i plausch.Invite, err error) {
	var role, created, expires int64
	if err := row.Scan(&i.ID, &i.Maker.ID, &i.Maker.Name, &i.Maker.Display, &role, &i.Uses, &i.Used, &created, &expires); err != nil {
		return plausch.Invite{}, err
	}
	i.Created, i.Expires = toTime(created), toTime(expires)
	i.Role, err = roles.word(role)
	return i, err
}

// CreateInvite implements [store.Invites].
func (s *Store) CreateInvite(ctx context.Context, n store.NewInvite) (invite plausch.Invite, err error) {
	role, err := roles.of(n.Role)
	if err != nil {
		return plausch.Invite{}, wrap("create invite", err)
	}
	var maker any
	if n.Maker != 0 {
		maker = n.Maker
	}
	err = s.write(ctx, "create invite", func(ctx context.Context) error {
		if err := s.judged(ctx, n.If); err != nil {
			return err
		}
		r, err := s.w.insertInvite.ExecContext(ctx,
			n.Token[:], maker, role, n.Uses, n.At.UnixMilli(), n.Expires.UnixMilli())
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		for _, room := range n.Rooms {
			if _, err := s.w.insertInviteRoom.ExecContext(ctx, id, room); err != nil {
				return err
			}
		}
		invite, err = scanInvite(s.w.invite.QueryRowContext(ctx, id))
		if err != nil {
			return err
		}
		return s.audit(ctx, &plausch.Audit{Time: n.At, Actor: invite.Maker, Action: plausch.AuditInvite, Detail: inviteDetail(invite.ID)}, 0)
	})
	if err != nil {
		return plausch.Invite{}, err
	}
	return invite, s.inviteRooms(ctx, &invite)
}

// inviteRooms reads the rooms of an invite.
func (s *Store) inviteRooms(ctx context.Context, i *plausch.Invite) error {
	rows, err := s.r.inviteRooms.QueryContext(ctx, i.ID)
	if err != nil {
		return wrap("read invite", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id plausch.RoomID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return wrap("read invite", err)
		}
		i.Rooms, i.RoomNames = append(i.Rooms, id), append(i.RoomNames, name)
	}
	return wrap("read invite", rows.Err())
}

// InviteByToken implements [store.Invites].
func (s *Store) InviteByToken(ctx context.Context, token store.TokenHash, at time.Time) (plausch.Invite, error) {
	i, err := scanInvite(s.r.inviteByToken.QueryRowContext(ctx, token[:], at.UnixMilli()))
	if err != nil {
		return plausch.Invite{}, found("invite", err)
	}
	return i, s.inviteRooms(ctx, &i)
}

// ListInvites implements [store.Invites].
func (s *Store) ListInvites(ctx context.Context, maker plausch.AccountID, at time.Time, after plausch.InviteID, limit int) ([]plausch.Invite, error) {
	query, args := s.r.invites, []any{after, at.UnixMilli(), limit}
	if maker != 0 {
		query, args = s.r.invitesOf, append([]any{maker}, args...)
	}
	all, err := list(ctx, "list invites", query, scanInvite, args...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := s.inviteRooms(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// RevokeInvite implements [store.Invites].
func (s *Store) RevokeInvite(ctx context.Context, id plausch.InviteID, at time.Time, by plausch.AccountID, judged ...store.Judged) error {
	return s.write(ctx, "revoke invite", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		r, err := s.w.revokeInvite.ExecContext(ctx, id, at.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return plausch.Errorf(plausch.NotFound, "there is no such invite")
		}
		return s.audit(ctx, &plausch.Audit{
			Time: at, Actor: plausch.AccountRef{ID: by}, Action: plausch.AuditRevoke, Detail: inviteDetail(id),
		}, 0)
	})
}

// spendInvite spends a use of an invite, inside a write, and returns its id and
// the role that it gives.
func (s *Store) spendInvite(ctx context.Context, token store.TokenHash, at int64) (id plausch.InviteID, role plausch.Role, err error) {
	var code int64
	err = s.w.spendInvite.QueryRowContext(ctx, token[:], at).Scan(&id, &code)
	if err != nil {
		return 0, "", found("invite", err)
	}
	role, err = roles.word(code)
	return id, role, err
}
