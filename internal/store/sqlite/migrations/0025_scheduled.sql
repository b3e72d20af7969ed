-- Messages that are to be sent later, to a room or to somebody. Edit counts what was
-- changed: what is sent is what was read.
CREATE TABLE scheduled (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	account   INTEGER NOT NULL REFERENCES accounts,
	edit      INTEGER NOT NULL DEFAULT 1,
	at        INTEGER NOT NULL,
	room      INTEGER REFERENCES rooms,
	peer      INTEGER REFERENCES accounts,
	text      TEXT    NOT NULL,
	target    INTEGER NOT NULL, -- seq of the message that it answers; 0: none
	details   TEXT    NOT NULL, -- as of events
	client_id TEXT,
	failed    INTEGER NOT NULL DEFAULT 0, -- when it could not be sent
	error     TEXT    NOT NULL DEFAULT '' -- and why
) STRICT;
CREATE INDEX scheduled_by_account ON scheduled (account);
CREATE UNIQUE INDEX scheduled_by_client_id ON scheduled (account, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX scheduled_by_time ON scheduled (at) WHERE failed = 0;

-- Messages that accounts want to be reminded of. Due: they were.
CREATE TABLE reminders (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL REFERENCES accounts,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	at      INTEGER NOT NULL,
	due     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX reminders_by_account ON reminders (account, event);
CREATE INDEX reminders_by_event ON reminders (event);
CREATE INDEX reminders_by_time ON reminders (at) WHERE NOT due;
