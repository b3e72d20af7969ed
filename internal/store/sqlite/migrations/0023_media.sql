-- What is known of a picture, a film or a sound: JSON, null if nothing is, or if it was
-- not looked at yet.
ALTER TABLE attachments ADD COLUMN media TEXT;
-- The small picture that its uploader sent along: the SHA-256 of its bytes, which are
-- with those of attachments.
ALTER TABLE attachments ADD COLUMN thumbnail BLOB;
CREATE INDEX attachments_by_thumbnail ON attachments (thumbnail) WHERE thumbnail IS NOT NULL;
CREATE TRIGGER release_thumbnail AFTER DELETE ON attachments WHEN OLD.thumbnail IS NOT NULL BEGIN
	INSERT INTO released (hash) VALUES (OLD.thumbnail) ON CONFLICT DO NOTHING;
END;
