-- Where accounts are notified. The ids are never given out again, since one that has
-- ended may still be about to be sent something.
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
CREATE UNIQUE INDEX pushes_by_account ON pushes (account, endpoint);
CREATE INDEX pushes_by_endpoint ON pushes (endpoint);
CREATE INDEX pushes_by_device ON pushes (device);

-- Addresses to which the events of a room are posted.
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
CREATE INDEX outgoing_webhooks_by_room ON outgoing_webhooks (room);
