package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plausch"
	"plausch/internal/store"
)

const accountColumns = "a.id, a.name, a.display, a.role, a.transient, a.created, a.last_seen"

func scanAccount(row scanner) (a plausch.Account, err error) {
	var role, created, seen int64
	if err := row.Scan(&a.ID, &a.Name, &a.Display, &role, &a.Transient, &created, &seen); err != nil {
		return plausch.Account{}, err
	}
	a.Created, a.LastSeen = toTime(created), toTime(seen)
	a.Role, err = roles.word(role)
	return a, err
}

// CreateAccount implements [store.Accounts].
func (s *Store) CreateAccount(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	const what = "create account"
	role, err := roles.of(n.Role)
	if err != nil {
		return plausch.Account{}, wrap(what, err)
	}
	at := n.At.UnixMilli()
	a := plausch.Account{Name: n.Name, Display: n.Display, Role: n.Role, Transient: n.Transient, Created: toTime(at), LastSeen: toTime(at)}
	err = s.write(ctx, what, func(ctx context.Context) error {
		var old plausch.AccountID
		err := s.w.oldGuest.QueryRowContext(ctx, n.Name, n.GuestsSeenBefore.UnixMilli()).Scan(&old)
		if err == nil {
			err = s.release(ctx, old)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		r, err := s.w.insertAccount.ExecContext(ctx, n.Name, n.Display, role, n.Transient, n.PasswordHash, at, at)
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.Taken, "the name %q is taken", n.Name)
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		a.ID = plausch.AccountID(id)
		if n.Token == (store.TokenHash{}) {
			return nil
		}
		_, err = s.w.insertDevice.ExecContext(ctx, n.Token[:], a.ID, at)
		return err
	})
	if err != nil {
		return plausch.Account{}, err
	}
	return a, nil
}

// Account implements [store.Accounts].
func (s *Store) Account(ctx context.Context, id plausch.AccountID) (plausch.Account, error) {
	a, err := scanAccount(s.r.account.QueryRowContext(ctx, id))
	return a, found("account", err)
}

// AccountByName implements [store.Accounts].
func (s *Store) AccountByName(ctx context.Context, name string) (plausch.Account, error) {
	a, err := scanAccount(s.r.accountByName.QueryRowContext(ctx, name))
	return a, found("account", err)
}

// PasswordHash implements [store.Accounts].
func (s *Store) PasswordHash(ctx context.Context, name string) (id plausch.AccountID, hash string, err error) {
	err = s.r.passwordHash.QueryRowContext(ctx, name).Scan(&id, &hash)
	return id, hash, found("account", err)
}

// SetDisplay implements [store.Accounts].
func (s *Store) SetDisplay(ctx context.Context, id plausch.AccountID, display string) error {
	return s.write(ctx, "set display", func(ctx context.Context) error {
		r, err := s.w.setDisplay.ExecContext(ctx, display, id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no such account")
	})
}

// ListAccounts implements [store.Accounts].
func (s *Store) ListAccounts(ctx context.Context, after plausch.AccountID, limit int, seen time.Time) ([]plausch.Account, error) {
	return list(ctx, "list accounts", s.r.listAccounts, scanAccount, after, seen.UnixMilli(), limit)
}

// SeeAccounts implements [store.Accounts].
func (s *Store) SeeAccounts(ctx context.Context, ids []plausch.AccountID, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "see accounts", func(ctx context.Context) error {
		for _, id := range ids {
			if _, err := s.w.seeAccount.ExecContext(ctx, at.UnixMilli(), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseName implements [store.Accounts].
func (s *Store) ReleaseName(ctx context.Context, id plausch.AccountID) error {
	return s.write(ctx, "release name", func(ctx context.Context) error { return s.release(ctx, id) })
}

// release takes name and devices from an account, inside a write.
func (s *Store) release(ctx context.Context, id plausch.AccountID) error {
	if _, err := s.w.releaseName.ExecContext(ctx, id); err != nil {
		return err
	}
	_, err := s.w.deleteDevices.ExecContext(ctx, id)
	return err
}

// ReleaseTransient implements [store.Accounts].
func (s *Store) ReleaseTransient(ctx context.Context) error {
	return s.write(ctx, "release transient accounts", func(ctx context.Context) error {
		if _, err := s.w.deleteTransientDevices.ExecContext(ctx); err != nil {
			return err
		}
		_, err := s.w.releaseTransient.ExecContext(ctx)
		return err
	})
}
