//! Another session holds the table.

use mysqler_contract::{Algorithm, ErrorCode, RunEventKind, RunState, WaitReason};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Client, Schema, Server};
use mysqler_tests::table::filled;

use crate::bench::{connection, definition, plan, queue};

/// A session that read the table and did not commit.
async fn holder(schema: &Schema) -> Client {
    let mut client = schema.client().await;
    client.run("BEGIN").await;
    client.value("SELECT COUNT(*) FROM orders").await;
    client
}

fn lock_waits(events: &[mysqler_contract::RunEvent]) -> Vec<String> {
    let waits = events.iter().filter_map(|event| match &event.kind {
        RunEventKind::WaitStarted {
            reason: WaitReason::Lock,
            detail,
        } => Some(detail.clone()),
        _ => None,
    });
    waits.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_released_in_time_costs_attempts_only() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_lock_released").await;
        let table = filled(&schema, "orders", 1_000).await;
        let connection = connection(&desk, server).await;
        let mut plan = plan(
            &desk,
            &schema,
            &connection,
            &table,
            "ADD COLUMN extra INT",
            Algorithm::Instant,
        )
        .await;
        plan.direct.as_mut().expect("direct").attempts = 200;
        plan.direct.as_mut().expect("direct").backoff_ms = 1;
        let mut blocking = holder(&schema).await;
        let id = queue(&desk, &plan).await;
        desk.until(&id, "a wait for the lock", |view| {
            view.waits
                .iter()
                .any(|wait| wait.reason == WaitReason::Lock && wait.since.is_some())
        })
        .await;
        blocking.run("COMMIT").await;
        let view = desk.completed(&id).await;
        let waits = lock_waits(&desk.events(&id).await);
        assert!(waits.iter().all(|detail| detail.contains("/200")), "{waits:?}");
        let waited = view
            .waits
            .iter()
            .find(|wait| wait.reason == WaitReason::Lock)
            .expect("counted");
        assert_eq!(waited.since, None, "the wait is over");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_released_ends_the_run_cleanly() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_lock_held").await;
        let table = filled(&schema, "orders", 1_000).await;
        let connection = connection(&desk, server).await;
        let mut client = schema.client().await;
        let before = definition(&mut client, "orders").await;
        let plan = plan(
            &desk,
            &schema,
            &connection,
            &table,
            "ADD COLUMN extra INT",
            Algorithm::Instant,
        )
        .await;
        let mut blocking = holder(&schema).await;
        let blocking_id = blocking.id().await;
        let id = queue(&desk, &plan).await;
        let view = desk.end(&id).await;
        let RunState::Failed { error } = &view.state else {
            panic!("{:?}\n{}", view.state, desk.log_text(&id).await)
        };
        assert_eq!(error.code, ErrorCode::AlterLockedOut, "{error:?}");
        let words = error.detail.clone().unwrap_or_default();
        assert!(words.contains("1205"), "{words}");
        if server == Server::Primary {
            assert!(
                words.contains(&format!("session {}", blocking_id)),
                "the holder is named: {words}"
            );
        }
        let waits = lock_waits(&desk.events(&id).await);
        for attempt in ["1/4", "2/4", "3/4", "4/4"] {
            assert!(
                waits.iter().any(|detail| detail.starts_with(attempt)),
                "{attempt} of {waits:?}"
            );
        }
        assert_eq!(definition(&mut client, "orders").await, before);
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_the_lock_can_be_stopped() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "direct_lock_stop")
        .await;
    let table = filled(&schema, "orders", 1_000).await;
    let connection = connection(&desk, Server::Primary).await;
    let mut plan = plan(
        &desk,
        &schema,
        &connection,
        &table,
        "ADD COLUMN extra INT",
        Algorithm::Instant,
    )
    .await;
    let launch = plan.direct.as_mut().expect("direct");
    launch.lock_wait_timeout_s = 3000;
    launch
        .session
        .push("SET SESSION lock_wait_timeout = 3000".to_owned());
    let mut blocking = holder(&schema).await;
    let id = queue(&desk, &plan).await;
    desk.until(&id, "a wait for the lock", |view| {
        view.waits
            .iter()
            .any(|wait| wait.reason == WaitReason::Lock && wait.since.is_some())
    })
    .await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    blocking.run("COMMIT").await;
    let mut client = schema.client().await;
    assert!(!definition(&mut client, "orders").await.contains("extra"));
    desk.close().await;
}
