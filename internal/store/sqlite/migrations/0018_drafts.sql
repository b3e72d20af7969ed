-- What accounts have begun to write, by room. An empty text keeps the number of edits.
CREATE TABLE drafts (
	account INTEGER NOT NULL REFERENCES accounts,
	room    INTEGER NOT NULL REFERENCES rooms,
	edit    INTEGER NOT NULL,
	text    TEXT    NOT NULL,
	target  INTEGER NOT NULL, -- seq of the message that it answers; 0: none
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
