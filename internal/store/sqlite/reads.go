package sqlite

import (
	"fmt"

	"plausch"
)

// reads are the statements of the readers' pool.
type reads struct {
	account, accountByName, passwordHash, listAccounts *statement
	accountByToken, devices, owned, used               *statement
	room, roomByName, directRoom, roomFor              *statement
	listRooms, memberRooms, members                    *statement
	readStates, inbox, drafts                          *statement
	preferences, roomPreference                        *statement
	eventsUp, eventsDown                               *statement
	messagesUp, messagesDown, hasMessage               *statement
	changedBetween, reactionsBetween, reactionNames    *statement
	quoted, roomState, timeFrom                        *statement
	personalBetween, saved, hidden, versions           *statement
	report, reportsOpen, reportsClosed, moderators     *statement
	blocks, hasBlocked                                 *statement
	scheduled, scheduledOf, dueScheduled               *statement
	reminder, remindersOf, nextDue                     *statement
	details                                            *statement
	cursor, commits                                    *statement
	attachment, attachmentByClientID, attachedBytes    *statement
	namesContent, released                             *statement
	attachments                                        *statement
	upload, uploadByClientID                           *statement
	webhook, webhookByToken, roomWebhooks, allWebhooks *statement
	outgoing, roomOutgoing, allOutgoing                *statement
	pushes, roomPushAccounts, allPushAccounts          *statement
	allRooms                                           *statement
	contents                                           *statement
	inviteByToken, invites, invitesOf, inviteRooms     *statement
	passkey, passkeys                                  *statement
	ticket, setting, audit                             *statement
	epoch, commonSeq                                   *statement
	pages                                              *statement
	retainedRooms, bans                                *statement
	erasure, eventAfter, rangeEnd, messagesOf          *statement

	searchState, searchRooms, searchedSince         *statement
	tailMessages, messagesBelow, indexedMessages    *statement
	newWords, wordsFrom, wordsWith                  *statement
	eventsIn, readableRooms, searched, numberedFrom *statement
	hits, hitFiles, neighbours                      *statement
	separators, partSeparators                      *statement
	hasUnused                                       *statement
}

