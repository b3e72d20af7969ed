-- What is done now and then, such as ending what has expired, reads no table from
-- end to end.
CREATE INDEX devices_by_created ON devices (created);
CREATE INDEX devices_by_used ON devices (used);
CREATE INDEX accounts_by_last_seen ON accounts (last_seen);
CREATE INDEX invites_by_maker ON invites (maker);
CREATE INDEX invites_by_created ON invites (created);
CREATE INDEX tickets_by_account ON tickets (account);
CREATE INDEX tickets_by_expires ON tickets (purpose, expires);
CREATE INDEX attachments_by_account ON attachments (account);
