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
