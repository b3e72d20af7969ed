-- What each commit changed, in commit order: the one cursor over everything.
-- "room:seq" or "room:first-last" stands for events of a room, "@account" for an
-- account whose state, role, name or devices changed; spaces are between them. The
-- first row stands for all that was there before.
CREATE TABLE commits (
	id      INTEGER PRIMARY KEY,
	changes TEXT NOT NULL
) STRICT;
INSERT INTO commits (changes)
	SELECT ifnull(group_concat(r.id || ':1-' || (SELECT max(e.id) & 0xffffffff FROM events e
		WHERE e.id BETWEEN r.id << 32 AND (r.id << 32 | 0xffffffff)), ' '), '')
	FROM rooms r WHERE EXISTS (SELECT 1 FROM events e WHERE e.id BETWEEN r.id << 32 AND (r.id << 32 | 0xffffffff));
DROP TABLE account_changes;
