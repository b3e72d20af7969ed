-- What files and avatars no longer name. Bytes that nothing names and that do not
-- stand here were never known to this database: it may be an older one than the
-- files, so they are not simply removed.
CREATE TABLE released (
	hash BLOB PRIMARY KEY -- SHA-256
) STRICT, WITHOUT ROWID;
CREATE TRIGGER release_attachment AFTER DELETE ON attachments BEGIN
	INSERT INTO released (hash) VALUES (OLD.hash) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER release_avatar AFTER UPDATE OF avatar ON accounts WHEN OLD.avatar IS NOT NULL AND OLD.avatar IS NOT NEW.avatar BEGIN
	INSERT INTO released (hash) VALUES (OLD.avatar) ON CONFLICT DO NOTHING;
END;
