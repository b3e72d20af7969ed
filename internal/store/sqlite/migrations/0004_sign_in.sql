ALTER TABLE accounts ADD COLUMN bot     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN invited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN state   INTEGER NOT NULL DEFAULT 1;
CREATE INDEX accounts_owners ON accounts (id) WHERE role = 1 AND state = 1 AND held;

-- A device has an id that can be shown, and ids are never given out again, so
-- that ending one by an old list cannot hit another.
CREATE TABLE devices_2 (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	token   BLOB    NOT NULL UNIQUE, -- SHA-256 of the token
	account INTEGER NOT NULL REFERENCES accounts,
	program TEXT    NOT NULL,
	lasting INTEGER NOT NULL,
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT;
INSERT INTO devices_2 (token, account, program, lasting, created, used)
	SELECT d.token, d.account, '', 0, d.created, max(d.created, a.last_seen)
	FROM devices d JOIN accounts a ON a.id = d.account ORDER BY d.created;
DROP TABLE devices;
ALTER TABLE devices_2 RENAME TO devices;
CREATE INDEX devices_by_account ON devices (account);

CREATE TABLE settings (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens that are good once, for a while.
CREATE TABLE tickets (
	hash    BLOB    PRIMARY KEY, -- SHA-256
	purpose INTEGER NOT NULL,
	account INTEGER REFERENCES accounts, -- that it is good for, if for one
	expires INTEGER NOT NULL
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
CREATE TABLE invite_rooms (
	invite INTEGER NOT NULL REFERENCES invites,
	room   INTEGER NOT NULL REFERENCES rooms,
	PRIMARY KEY (invite, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	time    INTEGER NOT NULL,
	actor   INTEGER REFERENCES accounts, -- null: the command line
	action  TEXT    NOT NULL,
	account INTEGER REFERENCES accounts,
	detail  TEXT    NOT NULL
) STRICT;

-- Accounts of which something changed that live connections depend on: their
-- state, role, display name or devices. A server reads on from where it was, so
-- it notices what another process did.
CREATE TABLE account_changes (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL
) STRICT;

CREATE TABLE passkeys (
	id      BLOB    PRIMARY KEY, -- the credential's
	account INTEGER NOT NULL REFERENCES accounts,
	name    TEXT    NOT NULL,
	data    BLOB    NOT NULL, -- the public key and its counters, in JSON
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_account ON passkeys (account);
