-- The full-text index of messages, made of what the package search says of a text. It
-- holds no text, only the tokens: words and their other spellings, pairs of Chinese,
-- Japanese and Korean signs, and marks: u12 is the author, r3 the room, and there are
-- file, picture and link. All is computed in Go; ascii cuts at spaces. A rowid is the
-- message's number in search_messages: newer messages have greater ones.
CREATE VIRTUAL TABLE search USING fts5 (words, alternatives, grams, marks,
	content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('pgsz', 1900); -- what fits a page

-- The messages that stand in the index.
CREATE TABLE search_messages (
	id      INTEGER PRIMARY KEY,
	message INTEGER NOT NULL UNIQUE REFERENCES events
) STRICT;

-- Each token that stands in the index, but for marks, and the parts of tokens.
CREATE TABLE search_words (
	id   INTEGER PRIMARY KEY,
	word TEXT    NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE search_parts USING fts5 (word, content = 'search_words', content_rowid = 'id',
	columnsize = 0, tokenize = 'trigram case_sensitive 1');
INSERT INTO search_parts (search_parts, rank) VALUES ('secure-delete', 1);
INSERT INTO search_parts (search_parts, rank) VALUES ('pgsz', 1900);

-- How far the index is: there is one row. Messages of commits up to cursor are in it,
-- and done ones of the next; the next gets the number next. Older ones get numbers
-- below first, newest first, room by room as search_rooms says.
CREATE TABLE search_state (
	number  INTEGER PRIMARY KEY CHECK (number = 1),
	version INTEGER NOT NULL, -- of the rules by which it was made; 0: it is to be made
	cursor  INTEGER NOT NULL,
	done    INTEGER NOT NULL,
	next    INTEGER NOT NULL,
	first   INTEGER NOT NULL,
	forgot  INTEGER NOT NULL  -- how often words were taken out of search_words
) STRICT;
INSERT INTO search_state VALUES (1, 0, 0, 0, 1, 1, 0);

-- Rooms with messages from before the index: those below a seq are not in it yet.
CREATE TABLE search_rooms (
	room  INTEGER PRIMARY KEY REFERENCES rooms,
	below INTEGER NOT NULL
) STRICT;
