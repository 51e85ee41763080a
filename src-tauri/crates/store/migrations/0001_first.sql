-- Times are milliseconds since the Unix epoch, UTC. JSON columns hold the contract's types as serde writes them.
-- A migration is never changed once it was released: it is corrected by the next one.

CREATE TABLE connections (
    id                TEXT    NOT NULL PRIMARY KEY,
    name              TEXT    NOT NULL,
    -- The name in lower case by Unicode's rules, which SQLite's NOCASE does not know.
    name_key          TEXT    NOT NULL UNIQUE,
    environment       TEXT    NOT NULL,
    host              TEXT    NOT NULL,
    port              INTEGER NOT NULL,
    user              TEXT    NOT NULL,
    -- 1 when the account is known to have no password, which is not the same as one that was never typed.
    empty_password    INTEGER NOT NULL,
    database          TEXT,
    description       TEXT    NOT NULL,
    connect_timeout_s INTEGER NOT NULL,
    charset           TEXT    NOT NULL,
    tls               TEXT    NOT NULL,
    ca_file           TEXT,
    tested            TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    last_used_at      INTEGER
) STRICT;

-- Sealed secrets by the record and field that they are bound to.
CREATE TABLE vault (
    record   TEXT NOT NULL,
    field    TEXT NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;

-- How the one master key is protected. `wrap` and `kdf` are set for a master password only.
CREATE TABLE vault_key (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The keyring's account name: data directories of one user must not share a key.
    vault_id   TEXT    NOT NULL,
    protection TEXT    NOT NULL,
    key_id     BLOB    NOT NULL,
    -- A MAC under the master key: tells a foreign key from the right one.
    key_check  BLOB    NOT NULL,
    kdf        TEXT,
    wrap       BLOB,
    -- SHA-256 of all of the above: tells damage from a wrong password.
    checksum   BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The small columns that lists filter, sort and sum by come first, the large ones last: SQLite keeps the tail of a
-- long row on pages of its own, which a scan then never reads.
CREATE TABLE runs (
    id               TEXT    NOT NULL PRIMARY KEY,
    day              TEXT    NOT NULL,
    number           INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    -- 1 until the state is terminal.
    live             INTEGER NOT NULL,
    environment      TEXT    NOT NULL,
    connection_id    TEXT    NOT NULL,
    -- The server as the plan's connection names it, host in lower case.
    host             TEXT    NOT NULL,
    port             INTEGER NOT NULL,
    database         TEXT    NOT NULL,
    table_name       TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    duration_ms      INTEGER,
    -- 0 until the run is over: a value that moves twice a second would move in every index.
    rows_copied      INTEGER NOT NULL,
    -- Of a completed copy, pauses left out; what forecasts learn from.
    rate_rows_s      INTEGER,
    job              TEXT,
    cursor_stdout    INTEGER NOT NULL DEFAULT 0,
    cursor_stderr    INTEGER NOT NULL DEFAULT 0,
    last_seq         INTEGER NOT NULL,
    last_line        INTEGER NOT NULL DEFAULT 0,
    clause           TEXT    NOT NULL,
    error            TEXT,
    command          TEXT,
    view             TEXT    NOT NULL,
    plan             TEXT    NOT NULL,
    definition_after TEXT,
    UNIQUE (day, number)
) STRICT;

-- Each ends in what the figures are summed from, so that summing reads no row.
CREATE INDEX runs_by_time        ON runs (created_at DESC, id DESC, state, duration_ms, rows_copied);
CREATE INDEX runs_by_state       ON runs (state, created_at DESC, id DESC, duration_ms, rows_copied);
CREATE INDEX runs_by_environment ON runs (environment, created_at DESC, id DESC, state, duration_ms, rows_copied);
CREATE INDEX runs_by_connection  ON runs (connection_id, created_at DESC, id DESC, state, duration_ms, rows_copied);
CREATE INDEX runs_by_table       ON runs (database, created_at DESC, id DESC, table_name, state, duration_ms, rows_copied);
CREATE INDEX runs_live           ON runs (created_at DESC, id DESC) WHERE live = 1;
CREATE INDEX runs_by_rate        ON runs (connection_id, finished_at DESC, rate_rows_s) WHERE rate_rows_s IS NOT NULL;

CREATE TABLE run_events (
    run_id TEXT    NOT NULL REFERENCES runs (id),
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    event  TEXT    NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_logs (
    run_id TEXT    NOT NULL REFERENCES runs (id),
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    stream TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    text   TEXT    NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- The right to supervise a run. The row stays when nobody holds it, so that the token never goes back.
CREATE TABLE leases (
    run_id TEXT    NOT NULL PRIMARY KEY REFERENCES runs (id),
    token  INTEGER NOT NULL,
    holder TEXT,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What other processes ask of a run's supervisor. AUTOINCREMENT: an entry's id is never given twice.
CREATE TABLE mailbox (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id  TEXT    NOT NULL REFERENCES runs (id),
    action  TEXT    NOT NULL,
    asker   TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX mailbox_by_run ON mailbox (run_id, id);
