package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plausch"
	"plausch/internal/store"
)

// UpdateAccount implements [store.Accounts].
func (s *Store) UpdateAccount(ctx context.Context, c store.AccountUpdate) (a plausch.Account, err error) {
	err = s.write(ctx, "change account", func(ctx context.Context) error {
		if err := s.judged(ctx, c.If); err != nil {
			return err
		}
		if c.Ticket != (store.TokenHash{}) {
			if err := s.spendTicket(ctx, c.Ticket, store.PurposeReset, c.Account, c.At.UnixMilli()); err != nil {
				return err
			}
		}
		owned, err := s.ownedNow(ctx)
		if err != nil {
			return err
		}
		if err := s.setColumns(ctx, c); err != nil {
			return err
		}
		if c.State == plausch.AccountDeleted {
			if err := s.leaveRooms(ctx, c.Account, c.At); err != nil {
				return err
			}
			if err := s.deleteAccount(ctx, c.Account); err != nil {
				return err
			}
		}
		if c.EraseTexts {
			if _, err := s.w.insertErasure.ExecContext(ctx, c.Account); err != nil {
				return err
			}
		}
		if c.Role != "" || c.State != "" || c.PasswordHash != "" {
			if _, err := s.w.deleteTicketsOf.ExecContext(ctx, c.Account); err != nil {
				return err
			}
		}
		if c.RevokeInvites || c.State == plausch.AccountDeleted {
			if _, err := s.w.endInvitesOf.ExecContext(ctx, c.Account); err != nil {
				return err
			}
		}
		if c.RevokeDevices {
			if _, err := s.w.deleteOtherDevices.ExecContext(ctx, c.Account, c.KeepDevice); err != nil {
				return err
			}
		}
		if still, err := s.ownedNow(ctx); err != nil {
			return err
		} else if owned && !still {
			return plausch.Errorf(plausch.Forbidden, "this is the last owner of the server; make somebody else an owner first")
		}
		if err := s.audit(ctx, c.Audit, c.Account); err != nil {
			return err
		}
		s.changed(c.Account)
		a, err = scanAccount(s.w.account.QueryRowContext(ctx, c.Account))
		return err
	})
	if err != nil {
		return plausch.Account{}, err
	}
	return a, nil
}

// setColumns does what a change does to the account's row.
func (s *Store) setColumns(ctx context.Context, c store.AccountUpdate) error {
	var role, state, password, avatar any // null leaves the column
	var err error
	if c.Display != nil {
		var taken bool
		if err := s.w.nameOfOther.QueryRowContext(ctx, *c.Display, c.Account).Scan(&taken); err != nil {
			return err
		} else if taken {
			return plausch.Errorf(plausch.Taken, "%q is the name of somebody else", *c.Display)
		}
	}
	if c.Role != "" {
		if role, err = roles.of(c.Role); err != nil {
			return err
		}
	}
	if c.State != "" {
		if state, err = accountStates.of(c.State); err != nil {
			return err
		}
	}
	if c.PasswordHash != "" {
		password = c.PasswordHash
	}
	switch {
	case c.Avatar != nil && *c.Avatar != store.ContentHash{}:
		avatar = c.Avatar[:]
	case c.Avatar != nil:
		avatar = []byte{} // becomes null
	}
	var text, emoji, until any
	if c.Status != nil {
		text, emoji, until = c.Status.Text, c.Status.Emoji, toMilli(c.Status.Until)
	}
	r, err := s.w.updateAccount.ExecContext(ctx, c.Display, role, state, password, avatar, text, emoji, until, c.Seen, c.Account)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); n > 0 || err != nil {
		return err
	}
	return plausch.Errorf(plausch.NotFound, "there is no such account")
}

// leaveRooms adds the account's leave to each of its rooms but direct ones.
func (s *Store) leaveRooms(ctx context.Context, id plausch.AccountID, at time.Time) error {
	rows, err := s.w.roomsToLeave.QueryContext(ctx, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	var rooms []plausch.RoomID
	for rows.Next() {
		var room plausch.RoomID
		if err := rows.Scan(&room); err != nil {
			return err
		}
		rooms = append(rooms, room)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	s.batch.begin(ctx, &s.w, &s.noted, len(rooms))
	defer func() { s.batch.events = nil }()
	who := plausch.AccountRef{ID: id}
	for _, room := range rooms {
		leave := newEvent{kind: plausch.EventLeave, actor: who, member: who, time: at}
		if err := s.batch.keepOwned(room, &leave); err != nil {
			return err
		}
		if _, err := s.batch.add(room, leave); err != nil {
			return err
		}
	}
	return nil
}

// deleteAccount takes from an account all that it has but what it wrote.
func (s *Store) deleteAccount(ctx context.Context, id plausch.AccountID) error {
	return execEach(ctx, id, s.w.deletePushesOf, s.w.deleteDraftsOf, s.w.deletePersonalOf, s.w.deleteReportsOf, s.w.deleteBlocksOf, s.w.deleteScheduledOf, s.w.deleteRemindersOf,
		s.w.deletePreferences, s.w.deleteRoomPreferences, s.w.deleteBansOf,
		s.w.deleteDevices, s.w.deletePasskeysOf, s.w.deletePendingOf, s.w.deleteUploadsOf, s.w.deleteAccount)
}

// ownedNow reports, inside a write, whether there is an active owner.
func (s *Store) ownedNow(ctx context.Context) (owned bool, err error) {
	return owned, s.w.owned.QueryRowContext(ctx).Scan(&owned)
}

// HasOwner implements [store.Accounts].
func (s *Store) HasOwner(ctx context.Context) (owned bool, err error) {
	err = s.r.owned.QueryRowContext(ctx).Scan(&owned)
	return owned, wrap("look for an owner", err)
}

// Used implements [store.Settings].
func (s *Store) Used(ctx context.Context) (used bool, err error) {
	err = s.r.used.QueryRowContext(ctx).Scan(&used)
	return used, wrap("look for accounts", err)
}

// isNone reports whether err says that a query has no row.
func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }
