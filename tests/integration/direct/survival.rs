//! The process that sent the statement goes away.

use mysqler_contract::{
    Algorithm, ErrorCode, Phase, Plan, RunEventKind, RunId, RunState, RunView, Timestamp,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::filled;

use crate::bench::{LONG, MANY, at_work, columns, connection, definition, leave, plan, queue};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_goes_on_without_the_application_and_gets_its_true_outcome() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_reattach").await;
        let table = filled(&schema, "orders", MANY).await;
        let connection = connection(&desk, server).await;
        let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        let sent = at_work(&desk, server, &id).await;
        let dir = desk.close().await.expect("the first desk owns the directory");

        let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
        let view = again.completed(&id).await;
        assert_eq!(view.sessions, sent.sessions, "{server:?}: not sent twice");
        assert_eq!(view.supervisor.as_deref(), Some("test:2"));
        let mut client = schema.client().await;
        assert!(
            definition(&mut client, "orders").await.contains("by_note"),
            "{server:?}"
        );
        again.close().await;
    }
}

async fn small(desk: &Desk, name: &str) -> (Schema, Plan) {
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = filled(&schema, "orders", 100).await;
    let connection = connection(desk, Server::Primary).await;
    let plan = plan(
        desk,
        &schema,
        &connection,
        &table,
        "ADD COLUMN extra INT",
        Algorithm::Instant,
    )
    .await;
    (schema, plan)
}

/// A session number that no server gives out in a test's time.
const GONE: u64 = 4_000_000_001;

fn running(phase: Phase) -> RunEventKind {
    RunEventKind::StateChanged {
        state: RunState::Running { phase },
    }
}

/// A run whose process died with the statement sent, or in the moment before.
async fn died(desk: &Desk, plan: &Plan) -> RunId {
    let sent = RunEventKind::Sessions { ids: vec![GONE] };
    leave(desk, plan, [running(Phase::Alter), sent]).await
}

fn failed_with(view: &RunView) -> Option<ErrorCode> {
    match &view.state {
        RunState::Failed { error } => Some(error.code),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definition_decides_for_a_process_that_died() {
    let desk = Desk::new().await;
    let (schema, planned) = small(&desk, "direct_died").await;
    let mut client = schema.client().await;

    let id = died(&desk, &planned).await;
    let view = desk.end(&id).await;
    assert_eq!(
        failed_with(&view),
        Some(ErrorCode::AlterEnded),
        "{:?}",
        view.state
    );
    assert!(
        !columns(&mut client, "orders").await.contains(&"extra".to_owned()),
        "never sent again"
    );

    client.run("ALTER TABLE orders ADD COLUMN extra INT").await;
    let id = died(&desk, &planned).await;
    desk.completed(&id).await;

    client.run("ALTER TABLE orders ADD COLUMN other INT").await;
    let id = died(&desk, &planned).await;
    let view = desk.end(&id).await;
    assert!(
        matches!(&view.state, RunState::Unknown { check } if check[0].what == "table_definition"),
        "{:?}",
        view.state
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_proof_of_its_own_a_changed_table_is_no_success() {
    let desk = Desk::new().await;
    let (schema, mut planned) = small(&desk, "direct_died_unproven").await;
    planned.advice = None;
    let mut client = schema.client().await;
    client.run("ALTER TABLE orders ADD COLUMN extra INT").await;
    let id = died(&desk, &planned).await;
    let view = desk.end(&id).await;
    assert!(matches!(view.state, RunState::Unknown { .. }), "{:?}", view.state);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_whose_process_died_has_no_known_outcome() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "direct_died_rebuild")
        .await;
    let table = filled(&schema, "orders", 100).await;
    let connection = connection(&desk, Server::Primary).await;
    let plan = plan(
        &desk,
        &schema,
        &connection,
        &table,
        "ENGINE=InnoDB",
        Algorithm::Inplace,
    )
    .await;
    let id = died(&desk, &plan).await;
    let view = desk.end(&id).await;
    assert!(
        matches!(&view.state, RunState::Unknown { check } if check[0].what == "alter_outcome"),
        "{:?}",
        view.state
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_attempts_nothing_is_sent_by_whoever_comes_after() {
    let desk = Desk::new().await;
    let (schema, plan) = small(&desk, "direct_died_between").await;
    let id = leave(
        &desk,
        &plan,
        [
            running(Phase::Alter),
            RunEventKind::Sessions { ids: vec![GONE] },
            RunEventKind::Sessions { ids: vec![] },
        ],
    )
    .await;
    let view = desk.end(&id).await;
    assert_eq!(
        failed_with(&view),
        Some(ErrorCode::AlterNotSent),
        "{:?}",
        view.state
    );
    let mut client = schema.client().await;
    assert!(!columns(&mut client, "orders").await.contains(&"extra".to_owned()));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_is_still_held_after_a_restart() {
    let desk = Desk::new().await;
    let (schema, mut plan) = small(&desk, "direct_died_held").await;
    plan.request.hold_cutover = true;
    let state = RunState::AwaitingCutover { since: Timestamp(1) };
    let id = leave(
        &desk,
        &plan,
        [running(Phase::Prepare), RunEventKind::StateChanged { state }],
    )
    .await;
    desk.until(&id, "a supervisor", |view| view.supervisor.is_some())
        .await;
    let mut client = schema.client().await;
    assert!(!columns(&mut client, "orders").await.contains(&"extra".to_owned()));
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    assert!(columns(&mut client, "orders").await.contains(&"extra".to_owned()));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_never_got_the_statement_is_ended_before_the_run_is_called_failed() {
    let desk = Desk::new().await;
    let (schema, plan) = small(&desk, "direct_died_idle").await;
    let mut idle = schema.client().await;
    let session = idle.id().await;
    let sent = RunEventKind::Sessions { ids: vec![session] };
    let id = leave(&desk, &plan, [running(Phase::Alter), sent]).await;
    let view = desk.end(&id).await;
    assert_eq!(
        failed_with(&view),
        Some(ErrorCode::AlterEnded),
        "{:?}",
        view.state
    );
    idle.try_run("ALTER TABLE orders ADD COLUMN extra INT")
        .await
        .expect_err("nothing can begin in it any more");
    desk.close().await;
}
