//! From the start of a run to its first event and the tool's first line, beside a bare `docker run`.

use std::time::Instant;

use futures::StreamExt;
use mysqler_contract::{LogBatch, LogStream, RunId};
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use mysqler_tests::table;

use crate::arguments::Arguments;
use crate::bare::{self, Form};
use crate::desk::{Desk, ms_between};
use crate::report::{Report, ms};

const ROWS: u64 = 1_000;

#[derive(Default)]
struct Taken {
    first_event: Vec<f64>,
    container: Vec<f64>,
    first_line: Vec<f64>,
    bare: Vec<f64>,
}

pub async fn measure(arguments: &Arguments, report: &mut Report) {
    let schema = Sandbox::from_env()
        .fresh_schema(Server::Primary, "bench_start")
        .await;
    let table = table::filled(&schema, "t", ROWS).await;
    let dir = tempfile::tempdir().expect("a scratch directory");
    let desk = Desk::at(dir.path()).await;
    let connection = desk.primary().await;
    let mut taken = Taken::default();
    for _ in 0..arguments.starts {
        let plan = desk.plan(desk.reclaim(&connection, &table)).await;
        let password = desk.sandbox.password(Account::Mysqler);
        taken
            .bare
            .push(bare::run(&plan, password, Form::WithPlugin).await.first_line_ms);
        let plan = desk.plan(desk.reclaim(&connection, &table)).await;
        let (called, run) = desk.start(&plan).await;
        let line = first_line(&desk, &run).await;
        desk.ended(&run).await;
        let told =
            |wanted: fn(&mysqler_contract::RunView) -> bool| desk.told.first(&run, wanted).expect("told");
        taken.first_event.push(ms_between(called, told(|_| true)));
        taken
            .container
            .push(ms_between(called, told(|view| view.job.is_some())));
        taken.first_line.push(ms_between(called, line));
    }
    desk.close().await;
    tell(&taken, report);
}

/// When the first line of the tool came out of the followed log, hence after it was stored.
async fn first_line(desk: &Desk, run: &RunId) -> Instant {
    let mut batches = desk.core.follow_log(run.clone(), 0);
    while let Some(batch) = batches.next().await {
        match batch.expect("the log is read") {
            LogBatch::Lines { lines } if lines.iter().any(|line| line.stream != LogStream::App) => {
                return Instant::now();
            }
            LogBatch::Lines { .. } => {}
            LogBatch::End => break,
        }
    }
    panic!("the run ended without a line of the tool");
}

fn tell(taken: &Taken, report: &mut Report) {
    let over: Vec<f64> = taken
        .first_event
        .iter()
        .zip(&taken.bare)
        .map(|(ours, bare)| ours - bare)
        .collect();
    let how = "interleaved with bare runs of the previewed command on a table of 1,000 rows";
    report.row("start of a run to its first event", ms(&taken.first_event), "", &format!("from the call of run_start to the event told by the core, stored before; the hop into the page not included; {how}"));
    report.row(
        "the same, over a bare docker run's first line",
        ms(&over),
        "+150 ms",
        "difference of each pair",
    );
    report.row(
        "start of a run to its container",
        ms(&taken.container),
        "",
        "preflight repeated, container made and its option file handed over",
    );
    report.row(
        "start of a run to pt-osc's first line",
        ms(&taken.first_line),
        "",
        "stored, then out of the followed log",
    );
    report.row(
        "bare docker run to its first line",
        ms(&taken.bare),
        "",
        "docker client's start to the first line on either stream",
    );
}
