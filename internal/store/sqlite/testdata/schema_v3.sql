-- A database as schema version 3 left it. Never change this file: it is what
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
) STRICT;
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE held;
CREATE INDEX accounts_transient ON accounts (id) WHERE held AND transient;
CREATE TABLE devices (
	token   BLOB    PRIMARY KEY,
	account INTEGER NOT NULL REFERENCES accounts,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_account ON devices (account);
CREATE TABLE rooms (
	id      INTEGER PRIMARY KEY,
	kind    INTEGER NOT NULL,
	name    TEXT    UNIQUE,
	low     INTEGER REFERENCES accounts,
	high    INTEGER REFERENCES accounts,
	created INTEGER NOT NULL,
	CHECK ((name IS NULL) = (kind = 3) AND (low IS NULL) = (kind <> 3) AND (high IS NULL) = (kind <> 3)),
	CHECK (low < high)
) STRICT;
CREATE UNIQUE INDEX rooms_by_pair ON rooms (low, high) WHERE low IS NOT NULL;
CREATE INDEX rooms_public ON rooms (id) WHERE kind = 1;
INSERT INTO rooms (id, kind, name, created) VALUES (1, 1, 'public', 0);
CREATE TABLE memberships (
	account INTEGER NOT NULL REFERENCES accounts,
	room    INTEGER NOT NULL REFERENCES rooms,
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_room ON memberships (room, account);
CREATE TABLE events (
	id        INTEGER PRIMARY KEY,
	time      INTEGER NOT NULL,
	kind      INTEGER NOT NULL,
	actor     INTEGER NOT NULL REFERENCES accounts,
	member    INTEGER REFERENCES accounts,
	client_id TEXT,
	text      TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_client_id ON events (client_id, actor) WHERE client_id IS NOT NULL;
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
	created   INTEGER NOT NULL,
	CHECK ((event IS NULL) = (position IS NULL))
) STRICT;
CREATE UNIQUE INDEX attachments_by_event ON attachments (event, position) WHERE event IS NOT NULL;
CREATE INDEX attachments_by_client_id ON attachments (client_id, account, number) WHERE client_id IS NOT NULL;
INSERT INTO accounts VALUES (1, 'ann', 1, 1, 0, '$hash', 1000, 2000, '', 0);
INSERT INTO accounts VALUES (2, 'bob', 1, 3, 0, '', 1001, 1001, '', 0);
INSERT INTO accounts VALUES (3, 'gast', 0, 4, 0, '', 1002, 1002, '', 0);
INSERT INTO devices VALUES (x'0101010101010101010101010101010101010101010101010101010101010101', 1, 1500);
INSERT INTO rooms VALUES (2, 1, 'garden', NULL, NULL, 3000);
INSERT INTO rooms VALUES (3, 3, NULL, 1, 2, 4000);
INSERT INTO memberships VALUES (1, 2), (1, 3), (2, 3);
INSERT INTO events VALUES (1 << 32 | 1, 2500, 1, 3, NULL, NULL, 'hello from a guest');
INSERT INTO events VALUES (2 << 32 | 1, 3000, 2, 1, 1, NULL, '');
INSERT INTO events VALUES (2 << 32 | 2, 3001, 1, 1, NULL, 'id-1', 'roses');
INSERT INTO events VALUES (3 << 32 | 1, 4000, 2, 2, 2, NULL, '');
INSERT INTO events VALUES (3 << 32 | 2, 4000, 2, 2, 1, NULL, '');
INSERT INTO events VALUES (3 << 32 | 3, 4000, 1, 2, NULL, 'id-1', 'psst');
PRAGMA application_id = 1349280117;
PRAGMA user_version = 3;
COMMIT;
