//! What the check says decides what can be done: a change that would lose values cannot be run, one that takes something
//! away wants the table's name typed, and one that the server does at once is left to the server.

use std::time::Duration;

use mysqler_contract::TableRef;
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table::remains;

use crate::desk::{Desk, at_a_desk};
use crate::page::at;

const END: Duration = Duration::from_secs(300);
/// The choices of an environment in a connection's form.
const PRODUCTION: usize = 1;
const DEVELOPMENT: usize = 3;

/// Notes of up to 24 characters.
async fn notes(desk: &Desk, name: &str) -> (Schema, TableRef) {
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let mut client = schema.client().await;
    client
        .run("CREATE TABLE notes (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40) NOT NULL) DEFAULT CHARSET=utf8mb4")
        .await;
    client
        .run(
            "INSERT INTO notes (note) WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
             SELECT CONCAT('客户备注 a long remark ', i) FROM n",
        )
        .await;
    client.run("ANALYZE TABLE notes").await;
    schema.replicated().await;
    let table = TableRef::new(schema.name(), "notes");
    (schema, table)
}

async fn columns(schema: &Schema) -> String {
    let statement = format!(
        "SELECT GROUP_CONCAT(column_name ORDER BY ordinal_position) FROM information_schema.columns \
         WHERE table_schema = '{}' AND table_name = 'notes'",
        schema.name()
    );
    schema.client().await.value(&statement).await
}

fn finding(code: &str, severity: &str) -> String {
    format!("[data-testid='finding'][data-code='{code}'][data-severity='{severity}']")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_would_cut_values_cannot_be_run() {
    at_a_desk("blocked", async |desk| {
        let (schema, _) = notes(desk, "e2e_blocked").await;
        desk.welcome().await;
        desk.save_primary("Shop", DEVELOPMENT).await;
        desk.choose_table(schema.name(), "notes").await;
        desk.clause("MODIFY note VARCHAR(10) NOT NULL").await;
        desk.checked().await;
        let found = finding("TEXT_TOO_LONG", "block");
        desk.see(&found).await;
        // The evidence is of the table's own rows.
        desk.says(&found, "500").await;
        desk.see(&format!("{}[disabled]", at("run"))).await;
        desk.picture("checked").await;
        assert_eq!(columns(&schema).await, "id,note");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_takes_something_away_wants_the_name_typed() {
    at_a_desk("dangerous", async |desk| {
        let (schema, table) = notes(desk, "e2e_dangerous").await;
        desk.welcome().await;
        desk.save_primary("Shop", PRODUCTION).await;
        desk.choose_table(schema.name(), "notes").await;
        desk.clause("DROP COLUMN note, ADD COLUMN kind TINYINT NULL")
            .await;
        desk.patient_options(None).await;
        desk.check().await;
        desk.see(&finding("DROPS_COLUMN", "danger")).await;
        desk.start(&table.to_string()).await;
        desk.until_state(&["completed"], END).await;
        assert_eq!(columns(&schema).await, "id,kind");
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_server_does_at_once_is_left_to_it() {
    at_a_desk("instant", async |desk| {
        let (schema, table) = notes(desk, "e2e_instant").await;
        desk.welcome().await;
        // Only an account that may keep the empty copy out of the binary log gets the server's own word.
        desk.save_primary_as("Shop", DEVELOPMENT, Account::Root).await;
        desk.choose_table(schema.name(), "notes").await;
        desk.clause("ADD COLUMN kind TINYINT NULL").await;
        desk.checked().await;
        desk.see(&format!("{}[aria-checked='true']", at("engine-direct-instant")))
            .await;
        desk.says(&at("command"), "ALGORITHM=INSTANT").await;
        desk.picture("checked").await;
        desk.start(&table.to_string()).await;
        desk.until_state(&["completed"], END).await;
        desk.picture("completed").await;
        assert!(!desk.sees(&at("run-pause")).await, "there is nothing to pause");
        assert_eq!(columns(&schema).await, "id,note,kind");
    })
    .await;
}
