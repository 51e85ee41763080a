-- Options that people keep under a name, and the preset that a connection's changes begin with.

CREATE TABLE presets (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    -- The name in lower case by Unicode's rules, which SQLite's NOCASE does not know.
    name_key   TEXT    NOT NULL UNIQUE,
    settings   TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- `preset` may also be the id of a built-in one, which has no row.
CREATE TABLE connection_presets (
    connection TEXT NOT NULL PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    preset     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
