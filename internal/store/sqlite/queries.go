package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// Both joins are kept in this order: the accounts are looked up for the events,
// never the other way round.
const (
	eventColumns = `e.id, e.time, e.kind, a.id, a.name, a.display,
		ifnull(m.id, 0), ifnull(m.name, ''), ifnull(m.display, ''), ifnull(e.client_id, ''), e.text`
	eventTables = ` FROM events e CROSS JOIN accounts a ON a.id = e.actor LEFT JOIN accounts m ON m.id = e.member`
)

// What an account, ?1, has of a room.
const (
	joinedColumns = `, p.id, p.name, p.display, iif(r.id = 1, 3, ifnull((SELECT m.role FROM memberships m WHERE m.account = ?1 AND m.room = r.id), 0)),
		` + roomPreferenceColumns
	joinedPeer = ` LEFT JOIN accounts p ON p.id = iif(r.low = ?1, r.high, r.low)
		LEFT JOIN room_preferences q ON q.account = ?1 AND q.room = r.id`
)

// publicHead is the seq of the newest event of room 1, which everybody is in from the
// start.
const publicHead = `ifnull((SELECT max(id) & 0xffffffff FROM events WHERE id BETWEEN 1 << 32 AND 1 << 32 | 0xffffffff), 0)`

// markerOf is the marker of an account a in a room r, with its membership m if there is one.
const markerOf = `iif(r.id = 1, a.marker, m.marker)`

// isUnread is the one definition of what is unread: the messages e of others than ?1
// behind a marker in a room that are not deleted. 2303 are the bits of what kind it is and
// deletedBit.
func isUnread(room, marker string) string {
	return `e.id > (` + room + ` << 32) + ` + marker + ` AND e.id < (` + room + ` + 1) << 32 AND e.kind & 2303 = 1 AND e.actor <> ?1`
}

// nameRead is the name that a display name is read as; it is what
// names.ReadAsName does. The index accounts_by_display has it, too.
func nameRead(display string) string { return `lower(ltrim(` + display + `, '@ '))` }

// isIn is the condition that an account is in a room.
func isIn(room, account string) string {
	return `(` + room + ` = 1 OR EXISTS (SELECT 1 FROM memberships WHERE account = ` + account + ` AND room = ` + room + `))`
}

