-- What accounts say of themselves for a while (0: for ever), and whether others see in
-- direct rooms up to where they have read.
ALTER TABLE accounts ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN status_emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN status_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN seen INTEGER NOT NULL DEFAULT 1;
