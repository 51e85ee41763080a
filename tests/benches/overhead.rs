//! A whole change through MySQLer over the same command bare in Docker, in interleaved groups.

use std::time::{Duration, Instant};

use mysqler_contract::{Connection, Plan, RunEvent, RunEventKind, TableRef};
use mysqler_tests::sandbox::{Account, Sandbox, Schema, Server};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::bare::{self, Form};
use crate::desk::{Desk, ms_between};
use crate::report::{Report, ms, ratio};
use crate::statistics::ratios;

/// Copies of this many rows at a time keep the transactions of the seed small.
const STRIDE: u64 = 200_000;

pub struct Bench {
    pub desk: Desk,
    pub connection: Connection,
    pub table: TableRef,
    pub rows: u64,
    schema: Schema,
    _dir: TempDir,
}

impl Bench {
    /// A copy of the sandbox's large table in a schema of its own.
    pub async fn new(rows: u64) -> Self {
        let sandbox = Sandbox::from_env();
        let schema = sandbox.fresh_schema(Server::Primary, "bench").await;
        let dir = tempfile::tempdir().expect("a scratch directory");
        let desk = Desk::at(dir.path()).await;
        let connection = desk.primary().await;
        let table = TableRef::new(schema.name(), "orders");
        let rows = fill(&schema, rows).await;
        caught_up(&sandbox).await;
        Self {
            desk,
            connection,
            table,
            rows,
            schema,
            _dir: dir,
        }
    }

    pub async fn plan(&self) -> Plan {
        self.desk
            .plan(self.desk.reclaim(&self.connection, &self.table))
            .await
    }

    pub async fn close(self) {
        self.desk.close().await;
        drop(self.schema);
    }
}

/// The rows that there are then.
async fn fill(schema: &Schema, rows: u64) -> u64 {
    let mut client = schema.client().await;
    client.run("CREATE TABLE orders LIKE shop.orders").await;
    let mut from = 0;
    while from < rows {
        let to = (from + STRIDE).min(rows);
        client
            .run(&format!(
                "INSERT INTO orders SELECT * FROM shop.orders WHERE id > {from} AND id <= {to}"
            ))
            .await;
        from = to;
    }
    client.run("ANALYZE TABLE orders").await;
    client
        .value("SELECT COUNT(*) FROM orders")
        .await
        .parse()
        .expect("a number")
}

/// The replica has applied everything: its work would disturb what comes next.
pub async fn caught_up(sandbox: &Sandbox) {
    let mut primary = sandbox.client(Server::Primary, Account::Root).await;
    let mut replica = sandbox.client(Server::Replica, Account::Root).await;
    let done = primary
        .value("SELECT @@GLOBAL.gtid_executed")
        .await
        .replace('\n', "");
    let answer = replica
        .value(&format!("SELECT WAIT_FOR_EXECUTED_GTID_SET('{done}', 1800)"))
        .await;
    assert_eq!(answer, "0", "the replica does not catch up");
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Mysqler,
    Bare,
    BareAgain,
    Plain,
}

const WAYS: [Way; 4] = [Way::Mysqler, Way::Bare, Way::BareAgain, Way::Plain];

#[derive(Default)]
struct Taken {
    mysqler: Vec<f64>,
    /// Of the same runs, from the container's start to its exit alone.
    job: Vec<f64>,
    bare: Vec<f64>,
    bare_again: Vec<f64>,
    plain: Vec<f64>,
}