func (r *reads) queries() []query {
	return []query{
		{&r.account, accountByID},
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
		{&r.members, `SELECT a.id, a.name, a.display, a.role, lower(hex(ifnull(a.avatar, ''))), a.status, a.status_emoji, a.status_until, m.role FROM memberships m JOIN accounts a ON a.id = m.account
			WHERE m.room = ? AND m.account > ? ORDER BY m.account LIMIT ?`},

		{&r.readStates, fmt.Sprintf(`SELECT r.id, `+markerOf+`,
				(SELECT count(*) FROM (SELECT 1 FROM events e WHERE `+isUnread("r.id", markerOf)+` LIMIT %[1]d) u),
				(SELECT count(*) FROM (SELECT DISTINCT n.event FROM mentions n CROSS JOIN events e ON e.id = n.event
					WHERE n.account IN (0, ?1) AND n.event > (r.id << 32) + `+markerOf+` AND n.event < (r.id + 1) << 32
					AND `+isUnread("r.id", markerOf)+` LIMIT %[1]d) u),
				`+roomHead+`, ifnull(p.id, 0), ifnull((SELECT o.marker FROM memberships o WHERE o.account = p.id AND o.room = r.id), 0)
			FROM json_each(?2) j CROSS JOIN rooms r ON r.id = j.value CROSS JOIN accounts a ON a.id = ?1
			LEFT JOIN memberships m ON m.account = ?1 AND m.room = r.id
			LEFT JOIN accounts p ON p.id = iif(r.low = ?1, r.high, r.low) AND a.seen AND p.seen AND p.held
				AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = ?1 AND b.blocked = p.id)
				AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = p.id AND b.blocked = ?1)
			WHERE r.id = 1 OR m.room IS NOT NULL`, plausch.MaxUnread)},

		// The newest unread message of each room; of a page alone more is read.
		{&r.inbox, `SELECT e.id, e.time FROM (
				SELECT (SELECT e.id FROM events e WHERE ` + isUnread("m.room", "m.marker") + ` ORDER BY e.id DESC LIMIT 1) AS last
				FROM memberships m WHERE m.account = ?1
				UNION ALL SELECT (SELECT e.id FROM events e WHERE ` + isUnread("1", "a.marker") + ` ORDER BY e.id DESC LIMIT 1)
				FROM accounts a WHERE a.id = ?1) k
			CROSS JOIN events e ON e.id = k.last
			WHERE (e.time, e.id >> 32) < (?2, ?3) ORDER BY e.time DESC, e.id DESC LIMIT ?4`},

		{&r.drafts, `SELECT d.room, d.edit, d.text, d.target FROM drafts d
			WHERE d.account = ? AND d.room > ? AND d.text <> '' ORDER BY d.room LIMIT ?`},

		{&r.preferences, preferencesOf},
		{&r.roomPreference, roomPreferenceOf},

		{&r.bans, `SELECT a.id, a.name, a.display, c.id, c.name, c.display, b.time FROM bans b
			CROSS JOIN accounts a ON a.id = b.account CROSS JOIN accounts c ON c.id = b.actor
			WHERE b.room = ? AND b.account > ? ORDER BY b.account LIMIT ?`},

		{&r.eventsUp, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? AND e.kind <> 255 ORDER BY e.id LIMIT ?`},
		{&r.eventsDown, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? AND e.kind <> 255 ORDER BY e.id DESC LIMIT ?`},

		{&r.details, detailsBetween},
		{&r.messagesUp, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? AND e.kind & 255 = 1 ORDER BY e.id LIMIT ?`},
		{&r.messagesDown, `SELECT ` + eventColumns + eventTables + ` WHERE e.id > ? AND e.id < ? AND e.kind & 255 = 1 ORDER BY e.id DESC LIMIT ?`},
		{&r.hasMessage, `SELECT EXISTS (SELECT 1 FROM events e WHERE e.id > ? AND e.id < ? AND e.kind & 255 = 1)`},
		// The newest edit of each message, with its text and details.
		{&r.changedBetween, `SELECT c.message, ifnull(c.edited, 0), ifnull(c.deleted, 0), ifnull(c.pinned, 0), ifnull(e.text, ''), ifnull(d.data, '')
			FROM changed c LEFT JOIN events e ON e.id = (c.message >> 32 << 32) + c.edited LEFT JOIN details d ON d.event = e.id
			WHERE c.message BETWEEN ? AND ?`},
		{&r.reactionsBetween, `SELECT message, emoji, count(*), min(seq), max(account = ?3) FROM reactions
			WHERE message BETWEEN ?1 AND ?2 GROUP BY message, emoji ORDER BY message, min(seq)`},
		{&r.reactionNames, fmt.Sprintf(`SELECT r.message, r.emoji, r.seq, a.id, a.name, a.display
			FROM (SELECT DISTINCT message, emoji FROM reactions WHERE message BETWEEN ? AND ?) g
			CROSS JOIN reactions r ON r.message = g.message AND r.emoji = g.emoji AND r.seq <= ifnull((SELECT x.seq FROM reactions x
				WHERE x.message = g.message AND x.emoji = g.emoji ORDER BY x.seq LIMIT 1 OFFSET %d), 0x7fffffffffffffff)
			CROSS JOIN accounts a ON a.id = r.account ORDER BY r.message, r.emoji, r.seq`, plausch.ReactionNames-1)},
		{&r.quoted, `SELECT e.id, e.kind, a.id, a.name, a.display, e.text, ifnull(x.text, ''), ifnull(d.data, ''), c.edited IS NOT NULL,
				(SELECT count(*) FROM attachments f WHERE f.event = e.id)
			FROM json_each(?) j CROSS JOIN events e ON e.id = j.value CROSS JOIN accounts a ON a.id = e.actor
			LEFT JOIN changed c ON c.message = e.id LEFT JOIN events x ON x.id = (e.id >> 32 << 32) + c.edited
			LEFT JOIN details d ON d.event = ifnull(x.id, e.id)`},
		{&r.roomState, `SELECT ` + roomHead + `, r.first FROM rooms r WHERE r.id = ?`},
		{&r.timeFrom, `SELECT e.id, e.time FROM events e WHERE e.id >= ? AND e.id < ? ORDER BY e.id LIMIT 1`},

		{&r.personalBetween, `SELECT event, hidden, saved IS NOT NULL FROM personal WHERE account = ? AND event BETWEEN ? AND ?`},
		{&r.saved, `SELECT p.event, p.saved FROM personal p WHERE p.account = ?1 AND p.saved IS NOT NULL AND p.saved < ?2
			AND ` + isIn("p.event >> 32", "?1") + ` ORDER BY p.saved DESC LIMIT ?3`},
		{&r.hidden, `SELECT p.event, p.saved IS NOT NULL FROM personal p WHERE p.account = ? AND p.hidden AND p.event > ? ORDER BY p.event LIMIT ?`},
		{&r.versions, `SELECT ` + eventColumns + eventTables + ` WHERE e.id IN (SELECT ?1 UNION ALL ` + editsOf + `) AND e.id < ?2 ORDER BY e.id DESC LIMIT ?3`},
		{&r.scheduled, scheduledByID},
		{&r.scheduledOf, `SELECT ` + scheduledColumns + scheduledTables + ` WHERE s.account = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?`},
		{&r.dueScheduled, `SELECT ` + scheduledColumns + scheduledTables + ` WHERE s.failed = 0 AND s.at <= ? ORDER BY s.at LIMIT ?`},
		{&r.reminder, `SELECT ` + reminderColumns + reminderTables + ` WHERE m.id = ?`},
		{&r.remindersOf, `SELECT ` + reminderColumns + reminderTables + ` WHERE m.account = ?1 AND m.id < ?2 AND ` + isIn("(m.event >> 32)", "?1") + `
			ORDER BY m.id DESC LIMIT ?3`},
		{&r.nextDue, `SELECT min(at) FROM (SELECT min(at) AS at FROM scheduled WHERE failed = 0 UNION ALL SELECT min(at) FROM reminders WHERE NOT due)`},
		{&r.blocks, `SELECT a.id, a.name, a.display FROM blocks b CROSS JOIN accounts a ON a.id = b.blocked WHERE b.account = ? AND b.blocked > ? ORDER BY b.blocked LIMIT ?`},
		{&r.hasBlocked, hasBlocked},
		{&r.report, `SELECT ` + reportColumns + reportTables + ` WHERE p.id = ?`},
		{&r.reportsOpen, `SELECT ` + reportColumns + reportTables + ` WHERE p.closed = 0 AND p.id < ?2 AND ` + moderates("?1") + ` ORDER BY p.id DESC LIMIT ?3`},
		{&r.reportsClosed, `SELECT ` + reportColumns + reportTables + ` WHERE p.closed > 0 AND p.id < ?2 AND ` + moderates("?1") + ` ORDER BY p.id DESC LIMIT ?3`},
		{&r.moderators, fmt.Sprintf(`SELECT id FROM accounts WHERE id > 0 AND role IN (%d, %d) AND state = 1 AND held
			UNION SELECT m.account FROM memberships m JOIN accounts a ON a.id = m.account
			WHERE m.room = ? AND m.role IN (%d, %d) AND a.state = 1 AND a.held ORDER BY 1`, codeOwner, codeAdmin, codeRoomOwner, codeRoomAdmin)},

		{&r.cursor, lastCommit},
		{&r.commits, `SELECT id, changes FROM commits WHERE id > ? ORDER BY id LIMIT ?`},

		{&r.attachment, `SELECT ` + attachmentColumns + ` FROM attachments WHERE id = ?`},
		{&r.attachmentByClientID, `SELECT ` + attachmentColumns + ` FROM attachments
			WHERE client_id = ? AND account = ? ORDER BY number DESC LIMIT 1`},
		{&r.attachments, attachmentsBetween},
		{&r.namesContent, `SELECT EXISTS (SELECT 1 FROM attachments WHERE hash = ?1) OR EXISTS (SELECT 1 FROM accounts WHERE avatar = ?1)
			OR EXISTS (SELECT 1 FROM rooms WHERE picture = ?1) OR EXISTS (SELECT 1 FROM attachments WHERE thumbnail = ?1),
			EXISTS (SELECT 1 FROM released WHERE hash = ?1)`},
		{&r.released, `SELECT hash FROM released r WHERE hash > ? AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.hash = r.hash)
			AND NOT EXISTS (SELECT 1 FROM attachments t WHERE t.thumbnail = r.hash)
			AND NOT EXISTS (SELECT 1 FROM accounts c WHERE c.avatar = r.hash)
			AND NOT EXISTS (SELECT 1 FROM rooms o WHERE o.picture = r.hash) ORDER BY hash LIMIT ?`},
		{&r.upload, `SELECT ` + uploadColumns + ` FROM uploads WHERE id = ?`},
		{&r.uploadByClientID, `SELECT ` + uploadColumns + ` FROM uploads WHERE account = ? AND client_id = ?`},
		{&r.attachedBytes, `SELECT attached FROM accounts WHERE id = ?`},

		{&r.webhook, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id = ? AND h.token IS NOT NULL`},
		{&r.webhookByToken, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.token = ? AND a.held AND a.state = 1`},
		{&r.roomWebhooks, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.room = ? AND h.token IS NOT NULL ORDER BY h.id`},
		{&r.allWebhooks, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id > 0 AND h.token IS NOT NULL ORDER BY h.id`},

		{&r.outgoing, `SELECT ` + outgoingColumns + outgoingTables + ` WHERE h.id = ?`},
		{&r.roomOutgoing, `SELECT ` + outgoingColumns + outgoingTables + ` WHERE h.room = ? ORDER BY h.id`},
		{&r.allOutgoing, `SELECT ` + outgoingColumns + outgoingTables + ` WHERE h.id > 0 ORDER BY h.id`},
		{&r.pushes, `SELECT ` + pushColumns + ` FROM pushes p JOIN accounts a ON a.id = p.account
			WHERE p.account = ? AND a.held AND a.state = 1 ORDER BY p.id`},
		{&r.roomPushAccounts, `SELECT DISTINCT m.account FROM memberships m CROSS JOIN pushes p ON p.account = m.account
			CROSS JOIN accounts a ON a.id = m.account WHERE m.room = ? AND a.held AND a.state = 1 ORDER BY m.account`},
		{&r.allPushAccounts, `SELECT DISTINCT p.account FROM pushes p CROSS JOIN accounts a ON a.id = p.account
			WHERE p.account > 0 AND a.held AND a.state = 1 ORDER BY p.account`},

		{&r.allRooms, `SELECT ` + roomColumns + `, (SELECT count(*) FROM memberships m WHERE m.room = r.id)
			FROM rooms r WHERE r.name IS NOT NULL ORDER BY r.name`},
		{&r.contents, `SELECT number, hash, media IS NOT NULL FROM attachments a WHERE number > ?
			AND NOT EXISTS (SELECT 1 FROM attachments b WHERE b.hash = a.hash AND b.number > a.number) ORDER BY number LIMIT ?`},

		{&r.inviteByToken, `SELECT ` + inviteColumns + inviteTables + ` WHERE i.token = ? AND ` + inviteIsGood},
		{&r.invites, `SELECT ` + inviteColumns + inviteTables + ` WHERE i.id > ? AND ` + inviteIsGood + ` ORDER BY i.id LIMIT ?`},
		{&r.invitesOf, `SELECT ` + inviteColumns + inviteTables + ` WHERE i.maker = ? AND i.id > ? AND ` + inviteIsGood + ` ORDER BY i.id LIMIT ?`},
		{&r.inviteRooms, `SELECT r.id, ifnull(r.name, '') FROM invite_rooms i JOIN rooms r ON r.id = i.room WHERE i.invite = ? ORDER BY r.id`},

		{&r.passkey, `SELECT ` + passkeyColumns + ` FROM passkeys WHERE id = ?`},
		{&r.passkeys, `SELECT ` + passkeyColumns + ` FROM passkeys WHERE account = ? ORDER BY created, id`},

		{&r.ticket, `SELECT ifnull(account, 0), expires FROM tickets WHERE hash = ? AND purpose = ? AND expires > ?`},
		{&r.setting, `SELECT value FROM settings WHERE key = ?`},
		{&r.audit, `SELECT u.id, u.time, u.action, u.detail, ifnull(a.id, 0), ifnull(a.name, ''), ifnull(a.display, ''),
				ifnull(b.id, 0), ifnull(b.name, ''), ifnull(b.display, '')
			FROM audit u LEFT JOIN accounts a ON a.id = u.actor LEFT JOIN accounts b ON b.id = u.account
			WHERE u.id < ? ORDER BY u.id DESC LIMIT ?`},
		{&r.pages, `WITH RECURSIVE n (page) AS (SELECT ?1 UNION ALL SELECT page + 1 FROM n WHERE page < ?2)
			SELECT p.pgno, p.data FROM n CROSS JOIN sqlite_dbpage p ON p.pgno = n.page`},
		{&r.retainedRooms, `SELECT id FROM rooms WHERE id > 0 AND retention > 0 ORDER BY id`},
		{&r.erasure, nextErasure},
		{&r.eventAfter, `SELECT min(id) FROM events WHERE id > ?`},
		{&r.rangeEnd, `SELECT max(id), count(*) FROM (SELECT id FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?) p`},
		{&r.messagesOf, fmt.Sprintf(`SELECT id FROM events WHERE id > ? AND id <= ? AND actor = ? AND kind & %d = %d ORDER BY id LIMIT ?`,
			kindMask|deletedBit, codeMessage)},

		{&r.searchState, searchStateNow},
		{&r.searchRooms, `SELECT room, below FROM search_rooms WHERE room > 0`},
		{&r.tailMessages, `SELECT id, time, octet_length(text) FROM events WHERE id BETWEEN ? AND ? AND kind & 255 = 1 ORDER BY id`},
		{&r.messagesBelow, `SELECT id, time, octet_length(text) FROM events WHERE id > ? AND id < ? AND kind & 255 = 1 ORDER BY id DESC LIMIT ?`},
		{&r.indexedMessages, indexedMessages},
		{&r.newWords, `SELECT j.value FROM json_each(?) j WHERE NOT EXISTS (SELECT 1 FROM search_words w WHERE w.word = j.value)`},
		{&r.readableRooms, `SELECT 1 UNION SELECT room FROM memberships WHERE account = ?`},
		{&r.eventsIn, `SELECT ifnull(sum(` + roomHead + `), 0) FROM json_each(?) j CROSS JOIN rooms r ON r.id = j.value`},
		{&r.wordsFrom, `SELECT word FROM (SELECT id, word FROM search_words WHERE word >= ? AND word < ? LIMIT 10000) w ORDER BY id LIMIT ?`},
		{&r.wordsWith, `SELECT w.word FROM search_parts p CROSS JOIN search_words w ON w.id = p.rowid
			WHERE p.search_parts MATCH ? ORDER BY p.rowid LIMIT ?`},
		// Whether the account is in the room is asked here, of each.
		{&r.searched, `SELECT s.rowid, m.message FROM search s CROSS JOIN search_messages m ON m.id = s.rowid
			WHERE s.search MATCH ?1 AND s.rowid < ?2 AND s.rowid >= ?3 AND (m.message >> 32 = 1
				OR EXISTS (SELECT 1 FROM memberships p WHERE p.account = ?4 AND p.room = m.message >> 32))
			ORDER BY s.rowid DESC LIMIT ?5`},
		{&r.numberedFrom, `SELECT m.id, e.time FROM search_messages m CROSS JOIN events e ON e.id = m.message WHERE m.id >= ? ORDER BY m.id LIMIT 1`},
		{&r.hits, `SELECT e.id, e.time, e.kind, a.id, a.name, a.display, e.text, ifnull(c.edited, 0), ifnull(x.text, ''), ifnull(d.data, ''),
				EXISTS (SELECT 1 FROM personal h WHERE h.account = ?2 AND h.event = e.id AND h.hidden)
			FROM json_each(?1) j CROSS JOIN events e ON e.id = j.value CROSS JOIN accounts a ON a.id = e.actor
			LEFT JOIN changed c ON c.message = e.id AND e.kind & 1024 LEFT JOIN events x ON x.id = (e.id >> 32 << 32) + c.edited
			LEFT JOIN details d ON d.event = ifnull(x.id, e.id) AND e.kind & 1536`},
		{&r.hitFiles, `SELECT f.event, f.id, f.name, f.type, f.size FROM json_each(?) j CROSS JOIN attachments f ON f.event = j.value ORDER BY f.event, f.position`},
		{&r.neighbours, fmt.Sprintf(`SELECT e.id, ifnull((SELECT b.id FROM events b WHERE b.id < e.id AND b.id > max(e.id - %[1]d, e.id >> 32 << 32)
				AND b.kind & 2303 = 1 AND NOT EXISTS (SELECT 1 FROM personal h WHERE h.account = ?2 AND h.event = b.id AND h.hidden) ORDER BY b.id DESC LIMIT 1), 0),
			ifnull((SELECT b.id FROM events b WHERE b.id > e.id AND b.id < e.id + %[1]d AND b.kind & 2303 = 1 AND NOT EXISTS (SELECT 1 FROM personal h WHERE h.account = ?2 AND h.event = b.id AND h.hidden) ORDER BY b.id LIMIT 1), 0)
			FROM json_each(?1) j CROSS JOIN events e ON e.id = j.value`, neighbours)},
		{&r.hasUnused, `SELECT EXISTS (SELECT 1 FROM search_unused WHERE word > '')`},
		{&r.separators, separatorsOf("search", "i.segid > 0")},
		{&r.partSeparators, separatorsOf("search_parts", "i.segid > 0")},
		// The newest message that is not in the index yet, of rooms that the account is in.
		{&r.searchedSince, `SELECT ifnull(max((SELECT e.time FROM events e WHERE e.id > s.room << 32 AND e.id < (s.room << 32) + s.below
				AND e.kind & 255 = 1 ORDER BY e.id DESC LIMIT 1)), 0)
			FROM search_rooms s WHERE s.room > 0 AND (s.room = 1 OR EXISTS (SELECT 1 FROM memberships p WHERE p.account = ? AND p.room = s.room))`},

		{&r.epoch, `SELECT id FROM epochs WHERE number = (SELECT max(number) FROM epochs)`},
		{&r.commonSeq, `SELECT min(ifnull(r.seq, 0)) FROM epochs e
			LEFT JOIN epoch_rooms r ON r.epoch = e.number AND r.room = ?2
			WHERE e.number > ifnull((SELECT number FROM epochs WHERE id = ?1), (SELECT max(number) - 1 FROM epochs))`},
	}
}
