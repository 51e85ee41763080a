//! Commands that no server or engine takes part in.

use std::time::Instant;

use mysqler_contract::{HistoryFilter, Page};

use crate::desk::ms_between;
use crate::report::{Report, ms_and_p95};
use crate::scratch::Scratch;

const TIMES: usize = 200;

pub async fn measure(scratch: &Scratch, runs: u64, report: &mut Report) {
    let core = &scratch.desk.core;
    let (mut connections, mut live, mut history, mut status) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let started = Instant::now();
        core.connections().await.expect("listed");
        connections.push(ms_between(started, Instant::now()));
        let started = Instant::now();
        core.runs_live().await.expect("listed");
        live.push(ms_between(started, Instant::now()));
        let started = Instant::now();
        core.history(&HistoryFilter::default(), Page { index: 0, size: 50 })
            .await
            .expect("listed");
        history.push(ms_between(started, Instant::now()));
        let started = Instant::now();
        core.app_status("0.0.0").await.expect("an answer");
        status.push(ms_between(started, Instant::now()));
    }
    for (what, taken) in [
        ("connections_list", connections),
        ("runs_live", live),
        ("history, first page", history),
        ("app_status", status),
    ] {
        let how =
            format!("core call in this process, the hop into the page not included; history of {runs} runs");
        report.row(
            &format!("local command {what}"),
            ms_and_p95(&taken),
            "50 ms p95",
            &how,
        );
    }
}
