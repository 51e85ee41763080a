//! Columns that a copy carries over to new names, and primary keys that it changes, while the application writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysqler_contract::{ChangeRequest, EngineChoice, ErrorCode, GateCount, Phase, RunState, TableRef};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Client, Schema, Server};
use mysqler_tests::table::remains;

const ROWS: u64 = 20_000;

/// A table and its mirror, which no run touches.
async fn mirrored(schema: &Schema) -> TableRef {
    let mut client = schema.client().await;
    let columns = "(id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL, note VARCHAR(40), KEY (a))";
    for table in ["items", "mirror"] {
        client.run(&format!("CREATE TABLE {table} {columns}")).await;
    }
    client
        .run("INSERT INTO items (id, a, b, note) VALUES (1, 10, 100001, 'first')")
        .await;
    let mut have = 1;
    while have < ROWS {
        client
            .run(&format!(
                "INSERT INTO items (id, a, b, note) SELECT id + {have}, a + 10, b + 1, IF(id % 7, note, NULL) FROM items WHERE id + {have} <= {ROWS}"
            ))
            .await;
        have *= 2;
    }
    client.run("INSERT INTO mirror SELECT * FROM items").await;
    client.run("ANALYZE TABLE items").await;
    TableRef::new(schema.name(), "items")
}

fn by_copy(
    desk: &Desk,
    connection: &mysqler_contract::Connection,
    table: &TableRef,
    clause: &str,
) -> ChangeRequest {
    let mut request = desk.request(connection, table, clause);
    request.engine = EngineChoice::PtOsc;
    request.hold_cutover = true;
    request.options.chunk_size = Some(200);
    request.options.chunk_time_ms = None;
    request
}

/// Every kind of write all over the table, each on both tables in one transaction.
async fn write(mut client: Client, enough: Arc<AtomicBool>) -> u64 {
    let mut done = 0;
    while !enough.load(Ordering::SeqCst) {
        let id = 1 + (done * 7919) % ROWS;
        let other = 1 + (done * 104_729) % ROWS;
        let statements = ["items", "mirror"].map(|table| {
            [
                format!("UPDATE {table} SET a = a + 1, note = CONCAT('n', id) WHERE id = {id}"),
                format!("UPDATE {table} SET b = b + 3 WHERE id BETWEEN {id} AND {id} + 3"),
                format!("DELETE FROM {table} WHERE id = {other}"),
                format!(
                    "INSERT INTO {table} (id, a, b, note) VALUES ({}, {done}, 7, '新')",
                    ROWS + 1 + done
                ),
                format!(
                    "UPDATE {table} SET id = id + 1000000 WHERE id = {}",
                    1 + (done * 31) % ROWS
                ),
            ]
        });
        client.transact(&statements.concat()).await;
        done += 1;
    }
    done
}

/// Runs up to the gate under a writer, and on without it.
async fn carried(desk: &Desk, schema: &Schema, request: ChangeRequest) {
    let enough = Arc::new(AtomicBool::new(false));
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| {
        matches!(view.state, RunState::Running { phase: Phase::Copy })
    })
    .await;
    let writer = tokio::spawn(write(schema.client().await, enough.clone()));
    desk.until(&id, "the gate", |view| {
        matches!(view.state, RunState::AwaitingCutover { .. })
    })
    .await;
    enough.store(true, Ordering::SeqCst);
    let done = writer.await.expect("no write failed");
    assert!(done > 20, "{done} transactions");
    let view = desk.core.run_view(&id).await.expect("stored");
    assert!(
        matches!(view.gate, Some(GateCount::Equal { .. })),
        "{:?}",
        view.gate
    );
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
}

