package sqlite

import (
	"fmt"

	"plausch"
)

// writes are the statements of the writer's connection.
type writes struct {
	begin, commit, rollback, checkpoint *statement
	truncate, hurry, patient            *statement
	savepoint, rollbackTo, release      *statement
	page, setPage                       *statement

	insertAccount, oldGuest, seeAccount   *statement
	releaseName, releaseTransient         *statement
	renewNode, deleteNodes                *statement
	guestsOfLostNodes                     *statement
	displayedAs, clearDisplay             *statement
	nameOfOther                           *statement
	insertDevice, deleteDevice            *statement
	deleteDevices, deleteTransientDevices *statement
	insertRoom, pairRoom, head, room      *statement
	insertMember, deleteMember            *statement
	setMarker, setPublicMarker            *statement
	marker, publicMarker                  *statement
	setDraft, deleteDraft, deleteDraftsOf *statement
	personal, setPersonal, forgetPersonal *statement
	personalCount, lastSaved              *statement
	deletePersonal, deletePersonalOf      *statement
	addReport, reportNow, openReports     *statement
	closeReport, deleteReportsOf          *statement
	isMessage                             *statement
	addBlock, removeBlock, blocksOf       *statement
	hasBlocked, deleteBlocksOf            *statement
	insertScheduled, scheduledByClientID  *statement
	scheduledCount, updateScheduled       *statement
	scheduled, scheduledNow               *statement
	deleteScheduled, failScheduled        *statement
	deleteScheduledOf, setReminder        *statement
	hasReminder, reminderCount            *statement
	deleteReminder, dueReminders          *statement
	takeReminder, deleteReminders         *statement
	deleteRemindersOf                     *statement
	setPreferences, setRoomPreference     *statement
	preferences, roomPreference           *statement
	deletePreferences                     *statement
	deleteRoomPreferences                 *statement
	deleteRoomPreference                  *statement
	insertEvent, repeat                   *statement
	insertCommit, lastCommit              *statement
	isMember, accountNow, webhookNow      *statement
	memberRole, roomNow                   *statement
	hasOtherOwner, successor, isEmpty     *statement
	target, details, insertDetails        *statement
	setBits, editMessage, deleteMessage   *statement
	pinMessage, unpinMessage, isPinned    *statement
	insertReaction, deleteReaction        *statement
	hasReaction, countEmojis, hasEmoji    *statement
	insertMention, deleteMentions         *statement
	emptyMessage, emptyEdits              *statement
	emptyEditDetails, deleteDetails       *statement
	deleteReactions, deleteFilesOf        *statement
	giveBackFilesOf                       *statement
	setRole, updateRoom                   *statement
	judgedNow, passkeyNow                 *statement
	insertAttachment, addAttached         *statement
	pending, attach, attachments          *statement
	forgetContent                         *statement
	webhookAccount                        *statement
	insertWebhook, deleteWebhook          *statement
	webhookMade                           *statement

	account, updateAccount, deleteAccount                          *statement
	owned, roomsToLeave                                            *statement
	insertErasure, noteErasure, deleteErasure                      *statement
	erasure, eraseMessage, eraseAttached                           *statement
	useDevice, deleteOtherDevices                                  *statement
	expiredDevices, deleteExpiredDevices                           *statement
	insertPasskey, usePasskey, deletePasskey                       *statement
	deletePasskeysOf                                               *statement
	deletePendingOf, deleteUploadsOf                               *statement
	uploadsOf, insertUpload, deleteUpload, deleteUploads           *statement
	giveBackPending, deletePending                                 *statement
	resizeContent, describeContent, replaceContent, releaseContent *statement
	invite, insertInvite, insertInviteRoom                         *statement
	revokeInvite, spendInvite, endInvitesOf                        *statement
	insertTicket, spendTicket                                      *statement
	deleteTickets, deleteTicketsOf                                 *statement
	setSetting, insertAudit                                        *statement
	clampDevices, clampAccounts                                    *statement
	clampInvites, clampAttachments, clampUploads, clampTickets     *statement
	clampNodes                                                     *statement

	oldestEvents, deleteEvent, hideEvent *statement
	deleteChanged, setFirst              *statement

	insertBan, deleteBan, isBanned, deleteBansOf *statement

	outgoing, outgoingCount, insertOutgoing *statement
	deleteOutgoing, updateOutgoing          *statement
	pushCount, replacePush, insertPush      *statement
	unsubscribePush, deletePush, updatePush *statement
	deletePushesOf, ownsDevice              *statement
	keepSetting, setting                    *statement

	searchState, setSearchState                              *statement
	searchMessage, indexed, messageStates                    *statement
	insertSearch, deleteSearch                               *statement
	insertSearchMessage, deleteSearchMessage                 *statement
	insertWord, insertParts, deleteWord                      *statement
	deleteParts, wordUse, noteForgotten                      *statement
	setSearchRoom, deleteSearchRooms                         *statement
	clearSearch, clearSearchMessages, clearParts             *statement
	clearWords, clearSearchRooms, fillSearchRooms            *statement
	resetSearchState                                         *statement
	insertUnused, unused, deleteUnused, clearUnused          *statement
	separator, setSeparator, partSeparator, setPartSeparator *statement
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
		{&w.truncate, `PRAGMA wal_checkpoint(TRUNCATE)`},
		{&w.hurry, fmt.Sprintf(`PRAGMA busy_timeout = %d`, truncateMillis)},
		{&w.patient, fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyMillis)},

		{&w.page, `SELECT data FROM sqlite_dbpage WHERE pgno = ?`},
		{&w.setPage, `UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?`},

		{&w.insertAccount, `INSERT INTO accounts (name, display, held, role, bot, invited, transient, node, password, created, last_seen, marker)
			VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ` + publicHead + `) ON CONFLICT (name) WHERE held DO NOTHING`},
		{&w.oldGuest, fmt.Sprintf(`SELECT id FROM accounts
			WHERE name = ? AND held AND role = %d AND state = 1 AND NOT invited AND NOT transient AND last_seen < ?`, codeGuest)},
		{&w.seeAccount, `UPDATE accounts SET last_seen = ?1 WHERE id = ?2 AND last_seen < ?1`},
		{&w.releaseName, `UPDATE accounts SET held = 0 WHERE id = ? AND held`},
		{&w.releaseTransient, `UPDATE accounts SET held = 0 WHERE held AND transient AND node = ?`},
		{&w.renewNode, `INSERT INTO nodes (name, renewed) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET renewed = ?2`},
		{&w.deleteNodes, `DELETE FROM nodes WHERE renewed < ?`},
		{&w.guestsOfLostNodes, `SELECT id FROM accounts WHERE held AND transient AND node NOT IN (SELECT name FROM nodes)`},
		{&w.displayedAs, fmt.Sprintf(`SELECT id, role = %d AND NOT invited AND last_seen < ?3 FROM accounts
			WHERE `+nameRead("display")+` = ?1 AND held AND display <> '' AND id <> ?2`, codeGuest)},
		{&w.clearDisplay, `UPDATE accounts SET display = '' WHERE id = ?`},
		{&w.nameOfOther, `SELECT EXISTS (SELECT 1 FROM accounts WHERE name = ` + nameRead("?1") + ` AND held AND id <> ?2)`},

		{&w.insertDevice, `INSERT INTO devices (token, account, program, lasting, created, used)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO NOTHING`},
		{&w.deleteDevice, `DELETE FROM devices WHERE id = ? AND account = ?`},
		{&w.deleteDevices, `DELETE FROM devices WHERE account = ?`},
		{&w.deleteTransientDevices, `DELETE FROM devices WHERE account IN
			(SELECT id FROM accounts WHERE held AND transient AND node = ?)`},

		{&w.insertRoom, `INSERT INTO rooms (kind, name, low, high, created)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`},
		{&w.pairRoom, `SELECT id FROM rooms WHERE low = ? AND high = ?`},
		{&w.head, `SELECT ` + roomHead + ` FROM rooms r WHERE r.id = ?`},
		{&w.room, `SELECT ` + roomColumns + ` FROM rooms r WHERE r.id = ?`},
		{&w.insertMember, `INSERT INTO memberships (account, room, role, marker, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&w.marker, `SELECT marker FROM memberships WHERE account = ? AND room = ?`},
		{&w.publicMarker, `SELECT marker FROM accounts WHERE id = ? AND ? = 1`},
		{&w.setMarker, `UPDATE memberships SET marker = ?3 WHERE account = ?1 AND room = ?2`},
		{&w.setPublicMarker, `UPDATE accounts SET marker = ?3 WHERE id = ?1 AND ?2 = 1`},
		{&w.setDraft, `INSERT INTO drafts (account, room, edit, text, target) VALUES (?1, ?2, 1, ?3, ?4)
			ON CONFLICT (account, room) DO UPDATE SET edit = edit + 1, text = ?3, target = ?4 RETURNING edit`},
		{&w.deleteDraft, `DELETE FROM drafts WHERE account = ? AND room = ?`},
		{&w.deleteDraftsOf, `DELETE FROM drafts WHERE account = ?`},
		{&w.isMessage, fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM events WHERE id = ? AND kind & %d = %d)`, kindMask|deletedBit, codeMessage)},
		{&w.personal, `SELECT hidden, saved FROM personal WHERE account = ? AND event = ?`},
		{&w.personalCount, `SELECT count(*) FILTER (WHERE hidden), count(saved) FROM personal WHERE account = ?`},
		{&w.lastSaved, `SELECT ifnull(max(saved), 0) FROM personal WHERE account = ? AND saved IS NOT NULL`},
		{&w.setPersonal, `INSERT INTO personal (account, event, hidden, saved) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (account, event) DO UPDATE SET hidden = ?3, saved = ?4`},
		{&w.forgetPersonal, `DELETE FROM personal WHERE account = ? AND event = ?`},
		{&w.deletePersonal, `DELETE FROM personal WHERE event = ?`},
		{&w.deletePersonalOf, `DELETE FROM personal WHERE account = ?`},
		{&w.reportNow, `SELECT id, closed = 0 FROM reports WHERE event = ? AND account = ?`},
		{&w.openReports, `SELECT count(*) FROM reports WHERE account = ? AND closed = 0`},
		{&w.addReport, `INSERT INTO reports (event, account, reason, time) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (event, account) DO UPDATE SET reason = ?3, time = ?4, closed = 0, closer = NULL RETURNING id`},
		{&w.closeReport, `UPDATE reports AS p SET closed = ?1, closer = ?2 WHERE p.id = ?3 AND p.closed = 0 AND ` + moderates("?2")},
		{&w.addBlock, `INSERT INTO blocks (account, blocked) SELECT ?1, id FROM accounts WHERE id = ?2 AND held ON CONFLICT DO NOTHING`},
		{&w.removeBlock, `DELETE FROM blocks WHERE account = ? AND blocked = ?`},
		{&w.blocksOf, `SELECT count(*) FROM blocks WHERE account = ?`},
		{&w.hasBlocked, hasBlocked},
		{&w.deleteBlocksOf, `DELETE FROM blocks WHERE account = ?1 OR blocked = ?1`},
		{&w.insertScheduled, `INSERT INTO scheduled (account, at, room, peer, text, target, details, client_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`},
		{&w.scheduledByClientID, `SELECT ` + scheduledColumns + scheduledTables + ` WHERE s.account = ? AND s.client_id = ?`},
		{&w.scheduledCount, `SELECT count(*) FROM scheduled WHERE account = ?`},
		{&w.updateScheduled, `UPDATE scheduled SET at = ?, text = ?, details = ?, edit = edit + 1, failed = 0, error = '' WHERE id = ? AND account = ? AND edit = ?`},
		{&w.scheduled, scheduledByID},
		{&w.scheduledNow, `SELECT EXISTS (SELECT 1 FROM scheduled WHERE id = ? AND edit = ? AND failed = 0)`},
		{&w.deleteScheduled, `DELETE FROM scheduled WHERE id = ?`},
		{&w.failScheduled, `UPDATE scheduled SET failed = ?, error = ? WHERE id = ? AND edit = ? AND failed = 0`},
		{&w.deleteScheduledOf, `DELETE FROM scheduled WHERE account = ?`},
		{&w.setReminder, `INSERT INTO reminders (account, event, at) VALUES (?1, ?2, ?3)
			ON CONFLICT (account, event) DO UPDATE SET at = ?3, due = 0 RETURNING id`},
		{&w.hasReminder, `SELECT EXISTS (SELECT 1 FROM reminders WHERE account = ? AND event = ?)`},
		{&w.reminderCount, `SELECT count(*) FROM reminders WHERE account = ?`},
		{&w.deleteReminder, `DELETE FROM reminders WHERE id = ? AND account = ?`},
		{&w.dueReminders, `SELECT m.id, m.account, ` + isIn("(m.event >> 32)", "m.account") + ` FROM reminders m WHERE NOT m.due AND m.at <= ? ORDER BY m.at LIMIT ?`},
		{&w.takeReminder, `UPDATE reminders SET due = 1 WHERE id = ?`},
		{&w.deleteReminders, `DELETE FROM reminders WHERE event = ?`},
		{&w.deleteRemindersOf, `DELETE FROM reminders WHERE account = ?`},
		{&w.deleteReportsOf, `DELETE FROM reports WHERE account = ?`},
		{&w.setPreferences, `INSERT INTO preferences (account, level, keywords, quiet_from, quiet_to, quiet_zone, hide_text)
			VALUES (?1, ifnull(?2, 0), ifnull(?3, '[]'), ifnull(?4, 0), ifnull(?5, 0), ifnull(?6, ''), ifnull(?7, 0))
			ON CONFLICT (account) DO UPDATE SET level = ifnull(?2, level), keywords = ifnull(?3, keywords), quiet_from = ifnull(?4, quiet_from),
				quiet_to = ifnull(?5, quiet_to), quiet_zone = ifnull(?6, quiet_zone), hide_text = ifnull(?7, hide_text)`},
		{&w.setRoomPreference, `INSERT INTO room_preferences (account, room, level, mute_until, favourite, position)
			VALUES (?1, ?2, ifnull(?3, 0), ifnull(?4, 0), ifnull(?5, 0), ifnull(?6, 0))
			ON CONFLICT (account, room) DO UPDATE SET level = ifnull(?3, level), mute_until = ifnull(?4, mute_until),
				favourite = ifnull(?5, favourite), position = ifnull(?6, position)`},
		{&w.preferences, preferencesOf},
		{&w.roomPreference, roomPreferenceOf},
		{&w.deletePreferences, `DELETE FROM preferences WHERE account = ?`},
		{&w.deleteRoomPreferences, `DELETE FROM room_preferences WHERE account = ?`},
		{&w.deleteRoomPreference, `DELETE FROM room_preferences WHERE account = ? AND room = ?`},
		{&w.insertBan, `INSERT INTO bans (room, account, actor, time) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&w.deleteBan, `DELETE FROM bans WHERE room = ? AND account = ?`},
		{&w.isBanned, `SELECT EXISTS (SELECT 1 FROM bans WHERE room = ? AND account = ?)`},
		{&w.deleteBansOf, `DELETE FROM bans WHERE account = ?`},
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

		{&w.memberRole, `SELECT role FROM memberships WHERE account = ? AND room = ?`},
		{&w.roomNow, `SELECT writers = 2, archived, ifnull(low, 0), ifnull(high, 0) FROM rooms WHERE id = ?`},
		{&w.hasOtherOwner, fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM memberships WHERE room = ? AND role = %d AND account <> ?)`, codeRoomOwner)},
		{&w.successor, `SELECT a.id, a.name, a.display FROM memberships m JOIN accounts a ON a.id = m.account
			WHERE m.room = ? AND m.account <> ? ORDER BY a.state = 1 AND a.held DESC, a.bot, m.role, m.since LIMIT 1`},
		{&w.isEmpty, fmt.Sprintf(`SELECT r.kind <> %d AND NOT EXISTS (SELECT 1 FROM memberships WHERE room = r.id) FROM rooms r WHERE r.id = ?`, codeDirect)},
		{&w.setRole, `UPDATE memberships SET role = ? WHERE account = ? AND room = ?`},
		{&w.updateRoom, `UPDATE rooms SET topic = ifnull(?, topic), description = ifnull(?, description),
			picture = nullif(ifnull(?, picture), x''), writers = ifnull(?, writers), retention = ifnull(?, retention),
			archived = ifnull(?, archived) WHERE id = ?`},

		{&w.target, `SELECT kind, actor FROM events WHERE id = ?`},
		{&w.details, detailsBetween},
		{&w.insertDetails, `INSERT INTO details (event, target, data) VALUES (?, ?, ?)`},
		{&w.setBits, `UPDATE events SET kind = kind | ? WHERE id = ?`},
		{&w.editMessage, `INSERT INTO changed (message, edited) VALUES (?1, ?2)
			ON CONFLICT (message) DO UPDATE SET edited = ?2`},
		{&w.deleteMessage, `INSERT INTO changed (message, deleted) VALUES (?1, ?2)
			ON CONFLICT (message) DO UPDATE SET deleted = ?2, edited = NULL, pinned = NULL`},
		{&w.pinMessage, `INSERT INTO changed (message, pinned) VALUES (?1, ?2)
			ON CONFLICT (message) DO UPDATE SET pinned = ?2`},
		{&w.unpinMessage, `UPDATE changed SET pinned = NULL WHERE message = ?`},
		{&w.isPinned, `SELECT EXISTS (SELECT 1 FROM changed WHERE message = ? AND pinned IS NOT NULL)`},
		{&w.insertReaction, `INSERT INTO reactions (message, emoji, seq, account) VALUES (?, ?, ?, ?)`},
		{&w.deleteReaction, `DELETE FROM reactions WHERE message = ? AND emoji = ? AND account = ?`},
		{&w.hasReaction, `SELECT EXISTS (SELECT 1 FROM reactions WHERE message = ? AND emoji = ? AND account = ?)`},
		{&w.hasEmoji, `SELECT EXISTS (SELECT 1 FROM reactions WHERE message = ? AND emoji = ?)`},
		{&w.countEmojis, `SELECT count(DISTINCT emoji) FROM reactions WHERE message = ?`},
		{&w.insertMention, `INSERT INTO mentions (account, event) VALUES (?, ?) ON CONFLICT DO NOTHING`},
		{&w.deleteMentions, `DELETE FROM mentions WHERE event = ?`},
		{&w.emptyMessage, `UPDATE events SET text = '', kind = (kind | ?2) & ~?3 WHERE id = ?1`},
		{&w.emptyEdits, `UPDATE events SET text = '' WHERE id IN (` + editsOf + `)`},
		{&w.emptyEditDetails, `UPDATE details SET data = '' WHERE event IN (` + editsOf + `)`},
		{&w.deleteDetails, `DELETE FROM details WHERE event = ?`},
		{&w.deleteReactions, `DELETE FROM reactions WHERE message = ?`},
		{&w.giveBackFilesOf, `UPDATE accounts SET attached = attached - p.bytes
			FROM (SELECT account, sum(size) AS bytes FROM attachments WHERE event = ? GROUP BY account) p WHERE p.account = accounts.id`},
		{&w.deleteFilesOf, `DELETE FROM attachments WHERE event = ?`},

		{&w.insertAttachment, `INSERT INTO attachments (id, account, name, type, size, hash, client_id, created, media, thumbnail)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10, ?11
			WHERE NOT (?9 AND EXISTS (SELECT 1 FROM attachments WHERE client_id = ?7 AND account = ?2))`},
		{&w.addAttached, `UPDATE accounts SET attached = attached + ?1 WHERE id = ?2 AND attached + ?1 <= ?3`},
		{&w.pending, `SELECT id, name, type, size, ifnull(media, '') FROM attachments WHERE id = ? AND account = ? AND event IS NULL`},
		{&w.attach, `UPDATE attachments SET event = ?, position = ? WHERE id = ?`},
		{&w.attachments, attachmentsBetween},
		{&w.forgetContent, `DELETE FROM released WHERE hash = ?`},

		{&w.webhookAccount, `SELECT a.id, a.name, a.display, h.maker FROM accounts a JOIN webhooks h ON h.account = a.id
			WHERE a.name = ? AND a.held ORDER BY h.id LIMIT 1`},
		{&w.webhookMade, `SELECT ` + webhookColumns + webhookTables + ` WHERE h.id = ? AND h.token IS NOT NULL`},
		{&w.insertWebhook, `INSERT INTO webhooks (room, account, maker, token, secret, created) VALUES (?, ?, ?, ?, ?, ?)`},
		{&w.deleteWebhook, `UPDATE webhooks SET token = NULL, secret = '' WHERE id = ? AND token IS NOT NULL`},

		{&w.outgoing, `SELECT ` + outgoingColumns + outgoingTables + ` WHERE h.id = ?`},
		{&w.outgoingCount, `SELECT count(*) FROM outgoing_webhooks WHERE room = ?`},
		{&w.insertOutgoing, `INSERT INTO outgoing_webhooks (room, maker, url, secret, created, cursor)
			SELECT ?1, ?2, ?3, ?4, ?5, ifnull(max(id), 0) & 0xffffffff FROM events WHERE id BETWEEN (?1 << 32) AND (?1 << 32) + 0xffffffff`},
		{&w.deleteOutgoing, `DELETE FROM outgoing_webhooks WHERE id = ?`},
		{&w.updateOutgoing, `UPDATE outgoing_webhooks SET cursor = max(cursor, ?), last_error = ?, failing_since = ?, next_try = ? WHERE id = ?`},

		{&w.ownsDevice, `SELECT EXISTS (SELECT 1 FROM devices WHERE id = ? AND account = ?)`},
		{&w.replacePush, fmt.Sprintf(`DELETE FROM pushes WHERE endpoint = ?1 AND (account = ?2 OR kind = %[1]d AND ?3 = %[1]d)`, codePushWeb)},
		{&w.pushCount, `SELECT count(*) FROM pushes WHERE account = ?`},
		{&w.insertPush, `INSERT INTO pushes (account, device, kind, endpoint, public_key, auth_secret, secret, text, created)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&w.unsubscribePush, `DELETE FROM pushes WHERE id = ? AND account = ?`},
		{&w.deletePush, `DELETE FROM pushes WHERE id = ?`},
		{&w.updatePush, `UPDATE pushes SET last_error = ?, failing_since = ? WHERE id = ?`},
		{&w.deletePushesOf, `DELETE FROM pushes WHERE account = ?`},
		{&w.keepSetting, `INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`},
		{&w.setting, `SELECT value FROM settings WHERE key = ?`},

		{&w.account, accountByID},
		{&w.updateAccount, `UPDATE accounts SET display = ifnull(?, display), role = ifnull(?, role),
			state = ifnull(?, state), password = ifnull(?, password), avatar = nullif(ifnull(?, avatar), x''),
			status = ifnull(?, status), status_emoji = ifnull(?, status_emoji), status_until = ifnull(?, status_until), seen = ifnull(?, seen)
			WHERE id = ? AND held`},
		{&w.deleteAccount, `UPDATE accounts SET name = '` + plausch.DeletedName + `', display = '', password = '', avatar = NULL, status = '', status_emoji = '', held = 0 WHERE id = ?`},
		{&w.owned, anyOwner},
		{&w.roomsToLeave, `SELECT m.room FROM memberships m JOIN rooms r ON r.id = m.room
			WHERE m.account = ? AND r.kind <> 3 ORDER BY m.room`},
		{&w.insertErasure, `INSERT INTO erasures (account) VALUES (?) ON CONFLICT DO NOTHING`},
		{&w.erasure, nextErasure},
		{&w.noteErasure, `UPDATE erasures SET event = ?, emptied = ? WHERE account = ?`},
		{&w.deleteErasure, `DELETE FROM erasures WHERE account = ?`},
		{&w.eraseMessage, `INSERT INTO changed (message, deleted) VALUES (?1, ?1 & 0xffffffff)
			ON CONFLICT (message) DO UPDATE SET deleted = ?1 & 0xffffffff, edited = NULL, pinned = NULL`},
		{&w.oldestEvents, `SELECT id, kind, time FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`},
		{&w.deleteEvent, `DELETE FROM events WHERE id = ?`},
		{&w.hideEvent, fmt.Sprintf(`UPDATE events SET kind = %d, text = '', member = NULL, client_id = NULL WHERE id = ?`, codeRemoved)},
		{&w.deleteChanged, `DELETE FROM changed WHERE message = ?`},
		{&w.setFirst, `UPDATE rooms SET first = ? WHERE id = ?`},
		{&w.eraseAttached, `UPDATE accounts SET attached = 0 WHERE id = ?`},

		{&w.useDevice, `UPDATE devices SET used = ?1 WHERE id = ?2 AND used < ?1`},
		{&w.deleteOtherDevices, `DELETE FROM devices WHERE account = ? AND id <> ?`},
		{&w.expiredDevices, `SELECT account` + expiredDevices},
		{&w.deleteExpiredDevices, `DELETE` + expiredDevices},

		{&w.insertPasskey, `INSERT INTO passkeys (` + passkeyColumns + `) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`},
		{&w.usePasskey, `UPDATE passkeys SET data = ?, used = ? WHERE id = ?`},
		{&w.deletePasskey, `DELETE FROM passkeys WHERE id = ? AND account = ?`},
		{&w.deletePasskeysOf, `DELETE FROM passkeys WHERE account = ?`},

		{&w.uploadsOf, `SELECT (SELECT count(*) FROM uploads WHERE account = a.id),
			a.attached + (SELECT ifnull(sum(size), 0) FROM uploads WHERE account = a.id) FROM accounts a WHERE a.id = ?`},
		{&w.insertUpload, `INSERT INTO uploads (id, account, name, size, client_id, thumbnail, duration, waveform, created)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&w.deleteUpload, `DELETE FROM uploads WHERE id = ?`},
		{&w.deleteUploads, `DELETE FROM uploads WHERE created < ? RETURNING id`},
		{&w.deleteUploadsOf, `DELETE FROM uploads WHERE account = ?`},
		{&w.deletePendingOf, `DELETE FROM attachments WHERE account = ? AND event IS NULL`},
		{&w.giveBackPending, `UPDATE accounts SET attached = attached - p.bytes
			FROM (SELECT account, sum(size) AS bytes` + oldPending + ` GROUP BY +account) p WHERE p.account = accounts.id`},
		{&w.deletePending, `DELETE` + oldPending},
		{&w.resizeContent, `UPDATE accounts SET attached = attached + p.bytes
			FROM (SELECT account, sum(?2 - size) AS bytes FROM attachments WHERE hash = ?1 GROUP BY account) p WHERE p.account = accounts.id`},
		{&w.replaceContent, `UPDATE attachments SET hash = ?2, size = ?3 WHERE hash = ?1`},
		{&w.describeContent, `UPDATE attachments SET type = ?2, media = ?3 WHERE hash = ?1 AND media IS NULL`},
		{&w.releaseContent, `INSERT INTO released (hash) VALUES (?) ON CONFLICT DO NOTHING`},

		{&w.invite, `SELECT ` + inviteColumns + inviteTables + ` WHERE i.id = ?`},
		{&w.insertInvite, `INSERT INTO invites (token, maker, role, uses, used, created, expires) VALUES (?, ?, ?, ?, 0, ?, ?)`},
		{&w.insertInviteRoom, `INSERT INTO invite_rooms (invite, room) VALUES (?, ?) ON CONFLICT DO NOTHING`},
		{&w.revokeInvite, `UPDATE invites AS i SET expires = 0 WHERE i.id = ? AND ` + inviteIsGood},
		{&w.spendInvite, `UPDATE invites AS i SET used = used + 1 WHERE i.token = ? AND ` + inviteIsGood + ` RETURNING id, role`},
		{&w.endInvitesOf, `UPDATE invites SET expires = 0 WHERE maker = ?`},

		{&w.insertTicket, `INSERT INTO tickets (hash, purpose, account, expires) VALUES (?, ?, ?, ?)`},
		{&w.spendTicket, `DELETE FROM tickets WHERE hash = ? AND purpose = ? AND ifnull(account, 0) = ? AND expires > ?`},
		{&w.deleteTickets, `DELETE FROM tickets WHERE purpose = ? AND account IS ?`},
		{&w.deleteTicketsOf, `DELETE FROM tickets WHERE account = ?`},
		{&w.setSetting, `INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`},
		{&w.insertAudit, `INSERT INTO audit (time, actor, action, account, detail) VALUES (?, ?, ?, ?, ?)`},

		{&w.searchState, searchStateNow},
		{&w.setSearchState, `UPDATE search_state SET cursor = ?, done = ?, next = ?, first = ? WHERE number = 1`},
		{&w.searchMessage, `SELECT id FROM search_messages WHERE message = ?`},
		{&w.indexed, indexedMessages},
		{&w.messageStates, `SELECT e.id, e.kind, ifnull(c.edited, 0) FROM json_each(?) j CROSS JOIN events e ON e.id = j.value
			LEFT JOIN changed c ON c.message = e.id AND e.kind & 1024`},
		{&w.insertSearch, `INSERT INTO search (rowid, words, alternatives, grams, marks) VALUES (?, ?, ?, ?, ?)`},
		{&w.deleteSearch, `INSERT INTO search (search, rowid, words, alternatives, grams, marks) VALUES ('delete', ?, ?, ?, ?, ?)`},
		{&w.insertSearchMessage, `INSERT INTO search_messages (id, message) VALUES (?, ?)`},
		{&w.deleteSearchMessage, `DELETE FROM search_messages WHERE id = ?`},
		{&w.insertWord, `INSERT INTO search_words (word) VALUES (?) ON CONFLICT DO NOTHING`},
		{&w.insertParts, `INSERT INTO search_parts (rowid, word) VALUES (?, ?)`},
		{&w.deleteParts, `INSERT INTO search_parts (search_parts, rowid, word) VALUES ('delete', ?, ?)`},
		{&w.deleteWord, `DELETE FROM search_words WHERE id = ?`},
		{&w.wordUse, `SELECT id, EXISTS (SELECT 1 FROM search WHERE search MATCH ?2) FROM search_words WHERE word = ?1`},
		{&w.insertUnused, `INSERT INTO search_unused (word) SELECT j.value FROM json_each(?) j WHERE true ON CONFLICT DO NOTHING`},
		{&w.unused, `SELECT word FROM search_unused WHERE word > '' ORDER BY word LIMIT ?`},
		{&w.deleteUnused, `DELETE FROM search_unused WHERE word = ?`},
		{&w.clearUnused, `DELETE FROM search_unused WHERE word > ''`},
		{&w.noteForgotten, `UPDATE search_state SET forgot = forgot + 1 WHERE number = 1`},
		{&w.setSearchRoom, `UPDATE search_rooms SET below = ? WHERE room = ?`},
		{&w.deleteSearchRooms, `DELETE FROM search_rooms WHERE room > 0 AND below = 0`},
		{&w.separator, separatorsOf("search", "i.segid = ? AND i.term = ?")},
		{&w.partSeparator, separatorsOf("search_parts", "i.segid = ? AND i.term = ?")},
		{&w.setSeparator, `UPDATE search_idx SET term = ? WHERE segid = ? AND term = ?`},
		{&w.setPartSeparator, `UPDATE search_parts_idx SET term = ? WHERE segid = ? AND term = ?`},
		{&w.clearSearch, `INSERT INTO search (search) VALUES ('delete-all')`},
		{&w.clearSearchMessages, `DELETE FROM search_messages WHERE id IS NOT NULL`},
		{&w.clearParts, `INSERT INTO search_parts (search_parts) VALUES ('delete-all')`},
		{&w.clearWords, `DELETE FROM search_words`},
		{&w.clearSearchRooms, `DELETE FROM search_rooms WHERE room > 0`},
		{&w.fillSearchRooms, `INSERT INTO search_rooms (room, below) SELECT r.id, ` + roomHead + ` + 1 FROM rooms r WHERE r.id > 0 AND ` + roomHead + ` > 0`},
		{&w.resetSearchState, `UPDATE search_state SET version = ?, cursor = (` + lastCommit + `), done = 0, next = 1, first = 1 WHERE number = 1`},

		{&w.clampDevices, `UPDATE devices SET created = min(created, ?1), used = min(used, ?1) WHERE created > ?1 OR used > ?1`},
		{&w.clampAccounts, `UPDATE accounts SET last_seen = ?1 WHERE last_seen > ?1`},
		{&w.clampInvites, `UPDATE invites SET expires = max(expires - (created - ?1), 0), created = ?1 WHERE created > ?1`},
		{&w.clampAttachments, `UPDATE attachments SET created = ?1 WHERE event IS NULL AND created > ?1`},
		{&w.clampUploads, `UPDATE uploads SET created = ?1 WHERE created > ?1`},
		{&w.clampNodes, `UPDATE nodes SET renewed = ?1 WHERE renewed > ?1`},
		{&w.clampTickets, `UPDATE tickets SET expires = ?1 WHERE purpose = ?2 AND expires > ?1`},
	}
}
