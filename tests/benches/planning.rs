//! How long a plan takes on a large table: facts, preflight on the server, a probe from inside the image, the command.

use std::time::Instant;

use crate::arguments::Arguments;
use crate::desk::ms_between;
use crate::overhead::Bench;
use crate::report::{Report, ms_and_p95};

pub async fn measure(bench: &Bench, arguments: &Arguments, report: &mut Report) {
    bench.plan().await;
    let mut taken = Vec::new();
    for _ in 0..arguments.starts {
        let started = Instant::now();
        bench.plan().await;
        taken.push(ms_between(started, Instant::now()));
    }
    let what = format!("plan with its whole preflight ({} rows)", bench.rows);
    report.row(
        &what,
        ms_and_p95(&taken),
        "",
        "core call `plan`, ENGINE=InnoDB, a connection from inside the runner image included; one warm-up",
    );
}
