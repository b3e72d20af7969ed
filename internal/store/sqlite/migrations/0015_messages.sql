-- What happens to a message after it was sent. Its row in events stays as it was, but
-- for bits in its kind that say where to look further: 256 attachments, 512 details,
-- 1024 changed or reactions, 2048 deleted.

-- What only some events have. A target is the event that is changed or answered; data
-- is JSON, or empty.
CREATE TABLE details (
	event  INTEGER PRIMARY KEY REFERENCES events,
	target INTEGER,
	data   TEXT NOT NULL
) STRICT;
CREATE INDEX details_by_target ON details (target) WHERE target IS NOT NULL;

-- Messages that are not as they were sent, with the seqs of what changed them.
CREATE TABLE changed (
	message INTEGER PRIMARY KEY REFERENCES events,
	edited  INTEGER,
	deleted INTEGER,
	pinned  INTEGER
) STRICT;
CREATE INDEX changed_pinned ON changed (message) WHERE pinned IS NOT NULL;

-- The reactions that stand. Those of an emoji lie together, the oldest first.
CREATE TABLE reactions (
	message INTEGER NOT NULL REFERENCES events,
	emoji   TEXT    NOT NULL,
	seq     INTEGER NOT NULL,
	account INTEGER NOT NULL REFERENCES accounts,
	PRIMARY KEY (message, emoji, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reactions_by_account ON reactions (message, emoji, account);

-- Whom messages name; account 0 stands for all in the room.
CREATE TABLE mentions (
	account INTEGER NOT NULL,
	event   INTEGER NOT NULL REFERENCES events,
	PRIMARY KEY (account, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_event ON mentions (event);

ALTER TABLE memberships ADD COLUMN role INTEGER NOT NULL DEFAULT 3;
-- The first event of a room is the join of who made it.
UPDATE memberships SET role = 1 WHERE EXISTS (SELECT 1 FROM events e JOIN rooms r ON r.id = e.id >> 32
	WHERE e.id = (memberships.room << 32) + 1 AND e.kind = 2 AND e.actor = memberships.account AND r.kind <> 3);

ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN picture BLOB;
ALTER TABLE rooms ADD COLUMN writers INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rooms ADD COLUMN retention INTEGER NOT NULL DEFAULT 0; -- milliseconds; 0: for ever
ALTER TABLE rooms ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN first INTEGER NOT NULL DEFAULT 1; -- seq of the oldest event that is kept

-- Messages that an erased account had written were emptied before deletions were events.
UPDATE events SET kind = kind | 2048 WHERE kind = 1 AND text = '';
