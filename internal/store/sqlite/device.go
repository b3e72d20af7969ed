package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

const deviceColumns = "d.id, d.account, d.program, d.lasting, d.created, d.used"

// deviceRow is where the columns of a device are scanned to.
type deviceRow struct {
	plausch.Device
	created, used int64
}

func (d *deviceRow) columns() []any {
	return []any{&d.ID, &d.Account, &d.Program, &d.Lasting, &d.created, &d.used}
}

func (d *deviceRow) device() plausch.Device {
	d.Created, d.Used = toTime(d.created), toTime(d.used)
	return d.Device
}

// CreateDevice implements [store.Devices].
func (s *Store) CreateDevice(ctx context.Context, n store.NewDevice) (plausch.Device, error) {
	at := n.At.UnixMilli()
	d := plausch.Device{Account: n.Account, Program: n.Program, Lasting: n.Lasting, Created: toTime(at), Used: toTime(at)}
	err := s.write(ctx, "create device", func(ctx context.Context) error {
		if err := s.judged(ctx, n.If); err != nil {
			return err
		}
		if n.Passkey != nil {
			var is bool
			if err := s.w.passkeyNow.QueryRowContext(ctx, n.Passkey, n.Account).Scan(&is); err != nil {
				return err
			} else if !is {
				return store.ErrUnmet
			}
		}
		r, err := s.w.insertDevice.ExecContext(ctx, n.Token[:], n.Account, n.Program, n.Lasting, at, at)
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.Taken, "there is a device with this token already")
		}
		id, err := r.LastInsertId()
		d.ID = plausch.DeviceID(id)
		if err != nil {
			return err
		}
		return s.audit(ctx, n.Audit, n.Account)
	})
	if err != nil {
		return plausch.Device{}, err
	}
	return d, nil
}

// AccountByToken implements [store.Devices].
func (s *Store) AccountByToken(ctx context.Context, token store.TokenHash) (plausch.Account, plausch.Device, error) {
	var d deviceRow
	a, err := scanAccountAnd(s.r.accountByToken.QueryRowContext(ctx, token[:]), d.columns()...)
	return a, d.device(), found("device", err)
}

// ListDevices implements [store.Devices].
func (s *Store) ListDevices(ctx context.Context, account plausch.AccountID) ([]plausch.Device, error) {
	return list(ctx, "list devices", s.r.devices, func(row scanner) (plausch.Device, error) {
		var d deviceRow
		err := row.Scan(d.columns()...)
		return d.device(), err
	}, account)
}

// UseDevices implements [store.Devices].
func (s *Store) UseDevices(ctx context.Context, ids []plausch.DeviceID, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "use devices", func(ctx context.Context) error {
		for _, id := range ids {
			if _, err := s.w.useDevice.ExecContext(ctx, at.UnixMilli(), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// RevokeDevice implements [store.Devices].
func (s *Store) RevokeDevice(ctx context.Context, account plausch.AccountID, id plausch.DeviceID) error {
	return s.write(ctx, "delete device", func(ctx context.Context) error {
		r, err := s.w.deleteDevice.ExecContext(ctx, id, account)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return plausch.Errorf(plausch.NotFound, "there is no such device")
		}
		s.changed(account)
		return nil
	})
}

// ExpireDevices implements [store.Devices].
func (s *Store) ExpireDevices(ctx context.Context, created, used time.Time) error {
	return s.write(ctx, "expire devices", func(ctx context.Context) error {
		rows, err := s.w.expiredDevices.QueryContext(ctx, created.UnixMilli(), used.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var account plausch.AccountID
			if err := rows.Scan(&account); err != nil {
				return err
			}
			s.changed(account)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		_, err = s.w.deleteExpiredDevices.ExecContext(ctx, created.UnixMilli(), used.UnixMilli())
		return err
	})
}
