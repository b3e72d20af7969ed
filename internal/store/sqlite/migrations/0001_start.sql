-- Times are milliseconds since 1970 UTC. Small integers stand for the words of
-- package plausch; codes.go has them.

CREATE TABLE accounts (
	id        INTEGER PRIMARY KEY,
	name      TEXT    NOT NULL,
	held      INTEGER NOT NULL, -- 0 once the name was released: it is then the last name, for display
	role      INTEGER NOT NULL,
	transient INTEGER NOT NULL,
	password  TEXT    NOT NULL, -- a hash, empty for guests
	created   INTEGER NOT NULL,
	last_seen INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE held;
CREATE INDEX accounts_transient ON accounts (id) WHERE held AND transient;

CREATE TABLE devices (
	token   BLOB    PRIMARY KEY, -- SHA-256 of the token
	account INTEGER NOT NULL REFERENCES accounts,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_account ON devices (account);

CREATE TABLE rooms (
	id      INTEGER PRIMARY KEY,
	kind    INTEGER NOT NULL,
	name    TEXT    UNIQUE, -- one namespace for public and private; null in direct rooms
	low     INTEGER REFERENCES accounts, -- direct rooms: the two accounts, ordered,
	high    INTEGER REFERENCES accounts, -- so that a pair has one room
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

-- id is room << 32 | seq. So a room's log lies together and in order in the one
-- B-tree that there is anyway, a page of it is one range, no second index is
-- dirtied by a send, and a full text index has a rowid to point at.
CREATE TABLE events (
	id        INTEGER PRIMARY KEY,
	time      INTEGER NOT NULL,
	kind      INTEGER NOT NULL,
	actor     INTEGER NOT NULL REFERENCES accounts,
	member    INTEGER REFERENCES accounts,
	client_id TEXT,
	text      TEXT    NOT NULL
) STRICT;
-- The client id comes first: our clients start it with the time, so new entries
-- land at the right edge and a batch dirties few pages, whoever sent it.
CREATE UNIQUE INDEX events_by_client_id ON events (client_id, actor) WHERE client_id IS NOT NULL;
