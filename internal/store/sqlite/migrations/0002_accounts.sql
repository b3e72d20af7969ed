-- How somebody likes to be called; empty: by the name.
ALTER TABLE accounts ADD COLUMN display TEXT NOT NULL DEFAULT '';
