-- An account that is deleted takes with it what others wanted to send to it.
CREATE INDEX scheduled_by_peer ON scheduled (peer) WHERE peer IS NOT NULL;