// moderates is the condition that an account moderates the room of a report p.
func moderates(account string) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM accounts a WHERE a.id = %s AND a.state = 1 AND a.held AND (a.role IN (%d, %d)
		OR EXISTS (SELECT 1 FROM memberships m WHERE m.account = a.id AND m.room = p.event >> 32 AND m.role IN (%d, %d))))`,
		account, codeOwner, codeAdmin, codeRoomOwner, codeRoomAdmin)
}

const (
	reportColumns = `p.id, p.event, p.reason, p.time, p.closed, b.id, b.name, b.display,
		ifnull(c.id, 0), ifnull(c.name, ''), ifnull(c.display, ''), r.kind, ifnull(r.name, '')`
	reportTables = ` FROM reports p CROSS JOIN accounts b ON b.id = p.account CROSS JOIN rooms r ON r.id = p.event >> 32
		LEFT JOIN accounts c ON c.id = p.closer`
)

const (
	accountByID    = `SELECT ` + accountColumns + ` FROM accounts a WHERE a.id = ?`
	anyOwner       = `SELECT EXISTS (SELECT 1 FROM accounts WHERE id > 0 AND role = 1 AND state = 1 AND held)`
	expiredDevices = ` FROM devices WHERE NOT lasting AND (created < ? OR used < ?)`
	oldPending     = ` FROM attachments WHERE event IS NULL AND created < ?1`
)

const (
	scheduledColumns = `s.id, s.account, s.edit, s.at, ifnull(s.room, 0), ifnull(p.id, 0), ifnull(p.name, ''), ifnull(p.display, ''),
		s.text, s.target, s.details, ifnull(s.client_id, ''), s.failed, s.error`
	scheduledTables = ` FROM scheduled s LEFT JOIN accounts p ON p.id = s.peer`
	scheduledByID   = `SELECT ` + scheduledColumns + scheduledTables + ` WHERE s.id = ? AND s.account = ?`

	reminderColumns = `m.id, m.account, m.event, m.at, m.due, r.kind, ifnull(r.name, '')`
	reminderTables  = ` FROM reminders m CROSS JOIN rooms r ON r.id = m.event >> 32`
)

const hasBlocked = `SELECT EXISTS (SELECT 1 FROM blocks WHERE account = ? AND blocked = ?)`

const (
	preferencesOf    = `SELECT ` + preferenceColumns + ` FROM preferences p WHERE p.account = ?`
	roomPreferenceOf = `SELECT ` + roomPreferenceColumns + ` FROM room_preferences q WHERE q.account = ? AND q.room = ?`
)

const nextErasure = `SELECT account, event, emptied FROM erasures WHERE account > 0 ORDER BY account LIMIT 1`

const lastCommit = `SELECT ifnull(max(id), 0) FROM commits`

// editsOf are the ids of the edits of the message ?1.
const editsOf = `SELECT d.event FROM details d CROSS JOIN events x ON x.id = d.event WHERE d.target = ?1 AND x.kind & 255 = 4`

const detailsBetween = `SELECT event, ifnull(target, 0), data FROM details WHERE event BETWEEN ? AND ?`

const attachmentsBetween = `SELECT event, id, name, type, size, ifnull(media, '') FROM attachments
	WHERE event BETWEEN ? AND ? ORDER BY event, position`

// separatorsOf are the separators of a table of FTS5, with their leaves; a leaf's id is made
// of its segment and its number in that.
func separatorsOf(table, where string) string {
	return `SELECT i.segid, i.term, d.block FROM ` + table + `_idx i CROSS JOIN ` + table + `_data d ON d.id = (i.segid << 37) + (i.pgno >> 1)
		WHERE ` + where
}

const searchStateNow = `SELECT version, cursor, done, next, first, forgot FROM search_state WHERE number = 1`

// indexedMessages are messages as the index has or gets them, in their state now.
const indexedMessages = `SELECT e.id, e.kind, e.actor, e.text, ifnull(c.edited, 0), ifnull(x.text, ''), ifnull(d.data, ''),
		e.kind & 256 AND EXISTS (SELECT 1 FROM attachments f WHERE f.event = e.id AND f.type LIKE 'image/%')
	FROM json_each(?) j CROSS JOIN events e ON e.id = j.value LEFT JOIN changed c ON c.message = e.id AND e.kind & 1024
	LEFT JOIN events x ON x.id = (e.id >> 32 << 32) + c.edited LEFT JOIN details d ON d.event = ifnull(x.id, e.id) AND e.kind & 1536`

// query is a statement's place and its SQL.
type query struct {
	stmt **statement
	text string
}

// makeStatements fills the places of queries.
func makeStatements(on preparer, queries []query) {
	for _, q := range queries {
		*q.stmt = &statement{on: on, text: q.text}
	}
}

// execEach runs statements with the same argument.
func execEach(ctx context.Context, arg any, all ...*statement) error {
	for _, stmt := range all {
		if _, err := stmt.ExecContext(ctx, arg); err != nil {
			return err
		}
	}
	return nil
}

// scanner is a row, of one or of many.
type scanner interface{ Scan(dest ...any) error }

// queryer is a statement, on a connection of the pool or in a transaction.
type queryer interface {
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
}

// list runs a query and scans its rows.
func list[T any](ctx context.Context, what string, q queryer, scan func(scanner) (T, error), args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, wrap(what, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, wrap(what, err)
		}
		all = append(all, one)
	}
	return all, wrap(what, rows.Err())
}
