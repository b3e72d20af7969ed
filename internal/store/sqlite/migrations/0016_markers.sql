-- Up to which seq each account has read its rooms: in a membership and, of room 1,
-- which has none, in the account. To begin with, all that there is counts as read.
ALTER TABLE memberships ADD COLUMN marker INTEGER NOT NULL DEFAULT 0;
UPDATE memberships SET marker = ifnull((SELECT max(e.id) & 0xffffffff FROM events e
	WHERE e.id BETWEEN memberships.room << 32 AND memberships.room << 32 | 0xffffffff), 0);

ALTER TABLE accounts ADD COLUMN marker INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET marker = ifnull((SELECT max(e.id) & 0xffffffff FROM events e
	WHERE e.id BETWEEN 1 << 32 AND 1 << 32 | 0xffffffff), 0);
