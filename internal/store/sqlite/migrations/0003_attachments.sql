-- Files of messages. Their bytes are elsewhere, by hash. An event that has some
-- has 256 added to its kind, so that reading others does not look for them.
CREATE TABLE attachments (
	number    INTEGER PRIMARY KEY, -- in the order of the uploads
	id        TEXT    NOT NULL UNIQUE,
	event     INTEGER REFERENCES events, -- null until it is sent
	position  INTEGER, -- in its message, from 0
	account   INTEGER NOT NULL REFERENCES accounts, -- who uploaded it
	name      TEXT    NOT NULL,
	type      TEXT    NOT NULL,
	size      INTEGER NOT NULL,
	hash      BLOB    NOT NULL, -- SHA-256
	client_id TEXT,
	created   INTEGER NOT NULL,
	CHECK ((event IS NULL) = (position IS NULL))
) STRICT;
CREATE UNIQUE INDEX attachments_by_event ON attachments (event, position) WHERE event IS NOT NULL;
CREATE INDEX attachments_by_client_id ON attachments (client_id, account, number) WHERE client_id IS NOT NULL;

-- The sum of the sizes: adding up would take longer with each file.
ALTER TABLE accounts ADD COLUMN attached INTEGER NOT NULL DEFAULT 0;
