-- Deleted accounts whose messages are being emptied: how far the events were looked
-- at, and whether the room there has messages of theirs that were emptied and of which
-- its log does not say so yet.
CREATE TABLE erasures (
	account INTEGER PRIMARY KEY REFERENCES accounts,
	event   INTEGER NOT NULL DEFAULT 0,
	emptied INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Messages that were erased have their own seq as that of their deletion.
INSERT INTO changed (message, deleted) SELECT id, id & 0xffffffff FROM events WHERE kind & 2048 = 2048 AND kind & 255 = 1
	ON CONFLICT (message) DO UPDATE SET deleted = ifnull(deleted, message & 0xffffffff);
