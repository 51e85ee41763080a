//! Pause, resume, held cut-over, stop: asked from this process or another one.

use std::time::Duration;

use mysqler_contract::{ErrorCode, RunState, TableRef, WaitReason};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

/// Rows enough that a copy in chunks of 100 rows takes some seconds.
const ROWS: u64 = 60_000;

async fn slow(desk: &Desk, schema: &Schema) -> (TableRef, mysqler_contract::ChangeRequest) {
    let table = filled(schema, "orders", ROWS).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    (table, request)
}

fn copying(view: &mysqler_contract::RunView) -> bool {
    matches!(
        view.state,
        RunState::Running {
            phase: mysqler_contract::Phase::Copy
        }
    ) && view.rows_copied > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_the_copy_and_a_resume_goes_on_with_the_writes_of_the_meantime() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_pause").await;
    let (table, request) = slow(&desk, &schema).await;
    let mut client = schema.client().await;

    let id = desk.go(request).await;
    desk.until(&id, "the copy", copying).await;
    desk.core.run_pause(&id).await.expect("heard");
    let paused = desk
        .until(&id, "the pause", |view| {
            matches!(view.state, RunState::Paused { .. })
        })
        .await;
    client
        .run("UPDATE orders SET touched = touched + 1, note = '暂停时' WHERE id % 1000 = 0")
        .await;
    client.run("DELETE FROM orders WHERE id % 1777 = 0").await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    let still = desk.core.run_view(&id).await.expect("stored");
    assert_eq!(
        still.rows_copied, paused.rows_copied,
        "no row is copied while paused"
    );
    let before = fingerprint(&mut client, &table).await;

    desk.core.run_resume(&id).await.expect("heard");
    let view = desk.completed(&id).await;
    assert_eq!(fingerprint(&mut client, &table).await, before);
    let waited = view
        .waits
        .iter()
        .find(|wait| wait.reason == WaitReason::Pause)
        .expect("a pause was counted");
    assert!(waited.ms >= 800, "{} ms", waited.ms);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_swaps_when_it_is_told() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_hold").await;
    let (_, mut request) = slow(&desk, &schema).await;
    request.hold_cutover = true;
    let mut client = schema.client().await;

    let id = desk.go(request).await;
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert!(held.state.waits_for_person());
    let columns = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'orders' AND column_name = 'extra'";
    assert_eq!(client.value(columns).await, "0", "nothing was swapped yet");
    let refused = desk
        .core
        .run_pause(&id)
        .await
        .expect_err("there is nothing to pause");
    assert_eq!(refused.code, ErrorCode::RunStateForbids);
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    assert_eq!(client.value(columns).await, "1");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_copy_takes_triggers_and_shadow_away_and_keeps_the_table() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_stop").await;
    let (table, request) = slow(&desk, &schema).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;

    let id = desk.go(request).await;
    desk.until(&id, "the copy", copying).await;
    assert_eq!(
        remains(&mut client, schema.name()).await.len(),
        4,
        "three triggers and a shadow are there"
    );
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;

    assert_eq!(view.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(fingerprint(&mut client, &table).await, before);
    assert_eq!(
        desk.states(&id).await,
        [
            "queued",
            "preparing",
            "running",
            "stopping",
            "cleaning",
            "cancelled"
        ]
    );
    let refused = desk.core.run_stop(&id).await.expect_err("it is over");
    assert_eq!(refused.code, ErrorCode::RunStateForbids);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_paused_or_held_cleans_up_too() {
    let desk = Desk::new().await;
    for (name, hold) in [("run_stop_paused", false), ("run_stop_held", true)] {
        let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
        let table = filled(&schema, "orders", 20_000).await;
        let connection = match desk.core.connections().await.expect("listed").pop() {
            Some(connection) => connection,
            None => desk.primary().await,
        };
        let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
        request.options.chunk_size = Some(50);
        request.options.chunk_time_ms = None;
        request.hold_cutover = hold;
        let id = desk.go(request).await;
        if !hold {
            desk.until(&id, "the copy", copying).await;
            desk.core.run_pause(&id).await.expect("heard");
        }
        desk.until(&id, "standing still", |view| {
            matches!(
                view.state,
                RunState::Paused { .. } | RunState::AwaitingCutover { .. }
            )
        })
        .await;
        desk.core.run_stop(&id).await.expect("heard");
        let view = desk.end(&id).await;
        assert_eq!(view.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_follows_the_run_and_can_pause_resume_and_stop_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_two_hosts").await;
    let (_, request) = slow(&desk, &schema).await;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", copying).await;

    let other = Desk::at(desk.dir(), "test:2", DockerRunner::new()).await;
    other.core.run_pause(&id).await.expect("posted");
    other
        .until(&id, "the pause", |view| {
            matches!(view.state, RunState::Paused { .. })
        })
        .await;
    other.core.run_resume(&id).await.expect("posted");
    other
        .until(&id, "the copy again", |view| {
            matches!(view.state, RunState::Running { .. })
        })
        .await;
    other.core.run_stop(&id).await.expect("posted");
    let view = other.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled);
    assert_eq!(
        view.supervisor.as_deref(),
        Some("test:1"),
        "the second process never took the run"
    );
    let followed = other.told.all();
    assert!(!followed.is_empty(), "the second process was told of the run");
    other.close().await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_table_has_one_run() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_busy").await;
    let (_, request) = slow(&desk, &schema).await;
    let again = desk.plan(request.clone()).await;
    let id = desk.go(request.clone()).await;
    let refused = desk
        .core
        .run_start(&again.id, &Default::default())
        .await
        .expect_err("the table is taken");
    assert_eq!(refused.code, ErrorCode::TableBusy);
    let plan = desk.core.plan(request, None).await.expect("made");
    assert!(
        plan.blocked(),
        "a plan for a busy table is blocked: {:?}",
        plan.findings
    );
    desk.core.run_stop(&id).await.expect("heard");
    desk.end(&id).await;
    desk.close().await;
}
