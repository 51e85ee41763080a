-- What kind of work a rate is of, and rates by server: one address may be under several connections.

ALTER TABLE runs ADD COLUMN work TEXT;

UPDATE runs SET work = 'chunked_copy' WHERE rate_rows_s IS NOT NULL;

DROP INDEX runs_by_rate;
CREATE INDEX runs_by_pace ON runs (host, port, work, finished_at DESC, rate_rows_s) WHERE work IS NOT NULL;
