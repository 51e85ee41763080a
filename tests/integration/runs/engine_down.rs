//! The engine itself goes down in the middle of a run: told to stop, or killed, and started again.
//!
//! The sandbox's servers live in the engine of the machine, so the run gets an engine of its own.

use std::time::{Duration, Instant};

use mysqler_contract::{Phase, RunEventKind, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::engine::SecondEngine;
use mysqler_tests::sandbox::{Client, Server};
use mysqler_tests::table::{filled, remains};
use rstest::rstest;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Copy,
    Gate,
    /// While the swap waits for the application.
    Swap,
}

/// Waits until the server has ended the sessions.
async fn gone(client: &mut Client, sessions: &[u64]) {
    assert!(!sessions.is_empty(), "the run told none of its sessions");
    let ids: Vec<String> = sessions.iter().map(u64::to_string).collect();
    let ask = format!(
        "SELECT COUNT(*) FROM performance_schema.processlist WHERE ID IN ({})",
        ids.join(", ")
    );
    let begun = Instant::now();
    while client.value(&ask).await != "0" {
        assert!(begun.elapsed() < DEADLINE, "the job's sessions stay");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[rstest]
#[case::told_to_stop_in_the_copy("TERM", At::Copy)]
#[case::killed_in_the_copy("KILL", At::Copy)]
#[case::told_to_stop_at_the_gate("TERM", At::Gate)]
#[case::killed_at_the_swap("KILL", At::Swap)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_engine_went_down_leaves_nothing_and_says_so(#[case] signal: &str, #[case] at: At) {
    let engine = SecondEngine::start(None).await;
    let data = tempfile::tempdir().expect("a scratch directory");
    let desk = Desk::at(data.path(), "test:1", DockerRunner::at(&engine.address())).await;
    engine
        .load(&desk.core.settings().await.expect("stored").image)
        .await;
    let name = format!("engine_down_{signal}_{at:?}").to_lowercase();
    let schema = desk.sandbox.fresh_schema(Server::Primary, &name).await;
    // A copy to be met half-way takes its time, and a way to the gate is short.
    let rows = if at == At::Copy { 40_000 } else { 400 };
    let table = filled(&schema, "orders", rows).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    request.hold_cutover = at != At::Copy;
    let id = desk.go(request).await;
    let mut reader = schema.client().await;
    if at == At::Copy {
        desk.until(&id, "the copy", |view| view.rows_copied > 500).await;
    } else {
        desk.until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    }
    if at == At::Swap {
        let read = format!("BEGIN; SELECT COUNT(*) FROM {}", table.quoted());
        reader.run(&read).await;
        desk.core.run_cutover(&id).await.expect("asked");
        desk.until(&id, "the swap", |view| {
            matches!(view.state, RunState::Running { phase: Phase::Swap })
        })
        .await;
    }

    engine.down(signal).await;
    let lost = desk
        .until(&id, "the loss", |view| {
            matches!(view.state, RunState::Interrupted { .. })
        })
        .await;
    // An engine that is killed leaves its containers at work, and puts an end to them when it is up again.
    engine.up().await;
    if at == At::Swap {
        // The tool would swap in the moment between, or the server for it: its last statement waits on.
        gone(&mut reader, &lost.sessions).await;
        reader.run("ROLLBACK").await;
    }

    let view = desk.end(&id).await;
    assert!(
        matches!(view.state, RunState::Failed { .. }),
        "{:?}\n{}",
        view.state,
        desk.log_text(&id).await
    );
    let lost = |kind: &RunEventKind| matches!(kind, RunEventKind::ContactLost { .. });
    assert!(desk.events(&id).await.iter().any(|event| lost(&event.kind)));
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    let kept = client
        .value(&format!("SELECT COUNT(*) FROM {}", table.quoted()))
        .await;
    assert_eq!(kept, rows.to_string());
    desk.close().await;
    engine.end().await;
}
