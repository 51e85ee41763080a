//! A direct run from its queue to its proof.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mysqler_contract::{Algorithm, ErrorCode, Phase, RunEventKind, RunState};
use mysqler_core::plan::fingerprint;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::filled;

use crate::bench::{columns, connection, definition, plan, queue};

/// Inserts one row after the other until it is told to stop; gives how many it wrote.
struct Writer {
    stop: Arc<AtomicBool>,
    wrote: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    async fn on(schema: &Schema) -> Self {
        let mut client = schema.client().await;
        let (stop, wrote) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (ended, count) = (stop.clone(), wrote.clone());
        let task = tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                client
                    .transact(&[
                        "INSERT INTO orders (amount, note) VALUES (1, 'written meanwhile')".to_owned(),
                    ])
                    .await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { stop, wrote, task }
    }

    async fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("no write failed");
        self.wrote.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_column_comes_under_a_writer_and_is_proven() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_instant").await;
        let table = filled(&schema, "orders", 20_000).await;
        let connection = connection(&desk, server).await;
        let writer = Writer::on(&schema).await;
        let clause = "ADD COLUMN extra INT NOT NULL DEFAULT 7 COMMENT '新 -- 列'";
        let plan = plan(&desk, &schema, &connection, &table, clause, Algorithm::Instant).await;
        let id = queue(&desk, &plan).await;
        let view = desk.completed(&id).await;
        let wrote = writer.end().await;

        let mut client = schema.client().await;
        assert_eq!(
            client
                .value("SELECT CONCAT(COUNT(*), ' ', MIN(extra), ' ', MAX(extra)) FROM orders")
                .await,
            format!("{} 7 7", 20_000 + wrote),
            "{server:?}: no row is lost"
        );
        let phases: Vec<Phase> = view.phases.iter().map(|time| time.phase).collect();
        assert_eq!(
            phases,
            [Phase::Prepare, Phase::Alter, Phase::Verify],
            "{server:?}"
        );
        assert_eq!(view.job, None, "no container was made");
        let states = desk.states(&id).await;
        assert_eq!(
            states,
            ["queued", "preparing", "running", "completed"],
            "{server:?}"
        );
        let detail = desk.core.run_detail(&id).await.expect("stored");
        let after = detail.definition_after.expect("read back");
        let now = definition(&mut client, "orders").await;
        assert_eq!(
            fingerprint(&after),
            fingerprint(&now),
            "the writer only moved the counter"
        );
        told_before_it_was_sent(&desk, &id).await;
        desk.close().await;
    }
}

/// The session's number is on record before the statement is in the log as sent.
async fn told_before_it_was_sent(desk: &Desk, id: &mysqler_contract::RunId) {
    let events = desk.events(id).await;
    let session = events
        .iter()
        .position(|event| matches!(&event.kind, RunEventKind::Sessions { ids } if ids.len() == 1))
        .expect("the session is told");
    let verified = events
        .iter()
        .position(|event| matches!(event.kind, RunEventKind::Verified { .. }))
        .expect("the outcome is proven");
    assert!(session < verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_added_in_place_while_the_application_writes() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_inplace").await;
        let table = filled(&schema, "orders", 100_000).await;
        let connection = connection(&desk, server).await;
        let writer = Writer::on(&schema).await;
        // A name that is also a function: the session must not ignore spaces before parentheses.
        let clause = "ADD INDEX count (note)";
        let plan = plan(&desk, &schema, &connection, &table, clause, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        desk.completed(&id).await;
        let wrote = writer.end().await;
        let mut client = schema.client().await;
        let counted = client
            .value("SELECT COUNT(*) FROM orders FORCE INDEX (count)")
            .await;
        assert_eq!(counted, (100_000 + wrote).to_string(), "{server:?}");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_alter_is_sent_when_it_is_told() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "direct_hold").await;
    let table = filled(&schema, "orders", 100).await;
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
    plan.request.hold_cutover = true;
    let id = queue(&desk, &plan).await;
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert_eq!(held.sessions, Vec::<u64>::new());
    let mut client = schema.client().await;
    assert!(!columns(&mut client, "orders").await.contains(&"extra".to_owned()));
    let refused = desk
        .core
        .run_pause(&id)
        .await
        .expect_err("there is nothing to pause");
    assert_eq!(refused.code, ErrorCode::RunStateForbids);

    desk.core.run_cutover(&id).await.expect("heard");
    let view = desk.completed(&id).await;
    let phases: Vec<Phase> = view.phases.iter().map(|time| time.phase).collect();
    assert_eq!(phases, [Phase::Prepare, Phase::Gate, Phase::Alter, Phase::Verify]);
    assert!(columns(&mut client, "orders").await.contains(&"extra".to_owned()));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_changed_while_the_alter_was_held_is_left_alone() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "direct_hold_changed")
        .await;
    let table = filled(&schema, "orders", 100).await;
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
    plan.request.hold_cutover = true;
    let id = queue(&desk, &plan).await;
    desk.until(&id, "the gate", |view| {
        matches!(view.state, RunState::AwaitingCutover { .. })
    })
    .await;
    let mut client = schema.client().await;
    client.run("ALTER TABLE orders ADD COLUMN other INT").await;
    desk.core.run_cutover(&id).await.expect("heard");
    let view = desk.end(&id).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}", view.state)
    };
    assert_eq!(error.code, ErrorCode::AlterNotSent);
    assert_eq!(error.detail.as_deref(), Some("definition_changed"));
    let now = columns(&mut client, "orders").await;
    assert!(
        now.contains(&"other".to_owned()) && !now.contains(&"extra".to_owned()),
        "{now:?}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_nothing() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "direct_dry").await;
    let table = filled(&schema, "orders", 100).await;
    let connection = connection(&desk, Server::Primary).await;
    let mut client = schema.client().await;
    let before = definition(&mut client, "orders").await;
    for (clause, accepted) in [("ADD COLUMN extra INT", true), ("ADD COLUMN extra NOTYPE", false)] {
        let mut plan = plan(&desk, &schema, &connection, &table, clause, Algorithm::Instant).await;
        plan.request.dry_run = true;
        let id = queue(&desk, &plan).await;
        let view = desk.end(&id).await;
        assert_eq!(
            view.state == RunState::Completed,
            accepted,
            "{clause}: {:?}",
            view.state
        );
        assert_eq!(view.sessions, Vec::<u64>::new());
        assert_eq!(definition(&mut client, "orders").await, before);
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_proven_by_the_answer_and_an_unchanged_definition() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "direct_rebuild").await;
    let table = filled(&schema, "orders", 1_000).await;
    let connection = connection(&desk, Server::Primary).await;
    // The account may make no clone, so that nothing is foretold.
    for clause in ["ENGINE=InnoDB", "FORCE"] {
        let plan = plan(&desk, &schema, &connection, &table, clause, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        desk.completed(&id).await;
    }
    desk.close().await;
}
