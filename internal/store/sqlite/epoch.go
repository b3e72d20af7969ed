package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"math"

	"plausch"
)

// Epoch implements [store.Settings].
func (s *Store) Epoch(ctx context.Context) (id string, err error) {
	err = s.r.epoch.QueryRowContext(ctx).Scan(&id)
	return id, wrap("read epoch", err)
}

// CommonSeq implements [store.Settings]. What the two states have in common ends
// at the lowest seq that the room had when an epoch began after the given one.
func (s *Store) CommonSeq(ctx context.Context, epoch string, room plausch.RoomID) (int64, error) {
	var seq sql.NullInt64
	err := s.r.commonSeq.QueryRowContext(ctx, epoch, room).Scan(&seq)
	if err != nil {
		return 0, wrap("compare epochs", err)
	}
	if !seq.Valid {
		return math.MaxInt64, nil
	}
	return seq.Int64, nil
}

// epochSchema is the version of the schema from which on there are epochs.
const epochSchema = 9

// BeginEpoch begins a new epoch in the database at path, which nobody uses: a
// backup that has been put back. One of an older schema begins its first epoch
// when it is upgraded.
func BeginEpoch(ctx context.Context, path string) (err error) {
	defer func() { err = wrap("begin an epoch", err) }()
	db, err := sql.Open("sqlite", dsn(path, "rw"))
	if err != nil {
		return err
	}
	defer func() {
		if closing := db.Close(); err == nil {
			err = closing
		}
	}()
	db.SetMaxOpenConns(1)
	if version, err := schemaVersion(ctx, db, len(migrations)); err != nil || version < epochSchema {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, `INSERT INTO epochs (number, id) SELECT ifnull(max(number), 0) + 1, ? FROM epochs`, newEpoch()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO epoch_rooms (epoch, room, seq)
		SELECT (SELECT max(number) FROM epochs), id >> 32, max(id) & 0xffffffff FROM events GROUP BY id >> 32`); err != nil {
		return err
	}
	return tx.Commit()
}

// newEpoch returns the id of an epoch, as the migration writes them: 64 random bits.
func newEpoch() string {
	var id [8]byte
	rand.Read(id[:]) // never fails: crypto/rand ends the process instead
	return fmt.Sprintf("%x", id)
}