pub async fn measure(bench: &Bench, arguments: &Arguments, report: &mut Report) {
    let mut taken = Taken::default();
    // One of each before anything counts: files, caches and the image are warm then, for all alike.
    for way in [Way::Mysqler, Way::Bare] {
        once(bench, way, &mut Taken::default()).await;
    }
    for group in 0..arguments.pairs {
        // Each way comes first, second, third and last in turn.
        for place in 0..WAYS.len() {
            once(bench, WAYS[(group + place) % WAYS.len()], &mut taken).await;
        }
        let last = |values: &[f64]| values.last().map_or(0.0, |ms| ms / 1e3);
        eprintln!(
            "    overhead: group {} of {}: MySQLer {:.2} s (its container {:.2} s), bare {:.2} s and {:.2} s, plain {:.2} s",
            group + 1,
            arguments.pairs,
            last(&taken.mysqler),
            last(&taken.job),
            last(&taken.bare),
            last(&taken.bare_again),
            last(&taken.plain)
        );
    }
    tell(bench.rows, &taken, report);
}

async fn once(bench: &Bench, way: Way, taken: &mut Taken) {
    let password = bench.desk.sandbox.password(Account::Mysqler);
    let plan = bench.plan().await;
    match way {
        Way::Mysqler => {
            let (called, run) = bench.desk.start(&plan).await;
            taken
                .mysqler
                .push(ms_between(called, bench.desk.ended(&run).await));
            taken.job.push(job_ms(
                &bench.desk.core.run_events(&run, 0).await.expect("stored"),
            ));
        }
        Way::Bare => taken
            .bare
            .push(bare::run(&plan, password, Form::WithPlugin).await.whole_ms),
        Way::BareAgain => taken
            .bare_again
            .push(bare::run(&plan, password, Form::WithPlugin).await.whole_ms),
        Way::Plain => taken
            .plain
            .push(bare::run(&plan, password, Form::Plain).await.whole_ms),
    }
    caught_up(&bench.desk.sandbox).await;
    settle().await;
}

/// The server's purge of the old table's pages goes on for a moment after the change.
async fn settle() {
    let until = Instant::now() + Duration::from_secs(2);
    tokio::time::sleep_until(until.into()).await;
}

fn job_ms(events: &[RunEvent]) -> f64 {
    let at = |wanted: fn(&RunEventKind) -> bool| {
        events
            .iter()
            .find(|event| wanted(&event.kind))
            .map(|event| event.at.0)
    };
    let started = at(|kind| matches!(kind, RunEventKind::JobStarted { .. })).expect("a job was started");
    let exited = at(|kind| matches!(kind, RunEventKind::JobExited { .. })).expect("and ended");
    (exited - started) as f64
}

fn tell(rows: u64, taken: &Taken, report: &mut Report) {
    let table = format!("{rows} rows, ENGINE=InnoDB");
    let how = "groups of four, order rotated, one warm-up; bare: the previewed `docker run`, same image, arguments and limits; \
               ratio of each group, median, bootstrap interval; lag not watched, the replica caught up between runs";
    let budget = "1.02, or within noise";
    report.row(&format!("change through MySQLer ÷ bare with plugin ({table})"), ratio(&ratios(&taken.mysqler, &taken.bare)), budget, &format!("from the call of run_start (preflight repeated) to `completed` told (definition read back); {how}"));
    report.row(
        "the same, the container's life alone ÷ bare",
        ratio(&ratios(&taken.job, &taken.bare)),
        budget,
        "from the event that the job started to the event that it exited, over the docker client's wall time",
    );
    report.row(
        "bare ÷ bare",
        ratio(&ratios(&taken.bare_again, &taken.bare)),
        "the noise",
        "the second bare run of each group over the first",
    );
    report.row(
        "change through MySQLer ÷ bare without plugin",
        ratio(&ratios(&taken.mysqler, &taken.plain)),
        "",
        "the same arguments given to pt-online-schema-change without `--plugin`",
    );
    report.row(
        "bare with plugin ÷ bare without",
        ratio(&ratios(&taken.bare, &taken.plain)),
        "",
        "what the bridge plugin itself costs",
    );
    report.row(
        "a change through MySQLer",
        ms(&taken.mysqler),
        "",
        "wall time of the above",
    );
    report.row(
        "the same command bare",
        ms(&taken.bare),
        "",
        "wall time of the above",
    );
}
