-- The picture of an account: the SHA-256 of its bytes, which are with those of
-- attachments.
ALTER TABLE accounts ADD COLUMN avatar BLOB;
CREATE INDEX accounts_by_avatar ON accounts (avatar) WHERE avatar IS NOT NULL;

-- To find files that were never sent, and who else has the same bytes.
CREATE INDEX attachments_pending ON attachments (created) WHERE event IS NULL;
CREATE INDEX attachments_by_hash ON attachments (hash);
