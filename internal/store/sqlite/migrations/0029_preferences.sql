-- What accounts have chosen: for all rooms, and for single ones. A level is 0 if none is
-- chosen; quiet hours are minutes since midnight.
CREATE TABLE preferences (
	account    INTEGER PRIMARY KEY REFERENCES accounts,
	level      INTEGER NOT NULL DEFAULT 0,
	keywords   TEXT    NOT NULL DEFAULT '[]', -- JSON
	quiet_from INTEGER NOT NULL DEFAULT 0,
	quiet_to   INTEGER NOT NULL DEFAULT 0,
	quiet_zone TEXT    NOT NULL DEFAULT '',
	hide_text  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE room_preferences (
	account    INTEGER NOT NULL REFERENCES accounts,
	room       INTEGER NOT NULL REFERENCES rooms,
	level      INTEGER NOT NULL DEFAULT 0,
	mute_until INTEGER NOT NULL DEFAULT 0, -- milliseconds; 0: not muted
	favourite  INTEGER NOT NULL DEFAULT 0,
	position   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