/// Rows of either that the other has not, column by column.
async fn apart(client: &mut Client, columns: &str) -> String {
    client
        .value(&format!(
            "SELECT COUNT(*) FROM ((SELECT {columns} FROM items EXCEPT SELECT id, a, b, note FROM mirror) \
             UNION ALL (SELECT id, a, b, note FROM mirror EXCEPT SELECT {columns} FROM items)) AS d"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn values_follow_their_columns_to_the_new_names_under_writes() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "rename_writes").await;
    let table = mirrored(&schema).await;
    let connection = desk.primary().await;
    let clause =
        "CHANGE `a` b INT NOT NULL, RENAME COLUMN b TO a, CHANGE COLUMN note 备注 VARCHAR(40) COMMENT 'x'";
    carried(&desk, &schema, by_copy(&desk, &connection, &table, clause)).await;
    let mut client = schema.client().await;
    assert_eq!(apart(&mut client, "id, b, a, 备注").await, "0");
    assert_ne!(
        apart(&mut client, "id, a, b, 备注").await,
        "0",
        "the comparison can fail"
    );
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_one_each_under_a_wider_primary_key_and_writes() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "primary_wider").await;
    let table = mirrored(&schema).await;
    let connection = desk.primary().await;
    let clause = "DROP PRIMARY KEY, ADD PRIMARY KEY (a, id), ADD KEY (id)";
    carried(&desk, &schema, by_copy(&desk, &connection, &table, clause)).await;
    let mut client = schema.client().await;
    assert_eq!(apart(&mut client, "id, a, b, note").await, "0");
    let counts = "SELECT (SELECT COUNT(*) FROM items) - (SELECT COUNT(*) FROM mirror)";
    assert_eq!(client.value(counts).await, "0");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_one_each_when_another_unique_key_takes_the_primary_ones_place() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "primary_dropped")
        .await;
    let table = mirrored(&schema).await;
    let mut client = schema.client().await;
    client
        .run("ALTER TABLE items ADD UNIQUE KEY u (id), MODIFY id INT NOT NULL")
        .await;
    let connection = desk.primary().await;
    carried(
        &desk,
        &schema,
        by_copy(&desk, &connection, &table, "DROP PRIMARY KEY"),
    )
    .await;
    assert_eq!(apart(&mut client, "id, a, b, note").await, "0");
    let counts = "SELECT (SELECT COUNT(*) FROM items) - (SELECT COUNT(*) FROM mirror)";
    assert_eq!(client.value(counts).await, "0");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_that_the_tool_misreads_ends_the_run_before_anything_is_made() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "rename_misread").await;
    let table = mirrored(&schema).await;
    let connection = desk.primary().await;
    let clause = "ADD COLUMN c INT COMMENT 'one', CHANGE note remark VARCHAR(40) COMMENT 'two'";
    let id = desk.go(by_copy(&desk, &connection, &table, clause)).await;
    let view = desk.end(&id).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}\n{}", view.state, desk.log_text(&id).await)
    };
    assert_eq!(error.code, ErrorCode::RenamesUnconfirmed);
    assert_eq!(error.detail.as_deref(), Some("{}"), "what the tool read");
    assert_eq!(view.shadow, None);
    assert!(view.triggers.is_empty());
    let mut client = schema.client().await;
    assert_eq!(apart(&mut client, "id, a, b, note").await, "0");
    desk.close().await;
}

/// What the tool said of the renames is known again only when its output was read again.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_is_asked_for_in_the_moment_of_a_takeover_waits_for_what_the_tool_said() {
    let first = Desk::new().await;
    let schema = first.sandbox.fresh_schema(Server::Primary, "rename_taken").await;
    let table = mirrored(&schema).await;
    let connection = first.primary().await;
    let request = by_copy(&first, &connection, &table, "CHANGE a c INT NOT NULL");
    let id = first.go(request).await;
    first
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    let dir = first.close().await.expect("the first desk owns its directory");

    // Asked for before the new driver can have read a line.
    let second = Desk::at(dir.path(), "test:2", mysqler_runner::DockerRunner::new()).await;
    second
        .core
        .run_cutover(&id)
        .await
        .expect("a held run may be let go");
    let view = second.completed(&id).await;
    assert_eq!(view.gate, Some(GateCount::Equal { rows: ROWS }));
    assert_eq!(
        remains(&mut schema.client().await, schema.name()).await,
        Vec::<String>::new()
    );
    second.close().await;
}
