package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// writes are the statements of the writer's connection. Those that are run now
// and then only are prepared where they are used.
type writes struct {
	begin, commit, rollback, checkpoint *sql.Stmt
	savepoint, rollbackTo, release      *sql.Stmt

	insertAccount, oldGuest, seeAccount   *sql.Stmt
	releaseName, releaseTransient         *sql.Stmt
	displayedAs, clearDisplay             *sql.Stmt
	nameOfOther                           *sql.Stmt
	insertDevice, deleteDevice            *sql.Stmt
	deleteDevices, deleteTransientDevices *sql.Stmt
	insertRoom, pairRoom, head, room      *sql.Stmt
	insertMember, deleteMember            *sql.Stmt
	insertEvent, repeat                   *sql.Stmt
	insertCommit, lastCommit              *sql.Stmt
	isMember, accountNow, webhookNow      *sql.Stmt
	judgedNow, passkeyNow                 *sql.Stmt
	insertAttachment, addAttached         *sql.Stmt
	pending, attach, attachments          *sql.Stmt
	forgetContent                         *sql.Stmt
	webhookAccount                        *sql.Stmt
	insertWebhook, deleteWebhook          *sql.Stmt
	webhookMade                           *sql.Stmt
}

func (w *writes) queries() []query {
	return []query{
		{&w.begin, `BEGIN IMMEDIATE`},
		{&w.commit, `COMMIT`},
		{&w.rollback, `ROLLBACK`},
		{&w.savepoint, `SAVEPOINT part`},
		{&w.rollbackTo, `ROLLBACK TO part`},
		{&w.release, `RELEASE part`},
		{&w.checkpoint, `PRAGMA wal_checkpoint(PASSIVE)`},

		{&w.insertAccount, `INSERT INTO accounts (name, display, held, role, bot, invited, transient, password, created, last_seen)
			VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) WHERE held DO NOTHING`},
		{&w.oldGuest, fmt.Sprintf(`SELECT id FROM accounts
			WHERE name = ? AND held AND role = %d AND state = 1 AND NOT invited AND NOT transient AND last_seen < ?`, codeGuest)},
		{&w.seeAccount, `UPDATE accounts SET last_seen = ?1 WHERE id = ?2 AND last_seen < ?1`},
		{&w.releaseName, `UPDATE accounts SET held = 0 WHERE id = ? AND held`},
		{&w.releaseTransient, `UPDATE accounts SET held = 0 WHERE held AND transient`},
		{&w.displayedAs, fmt.Sprintf(`SELECT id, role = %d AND NOT invited AND last_seen < ?3 FROM accounts
			WHERE `+nameRead("display")+` = ?1 AND held AND display <> '' AND id <> ?2`, codeGuest)},
		{&w.clearDisplay, `UPDATE accounts SET display = '' WHERE id = ?`},
		{&w.nameOfOther, `SELECT EXISTS (SELECT 1 FROM accounts WHERE name = ` + nameRead("?1") + ` AND held AND id <> ?2)`},

		{&w.insertDevice, `INSERT INTO devices (token, account, program, lasting, created, used)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO NOTHING`},
		{&w.deleteDevice, `DELETE FROM devices WHERE id = ? AND account = ?`},
		{&w.deleteDevices, `DELETE FROM devices WHERE account = ?`},
		{&w.deleteTransientDevices, `DELETE FROM devices WHERE account IN
			(SELECT id FROM accounts WHERE held AND transient)`},

		{&w.insertRoom, `INSERT INTO rooms (kind, name, low, high, created)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`},
		{&w.pairRoom, `SELECT id FROM rooms WHERE low = ? AND high = ?`},
		{&w.head, `SELECT ` + roomHead + ` FROM rooms r WHERE r.id = ?`},
		{&w.room, `SELECT ` + roomColumns + ` FROM rooms r WHERE r.id = ?`},
		{&w.insertMember, `INSERT INTO memberships (account, room) VALUES (?, ?) ON CONFLICT DO NOTHING`},
		{&w.deleteMember, `DELETE FROM memberships WHERE account = ? AND room = ?`},

		{&w.insertEvent, `INSERT INTO events (id, time, kind, actor, member, client_id, text)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client_id, actor) WHERE client_id IS NOT NULL DO NOTHING`},
		{&w.repeat, `SELECT ` + eventColumns + eventTables + ` WHERE e.client_id = ? AND e.actor = ?`},

		{&w.insertCommit, `INSERT INTO commits (id, changes) VALUES (?, ?)`},
		{&w.lastCommit, lastCommit},
		{&w.isMember, `SELECT EXISTS (SELECT 1 FROM memberships WHERE account = ? AND room = ?)`},
		{&w.accountNow, `SELECT role, state = 1 AND held, held FROM accounts WHERE id = ?`},
		{&w.judgedNow, `SELECT role, state = 1 AND held, password FROM accounts WHERE id = ?`},
		{&w.passkeyNow, `SELECT EXISTS (SELECT 1 FROM passkeys WHERE id = ? AND account = ?)`},
		{&w.webhookNow, `SELECT EXISTS (SELECT 1 FROM webhooks h WHERE h.id = ? AND h.token IS NOT NULL AND NOT ` + webhookPaused + `)`},

		{&w.insertAttachment, `INSERT INTO attachments (id, account, name, type, size, hash, client_id, created)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
			WHERE NOT (?9 AND EXISTS (SELECT 1 FROM attachments WHERE client_id = ?7 AND account = ?2))`},
		{&w.addAttached, `UPDATE accounts SET attached = attached + ?1 WHERE id = ?2 AND attached + ?1 <= ?3`},
		{&w.pending, `SELECT id, name, type, size FROM attachments WHERE id = ? AND account = ? AND event IS NULL`},
		{&w.attach, `UPDATE attachments SET event = ?, position = ? WHERE id = ?`},
		{&w.attachments, attachmentsBetween},
		{&w.forgetContent, `DELETE FROM released WHERE hash = ?`},

		{&w.webhookAccount, `SELECT a.id, a.name, a.display, h.maker FROM accounts a JOIN webhooks h ON h.account = a.id
			WHERE a.name = ? AND a.held ORDER BY h.id LIMIT 1`},
		{&w.webhookMade, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id = ? AND h.token IS NOT NULL`},
		{&w.insertWebhook, `INSERT INTO webhooks (room, account, maker, token, secret, created) VALUES (?, ?, ?, ?, ?, ?)`},
		{&w.deleteWebhook, `UPDATE webhooks SET token = NULL, secret = '' WHERE id = ? AND token IS NOT NULL`},
	}
}

// reads are the statements of the readers' pool.
type reads struct {
	account, accountByName, passwordHash, listAccounts *sql.Stmt
	accountByToken, devices, owned, used               *sql.Stmt
	room, roomByName, directRoom, roomFor              *sql.Stmt
	listRooms, memberRooms, members                    *sql.Stmt
	eventsUp, eventsDown                               *sql.Stmt
	cursor, commits                                    *sql.Stmt
	attachment, attachmentByClientID, attachedBytes    *sql.Stmt
	namesContent                                       *sql.Stmt
	attachments                                        *sql.Stmt
	webhook, webhookByToken, roomWebhooks, allWebhooks *sql.Stmt
}

func (r *reads) queries() []query {
	return []query{
		{&r.account, `SELECT ` + accountColumns + ` FROM accounts a WHERE a.id = ?`},
		{&r.accountByName, `SELECT ` + accountColumns + ` FROM accounts a WHERE a.name = ? AND a.held`},
		{&r.passwordHash, `SELECT id, password FROM accounts WHERE name = ? AND held`},
		{&r.listAccounts, fmt.Sprintf(`SELECT `+accountColumns+` FROM accounts a
			WHERE a.id > ? AND a.held AND (a.role <> %d OR a.invited OR a.last_seen >= ?) ORDER BY a.id LIMIT ?`, codeGuest)},

		{&r.accountByToken, `SELECT ` + accountColumns + `, ` + deviceColumns + ` FROM devices d JOIN accounts a ON a.id = d.account
			WHERE d.token = ?`},
		{&r.devices, `SELECT ` + deviceColumns + ` FROM devices d WHERE d.account = ? ORDER BY d.id`},
		{&r.owned, anyOwner},
		{&r.used, `SELECT EXISTS (SELECT 1 FROM accounts WHERE id > 0)`},

		{&r.room, `SELECT ` + roomColumns + ` FROM rooms r WHERE r.id = ?`},
		{&r.directRoom, `SELECT ` + roomColumns + ` FROM rooms r WHERE r.low = ? AND r.high = ?`},
		{&r.roomByName, `SELECT ` + roomColumns + ` FROM rooms r WHERE r.name = ?`},
		// The ids come from three sorted sources, merged only as far as the limit
		// goes, so the rooms that the account may not see are never looked at.
		{&r.listRooms, fmt.Sprintf(`SELECT `+roomColumns+joinedColumns+` FROM (
				SELECT 1 AS id WHERE ?3 < 1
				UNION SELECT room FROM memberships WHERE account = ?1 AND room > ?3
				UNION SELECT id FROM rooms WHERE ?2 AND kind = %d AND id > ?3
				ORDER BY 1 LIMIT ?4) i
			JOIN rooms r ON r.id = i.id`+joinedPeer+`
			ORDER BY r.id`, codePublic)},
		{&r.roomFor, `SELECT ` + roomColumns + joinedColumns + ` FROM rooms r` + joinedPeer + ` WHERE r.id = ?2`},
		{&r.memberRooms, `SELECT room FROM memberships WHERE account = ? ORDER BY room`},
		{&r.members, `SELECT a.id, a.name, a.display, a.role, lower(hex(ifnull(a.avatar, ''))) FROM memberships m JOIN accounts a ON a.id = m.account
			WHERE m.room = ? AND m.account > ? ORDER BY m.account LIMIT ?`},

		{&r.eventsUp, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? ORDER BY e.id LIMIT ?`},
		{&r.eventsDown, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`},

		{&r.cursor, lastCommit},
		{&r.commits, `SELECT id, changes FROM commits WHERE id > ? ORDER BY id LIMIT ?`},

		{&r.attachment, `SELECT ` + attachmentColumns + ` FROM attachments WHERE id = ?`},
		{&r.attachmentByClientID, `SELECT ` + attachmentColumns + ` FROM attachments
			WHERE client_id = ? AND account = ? ORDER BY number DESC LIMIT 1`},
		{&r.attachments, attachmentsBetween},
		{&r.namesContent, `SELECT EXISTS (SELECT 1 FROM attachments WHERE hash = ?1) OR EXISTS (SELECT 1 FROM accounts WHERE avatar = ?1),
			EXISTS (SELECT 1 FROM released WHERE hash = ?1)`},
		{&r.attachedBytes, `SELECT attached FROM accounts WHERE id = ?`},

		{&r.webhook, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id = ? AND h.token IS NOT NULL`},
		{&r.webhookByToken, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.token = ? AND a.held AND a.state = 1`},
		{&r.roomWebhooks, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.room = ? AND h.token IS NOT NULL ORDER BY h.id`},
		{&r.allWebhooks, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id > 0 AND h.token IS NOT NULL ORDER BY h.id`},
	}
}

// Both joins are kept in this order: the accounts are looked up for the events,
// never the other way round.
const (
	eventColumns = `e.id, e.time, e.kind, a.id, a.name, a.display,
		ifnull(m.id, 0), ifnull(m.name, ''), ifnull(m.display, ''), ifnull(e.client_id, ''), e.text`
	eventTables = ` FROM events e CROSS JOIN accounts a ON a.id = e.actor LEFT JOIN accounts m ON m.id = e.member`
)

// What an account, ?1, has of a room.
const (
	joinedColumns = `, p.id, p.name, p.display, r.id = 1 OR EXISTS (SELECT 1 FROM memberships m WHERE m.account = ?1 AND m.room = r.id)`
	joinedPeer    = ` LEFT JOIN accounts p ON p.id = iif(r.low = ?1, r.high, r.low)`
)

// nameRead is the name that a display name is read as; it is what
// names.ReadAsName does. The index accounts_by_display has it, too.
func nameRead(display string) string { return `lower(ltrim(` + display + `, '@ '))` }

const lastCommit = `SELECT ifnull(max(id), 0) FROM commits`

const attachmentsBetween = `SELECT event, id, name, type, size FROM attachments
	WHERE event BETWEEN ? AND ? ORDER BY event, position`

// query is a statement and its SQL.
type query struct {
	stmt **sql.Stmt
	text string
}

func prepare(ctx context.Context, p interface {
	PrepareContext(context.Context, string) (*sql.Stmt, error)
}, queries []query) error {
	for _, q := range queries {
		stmt, err := p.PrepareContext(ctx, q.text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", q.text, err)
		}
		*q.stmt = stmt
	}
	return nil
}

// scanner is a row, of one or of many.
type scanner interface{ Scan(dest ...any) error }

// list runs a query and scans its rows.
func list[T any](ctx context.Context, what string, q *sql.Stmt, scan func(scanner) (T, error), args ...any) ([]T, error) {
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
