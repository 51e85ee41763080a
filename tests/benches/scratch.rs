//! Data files of a size that nobody's years fill: one real run, copied by the database itself.

use std::path::{Path, PathBuf};

use mysqler_contract::RunId;
use mysqler_tests::sandbox::{Sandbox, Server};
use mysqler_tests::table;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use tempfile::TempDir;

use crate::desk::Desk;
use crate::sizes::target;

/// Bytes of a plan that are kept in the copies: no list reads it, and a disk should not be filled with it.
const PLAN: u32 = 600;
const STRIDE: u64 = 50_000;

pub struct Scratch {
    pub desk: Desk,
    pub run: RunId,
    pub bytes: u64,
    _dir: TempDir,
}

impl Scratch {
    pub async fn close(self) {
        self.desk.close().await;
    }
}

/// A desk whose history holds `runs` runs of many states, servers, tables and days.
pub async fn with_runs(runs: u64) -> Scratch {
    let (dir, run) = with_one_run().await;
    let mut file = open(dir.path()).await;
    let mut made = 1;
    while made < runs {
        let to = (made + STRIDE).min(runs);
        execute(&mut file, &copies(&run, made, to)).await;
        made = to;
        eprintln!("    history: {made} of {runs} runs are made");
    }
    execute(&mut file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    file.close().await.expect("written");
    reopened(dir, run).await
}

/// A desk with one run whose log has `lines` lines.
pub async fn with_lines(lines: u64) -> Scratch {
    let (dir, run) = with_one_run().await;
    let mut file = open(dir.path()).await;
    let fill = format!(
        "DELETE FROM run_logs WHERE run_id = '{run}';
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {lines})
         INSERT INTO run_logs (run_id, seq, at, stream, kind, text)
         SELECT '{run}', i, 1767225600000 + i * 10, CASE WHEN i % 5 = 0 THEN 'stderr' ELSE 'stdout' END,
             CASE WHEN i % 5 = 0 THEN 'progress' ELSE 'info' END,
             'Copying `shop`.`orders`: ' || (i % 100) || '% 00:' || (10 + i % 50) || ' remain ' || hex(i * 7919) || ' 订单'
         FROM n;
         UPDATE runs SET last_line = {lines} WHERE id = '{run}';
         PRAGMA wal_checkpoint(TRUNCATE);"
    );
    execute(&mut file, &fill).await;
    file.close().await.expect("written");
    reopened(dir, run).await
}

/// On the disk of the target directory: others may be memory, or small.
async fn with_one_run() -> (TempDir, RunId) {
    let dir = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(target())
        .expect("a scratch directory");
    let schema = Sandbox::from_env()
        .fresh_schema(Server::Primary, "bench_scratch")
        .await;
    let table = table::filled(&schema, "orders", 1_000).await;
    let desk = Desk::at(dir.path()).await;
    let connection = desk.primary().await;
    let plan = desk.plan(desk.reclaim(&connection, &table)).await;
    let (_, run) = desk.start(&plan).await;
    desk.ended(&run).await;
    desk.close().await;
    (dir, run)
}

async fn reopened(dir: TempDir, run: RunId) -> Scratch {
    let bytes = std::fs::metadata(data_file(dir.path())).map_or(0, |found| found.len());
    let desk = Desk::at(dir.path()).await;
    Scratch {
        desk,
        run,
        bytes,
        _dir: dir,
    }
}

fn data_file(dir: &Path) -> PathBuf {
    dir.join("mysqler.db")
}

/// Faster than the product writes, since nothing is lost when the machine stops here.
async fn open(dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(data_file(dir))
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-200000");
    options.connect().await.expect("the data file opens")
}

async fn execute(file: &mut SqliteConnection, sql: &str) {
    let outcome = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(file).await;
    outcome.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// Runs `from + 1` to `to`, newest first in time; three of four completed, 5 environments and connections mixed, 40
/// databases of 500 tables, a hundred runs a day.
fn copies(run: &RunId, from: u64, to: u64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (VALUES ({from}) UNION ALL SELECT i + 1 FROM n WHERE i < {to} - 1),
         made AS (
             SELECT i, 'B' || printf('%06d', i / 100) || '-' || printf('%03d', i % 100) AS id, 1767225600000 - i * 864000 AS at,
                 CASE WHEN i % 4 < 3 THEN 'completed' WHEN i % 8 = 3 THEN 'failed' WHEN i % 16 = 7 THEN 'cancelled' ELSE 'needs_cleanup' END AS state,
                 CASE i % 3 WHEN 0 THEN 'production' WHEN 1 THEN 'test' ELSE 'development' END AS environment,
                 'shop_' || (i % 40) AS database, 'orders_' || (i * 7919 % 500) AS table_name,
                 'ADD COLUMN c' || (i * 31 % 9973) || ' VARCHAR(40) NOT NULL DEFAULT ''x''' AS clause
             FROM n)
         INSERT INTO runs (id, day, number, state, live, environment, connection_id, host, port, database, table_name, created_at,
             started_at, finished_at, duration_ms, rows_copied, rate_rows_s, work, job, last_seq, last_line, clause, error, command, view, plan)
         SELECT made.id, 'B' || (i / 100), i % 100, made.state, 0, made.environment, 'connection-' || (i % 20), r.host, r.port,
             made.database, made.table_name, made.at, made.at + 900, made.at + 60000, 60000 + i % 5000, 2000000 + i, 30000, 'chunked_copy', r.job,
             r.last_seq, r.last_line, made.clause, CASE WHEN made.state = 'failed' THEN 'LOCK_WAIT metadata lock' END, r.command,
             json_set(r.view, '$.id', made.id, '$.state', json_object('name', 'completed'), '$.clause', made.clause,
                 '$.table.database', made.database, '$.table.table', made.table_name, '$.environment', made.environment,
                 '$.created_at', made.at),
             substr(r.plan, 1, {PLAN})
         FROM made JOIN runs r ON r.id = '{run}'"
    )
}
