-- Epochs: a restored backup begins a new one, with the seq that each room had in
-- the backup. A client that remembers another state learns by it from which seq
-- of a room on the two differ. A database from before is the first epoch; what a
-- client remembers of another one is compared with the rooms as they are now.

CREATE TABLE epochs (
	number INTEGER PRIMARY KEY,
	id     TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE epoch_rooms (
	epoch INTEGER NOT NULL REFERENCES epochs,
	room  INTEGER NOT NULL REFERENCES rooms,
	seq   INTEGER NOT NULL, -- of the room's newest event when the epoch began; rooms without any have no row
	PRIMARY KEY (epoch, room)
) STRICT, WITHOUT ROWID;

INSERT INTO epochs (number, id) VALUES (1, lower(hex(randomblob(8))));
INSERT INTO epoch_rooms (epoch, room, seq)
	SELECT 1, id >> 32, max(id) & 0xffffffff FROM events GROUP BY id >> 32;
