//! The clauses, and the table that they are tried on.

use mysqler_tests::sandbox::Server;

/// Which servers know the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Both,
    MySql,
    MariaDb,
}

impl On {
    pub fn holds(self, server: Server) -> bool {
        match self {
            On::Both => true,
            On::MySql => server == Server::Primary,
            On::MariaDb => server == Server::MariaDb,
        }
    }
}

/// The columns of `t`; rows come from [`ROWS`].
pub const PLAIN: &str = "(id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(50), c INT, d VARCHAR(300), \
    e ENUM('x','y'), m DECIMAL(10,2), ts DATETIME, tx TEXT, nn INT NOT NULL DEFAULT 1, k VARCHAR(20) NOT NULL, \
    t3 VARCHAR(20) CHARACTER SET utf8mb3, KEY ia (a), UNIQUE KEY uk (k), CONSTRAINT positive CHECK (c > 0)) \
    DEFAULT CHARSET=utf8mb4 COMMENT='it''s \\\\ ours'";

pub const FULLTEXT: &str = "(id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, b VARCHAR(50), c INT NOT NULL DEFAULT 1, \
    k VARCHAR(20) NOT NULL, FULLTEXT KEY f (b)) DEFAULT CHARSET=utf8mb4";

pub const COMPRESSED: &str = "(id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, b VARCHAR(50), c INT, k VARCHAR(20) NOT NULL) \
    ROW_FORMAT=COMPRESSED DEFAULT CHARSET=utf8mb4";

pub const RANGES: &str = "(id INT NOT NULL AUTO_INCREMENT, c INT, k VARCHAR(20) NOT NULL, PRIMARY KEY (id)) \
    DEFAULT CHARSET=utf8mb4 PARTITION BY RANGE (id) \
    (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (200))";

pub const BUCKETS: &str = "(id INT NOT NULL AUTO_INCREMENT, c INT, k VARCHAR(20) NOT NULL, PRIMARY KEY (id)) \
    DEFAULT CHARSET=utf8mb4 PARTITION BY HASH (id) PARTITIONS 4";

pub const VIRTUAL: &str = "(id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, c INT, k VARCHAR(20) NOT NULL, \
    g INT AS (c + 1) VIRTUAL, s INT AS (c + 2) STORED) DEFAULT CHARSET=utf8mb4";

/// A hundred rows, `k` different in each.
pub const ROWS: &str = "INSERT INTO t (k) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) \
    SELECT CONCAT('k', i) FROM n";

