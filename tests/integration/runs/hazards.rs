//! Moments in which a wrong guess would cost the user's rows, or make the application say what is not so.

use mysqler_contract::{
    AppEvent, ChangeKind, ChangeRequest, ErrorCode, ForeignKeysMethod, Leftover, RunId, RunState, RunView,
    SecretInput, TableRef,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

use crate::troubled::Troubled;

pub async fn held(desk: &Desk, mut request: ChangeRequest) -> (RunId, RunView) {
    request.hold_cutover = true;
    let id = desk.go(request).await;
    let view = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    (id, view)
}

pub async fn kill_container(view: &RunView) {
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    let job = view.job.as_deref().expect("started");
    docker
        .kill_container(job, None::<bollard::query_parameters::KillContainerOptions>)
        .await
        .expect("killed");
}

/// After a cleanup was asked for, the run is terminal before and after: waits until nobody works on it.
pub async fn settled(desk: &Desk, id: &RunId, wanted: impl Fn(&RunState) -> bool) -> RunView {
    let started = std::time::Instant::now();
    loop {
        let idle = desk.core.supervised() == 0;
        let view = desk.core.run_view(id).await.expect("stored");
        if idle && wanted(&view.state) {
            return view;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "{:?}\n{}",
            view.state,
            desk.log_text(id).await
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

pub fn ended(state: &RunState) -> bool {
    matches!(state, RunState::Cancelled | RunState::Failed { .. })
}

/// A run whose leftover shadow could not be dropped when it was stopped.
pub async fn with_a_leftover_shadow(desk: &Desk, schema: &Schema) -> (RunId, ChangeRequest, TableRef) {
    let table = filled(schema, "orders", 2_000).await;
    let connection = desk.primary().await;
    let request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    let (id, view) = held(desk, request.clone()).await;
    let shadow = view.shadow.expect("created");
    let mut blocker = schema.client().await;
    blocker.run("BEGIN").await;
    blocker
        .run(&format!("SELECT COUNT(*) FROM {}", shadow.table))
        .await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert!(
        matches!(view.state, RunState::NeedsCleanup { .. }),
        "{:?}",
        view.state
    );
    blocker.run("COMMIT").await;
    (id, request, shadow)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_swap_only_the_old_table_of_this_run_is_offered_and_dropped() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_old").await;
    let table = filled(&schema, "orders", 2_000).await;
    let mut client = schema.client().await;
    client.run("CREATE TABLE _orders_old (mine INT)").await;
    client.run("INSERT INTO _orders_old VALUES (1)").await;
    let connection = desk.primary().await;
    for (clause, kind) in [
        (
            "an added column",
            ChangeKind::Alter {
                clause: "ADD COLUMN extra INT".into(),
            },
        ),
        ("a rebuild", ChangeKind::Reclaim),
    ] {
        let mut request = desk.request(&connection, &table, "");
        request.kind = kind;
        let (id, view) = held(&desk, request).await;
        let shadow = view.shadow.clone().expect("created").table;
        // The tool dies right after its swap, before it could say so.
        client
            .run(&format!(
                "RENAME TABLE orders TO __orders_old, `{shadow}` TO orders"
            ))
            .await;
        kill_container(&view).await;
        let view = desk.end(&id).await;
        match &view.state {
            RunState::NeedsCleanup { leftovers, error } => {
                let old = TableRef::new(schema.name(), "__orders_old");
                assert_eq!(leftovers, &[Leftover::Table { table: old }], "{clause}");
                assert_eq!(
                    error.as_ref().expect("a reason").code,
                    ErrorCode::RunFailedAfterSwap,
                    "{clause}"
                );
            }
            other => panic!("{clause}: {other:?}\n{}", desk.log_text(&id).await),
        }
        desk.core.run_cleanup(&id).await.expect("taken up");
        settled(&desk, &id, ended).await;
        assert_eq!(
            remains(&mut client, schema.name()).await,
            ["_orders_old"],
            "{clause}"
        );
        assert_eq!(
            client.value("SELECT COUNT(*) FROM _orders_old").await,
            "1",
            "{clause}"
        );
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cleaning_after_an_old_run_never_touches_a_run_that_works_on_the_table() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_busy").await;
    let (old, request, shadow) = with_a_leftover_shadow(&desk, &schema).await;
    let mut client = schema.client().await;
    client.run(&format!("DROP TABLE {}", shadow.table)).await;
    let (new, view) = held(&desk, request).await;
    assert_eq!(view.shadow, Some(shadow), "both runs' shadows have the same name");

    let refused = desk.core.run_cleanup(&old).await.expect_err("the table is taken");
    assert_eq!(refused.code, ErrorCode::TableBusy);
    assert_eq!(
        remains(&mut client, schema.name()).await.len(),
        4,
        "the live run lost something"
    );
    desk.core.run_cutover(&new).await.expect("heard");
    desk.completed(&new).await;
    desk.core.run_cleanup(&old).await.expect("nobody is in the way");
    settled(&desk, &old, |state| {
        ended(state) || matches!(state, RunState::Unknown { .. })
    })
    .await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleanup_asked_for_twice_is_done_once() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_twice").await;
    let (id, ..) = with_a_leftover_shadow(&desk, &schema).await;
    let (one, other) = tokio::join!(desk.core.run_cleanup(&id), desk.core.run_cleanup(&id));
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    let view = settled(&desk, &id, ended).await;
    assert_eq!(
        view.state,
        RunState::Cancelled,
        "it was stopped, whatever held its cleaning up"
    );
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    let trouble = desk
        .told
        .all()
        .into_iter()
        .find(|event| matches!(event, AppEvent::StoreTrouble { .. }));
    assert!(trouble.is_none(), "two supervisors wrote one record: {trouble:?}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_the_shadow_and_its_triggers_once_a_child_points_at_it() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "hazard_children")
        .await;
    let table = filled(&schema, "orders", 200).await;
    let mut client = schema.client().await;
    client
        .run(
            "CREATE TABLE items (id INT PRIMARY KEY, order_id BIGINT UNSIGNED NOT NULL, \
             CONSTRAINT fk_item FOREIGN KEY (order_id) REFERENCES orders (id))",
        )
        .await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.foreign_keys_method = Some(ForeignKeysMethod::RebuildConstraints);
    let (id, view) = held(&desk, request).await;
    let shadow = view.shadow.clone().expect("created").table;
    // What the tool does to each child before it swaps.
    client.run("SET foreign_key_checks = 0").await;
    client
        .run(&format!(
            "ALTER TABLE items DROP FOREIGN KEY fk_item, ADD CONSTRAINT _fk_item FOREIGN KEY (order_id) REFERENCES `{shadow}` (id)"
        ))
        .await;
    client.run("SET foreign_key_checks = 1").await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert!(
        matches!(view.state, RunState::NeedsCleanup { .. }),
        "{:?}\n{}",
        view.state,
        desk.log_text(&id).await
    );
    assert_eq!(
        remains(&mut client, schema.name()).await.len(),
        4,
        "three triggers and the shadow stay"
    );
    client
        .run("INSERT INTO orders (id, amount, note) VALUES (900, 1, 'new')")
        .await;
    client.run("INSERT INTO items VALUES (1, 900)").await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    settled(&desk, &id, |state| {
        matches!(state, RunState::NeedsCleanup { .. } | RunState::Unknown { .. })
    })
    .await;
    assert_eq!(
        remains(&mut client, schema.name()).await.len(),
        4,
        "asking does not make it harmless"
    );
    client.run("DROP TABLE items").await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    settled(&desk, &id, ended).await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_start_keeps_its_run_from_another_process() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let runner = Troubled::new();
    runner
        .trouble()
        .start_takes_s
        .store(13, std::sync::atomic::Ordering::SeqCst);
    let desk = Desk::at(dir.path(), "test:1", runner).await;
    let other = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_slow").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = desk.primary().await;
    let id = desk
        .go(desk.request(&connection, &table, "ADD COLUMN extra INT"))
        .await;
    let view = desk.completed(&id).await;
    assert_eq!(view.supervisor.as_deref(), Some("test:1"));
    other.close().await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_silent_when_the_job_ends_does_not_make_it_a_failure() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let runner = Troubled::new();
    let trouble = runner.trouble();
    let desk = Desk::at(dir.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_silent").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = desk.primary().await;
    trouble
        .silent_questions
        .store(2, std::sync::atomic::Ordering::SeqCst);
    let id = desk
        .go(desk.request(&connection, &table, "ADD COLUMN extra INT"))
        .await;
    desk.completed(&id).await;
    assert_eq!(
        trouble.silent_questions.load(std::sync::atomic::Ordering::SeqCst),
        0,
        "the engine was silent for a while"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_did_not_reach_the_engine_is_tried_again() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let runner = Troubled::new();
    let trouble = runner.trouble();
    let desk = Desk::at(dir.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_stop").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = desk.primary().await;
    let (id, _) = held(&desk, desk.request(&connection, &table, "ADD COLUMN extra INT")).await;
    trouble
        .deaf_to_stops
        .store(1, std::sync::atomic::Ordering::SeqCst);
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_does_not_know_the_job_is_no_proof_that_it_ended() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let runner = Troubled::new();
    let trouble = runner.trouble();
    let desk = Desk::at(dir.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_engine").await;
    let table = filled(&schema, "orders", 500).await;
    let mut client = schema.client().await;
    let connection = desk.primary().await;
    let (id, view) = held(&desk, desk.request(&connection, &table, "ADD COLUMN extra INT")).await;
    // Another engine answers now, as after a change of DOCKER_HOST; the job works on.
    trouble
        .knows_no_job
        .store(true, std::sync::atomic::Ordering::SeqCst);
    trouble.cut.notify_waiters();
    let ended_view = desk.end(&id).await;
    match &ended_view.state {
        RunState::Unknown { check } => assert!(
            check.iter().any(|look| look.what == "sessions_alive"),
            "{check:?}"
        ),
        other => panic!("{other:?}\n{}", desk.log_text(&id).await),
    }
    assert_eq!(
        remains(&mut client, schema.name()).await.len(),
        4,
        "a working job lost its triggers"
    );
    trouble
        .knows_no_job
        .store(false, std::sync::atomic::Ordering::SeqCst);
    kill_container(&view).await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    settled(&desk, &id, ended).await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_the_server_gives_to_constraints_do_not_hide_a_success() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_names").await;
    let table = filled(&schema, "orders", 200).await;
    let mut client = schema.client().await;
    client.run("CREATE TABLE parent (id INT PRIMARY KEY)").await;
    let connection = desk.primary().await;
    for clause in [
        "ADD CHECK (amount > 0)",
        "ADD COLUMN p INT, ADD FOREIGN KEY (p) REFERENCES parent (id)",
    ] {
        let id = desk.go(desk.request(&connection, &table, clause)).await;
        desk.completed(&id).await;
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_given_up_under_load_is_told_as_given_up_before_the_swap() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_load").await;
    let table = filled(&schema, "orders", 20_000).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "");
    request.kind = ChangeKind::Reclaim;
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    for threshold in &mut request.options.max_load {
        threshold.value = 18;
    }
    for threshold in &mut request.options.critical_load {
        threshold.value = 20;
    }
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 500).await;
    let busy: Vec<_> = (0..24)
        .map(|_| {
            let sandbox = desk.sandbox.clone();
            tokio::spawn(async move {
                let mut client = sandbox.client(Server::Primary, Account::App).await;
                let _ = client.try_run("SELECT SLEEP(20)").await;
            })
        })
        .collect();
    let view = desk.end(&id).await;
    match &view.state {
        RunState::Failed { error } => {
            assert_eq!(error.code, ErrorCode::RunFailed, "{error:?}");
            assert_eq!(
                error.params.get("class").map(String::as_str),
                Some("critical_load"),
                "{error:?}"
            );
        }
        other => panic!("{other:?}\n{}", desk.log_text(&id).await),
    }
    busy.iter().for_each(tokio::task::JoinHandle::abort);
    assert_eq!(fingerprint(&mut client, &table).await, before);
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_led_elsewhere_is_not_taken_for_the_runs_server() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hazard_edit").await;
    let table = filled(&schema, "orders", 500).await;
    let twin = desk.sandbox.fresh_schema(Server::MariaDb, "hazard_edit").await;
    filled(&twin, "orders", 500).await;
    let connection = desk.primary().await;
    let (id, _) = held(&desk, desk.request(&connection, &table, "ADD COLUMN extra INT")).await;
    let dir = desk.close().await.expect("the first desk owns the directory");

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let mut draft = again.draft(
        Server::MariaDb,
        Account::Mysqler,
        mysqler_contract::Environment::Development,
    );
    draft.id = Some(connection.id.clone());
    draft.name = connection.name.clone();
    draft.password = SecretInput::Unchanged;
    again.core.connection_save(&draft, true).await.expect("saved");
    again.core.run_stop(&id).await.expect("heard");
    let view = again.end(&id).await;
    let mut client = schema.client().await;
    let left = remains(&mut client, schema.name()).await.len();
    match &view.state {
        RunState::NeedsCleanup { .. } => assert_eq!(left, 4),
        RunState::Cancelled => assert_eq!(left, 0, "nothing is said to be left"),
        other => panic!("{other:?}\n{}", again.log_text(&id).await),
    }
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_run_on_mariadb() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::MariaDb, "run_mariadb").await;
    let table = filled(&schema, "orders", 20_000).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let connection = desk
        .connection(
            Server::MariaDb,
            Account::Mysqler,
            mysqler_contract::Environment::Development,
        )
        .await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT NOT NULL DEFAULT 7");
    request.options.chunk_size = Some(500);
    request.options.chunk_time_ms = None;
    let (id, _) = held(&desk, request).await;
    client
        .run("UPDATE orders SET touched = 1, note = '写入' WHERE id % 100 = 0")
        .await;
    client.run("DELETE FROM orders WHERE id % 777 = 0").await;
    let changed = fingerprint(&mut client, &table).await;
    assert_ne!(changed, before);
    desk.core.run_cutover(&id).await.expect("heard");
    let view = desk.completed(&id).await;
    assert!(view.rows_copied > 0);
    assert_eq!(fingerprint(&mut client, &table).await, changed);
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
