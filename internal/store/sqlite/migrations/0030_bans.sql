-- Who may not be in a room.
CREATE TABLE bans (
	room    INTEGER NOT NULL REFERENCES rooms,
	account INTEGER NOT NULL REFERENCES accounts,
	actor   INTEGER NOT NULL REFERENCES accounts,
	time    INTEGER NOT NULL,
	PRIMARY KEY (room, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX bans_by_account ON bans (account);
