//! Logs: no line lost, none twice, from any place on.

use mysqler_contract::{ErrorCode, LogStream};
use mysqler_core::ports::{JobStatus, LogCursor, RawLine, Runner};
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;

use super::bench::{Bench, Job};

/// The lines that are still new after the first `taken` of them, stream by stream.
fn rest(lines: &[RawLine], taken: usize) -> (Vec<RawLine>, LogCursor) {
    let mut cursor = LogCursor::default();
    for line in &lines[..taken] {
        cursor.advance(line.stream);
    }
    (lines[taken..].to_vec(), cursor)
}

fn of(lines: &[RawLine], stream: LogStream) -> Vec<&str> {
    lines
        .iter()
        .filter(|line| line.stream == stream)
        .map(|line| line.text.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn following_goes_on_exactly_at_every_boundary_live_and_after_the_end() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_follow").await;
    let wish = bench.wish(filled(&schema, "followed", 20_000).await);
    let job = bench.start(&wish).await;
    let (first, second) = tokio::join!(job.all_lines(), job.all_lines());
    assert_eq!(
        of(&first, LogStream::Stdout),
        of(&second, LogStream::Stdout),
        "two followers read the same"
    );
    assert_eq!(of(&first, LogStream::Stderr), of(&second, LogStream::Stderr));
    assert!(
        first.iter().all(|line| line.at.0 > 1_700_000_000_000),
        "every line carries the engine's time"
    );

    let whole = job.all_lines().await;
    assert!(
        whole.len() > 40,
        "a whole run has more lines than {}",
        whole.len()
    );
    for taken in 0..=whole.len() {
        let (expected, cursor) = rest(&whole, taken);
        let again = job.lines_from(cursor).await;
        for stream in [LogStream::Stdout, LogStream::Stderr] {
            assert_eq!(of(&again, stream), of(&expected, stream), "from {cursor:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_longer_than_the_engines_frames_arrives_whole() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_long").await;
    let mut wish = bench.wish(filled(&schema, "long", 10).await);
    // A clause is printed on one line; this one is longer than the 16 KiB after which the engine cuts. It is ASCII: a
    // character that the cut goes through is spoilt in the engine's own file.
    let columns: Vec<String> = (0..300)
        .map(|n| format!("ADD COLUMN c{n} INT COMMENT '{}'", "long".repeat(15)))
        .collect();
    wish.clause = columns.join(", ");
    assert!(wish.clause.len() > 20_000);
    let (code, lines) = bench.run(&wish).await;
    assert_eq!(code, 0);
    let printed = lines
        .iter()
        .find(|line| line.text.starts_with("ALTER TABLE "))
        .expect("the printed statement");
    assert!(
        printed.text.ends_with(&wish.clause),
        "the clause arrived byte for byte"
    );
    let altered = lines
        .iter()
        .find(|line| line.text.contains("\"shadow_altered\""))
        .expect("the bridge's line");
    assert!(altered.text.len() > 16_384 && altered.text.ends_with('}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_found_by_label_and_told_gone_when_removed() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_jobs").await;
    let wish = bench.wish(filled(&schema, "found", 100).await);
    let job = bench.start(&wish).await;
    job.all_lines().await;
    let found = bench.runner.jobs().await.expect("an engine");
    let ours = found
        .iter()
        .find(|found| found.job == job.id)
        .expect("the job is listed");
    assert_eq!(ours.run, job.run);
    assert_eq!(
        ours.status,
        JobStatus::Exited {
            code: 0,
            out_of_memory: false
        }
    );

    // Two data directories number their runs alike.
    let launch = bench.launch(&wish).expect("a launch");
    let id = bench
        .runner
        .start(
            &job.run,
            &mysqler_contract::PlanId("another".into()),
            &launch,
            (&bench.password(&wish)).into(),
        )
        .await
        .expect("a second job");
    let namesake = Job {
        run: job.run.clone(),
        id,
        runner: bench.runner.clone(),
    };
    assert_ne!(namesake.id, job.id);
    namesake.all_lines().await;

    bench.runner.remove(&job.id).await.expect("a removal");
    bench
        .runner
        .remove(&job.id)
        .await
        .expect("removing twice is no error");
    assert_eq!(
        bench.runner.status(&job.id).await.expect("an engine"),
        JobStatus::Gone
    );
    let Err(error) = bench.runner.follow(&job.id, LogCursor::default()).await else {
        panic!("a log of a job that is gone");
    };
    assert_eq!(error.code, ErrorCode::JobLost);
}
