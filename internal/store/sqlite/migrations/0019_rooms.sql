-- The seq of the join that a membership is by: who has been in a room longest.
ALTER TABLE memberships ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
UPDATE memberships SET since = j.seq FROM (SELECT id >> 32 AS room, member AS account, max(id) & 0xffffffff AS seq
	FROM events WHERE kind & 255 = 2 GROUP BY 1, 2) j WHERE j.room = memberships.room AND j.account = memberships.account;

-- No room is without an owner: where who made it has left, it is who has been there longest.
UPDATE memberships SET role = 1 WHERE (room, account) IN (
	SELECT room, account FROM (SELECT m.room, m.account, row_number() OVER (PARTITION BY m.room
			ORDER BY a.state = 1 AND a.held DESC, a.bot, m.role, m.since) AS place, min(m.role) OVER (PARTITION BY m.room) AS first
		FROM memberships m JOIN rooms r ON r.id = m.room JOIN accounts a ON a.id = m.account WHERE r.kind <> 3)
	WHERE place = 1 AND first > 1);

CREATE INDEX rooms_by_picture ON rooms (picture) WHERE picture IS NOT NULL;
-- As release_avatar.
CREATE TRIGGER release_picture AFTER UPDATE OF picture ON rooms WHEN OLD.picture IS NOT NULL AND OLD.picture IS NOT NEW.picture BEGIN
	INSERT INTO released (hash) VALUES (OLD.picture) ON CONFLICT DO NOTHING;
END;
