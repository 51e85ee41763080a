-- What a wish says beside its name: thresholds, a time.

ALTER TABLE mailbox ADD COLUMN detail TEXT;
