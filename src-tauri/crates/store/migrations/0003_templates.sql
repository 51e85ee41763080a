-- Clauses that people keep under a name, as they were written.

CREATE TABLE templates (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    -- The name in lower case by Unicode's rules, which SQLite's NOCASE does not know.
    name_key   TEXT    NOT NULL UNIQUE,
    clause     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
