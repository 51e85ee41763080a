//! What is kept aside of a run that nobody takes up: told, never mixed with another run's record, and cleared away where all
//! of it is stored.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mysqler_contract::{
    EngineChoice, LogKind, LogLine, LogNote, LogStream, RunId, Timestamp, UnclaimedRecord,
};
use mysqler_core::ports::{Clock, RunBatch, RunSpool, SpooledStep, SystemClock};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::Server;
use mysqler_tests::table;

use crate::damaged_in_a_run::what_ctl_says;

/// A step of which the record has everything but one line more.
fn step(seq: u64, line: u64) -> SpooledStep {
    let line = LogLine {
        seq: line,
        at: Timestamp(0),
        stream: LogStream::App,
        kind: LogKind::Info,
        text: "kept".to_owned(),
    };
    SpooledStep {
        token: 1,
        seq,
        line: line.seq,
        batch: RunBatch {
            lines: vec![line],
            ..RunBatch::default()
        },
    }
}

async fn kept(dir: &Path, run: &RunId, step: &SpooledStep) -> PathBuf {
    let spool = mysqler_host::spool(dir);
    spool.put(run, step).await.expect("kept");
    dir.join("spool").join(format!("{run}.jsonl"))
}

async fn a_run(desk: &Desk, name: &str) -> RunId {
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = table::filled(&schema, "t", 50).await;
    let connection = match desk.core.connections().await.expect("listed").pop() {
        Some(saved) => saved,
        None => desk.primary().await,
    };
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::Direct;
    let id = desk.go(request).await;
    desk.completed(&id).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_run_that_the_data_file_does_not_know_are_told_and_never_mixed_with_another_runs() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let dir = data.path();
    // The number that the first run of a new data file gets, today or after midnight.
    let now = SystemClock.now();
    let days = [0, 1].map(|days| SystemClock.local_day(Timestamp(now.0 + days * 86_400_000)));
    let mut unclaimed = Vec::new();
    for day in days {
        let run = RunId(format!("{day}-001"));
        let file = kept(dir, &run, &step(40, 90)).await;
        unclaimed.push(UnclaimedRecord {
            run,
            files: vec![file.display().to_string()],
        });
    }
    let desk = Desk::at(dir, "test:1", DockerRunner::new()).await;
    let status = desk.core.app_status("0.0.0").await.expect("an answer");
    assert_eq!(status.unclaimed, unclaimed);
    let said = what_ctl_says(dir);
    for record in &unclaimed {
        assert!(said.contains(&record.files[0]), "{said}");
    }

    let id = a_run(&desk, "store_unclaimed").await;
    let own = unclaimed.iter().find(|record| record.run == id);
    let file = PathBuf::from(&own.expect("the first of its day").files[0]);
    let aside = file.with_extension("set-aside-1.jsonl");
    assert!(!file.exists() && aside.exists(), "kept, and in nobody's way");
    let note = LogNote::SpoolOfAnother {
        names: aside.display().to_string(),
    };
    let log = desk.log(&id).await;
    assert!(
        log.iter().any(|line| line.text == note.stored()),
        "the run tells it"
    );
    assert!(
        !log.iter().any(|line| line.text == "kept"),
        "another run's line is in the record"
    );
    let status = desk.core.app_status("0.0.0").await.expect("an answer");
    assert_eq!(status.unclaimed.len(), 1, "{:?}", status.unclaimed);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_stored_and_could_not_clear_away_any_more_is_cleared_by_the_next_one() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let dir = data.path();
    let desk = Desk::at(dir, "test:1", DockerRunner::new()).await;
    let id = a_run(&desk, "store_uncleared").await;
    desk.close().await;
    let desk = Desk::at(dir, "test:2", DockerRunner::new()).await;
    let (view, log) = (
        desk.core.run_view(&id).await.expect("stored"),
        desk.log(&id).await,
    );
    desk.close().await;
    let last = log.last().expect("a log").seq;
    let file = kept(dir, &id, &step(view.last_seq, last)).await;

    let again = Desk::at(dir, "test:3", DockerRunner::new()).await;
    let begun = Instant::now();
    while file.exists() {
        assert!(begun.elapsed() < DEADLINE, "it stays for ever");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(again.core.run_view(&id).await.expect("stored"), view);
    assert_eq!(again.log(&id).await, log, "nothing is doubled");
    let status = again.core.app_status("0.0.0").await.expect("an answer");
    assert_eq!(status.unclaimed, [], "a run that is known is no matter");
    again.close().await;
}
