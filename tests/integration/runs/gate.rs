//! The count before the swap, of changes under which rows may become equal.

use mysqler_contract::{Connection, ErrorCode, GateCount, Plan, RunId, RunState, TableRef};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::remains;

const MERGING: &str = "MODIFY name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL";

/// Names that differ in case alone are apart under the present collation, and the same under the wanted one.
async fn names(schema: &Schema) -> TableRef {
    let mut client = schema.client().await;
    client
        .run(
            "CREATE TABLE names (id INT PRIMARY KEY AUTO_INCREMENT, \
             name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, UNIQUE KEY u (name))",
        )
        .await;
    client
        .run(
            "INSERT INTO names (name) WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
             SELECT CONCAT('name ', i) FROM n",
        )
        .await;
    client.run("ANALYZE TABLE names").await;
    TableRef::new(schema.name(), "names")
}

async fn merging(desk: &Desk, connection: &Connection, table: &TableRef, hold: bool) -> Plan {
    let mut request = desk.request(connection, table, MERGING);
    request.hold_cutover = hold;
    let plan = desk.plan(request).await;
    assert!(plan.counts_at_gate);
    plan
}

async fn left(schema: &Schema) -> Vec<String> {
    let mut client = schema.client().await;
    remains(&mut client, schema.name()).await
}

async fn rows(schema: &Schema) -> String {
    schema.client().await.value("SELECT COUNT(*) FROM names").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_lost_a_row_never_takes_the_place_of_the_table() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_lost").await;
    let table = names(&schema).await;
    let connection = desk.primary().await;
    let plan = merging(&desk, &connection, &table, false).await;
    // What preflight cannot see: a row that is written after it looked.
    schema
        .client()
        .await
        .run("INSERT INTO names (name) VALUES ('NAME 7')")
        .await;
    let id = desk.start(&plan).await.id;

    let view = desk.end(&id).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}\n{}", view.state, desk.log_text(&id).await);
    };
    assert_eq!(error.code, ErrorCode::RowsLost);
    let lost = GateCount::Different {
        original: 501,
        shadow: 500,
    };
    assert_eq!(view.gate, Some(lost));
    assert_eq!(rows(&schema).await, "501");
    assert_eq!(left(&schema).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_every_row_goes_on_by_itself() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "gate_equal").await;
    let table = names(&schema).await;
    let connection = desk.primary().await;
    let plan = merging(&desk, &connection, &table, false).await;
    let id = desk.start(&plan).await.id;

    let view = desk.completed(&id).await;
    assert_eq!(view.gate, Some(GateCount::Equal { rows: 500 }));
    let states = desk.states(&id).await;
    assert!(!states.contains(&"awaiting_cutover"), "{states:?}");
    assert_eq!(
        (rows(&schema).await.as_str(), left(&schema).await),
        ("500", vec![])
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_shows_the_count_and_waits_whoever_drives_it() {
    let first = Desk::new().await;
    let schema = first.sandbox.fresh_schema(Server::Primary, "gate_held").await;
    let table = names(&schema).await;
    let connection = first.primary().await;
    let plan = merging(&first, &connection, &table, true).await;
    let id = first.start(&plan).await.id;
    let held = |desk: &Desk, id: &RunId| {
        let (core, id) = (desk.core.clone(), id.clone());
        async move { core.run_view(&id).await.expect("the run is stored") }
    };
    first
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert_eq!(held(&first, &id).await.gate, Some(GateCount::Equal { rows: 500 }));
    let dir = first.close().await.expect("the first desk owns its directory");

    let second = Desk::at(dir.path(), "test:2", mysqler_runner::DockerRunner::new()).await;
    second
        .until(&id, "the new driver", |view| {
            view.supervisor.as_deref() == Some("test:2")
        })
        .await;
    second
        .core
        .run_cutover(&id)
        .await
        .expect("a held run may be let go");
    second.completed(&id).await;
    assert_eq!(
        (rows(&schema).await.as_str(), left(&schema).await),
        ("500", vec![])
    );
    second.close().await;
}