pub const CASES: &[(&str, On, &str)] = &[
    (PLAIN, On::Both, "ADD COLUMN n INT"),
    (PLAIN, On::Both, "ADD COLUMN n INT NOT NULL DEFAULT 5"),
    (PLAIN, On::Both, "ADD COLUMN n INT FIRST"),
    (PLAIN, On::Both, "ADD COLUMN n VARCHAR(10) AFTER a"),
    (PLAIN, On::Both, "ADD COLUMN n INT AS (a + 1) VIRTUAL"),
    (PLAIN, On::Both, "ADD COLUMN n INT AS (a + 1) STORED"),
    (PLAIN, On::Both, "ADD COLUMN n INT UNIQUE"),
    (PLAIN, On::MariaDb, "ADD COLUMN n VARCHAR(40) DEFAULT (uuid())"),
    (PLAIN, On::Both, "ADD COLUMN n DATETIME DEFAULT CURRENT_TIMESTAMP"),
    (PLAIN, On::Both, "ADD (n1 INT, n2 TEXT)"),
    (PLAIN, On::Both, "ADD COLUMN n INT, ADD INDEX (n)"),
    (PLAIN, On::Both, "ADD COLUMN n INT -- to the end\n"),
    (PLAIN, On::Both, "DROP COLUMN tx"),
    (PLAIN, On::Both, "DROP COLUMN a"),
    (PLAIN, On::Both, "DROP COLUMN m, ADD COLUMN m2 INT"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(60)"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(63)"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(64)"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(20)"),
    (PLAIN, On::Both, "MODIFY d VARCHAR(400)"),
    (PLAIN, On::Both, "MODIFY nn INT NULL"),
    (PLAIN, On::Both, "MODIFY a BIGINT"),
    (PLAIN, On::Both, "MODIFY a INT UNSIGNED"),
    (PLAIN, On::Both, "MODIFY a INT DEFAULT 7"),
    (PLAIN, On::Both, "MODIFY a INT COMMENT 'hello'"),
    (PLAIN, On::Both, "MODIFY nn INT NOT NULL DEFAULT 1 FIRST"),
    (PLAIN, On::Both, "MODIFY e ENUM('x','y','z')"),
    (PLAIN, On::Both, "MODIFY e ENUM('y','x')"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(50) CHARACTER SET latin1"),
    (PLAIN, On::Both, "MODIFY b VARCHAR(50) COLLATE utf8mb4_bin"),
    (PLAIN, On::Both, "MODIFY t3 VARCHAR(20) CHARACTER SET utf8mb4"),
    (PLAIN, On::Both, "MODIFY m DECIMAL(12,2)"),
    (PLAIN, On::Both, "MODIFY k VARCHAR(40) NOT NULL"),
    (PLAIN, On::Both, "CHANGE tx body TEXT"),
    (PLAIN, On::Both, "CHANGE a a9 BIGINT"),
    (PLAIN, On::Both, "RENAME COLUMN a TO a9"),
    (PLAIN, On::Both, "ALTER COLUMN a SET DEFAULT 3"),
    (PLAIN, On::Both, "ADD INDEX i1 (c)"),
    (PLAIN, On::Both, "ADD INDEX i1 (c), ADD INDEX i2 (b)"),
    (PLAIN, On::MySql, "ADD INDEX i1 ((lower(b)))"),
    (PLAIN, On::Both, "ADD UNIQUE KEY u1 (a)"),
    (PLAIN, On::Both, "ADD FULLTEXT INDEX f1 (b)"),
    (PLAIN, On::Both, "DROP INDEX ia"),
    (PLAIN, On::Both, "RENAME INDEX ia TO ib"),
    (PLAIN, On::MySql, "ALTER INDEX ia INVISIBLE"),
    (PLAIN, On::MariaDb, "ALTER INDEX ia IGNORED"),
    (PLAIN, On::Both, "DROP INDEX ia, ADD INDEX ia (a, c)"),
    (PLAIN, On::Both, "DROP PRIMARY KEY, ADD PRIMARY KEY (id, nn)"),
    (
        PLAIN,
        On::Both,
        "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    ),
    (PLAIN, On::Both, "COMMENT 'new'"),
    (PLAIN, On::Both, "AUTO_INCREMENT = 5000"),
    (PLAIN, On::Both, "ENGINE=InnoDB"),
    (PLAIN, On::Both, "FORCE"),
    (PLAIN, On::Both, "ROW_FORMAT=COMPRESSED"),
    (PLAIN, On::Both, "STATS_PERSISTENT=1"),
    (PLAIN, On::Both, "ADD CHECK (a > 0)"),
    (PLAIN, On::MySql, "ORDER BY c"),
    (FULLTEXT, On::Both, "ADD COLUMN n INT"),
    (FULLTEXT, On::Both, "ENGINE=InnoDB"),
    (FULLTEXT, On::Both, "DROP INDEX f"),
    (FULLTEXT, On::Both, "ADD INDEX (c)"),
    (COMPRESSED, On::Both, "ADD COLUMN n INT"),
    (COMPRESSED, On::Both, "DROP COLUMN c"),
    (COMPRESSED, On::Both, "RENAME COLUMN c TO c9"),
    (VIRTUAL, On::Both, "ADD COLUMN n INT"),
    (VIRTUAL, On::Both, "DROP COLUMN g"),
    (RANGES, On::Both, "ADD COLUMN n INT"),
    (RANGES, On::Both, "ADD INDEX (c)"),
    (
        RANGES,
        On::MySql,
        "ADD PARTITION (PARTITION p9 VALUES LESS THAN (1000))",
    ),
    (RANGES, On::MySql, "DROP PARTITION p0"),
    (RANGES, On::MySql, "REMOVE PARTITIONING"),
    (RANGES, On::MySql, "PARTITION BY HASH(id) PARTITIONS 2"),
    (BUCKETS, On::MySql, "ADD PARTITION PARTITIONS 2"),
    (BUCKETS, On::MySql, "COALESCE PARTITION 2"),
];
