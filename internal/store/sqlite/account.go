package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plausch"
	"plausch/internal/store"
)

const accountColumns = "a.id, a.name, a.display, a.role, a.bot, a.invited, a.state, a.transient, a.created, a.last_seen, lower(hex(ifnull(a.avatar, ''))), a.status, a.status_emoji, a.status_until, a.seen"

func scanAccount(row scanner) (plausch.Account, error) { return scanAccountAnd(row) }

func scanAccountAnd(row scanner, more ...any) (a plausch.Account, err error) {
	var role, state, created, seen, until int64
	err = row.Scan(append([]any{&a.ID, &a.Name, &a.Display, &role, &a.Bot, &a.Invited, &state, &a.Transient, &created, &seen, &a.Avatar,
		&a.Status.Text, &a.Status.Emoji, &until, &a.Seen}, more...)...)
	if err != nil {
		return plausch.Account{}, err
	}
	a.Created, a.LastSeen, a.Status.Until = toTime(created), toTime(seen), toTimeOrZero(until)
	if a.State, err = accountStates.word(state); err != nil {
		return plausch.Account{}, err
	}
	a.Role, err = roles.word(role)
	return a, err
}

// insertAccount adds the account, inside a write, and frees its name if it may.
func (s *Store) insertAccount(ctx context.Context, a plausch.Account, n store.NewAccount) (plausch.AccountID, error) {
	role, err := roles.of(a.Role)
	if err != nil {
		return 0, err
	}
	var old plausch.AccountID
	err = s.w.oldGuest.QueryRowContext(ctx, n.Name, n.GuestsSeenBefore.UnixMilli()).Scan(&old)
	if err == nil {
		err = s.release(ctx, old)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	at := n.At.UnixMilli()
	r, err := s.w.insertAccount.ExecContext(ctx, n.Name, n.Display, role, n.Bot, a.Invited, n.Transient, n.Node, n.PasswordHash, at, at)
	if err != nil {
		return 0, err
	}
	if rows, err := r.RowsAffected(); err != nil {
		return 0, err
	} else if rows == 0 {
		return 0, plausch.Errorf(plausch.Taken, "the name %q is taken", n.Name)
	}
	last, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	id := plausch.AccountID(last)
	return id, s.takeDisplay(ctx, id, n)
}

// takeDisplay removes display names that read as the name of a new account, inside
// a write. For guests whom nobody has invited and for bots the name is Taken instead:
// they change nothing of others.
func (s *Store) takeDisplay(ctx context.Context, id plausch.AccountID, n store.NewAccount) error {
	rows, err := s.w.displayedAs.QueryContext(ctx, n.Name, id, n.GuestsSeenBefore.UnixMilli())
	if err != nil {
		return err
	}
	defer rows.Close()
	yields := n.Bot || n.Role == plausch.RoleGuest && n.Invite == store.TokenHash{}
	var others []plausch.AccountID
	for rows.Next() {
		var other plausch.AccountID
		var gone bool // a guest who was not here for long
		if err := rows.Scan(&other, &gone); err != nil {
			return err
		}
		if yields && !gone {
			return plausch.Errorf(plausch.Taken, "somebody else is called %q", n.Name)
		}
		others = append(others, other)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, other := range others {
		if _, err := s.w.clearDisplay.ExecContext(ctx, other); err != nil {
			return err
		}
		s.changed(other)
	}
	return nil
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

// release takes name, subscriptions and devices from an account, inside a write.
func (s *Store) release(ctx context.Context, id plausch.AccountID) error {
	if err := execEach(ctx, id, s.w.releaseName, s.w.deletePushesOf, s.w.deleteDraftsOf, s.w.deletePersonalOf, s.w.deleteReportsOf, s.w.deleteBlocksOf,
		s.w.deleteScheduledOf, s.w.deleteRemindersOf, s.w.deletePreferences, s.w.deleteRoomPreferences); err != nil {
		return err
	}
	r, err := s.w.deleteDevices.ExecContext(ctx, id)
	if err != nil {
		return err
	}
	delete(s.batch.accounts, id)
	// Who had none cannot be connected by one.
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return err
	}
	s.changed(id)
	return nil
}
