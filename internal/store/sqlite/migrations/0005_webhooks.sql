-- Rows stay when a webhook is deleted: they tell whose the account is.
CREATE TABLE webhooks (
	id      INTEGER PRIMARY KEY,
	room    INTEGER NOT NULL REFERENCES rooms,
	account INTEGER NOT NULL REFERENCES accounts,
	maker   INTEGER REFERENCES accounts, -- null: the command line
	token   BLOB    UNIQUE, -- SHA-256; null once deleted
	secret  TEXT    NOT NULL, -- that signatures are made with, empty if none are wanted
	created INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_room ON webhooks (room) WHERE token IS NOT NULL;
CREATE INDEX webhooks_by_account ON webhooks (account);
