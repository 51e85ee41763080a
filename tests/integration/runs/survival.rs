//! The application goes away while a run works: closed, or killed outright.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mysqler_contract::{EngineChoice, RunEventKind, RunState};
use mysqler_core::ports::{JobStatus, Runner};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};

use crate::troubled::Troubled;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_the_application_and_its_record_is_whole_afterwards() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_reattach").await;
    let table = filled(&schema, "orders", 60_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    // Held at the end, so that its container and log can be compared with the record before they go.
    request.hold_cutover = true;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 1_000).await;
    let dir = desk.close().await.expect("the first desk owns the directory");

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let held = again
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert_eq!(held.rows_copied, 60_000);
    assert_eq!(held.supervisor.as_deref(), Some("test:2"));

    let lines: Vec<String> = again
        .log(&id)
        .await
        .into_iter()
        .filter(|line| line.stream != mysqler_contract::LogStream::App)
        .map(|line| line.text)
        .collect();
    let whole = shown_by_a_parser_that_never_left(&held, &table).await;
    assert_eq!(lines, whole, "no line is lost or doubled");

    again.core.run_cutover(&id).await.expect("heard");
    again.completed(&id).await;
    let events = again.events(&id).await;
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>());
    let rows: Vec<u64> = events
        .iter()
        .filter_map(|event| match event.kind {
            RunEventKind::Progress { rows, .. } => Some(rows),
            _ => None,
        })
        .collect();
    assert!(
        rows.windows(2).all(|pair| pair[0] < pair[1]),
        "progress only grows: {rows:?}"
    );
    let shadows = events
        .iter()
        .filter(|event| matches!(event.kind, RunEventKind::ShadowCreated { .. }))
        .count();
    assert_eq!(shadows, 1, "one shadow is told once");
    again.close().await;
}

/// What somebody who read the whole log in one go would have stored of it.
async fn shown_by_a_parser_that_never_left(
    view: &mysqler_contract::RunView,
    table: &mysqler_contract::TableRef,
) -> Vec<String> {
    use futures::StreamExt;
    let runner = DockerRunner::new();
    let job = view.job.clone().expect("started");
    let mut parser = runner.parser(table, false);
    let mut lines = runner.follow(&job, Default::default()).await.expect("followed");
    let mut shown = Vec::new();
    // The run is held, so the log stands still; its end is the silence after the last line.
    while let Ok(Some(line)) = tokio::time::timeout(std::time::Duration::from_secs(2), lines.next()).await {
        let parsed = parser.feed(&line.expect("read"));
        shown.extend(parsed.show.map(|(_, text)| text));
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_while_nobody_looked_gets_its_true_outcome() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_ended_alone")
        .await;
    let table = filled(&schema, "orders", 20_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(200);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    let view = desk.until(&id, "the job", |view| view.shadow.is_some()).await;
    let dir = desk.close().await.expect("the first desk owns the directory");
    ended(&view.job.expect("started")).await;

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    again.completed(&id).await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    again.close().await;
}

async fn ended(job: &str) {
    use futures::StreamExt;
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    // An exit code other than zero arrives as an error; either way the container has ended.
    let _ = docker
        .wait_container(job, None::<bollard::query_parameters::WaitContainerOptions>)
        .next()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_failed_while_nobody_looked_is_cleaned_up_after() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_killed_alone")
        .await;
    let table = filled(&schema, "orders", 20_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(50);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    let view = desk
        .until(&id, "the triggers", |view| !view.triggers.is_empty())
        .await;
    let dir = desk.close().await.expect("the first desk owns the directory");
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    docker
        .kill_container(
            &view.job.expect("started"),
            None::<bollard::query_parameters::KillContainerOptions>,
        )
        .await
        .expect("killed");

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let view = again.end(&id).await;
    assert!(
        matches!(view.state, RunState::Failed { .. }),
        "{:?}\n{}",
        view.state,
        again.log_text(&id).await
    );
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_container_that_a_closing_application_left_is_removed_by_the_next_start() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let runner = Troubled::new();
    runner.trouble().keeps_jobs.store(true, Ordering::SeqCst);
    let desk = Desk::at(dir.path(), "test:1", runner).await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_left_behind")
        .await;
    let table = filled(&schema, "orders", 40).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::PtOsc;
    let job = desk.go(request).await;
    let job = desk.completed(&job).await.job.expect("a container");
    let docker = DockerRunner::new();
    let there = docker.status(&job).await.expect("an answer");
    assert!(matches!(there, JobStatus::Exited { code: 0, .. }), "{there:?}");
    desk.close().await;

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let started = Instant::now();
    while docker.status(&job).await.expect("an answer") != JobStatus::Gone {
        assert!(started.elapsed() < DEADLINE, "the container stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    again.close().await;
}
