-- When each node last said that it is alive, so that the transient guests of one that
-- never comes back do not hold their names for ever.
CREATE TABLE nodes (
	name    TEXT PRIMARY KEY,
	renewed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
