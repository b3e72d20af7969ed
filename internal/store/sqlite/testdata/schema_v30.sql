-- A database as schema version 30 left it. Never change this file: it is what
-- users have. A new version gets a file of its own with the same story.
BEGIN;
CREATE TABLE accounts (
	id        INTEGER PRIMARY KEY,
	name      TEXT    NOT NULL,
	held      INTEGER NOT NULL,
	role      INTEGER NOT NULL,
	transient INTEGER NOT NULL,
	password  TEXT    NOT NULL,
	created   INTEGER NOT NULL,
	last_seen INTEGER NOT NULL,
	display TEXT NOT NULL DEFAULT '',
	attached INTEGER NOT NULL DEFAULT 0
, bot     INTEGER NOT NULL DEFAULT 0, invited INTEGER NOT NULL DEFAULT 0, state   INTEGER NOT NULL DEFAULT 1, avatar BLOB, node TEXT NOT NULL DEFAULT '', marker INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '', status_emoji TEXT NOT NULL DEFAULT '', status_until INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 1) STRICT;
INSERT INTO "accounts" VALUES(1,'ann',1,1,0,'$hash',1000,2000,'',0,0,0,1,NULL,'',1,'','',0,1);
INSERT INTO "accounts" VALUES(2,'bob',1,3,0,'',1001,1001,'',0,0,0,1,NULL,'',1,'','',0,1);
INSERT INTO "accounts" VALUES(3,'gast',0,4,0,'',1002,1002,'',0,0,0,1,NULL,'',1,'','',0,1);
CREATE TABLE attachments (
	number    INTEGER PRIMARY KEY,
	id        TEXT    NOT NULL UNIQUE,
	event     INTEGER REFERENCES events,
	position  INTEGER,
	account   INTEGER NOT NULL REFERENCES accounts,
	name      TEXT    NOT NULL,
	type      TEXT    NOT NULL,
	size      INTEGER NOT NULL,
	hash      BLOB    NOT NULL,
	client_id TEXT,
	created   INTEGER NOT NULL, media TEXT, thumbnail BLOB,
	CHECK ((event IS NULL) = (position IS NULL))
) STRICT;
CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	time    INTEGER NOT NULL,
	actor   INTEGER REFERENCES accounts, -- null: the command line
	action  TEXT    NOT NULL,
	account INTEGER REFERENCES accounts,
	detail  TEXT    NOT NULL
) STRICT;
CREATE TABLE blocks (
	account INTEGER NOT NULL REFERENCES accounts,
	blocked INTEGER NOT NULL REFERENCES accounts,
	PRIMARY KEY (account, blocked)
) STRICT, WITHOUT ROWID;
CREATE TABLE changed (
	message INTEGER PRIMARY KEY REFERENCES events,
	edited  INTEGER,
	deleted INTEGER,
	pinned  INTEGER
) STRICT;
CREATE TABLE commits (
	id      INTEGER PRIMARY KEY,
	changes TEXT NOT NULL
) STRICT;
INSERT INTO "commits" VALUES(1,'3:1-3 2:1-2 1:1-1');
CREATE TABLE details (
	event  INTEGER PRIMARY KEY REFERENCES events,
	target INTEGER,
	data   TEXT NOT NULL
) STRICT;
CREATE TABLE "devices" (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	token   BLOB    NOT NULL UNIQUE, -- SHA-256 of the token
	account INTEGER NOT NULL REFERENCES accounts,
	program TEXT    NOT NULL,
	lasting INTEGER NOT NULL,
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT;
INSERT INTO "devices" VALUES(1,X'0101010101010101010101010101010101010101010101010101010101010101',1,'',0,1500,2000);
CREATE TABLE drafts (
	account INTEGER NOT NULL REFERENCES accounts,
	room    INTEGER NOT NULL REFERENCES rooms,
	edit    INTEGER NOT NULL,
	text    TEXT    NOT NULL,
	target  INTEGER NOT NULL, -- seq of the message that it answers; 0: none
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE epoch_rooms (
	epoch INTEGER NOT NULL REFERENCES epochs,
	room  INTEGER NOT NULL REFERENCES rooms,
	seq   INTEGER NOT NULL, -- of the room's newest event when the epoch began; rooms without any have no row
	PRIMARY KEY (epoch, room)
) STRICT, WITHOUT ROWID;
INSERT INTO "epoch_rooms" VALUES(1,1,1);
INSERT INTO "epoch_rooms" VALUES(1,2,2);
INSERT INTO "epoch_rooms" VALUES(1,3,3);
CREATE TABLE epochs (
	number INTEGER PRIMARY KEY,
	id     TEXT    NOT NULL UNIQUE
) STRICT;
INSERT INTO "epochs" VALUES(1,'5f0c9a7e31b2d468');
CREATE TABLE erasures (
	account INTEGER PRIMARY KEY REFERENCES accounts,
	event   INTEGER NOT NULL DEFAULT 0,
	emptied INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE events (
	id        INTEGER PRIMARY KEY,
	time      INTEGER NOT NULL,
	kind      INTEGER NOT NULL,
	actor     INTEGER NOT NULL REFERENCES accounts,
	member    INTEGER REFERENCES accounts,
	client_id TEXT,
	text      TEXT    NOT NULL
) STRICT;
INSERT INTO "events" VALUES(4294967297,2500,1,3,NULL,NULL,'hello from a guest');
INSERT INTO "events" VALUES(8589934593,3000,2,1,1,NULL,'');
INSERT INTO "events" VALUES(8589934594,3001,1,1,NULL,'id-1','roses');
INSERT INTO "events" VALUES(12884901889,4000,2,2,2,NULL,'');
INSERT INTO "events" VALUES(12884901890,4000,2,2,1,NULL,'');
INSERT INTO "events" VALUES(12884901891,4000,1,2,NULL,'id-1','psst');
CREATE TABLE invite_rooms (
	invite INTEGER NOT NULL REFERENCES invites,
	room   INTEGER NOT NULL REFERENCES rooms,
	PRIMARY KEY (invite, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE invites (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	token   BLOB    NOT NULL UNIQUE, -- SHA-256
	maker   INTEGER REFERENCES accounts, -- null: the command line
	role    INTEGER NOT NULL,
	uses    INTEGER NOT NULL, -- 0: any number
	used    INTEGER NOT NULL,
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;
CREATE TABLE memberships (
	account INTEGER NOT NULL REFERENCES accounts,
	room    INTEGER NOT NULL REFERENCES rooms, role INTEGER NOT NULL DEFAULT 3, marker INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
INSERT INTO "memberships" VALUES(1,2,1,2,1);
INSERT INTO "memberships" VALUES(1,3,3,3,2);
INSERT INTO "memberships" VALUES(2,3,3,3,1);
CREATE TABLE mentions (
	account INTEGER NOT NULL,
	event   INTEGER NOT NULL REFERENCES events,
	PRIMARY KEY (account, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE nodes (
	name    TEXT PRIMARY KEY,
	renewed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE outgoing_webhooks (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	room          INTEGER NOT NULL REFERENCES rooms,
	maker         INTEGER REFERENCES accounts, -- null: the command line
	url           TEXT    NOT NULL,
	secret        TEXT    NOT NULL, -- that signatures are made with
	created       INTEGER NOT NULL,
	cursor        INTEGER NOT NULL, -- seq of the last event that was posted or given up
	last_error    TEXT    NOT NULL DEFAULT '',
	failing_since INTEGER NOT NULL DEFAULT 0, -- 0: the last post succeeded
	next_try      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE passkeys (
	id      BLOB    PRIMARY KEY, -- the credential's
	account INTEGER NOT NULL REFERENCES accounts,
	name    TEXT    NOT NULL,
	data    BLOB    NOT NULL, -- the public key and its counters, in JSON
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE personal (
	account INTEGER NOT NULL REFERENCES accounts,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	hidden  INTEGER NOT NULL,
	saved   INTEGER,
	PRIMARY KEY (account, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE pushes (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	account       INTEGER NOT NULL REFERENCES accounts,
	device        INTEGER REFERENCES devices ON DELETE CASCADE, -- null: of the account
	kind          INTEGER NOT NULL,
	endpoint      TEXT    NOT NULL,
	public_key    BLOB, -- of Web Push
	auth_secret   BLOB, -- of Web Push
	secret        TEXT    NOT NULL, -- that signatures are made with, empty if none are
	text          INTEGER NOT NULL, -- whether what was written goes with it
	created       INTEGER NOT NULL,
	last_error    TEXT    NOT NULL DEFAULT '',
	failing_since INTEGER NOT NULL DEFAULT 0 -- 0: the last delivery succeeded
) STRICT;
CREATE TABLE reactions (
	message INTEGER NOT NULL REFERENCES events,
	emoji   TEXT    NOT NULL,
	seq     INTEGER NOT NULL,
	account INTEGER NOT NULL REFERENCES accounts,
	PRIMARY KEY (message, emoji, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE released (
	hash BLOB PRIMARY KEY -- SHA-256
) STRICT, WITHOUT ROWID;
CREATE TABLE reports (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	account INTEGER NOT NULL REFERENCES accounts,
	reason  TEXT    NOT NULL,
	time    INTEGER NOT NULL,
	closed  INTEGER NOT NULL DEFAULT 0, -- a time; 0: it is open
	closer  INTEGER REFERENCES accounts
) STRICT;
CREATE TABLE rooms (
	id      INTEGER PRIMARY KEY,
	kind    INTEGER NOT NULL,
	name    TEXT    UNIQUE,
	low     INTEGER REFERENCES accounts,
	high    INTEGER REFERENCES accounts,
	created INTEGER NOT NULL, topic TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', picture BLOB, writers INTEGER NOT NULL DEFAULT 1, retention INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL DEFAULT 1,
	CHECK ((name IS NULL) = (kind = 3) AND (low IS NULL) = (kind <> 3) AND (high IS NULL) = (kind <> 3)),
	CHECK (low < high)
) STRICT;
INSERT INTO "rooms" VALUES(1,1,'public',NULL,NULL,0,'','',NULL,1,0,0,1);
INSERT INTO "rooms" VALUES(2,1,'garden',NULL,NULL,3000,'','',NULL,1,0,0,1);
INSERT INTO "rooms" VALUES(3,3,NULL,1,2,4000,'','',NULL,1,0,0,1);
CREATE TABLE settings (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tickets (
	hash    BLOB    PRIMARY KEY, -- SHA-256
	purpose INTEGER NOT NULL,
	account INTEGER REFERENCES accounts, -- that it is good for, if for one
	expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE webhooks (
	id      INTEGER PRIMARY KEY,
	room    INTEGER NOT NULL REFERENCES rooms,
	account INTEGER NOT NULL REFERENCES accounts,
	maker   INTEGER REFERENCES accounts,
	token   BLOB    UNIQUE,
	secret  TEXT    NOT NULL,
	created INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_room ON webhooks (room) WHERE token IS NOT NULL;
CREATE INDEX webhooks_by_account ON webhooks (account);
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE held;
CREATE INDEX accounts_transient ON accounts (id) WHERE held AND transient;
CREATE UNIQUE INDEX rooms_by_pair ON rooms (low, high) WHERE low IS NOT NULL;
CREATE INDEX rooms_public ON rooms (id) WHERE kind = 1;
CREATE INDEX memberships_by_room ON memberships (room, account);
CREATE UNIQUE INDEX events_by_client_id ON events (client_id, actor) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX attachments_by_event ON attachments (event, position) WHERE event IS NOT NULL;
CREATE INDEX attachments_by_client_id ON attachments (client_id, account, number) WHERE client_id IS NOT NULL;
CREATE INDEX accounts_owners ON accounts (id) WHERE role = 1 AND state = 1 AND held;
CREATE INDEX devices_by_account ON devices (account);
CREATE INDEX accounts_by_avatar ON accounts (avatar) WHERE avatar IS NOT NULL;
CREATE INDEX attachments_pending ON attachments (created) WHERE event IS NULL;
CREATE INDEX attachments_by_hash ON attachments (hash);
CREATE INDEX passkeys_by_account ON passkeys (account);
CREATE TRIGGER release_attachment AFTER DELETE ON attachments BEGIN
	INSERT INTO released (hash) VALUES (OLD.hash) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER release_avatar AFTER UPDATE OF avatar ON accounts WHEN OLD.avatar IS NOT NULL AND OLD.avatar IS NOT NEW.avatar BEGIN
	INSERT INTO released (hash) VALUES (OLD.avatar) ON CONFLICT DO NOTHING;
END;
CREATE INDEX accounts_by_display ON accounts (lower(ltrim(display, '@ '))) WHERE held AND display <> '';
CREATE INDEX devices_by_created ON devices (created);
CREATE INDEX devices_by_used ON devices (used);
CREATE INDEX accounts_by_last_seen ON accounts (last_seen);
CREATE INDEX invites_by_maker ON invites (maker);
CREATE INDEX invites_by_created ON invites (created);
CREATE INDEX tickets_by_account ON tickets (account);
CREATE INDEX tickets_by_expires ON tickets (purpose, expires);
CREATE INDEX attachments_by_account ON attachments (account);
CREATE UNIQUE INDEX pushes_by_account ON pushes (account, endpoint);
CREATE INDEX pushes_by_endpoint ON pushes (endpoint);
CREATE INDEX pushes_by_device ON pushes (device);
CREATE INDEX outgoing_webhooks_by_room ON outgoing_webhooks (room);
CREATE INDEX details_by_target ON details (target) WHERE target IS NOT NULL;
CREATE INDEX changed_pinned ON changed (message) WHERE pinned IS NOT NULL;
CREATE UNIQUE INDEX reactions_by_account ON reactions (message, emoji, account);
CREATE INDEX mentions_by_event ON mentions (event);
CREATE INDEX rooms_by_picture ON rooms (picture) WHERE picture IS NOT NULL;
CREATE TRIGGER release_picture AFTER UPDATE OF picture ON rooms WHEN OLD.picture IS NOT NULL AND OLD.picture IS NOT NEW.picture BEGIN
	INSERT INTO released (hash) VALUES (OLD.picture) ON CONFLICT DO NOTHING;
END;
CREATE INDEX personal_by_event ON personal (event);
CREATE UNIQUE INDEX personal_saved ON personal (account, saved) WHERE saved IS NOT NULL;
CREATE INDEX personal_hidden ON personal (account, event) WHERE hidden;
CREATE UNIQUE INDEX reports_by_event ON reports (event, account);
CREATE INDEX reports_by_account ON reports (account);
CREATE INDEX reports_open ON reports (id) WHERE closed = 0;
CREATE INDEX blocks_by_blocked ON blocks (blocked);
CREATE INDEX attachments_by_thumbnail ON attachments (thumbnail) WHERE thumbnail IS NOT NULL;
CREATE TRIGGER release_thumbnail AFTER DELETE ON attachments WHEN OLD.thumbnail IS NOT NULL BEGIN
	INSERT INTO released (hash) VALUES (OLD.thumbnail) ON CONFLICT DO NOTHING;
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('devices',1);
CREATE VIRTUAL TABLE search USING fts5 (words, alternatives, grams, marks,
	content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('pgsz', 1900); -- what fits a page
CREATE TABLE search_messages (
	id      INTEGER PRIMARY KEY,
	message INTEGER NOT NULL UNIQUE REFERENCES events
) STRICT;
CREATE TABLE search_words (
	id   INTEGER PRIMARY KEY,
	word TEXT    NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE search_parts USING fts5 (word, content = 'search_words', content_rowid = 'id',
	columnsize = 0, tokenize = 'trigram case_sensitive 1');
INSERT INTO search_parts (search_parts, rank) VALUES ('secure-delete', 1);
INSERT INTO search_parts (search_parts, rank) VALUES ('pgsz', 1900);
CREATE TABLE search_state (
	number  INTEGER PRIMARY KEY CHECK (number = 1),
	version INTEGER NOT NULL, -- of the rules by which it was made; 0: it is to be made
	cursor  INTEGER NOT NULL,
	done    INTEGER NOT NULL,
	next    INTEGER NOT NULL,
	first   INTEGER NOT NULL,
	forgot  INTEGER NOT NULL  -- how often words were taken out of search_words
) STRICT;
INSERT INTO search_state VALUES (1, 0, 0, 0, 1, 1, 0);
CREATE TABLE search_rooms (
	room  INTEGER PRIMARY KEY REFERENCES rooms,
	below INTEGER NOT NULL
) STRICT;
-- Messages that are to be sent later, to a room or to somebody. Edit counts what was
-- changed: what is sent is what was read.
CREATE TABLE scheduled (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	account   INTEGER NOT NULL REFERENCES accounts,
	edit      INTEGER NOT NULL DEFAULT 1,
	at        INTEGER NOT NULL,
	room      INTEGER REFERENCES rooms,
	peer      INTEGER REFERENCES accounts,
	text      TEXT    NOT NULL,
	target    INTEGER NOT NULL, -- seq of the message that it answers; 0: none
	details   TEXT    NOT NULL, -- as of events
	client_id TEXT,
	failed    INTEGER NOT NULL DEFAULT 0, -- when it could not be sent
	error     TEXT    NOT NULL DEFAULT '' -- and why
) STRICT;
CREATE INDEX scheduled_by_account ON scheduled (account);
CREATE UNIQUE INDEX scheduled_by_client_id ON scheduled (account, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX scheduled_by_time ON scheduled (at) WHERE failed = 0;

-- Messages that accounts want to be reminded of. Due: they were.
CREATE TABLE reminders (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL REFERENCES accounts,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	at      INTEGER NOT NULL,
	due     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX reminders_by_account ON reminders (account, event);
CREATE INDEX reminders_by_event ON reminders (event);
CREATE INDEX reminders_by_time ON reminders (at) WHERE NOT due;
-- Files that are coming in parts. Their bytes are in files that are called by the id.
CREATE TABLE uploads (
	id        TEXT    PRIMARY KEY, -- which becomes that of the attachment
	account   INTEGER NOT NULL REFERENCES accounts,
	name      TEXT    NOT NULL,
	size      INTEGER NOT NULL, -- when it is complete
	client_id TEXT,
	thumbnail TEXT    NOT NULL, -- id of an attachment, or empty
	duration  INTEGER NOT NULL, -- milliseconds
	waveform  TEXT    NOT NULL,
	created   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX uploads_by_account ON uploads (account, client_id);
CREATE INDEX uploads_by_created ON uploads (created);
CREATE INDEX scheduled_by_peer ON scheduled (peer) WHERE peer IS NOT NULL;
CREATE TABLE search_unused (
	word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE preferences (
	account    INTEGER PRIMARY KEY REFERENCES accounts,
	level      INTEGER NOT NULL DEFAULT 0,
	keywords   TEXT    NOT NULL DEFAULT '[]', -- JSON
	quiet_from INTEGER NOT NULL DEFAULT 0,
	quiet_to   INTEGER NOT NULL DEFAULT 0,
	quiet_zone TEXT    NOT NULL DEFAULT '',
	hide_text  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE room_preferences (
	account    INTEGER NOT NULL REFERENCES accounts,
	room       INTEGER NOT NULL REFERENCES rooms,
	level      INTEGER NOT NULL DEFAULT 0,
	mute_until INTEGER NOT NULL DEFAULT 0, -- milliseconds; 0: not muted
	favourite  INTEGER NOT NULL DEFAULT 0,
	position   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE bans (
	room    INTEGER NOT NULL REFERENCES rooms,
	account INTEGER NOT NULL REFERENCES accounts,
	actor   INTEGER NOT NULL REFERENCES accounts,
	time    INTEGER NOT NULL,
	PRIMARY KEY (room, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX bans_by_account ON bans (account);
PRAGMA application_id = 1349280117;
PRAGMA user_version = 30;
COMMIT;
