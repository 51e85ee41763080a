-- The queue: its order, who was let in, and what decides who may be.

-- Among runs that wait; the smaller first.
ALTER TABLE runs ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
-- 1 once the run was let in: from then on it takes a place, whatever its record says yet.
ALTER TABLE runs ADD COLUMN admitted INTEGER NOT NULL DEFAULT 0;
-- 1 when it copies or rebuilds a table.
ALTER TABLE runs ADD COLUMN heavy INTEGER NOT NULL DEFAULT 1;
-- The server's own identity, as the plan saw it.
ALTER TABLE runs ADD COLUMN server_uuid TEXT;
-- When it may begin; NULL for at once.
ALTER TABLE runs ADD COLUMN schedule TEXT;
ALTER TABLE runs ADD COLUMN batch_id TEXT;
ALTER TABLE runs ADD COLUMN stop_on_failure INTEGER NOT NULL DEFAULT 0;

UPDATE runs SET server_uuid = json_extract(plan, '$.server.server_uuid') WHERE live = 1 AND json_valid(plan);

CREATE INDEX runs_by_batch ON runs (batch_id) WHERE batch_id IS NOT NULL;
