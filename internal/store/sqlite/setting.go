package sqlite

import (
	"context"
	"fmt"
	"math"
	"time"

	"plausch"
	"plausch/internal/store"
)

const keyServerName = "server_name"

// ServerName implements [store.Settings].
func (s *Store) ServerName(ctx context.Context) (name string, err error) {
	err = s.r.setting.QueryRowContext(ctx, keyServerName).Scan(&name)
	if isNone(err) {
		return "", nil
	}
	return name, wrap("read server name", err)
}

// SetServerName implements [store.Settings].
func (s *Store) SetServerName(ctx context.Context, name string, audit *plausch.Audit, judged ...store.Judged) error {
	return s.write(ctx, "set server name", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		if err := s.setServerName(ctx, name); err != nil {
			return err
		}
		return s.audit(ctx, audit, 0)
	})
}

func (s *Store) setServerName(ctx context.Context, name string) error {
	_, err := s.w.setSetting.ExecContext(ctx, keyServerName, name)
	return err
}

// CreateTicket implements [store.Settings].
func (s *Store) CreateTicket(ctx context.Context, t store.Ticket) error {
	return s.write(ctx, "create ticket", func(ctx context.Context) error {
		if err := s.judged(ctx, t.If); err != nil {
			return err
		}
		purpose, err := purposes.of(t.Purpose)
		if err != nil {
			return err
		}
		if t.Purpose == store.PurposeClaim {
			switch owned, err := s.ownedNow(ctx); {
			case err != nil:
				return err
			case owned:
				return plausch.Errorf(plausch.Forbidden, "this server has an owner already")
			}
		}
		var account any
		if t.Account != 0 {
			account = t.Account
		}
		if _, err := s.w.deleteTickets.ExecContext(ctx, purpose, account); err != nil {
			return err
		}
		_, err = s.w.insertTicket.ExecContext(ctx, t.Hash[:], purpose, account, t.Expires.UnixMilli())
		if err != nil {
			return err
		}
		return s.audit(ctx, t.Audit, t.Account)
	})
}

// Ticket implements [store.Settings].
func (s *Store) Ticket(ctx context.Context, hash store.TokenHash, purpose store.Purpose, at time.Time) (store.Ticket, error) {
	t := store.Ticket{Hash: hash, Purpose: purpose}
	code, err := purposes.of(purpose)
	if err != nil {
		return store.Ticket{}, err
	}
	var expires int64
	err = s.r.ticket.QueryRowContext(ctx, hash[:], code, at.UnixMilli()).Scan(&t.Account, &expires)
	t.Expires = toTime(expires)
	return t, found("ticket", err)
}

// spendTicket spends a ticket, inside a write. Account is 0 for those of none.
func (s *Store) spendTicket(ctx context.Context, hash store.TokenHash, purpose store.Purpose, account plausch.AccountID, at int64) error {
	code, err := purposes.of(purpose)
	if err != nil {
		return err
	}
	r, err := s.w.spendTicket.ExecContext(ctx, hash[:], code, account, at)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); n > 0 || err != nil {
		return err
	}
	return plausch.Errorf(plausch.NotFound, "there is no such ticket")
}

// claim spends the ticket of the first owner and names the server, inside a write.
func (s *Store) claim(ctx context.Context, hash store.TokenHash, serverName string, at int64) error {
	switch owned, err := s.ownedNow(ctx); {
	case err != nil:
		return err
	case owned:
		return plausch.Errorf(plausch.NotFound, "this server has an owner already")
	}
	if err := s.spendTicket(ctx, hash, store.PurposeClaim, 0, at); err != nil {
		return err
	}
	return s.setServerName(ctx, serverName)
}

// audit adds an entry about account, if there is one to add, inside a write.
func (s *Store) audit(ctx context.Context, a *plausch.Audit, account plausch.AccountID) error {
	if a == nil {
		return nil
	}
	var actor, about any
	if a.Actor.ID != 0 {
		actor = a.Actor.ID
	}
	if account != 0 {
		about = account
	}
	_, err := s.w.insertAudit.ExecContext(ctx, a.Time.UnixMilli(), actor, a.Action, about, a.Detail)
	return err
}

func inviteDetail(id plausch.InviteID) string { return fmt.Sprint("invite ", id) }

// ListAudit implements [store.Settings].
func (s *Store) ListAudit(ctx context.Context, before int64, limit int) ([]plausch.Audit, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, "list audit", s.r.audit, func(row scanner) (plausch.Audit, error) {
		var u plausch.Audit
		var at int64
		err := row.Scan(&u.ID, &at, &u.Action, &u.Detail, &u.Actor.ID, &u.Actor.Name, &u.Actor.Display,
			&u.Account.ID, &u.Account.Name, &u.Account.Display)
		u.Time = toTime(at)
		return u, err
	}, before, limit)
}
