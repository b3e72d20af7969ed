package sqlite

import (
	"context"
	"time"

	"plausch/internal/store"
)

// ClampTimes implements [store.Settings].
func (s *Store) ClampTimes(ctx context.Context, now time.Time, lives map[store.Purpose]time.Duration) error {
	return s.write(ctx, "clamp times", func(ctx context.Context) error {
		err := execEach(ctx, now.UnixMilli(), s.w.clampDevices, s.w.clampAccounts, s.w.clampInvites, s.w.clampAttachments, s.w.clampUploads, s.w.clampNodes)
		if err != nil {
			return err
		}
		for purpose, life := range lives {
			code, err := purposes.of(purpose)
			if err != nil {
				return err
			}
			last := now.Add(life).UnixMilli()
			if _, err := s.w.clampTickets.ExecContext(ctx, last, code); err != nil {
				return err
			}
		}
		return nil
	})
}
