//! What goes on by itself leaves an idle vault idle.

use std::sync::Arc;

use mysqler_contract::{
    Confirmation, Connection, EngineChoice, RunId, Schedule, TableRef, Timestamp, VaultStatus,
};
use mysqler_core::ports::Clock;
use mysqler_runner::DockerRunner;
use mysqler_tests::clock::HandClock;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;

async fn is_locked(desk: &Desk) -> bool {
    desk.core.lock_idle_vault().await.expect("looked");
    let status = desk.core.vault_status().await.expect("it answers");
    matches!(status, VaultStatus::Locked { .. })
}

/// On record, and far from its time: nothing but the test asks anything.
async fn queued(desk: &Desk, clock: &HandClock, connection: &Connection, table: &TableRef) -> RunId {
    let mut request = desk.request(connection, table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::Direct;
    let plan = desk.plan(request).await;
    let given = Confirmation {
        typed: plan.confirmation.typed.clone(),
        accept: plan.confirmation.accept.clone(),
    };
    let later = Schedule {
        not_before: Some(Timestamp(clock.now().0 + 86_400_000)),
        window: None,
    };
    let view = desk.core.run_start_at(&plan.id, &given, later).await;
    view.expect("queued").id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_figures_that_stands_open_keeps_no_idle_vault_open_and_a_person_does() {
    let dir = tempfile::tempdir().expect("a scratch directory can be made");
    let clock = Arc::new(HandClock::at("12:00:00"));
    let desk = Desk::by_clock(dir.path(), "test:1", DockerRunner::new(), clock.clone()).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "idle_vault").await;
    let table = filled(&schema, "orders", 10).await;
    let connection = desk.primary().await;
    let run = queued(&desk, &clock, &connection, &table).await;
    let minutes = desk.core.settings().await.expect("read").vault_lock_after_min;
    assert_eq!(minutes, 30, "what the times here stand on");
    clock.set("12:20:00");
    let listed = desk.core.tables(&connection.id, schema.name()).await;
    assert!(listed.is_ok(), "{listed:?}");
    clock.set("12:40:00");
    assert!(!is_locked(&desk).await, "a person was there");
    desk.core.run_gate(&run).await.expect("read");
    clock.set("12:51:00");
    assert!(is_locked(&desk).await, "nobody was");
}
