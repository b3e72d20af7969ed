package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

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
	return s.updateServerName(ctx, serverName)
}
