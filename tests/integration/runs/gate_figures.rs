//! A held run as a cockpit: figures read anew, both tables compared, a swap at a set time, and tries at a lock told.

use mysqler_contract::{
    ChangeRequest, Checksum, ChecksumOutcome, ErrorCode, GateCount, LogStream, RunEventKind, RunId, RunState,
    RunView, TableRef, Timestamp, WaitReason,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::{filled, remains};

const ROWS: u64 = 5_000;
const NEW_COLUMN: &str = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() \
     AND table_name = 'orders' AND column_name = 'extra'";

async fn request(desk: &Desk, schema: &Schema, clause: &str) -> ChangeRequest {
    let table = filled(schema, "orders", ROWS).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, clause);
    request.engine = mysqler_contract::EngineChoice::PtOsc;
    request.hold_cutover = true;
    request
}

async fn held(desk: &Desk, schema: &Schema, clause: &str) -> RunId {
    let id = desk.go(request(desk, schema, clause).await).await;
    desk.until(&id, "the gate", at_gate).await;
    id
}

fn at_gate(view: &RunView) -> bool {
    matches!(view.state, RunState::AwaitingCutover { .. })
}

async fn compared(desk: &Desk, id: &RunId) -> Checksum {
    let before = desk.core.run_view(id).await.expect("stored").checksum;
    desk.core
        .run_compare(id)
        .await
        .expect("a held run can be compared");
    let began = before.map(|checksum| checksum.began);
    let view = desk
        .until(id, "the comparison", |view| {
            let ended = view.checksum.as_ref().filter(|checksum| !checksum.under_way());
            ended.is_some_and(|checksum| Some(checksum.began) != began)
        })
        .await;
    view.checksum.expect("it ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_table_is_shown_and_gone_when_it_lets_go() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_figures").await;
    let id = held(&desk, &schema, "ADD COLUMN extra INT").await;
    let free = desk.core.run_gate(&id).await.expect("read");
    assert_eq!(
        free.locks,
        Some(Vec::new()),
        "the run's own sessions are not told"
    );
    assert!(
        free.load
            .iter()
            .any(|load| load.variable == "Threads_running" && load.max.is_some())
    );
    assert!(!free.replicas.is_empty(), "the sandbox has a replica");

    let mut holder = schema.client().await;
    let session = holder.id().await;
    holder.run("BEGIN").await;
    holder.value("SELECT COUNT(*) FROM orders").await;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let figures = desk.core.run_gate(&id).await.expect("read");
    let locks = figures.locks.expect("MySQL tells");
    let lock = locks
        .iter()
        .find(|lock| lock.session.id == session)
        .expect("it is listed");
    assert!(lock.granted && !lock.protected, "{lock:?}");
    assert!(
        figures.obstacles.iter().any(|one| one.what == "lock_held"),
        "{:?}",
        figures.obstacles
    );
    holder.run("COMMIT").await;
    let after = desk.core.run_gate(&id).await.expect("read");
    let left: Vec<u64> = after
        .locks
        .expect("told")
        .iter()
        .map(|lock| lock.session.id)
        .collect();
    assert!(!left.contains(&session), "{left:?}");
    desk.core.run_stop(&id).await.expect("heard");
    desk.end(&id).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_counted_on_request() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_count").await;
    let id = held(&desk, &schema, "ADD COLUMN extra INT").await;
    desk.core.run_count(&id).await.expect("a held run can be counted");
    let view = desk.until(&id, "the count", |view| view.gate.is_some()).await;
    assert_eq!(view.gate, Some(GateCount::Equal { rows: ROWS }));
    assert!(
        view.counting.is_none() && at_gate(&view),
        "a held run waits on: {:?}",
        view.state
    );
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_differ_are_found_under_a_writer_and_keep_the_run_from_swapping() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_compare").await;
    let id = held(
        &desk,
        &schema,
        "ADD COLUMN extra INT, MODIFY amount DECIMAL(14,2) NOT NULL",
    )
    .await;
    let writing = tokio_util::sync::CancellationToken::new();
    let writer = {
        let (mut client, writing) = (schema.client().await, writing.clone());
        tokio::spawn(async move {
            let mut at = 0_u64;
            while !writing.is_cancelled() {
                at += 1;
                for statement in [
                    format!(
                        "UPDATE orders SET touched = touched + 1 WHERE id = {}",
                        at * 7 % ROWS
                    ),
                    format!("DELETE FROM orders WHERE id = {}", 4_000 + at % 900),
                    "INSERT INTO orders (amount, note) VALUES (1, '写')".to_owned(),
                ] {
                    // A deadlock with the triggers' own statements is the application's to try again.
                    let _ = client.try_run(&statement).await;
                }
            }
            at
        })
    };
    let equal = compared(&desk, &id).await;
    writing.cancel();
    assert!(writer.await.expect("the writer ends") > 0, "it wrote");
    assert_eq!(equal.outcome, ChecksumOutcome::Equal, "{equal:?}");
    assert_eq!(equal.left_out, ["amount"], "the change alters it");
    assert!(equal.rows > 0);

    let mut client = schema.client().await;
    client
        .run("UPDATE _orders_new SET note = CONCAT(LEFT(note, CHAR_LENGTH(note) - 1), '?') WHERE id = 2345")
        .await;
    let different = compared(&desk, &id).await;
    let ChecksumOutcome::Different { keys } = &different.outcome else {
        panic!("{different:?}")
    };
    let bound = |key: &Option<String>| key.as_ref().and_then(|key| key.parse::<u64>().ok());
    let (after, to) = (
        bound(&keys.after).unwrap_or(0),
        bound(&keys.to).unwrap_or(u64::MAX),
    );
    assert!(after < 2345 && 2345 <= to && to - after <= 300, "{keys:?}");
    let refused = desk.core.run_cutover(&id).await.expect_err("rows differ");
    assert_eq!(refused.code, ErrorCode::RowsDiffer);
    let told = desk.core.run_gate(&id).await.expect("read").obstacles;
    assert_eq!(told.first().map(|one| one.what.as_str()), Some("rows_differ"));

    client
        .run("UPDATE orders SET touched = touched WHERE id = 2345")
        .await;
    client.run("REPLACE INTO _orders_new (id, amount, note, touched) SELECT id, amount, note, touched FROM orders WHERE id = 2345").await;
    assert_eq!(compared(&desk, &id).await.outcome, ChecksumOutcome::Equal);
    desk.core.run_cutover(&id).await.expect("equal again");
    desk.completed(&id).await;
    assert_eq!(client.value(NEW_COLUMN).await, "1");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_time_swaps_once_and_can_be_taken_back() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_time").await;
    let id = held(&desk, &schema, "ADD COLUMN extra INT").await;
    let in_ms = |ms: i64| {
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_millis();
        Some(Timestamp(i64::try_from(now).expect("a date of today") + ms))
    };
    let past = desk
        .core
        .run_cutover_at(&id, in_ms(-1_000))
        .await
        .expect_err("it is over");
    assert_eq!(past.code, ErrorCode::InvalidInput);

    desk.core
        .run_cutover_at(&id, in_ms(3_600_000))
        .await
        .expect("set");
    desk.until(&id, "the time", |view| view.cut_over_at.is_some())
        .await;
    desk.core.run_cutover_at(&id, None).await.expect("taken back");
    desk.until(&id, "no time", |view| view.cut_over_at.is_none() && at_gate(view))
        .await;
    // From another process, which does not drive the run, and through a change of who drives it.
    let other = Desk::at(desk.dir(), "test:2", mysqler_runner::DockerRunner::new()).await;
    let at = in_ms(8_000);
    other.core.run_cutover_at(&id, at).await.expect("set");
    other.until(&id, "the time", |view| view.cut_over_at == at).await;
    let _dir = desk.close().await;
    other.completed(&id).await;
    let fired = other.events(&id).await.into_iter().filter(|event| {
        matches!(
            event.kind,
            RunEventKind::Requested {
                action: mysqler_contract::RunAction::CutOver,
                ..
            }
        )
    });
    let fired: Vec<_> = fired.collect();
    assert_eq!(fired.len(), 1, "{fired:?}");
    assert!(Some(fired[0].at) >= at, "never before its time");
    assert_eq!(schema.client().await.value(NEW_COLUMN).await, "1");
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_held_that_was_not_to_wait() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_late_hold").await;
    let mut request = request(&desk, &schema, "ADD COLUMN extra INT").await;
    request.hold_cutover = false;
    request.options.chunk_size = Some(5);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 0).await;
    desk.core.run_hold(&id).await.expect("it copies");
    desk.until(&id, "the gate", at_gate).await;
    assert_eq!(schema.client().await.value(NEW_COLUMN).await, "0");
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_try_at_the_swaps_lock_is_told_with_who_holds_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_lock").await;
    let mut request = request(&desk, &schema, "ADD COLUMN extra INT").await;
    request.options.lock_wait_timeout_s = 1;
    let id = desk.go(request).await;
    desk.until(&id, "the gate", at_gate).await;
    let mut holder = schema.client().await;
    let session = holder.id().await;
    holder.run("BEGIN").await;
    holder.value("SELECT COUNT(*) FROM orders").await;
    desk.core.run_cutover(&id).await.expect("heard");
    let tries = |view: &RunView| {
        let wait = view.waits.iter().find(|wait| wait.reason == WaitReason::Lock)?;
        wait.since?;
        wait.detail.split('/').next()?.parse::<u32>().ok()
    };
    desk.until(&id, "a third try", |view| tries(view).is_some_and(|at| at >= 3))
        .await;
    let named = format!("session {session} ");
    let deadline = std::time::Instant::now() + mysqler_tests::desk::DEADLINE;
    loop {
        let lines = desk.log(&id).await;
        let app = lines.iter().filter(|line| line.stream == LogStream::App);
        if app
            .clone()
            .any(|line| line.text.contains("lock_held") && line.text.contains(&named))
        {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{}",
            desk.log_text(&id).await
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    holder.run("COMMIT").await;
    let view = desk.completed(&id).await;
    assert!(
        view.waits
            .iter()
            .any(|wait| wait.reason == WaitReason::Lock && wait.ms > 0)
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_child_tables_the_gate_is_before_they_are_touched_under_both_methods() {
    let desk = Desk::new().await;
    let connection = desk.primary().await;
    for (name, method) in [
        (
            "gate_rebuild",
            mysqler_contract::ForeignKeysMethod::RebuildConstraints,
        ),
        ("gate_drop_swap", mysqler_contract::ForeignKeysMethod::DropSwap),
    ] {
        let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
        let mut client = schema.client().await;
        let table: TableRef = filled(&schema, "orders", 500).await;
        client
            .run(
                "CREATE TABLE items (id INT PRIMARY KEY AUTO_INCREMENT, order_id BIGINT UNSIGNED NOT NULL, \
                 CONSTRAINT to_order FOREIGN KEY (order_id) REFERENCES orders (id))",
            )
            .await;
        client
            .run("INSERT INTO items (order_id) SELECT id FROM orders")
            .await;
        let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
        request.hold_cutover = true;
        request.engine = mysqler_contract::EngineChoice::PtOsc;
        request.options.foreign_keys_method = Some(method);
        let keys = "SELECT CONSTRAINT_NAME, REFERENCED_TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = DATABASE()";
        let before = client.rows(keys).await;

        let stopped = desk.go(request.clone()).await;
        desk.until(&stopped, "the gate", at_gate).await;
        assert_eq!(
            client.rows(keys).await,
            before,
            "{name}: nothing is touched at the gate"
        );
        desk.core.run_stop(&stopped).await.expect("heard");
        let view = desk.end(&stopped).await;
        assert_eq!(
            view.state,
            RunState::Cancelled,
            "{}",
            desk.log_text(&stopped).await
        );
        assert_eq!(client.rows(keys).await, before);
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());

        let id = desk.go(request).await;
        desk.until(&id, "the gate", at_gate).await;
        assert_eq!(compared(&desk, &id).await.outcome, ChecksumOutcome::Equal);
        assert_eq!(client.rows(keys).await, before);
        desk.core.run_cutover(&id).await.expect("heard");
        desk.completed(&id).await;
        let after = client.rows(keys).await;
        assert_eq!(after.len(), 1);
        assert_eq!(after[0][1], "orders", "{name}");
        let orphan = client
            .try_run("INSERT INTO items (order_id) VALUES (999999)")
            .await;
        assert!(orphan.is_err(), "{name}: the key still guards");
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
    desk.close().await;
}
