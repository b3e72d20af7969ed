-- Whom accounts have blocked.
CREATE TABLE blocks (
	account INTEGER NOT NULL REFERENCES accounts,
	blocked INTEGER NOT NULL REFERENCES accounts,
	PRIMARY KEY (account, blocked)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_by_blocked ON blocks (blocked);
