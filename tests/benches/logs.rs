//! A run with a very long log: its first page, its last, and one in between.

use std::time::Instant;

use crate::desk::ms_between;
use crate::report::{Report, megabytes, ms_and_p95};
use crate::scratch;

const PAGE: u32 = 500;
const TIMES: usize = 20;

pub async fn measure(lines: u64, report: &mut Report) {
    let scratch = scratch::with_lines(lines).await;
    let core = &scratch.desk.core;
    for (what, after) in [
        ("first page", 0),
        ("middle page", lines / 2),
        ("tail", lines.saturating_sub(u64::from(PAGE))),
    ] {
        let mut taken = Vec::new();
        for _ in 0..TIMES {
            let started = Instant::now();
            let page = core
                .run_log(&scratch.run, after, PAGE)
                .await
                .expect("the log is read");
            taken.push(ms_between(started, Instant::now()));
            assert_eq!(page.total, lines, "the whole log is there");
        }
        let how = format!(
            "core call `run_log`, {PAGE} lines; data file of {}, warm",
            megabytes(scratch.bytes)
        );
        report.row(
            &format!("log of {lines} lines: {what}"),
            ms_and_p95(&taken),
            "300 ms to open",
            &how,
        );
    }
    let mut taken = Vec::new();
    for _ in 0..TIMES {
        let started = Instant::now();
        core.run_detail(&scratch.run).await.expect("the run is read");
        taken.push(ms_between(started, Instant::now()));
    }
    report.row(
        &format!("log of {lines} lines: the run's detail"),
        ms_and_p95(&taken),
        "300 ms to open",
        "core call `run_detail`",
    );
    scratch.close().await;
}
