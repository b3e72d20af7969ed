-- What accounts have done with messages for themselves. Of an account, a higher saved is
-- that of a message that was saved later; null: it is not.
CREATE TABLE personal (
	account INTEGER NOT NULL REFERENCES accounts,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	hidden  INTEGER NOT NULL,
	saved   INTEGER,
	PRIMARY KEY (account, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_by_event ON personal (event);
CREATE UNIQUE INDEX personal_saved ON personal (account, saved) WHERE saved IS NOT NULL;
CREATE INDEX personal_hidden ON personal (account, event) WHERE hidden;

-- What accounts say of messages to those who moderate. Nothing of the message is copied.
CREATE TABLE reports (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	event   INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
	account INTEGER NOT NULL REFERENCES accounts,
	reason  TEXT    NOT NULL,
	time    INTEGER NOT NULL,
	closed  INTEGER NOT NULL DEFAULT 0, -- a time; 0: it is open
	closer  INTEGER REFERENCES accounts
) STRICT;
CREATE UNIQUE INDEX reports_by_event ON reports (event, account);
CREATE INDEX reports_by_account ON reports (account);
CREATE INDEX reports_open ON reports (id) WHERE closed = 0;
