-- Of a transient account, the node that it is connected to, so that one that starts
-- does not release the guests of another.
ALTER TABLE accounts ADD COLUMN node TEXT NOT NULL DEFAULT '';
