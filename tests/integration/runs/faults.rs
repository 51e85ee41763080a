//! Faults of the server, the container and the user's own objects while a run works.

use mysqler_contract::{ErrorCode, RunState, RunView};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

fn failure(view: &RunView) -> &mysqler_contract::AppError {
    match &view.state {
        RunState::Failed { error } => error,
        other => panic!("not failed but {other:?}"),
    }
}

async fn slow_run(
    desk: &Desk,
    schema: &mysqler_tests::sandbox::Schema,
) -> (mysqler_contract::RunId, mysqler_contract::TableRef) {
    let table = filled(schema, "orders", 40_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(50);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 500).await;
    (id, table)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_killed_by_someone_fails_the_run_and_leaves_nothing() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_kill").await;
    let (id, table) = slow_run(&desk, &schema).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let job = desk
        .core
        .run_view(&id)
        .await
        .expect("stored")
        .job
        .expect("started");
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    docker
        .kill_container(&job, None::<bollard::query_parameters::KillContainerOptions>)
        .await
        .expect("killed");

    let view = desk.end(&id).await;
    assert_eq!(failure(&view).code, ErrorCode::RunFailed);
    assert_eq!(view.exit_code, Some(137));
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(fingerprint(&mut client, &table).await, before);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_removed_by_someone_fails_the_run_and_leaves_nothing() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_remove").await;
    let (id, _) = slow_run(&desk, &schema).await;
    let job = desk
        .core
        .run_view(&id)
        .await
        .expect("stored")
        .job
        .expect("started");
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    let force = bollard::query_parameters::RemoveContainerOptionsBuilder::new()
        .force(true)
        .build();
    docker.remove_container(&job, Some(force)).await.expect("removed");

    let view = desk.end(&id).await;
    assert_eq!(failure(&view).code, ErrorCode::JobLost);
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drops_the_sessions_fails_the_run_and_leaves_nothing() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_drop").await;
    let (id, table) = slow_run(&desk, &schema).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let mut root = desk.sandbox.client(Server::Primary, Account::Root).await;
    let sessions = desk.core.run_view(&id).await.expect("stored").sessions;
    assert!(!sessions.is_empty(), "the plugin told its sessions");
    // Losing one of its sessions ends the tool, which may take the other along before its turn comes.
    let mut killed = 0;
    for session in sessions {
        killed += u32::from(root.try_run(&format!("KILL CONNECTION {session}")).await.is_ok());
    }
    assert!(killed > 0, "no session was there to be killed");
    let view = desk.end(&id).await;
    let error = failure(&view);
    assert_eq!(error.code, ErrorCode::RunFailed);
    assert_eq!(
        error.params.get("class").map(String::as_str),
        Some("server_lost"),
        "{error:?}"
    );
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(fingerprint(&mut client, &table).await, before);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metadata_lock_that_stays_fails_the_run_in_bounded_time_and_leaves_nothing() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_lock").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.lock_wait_timeout_s = 1;
    let mut blocker = schema.client().await;
    blocker.run("BEGIN").await;
    blocker.run("SELECT COUNT(*) FROM orders").await;

    let id = desk.go(request).await;
    let view = desk.end(&id).await;
    assert_eq!(
        failure(&view).params.get("class").map(String::as_str),
        Some("lock_wait"),
        "{}",
        desk.log_text(&id).await
    );
    blocker.run("COMMIT").await;
    assert_eq!(remains(&mut blocker, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_changed_since_the_plan_sends_the_run_to_review() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_changed").await;
    let table = filled(&schema, "orders", 100).await;
    let connection = desk.primary().await;
    let plan = desk
        .plan(desk.request(&connection, &table, "ADD COLUMN extra INT"))
        .await;
    schema
        .client()
        .await
        .run("ALTER TABLE orders ADD COLUMN sneaked INT")
        .await;
    let view = desk.start(&plan).await;
    let view = desk.end(&view.id).await;
    match &view.state {
        RunState::NeedsReview { differences } => assert_eq!(differences[0].what, "definition_changed"),
        other => panic!("not in review but {other:?}"),
    }
    assert!(view.job.is_none(), "nothing was started");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_own_objects_with_similar_names_survive_a_cleanup() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_similar").await;
    let mut client = schema.client().await;
    client.run("CREATE TABLE _orders_new (mine INT)").await;
    client.run("CREATE TABLE _other_new (mine INT)").await;
    client.run("CREATE TABLE audit (n INT)").await;
    client.run("CREATE TABLE stock (n INT PRIMARY KEY)").await;
    client.run("CREATE TRIGGER pt_osc_mine_stock_ins AFTER INSERT ON stock FOR EACH ROW INSERT INTO audit VALUES (NEW.n)").await;
    let (id, _) = slow_run(&desk, &schema).await;
    let view = desk.core.run_view(&id).await.expect("stored");
    assert_eq!(
        view.shadow.expect("created").table,
        "__orders_new",
        "the user's table keeps its name"
    );
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled);
    let mut left = remains(&mut client, schema.name()).await;
    left.sort();
    assert_eq!(left, ["_orders_new", "_other_new", "pt_osc_mine_stock_ins"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_for_cleaning_is_told_and_cleaned_later() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_later").await;
    let (id, _) = slow_run(&desk, &schema).await;
    let mut root = desk.sandbox.client(Server::Primary, Account::Root).await;
    // A table lock makes every drop of the shadow give up.
    let shadow = desk
        .core
        .run_view(&id)
        .await
        .expect("stored")
        .shadow
        .expect("created");
    let mut blocker = schema.client().await;
    blocker.run("BEGIN").await;
    blocker
        .run(&format!("SELECT COUNT(*) FROM {}", shadow.table))
        .await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    match &view.state {
        RunState::NeedsCleanup { leftovers, .. } => assert!(!leftovers.is_empty()),
        other => panic!("not needing cleanup but {other:?}\n{}", desk.log_text(&id).await),
    }
    blocker.run("COMMIT").await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    let started = std::time::Instant::now();
    loop {
        let view = desk.core.run_view(&id).await.expect("stored");
        if matches!(view.state, RunState::Cancelled | RunState::Failed { .. }) {
            break;
        }
        assert!(
            started.elapsed() < mysqler_tests::desk::DEADLINE,
            "{:?}",
            view.state
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let database = schema.name().to_owned();
    assert_eq!(remains(&mut root, &database).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_sees_no_rows_in_a_full_table_is_ended_before_it_copies_them_at_once() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let runner = crate::troubled::Troubled::new();
    runner
        .trouble()
        .explains_as_a_tree
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let desk = Desk::at(data.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "fault_blind").await;
    let table = filled(&schema, "orders", 30_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    // Held, so that a small table cannot be swapped before the end arrives.
    request.hold_cutover = true;
    let id = desk.go(request).await;
    let view = desk.end(&id).await;
    let error = failure(&view);
    let said = error.detail.clone().unwrap_or_default();
    assert!(said.contains("0 rows"), "{error:?}\n{}", desk.log_text(&id).await);
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
