-- Words of messages that were taken out of the search index. Those that stand in no other
-- message are taken out of search_words soon after, and before what was deleted is cleared.
CREATE TABLE search_unused (
	word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
