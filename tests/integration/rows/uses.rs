//! Columns and indexes that something uses.

use mysqler_contract::{Finding, Severity, TableRef};
use mysqler_tests::sandbox::{Account, Server};

use crate::found::{connected, desk, plan};

async fn told(server: Server, name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let schema = desk.sandbox.fresh_schema(server, name).await;
    let connection = connected(&desk, server).await;
    let mut client = schema.client().await;
    for statement in [
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE used (id INT PRIMARY KEY, seen INT, source INT, made INT AS (source + 1) VIRTUAL, p INT, idle INT, \
         KEY by_p (p), KEY by_idle (idle), CONSTRAINT fk_used FOREIGN KEY (p) REFERENCES parent (id))",
        "CREATE VIEW shows AS SELECT seen FROM used",
        "CREATE PROCEDURE counts() SELECT SUM(seen) FROM used",
    ] {
        client.run(statement).await;
    }
    let table = TableRef::new(schema.name(), "used");
    let of = |code: &'static str, clause: &'static str| {
        let (desk, connection, table) = (&desk, &connection, &table);
        async move {
            let plan = plan(desk, connection, table, clause).await;
            let found: Vec<Finding> = plan
                .findings
                .into_iter()
                .filter(|finding| finding.code == code)
                .collect();
            assert!(found.iter().all(|finding| finding.proven), "{clause}: {found:?}");
            found
        }
    };
    let users = |found: &[Finding], severity| {
        let of: Vec<&Finding> = found
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        of.iter()
            .map(|finding| finding.params["users"].clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let seen = of("COLUMN_IN_USE", "DROP COLUMN seen").await;
    let programs = users(&seen, Severity::Danger);
    for user in ["view", ".shows", "routine", ".counts"] {
        assert!(programs.contains(user), "{server:?}: {programs}");
    }
    let source = of("COLUMN_IN_USE", "DROP COLUMN source").await;
    assert_eq!(
        users(&source, Severity::Block),
        "generated column made",
        "{server:?}"
    );
    let key = of("COLUMN_IN_USE", "DROP COLUMN p").await;
    assert_eq!(users(&key, Severity::Block), "foreign key fk_used", "{server:?}");
    let idle = of("COLUMN_IN_USE", "DROP COLUMN idle").await;
    assert!(
        idle.iter().all(|finding| finding.severity < Severity::Danger),
        "{server:?}: {idle:?}"
    );
    let needed = of("INDEX_IN_USE", "DROP INDEX by_p").await;
    assert_eq!(
        users(&needed, Severity::Block),
        "foreign key fk_used",
        "{server:?}"
    );
    let chunked = of("CHUNK_KEY_DROPPED", "DROP PRIMARY KEY").await;
    assert_eq!(
        chunked.first().map(|finding| finding.severity),
        Some(Severity::Block)
    );
    let idle = of("INDEX_IN_USE", "DROP INDEX by_idle").await;
    assert_eq!(idle, [], "{server:?}: nothing read by it yet");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_names_who_uses_a_column_or_an_index() {
    told(Server::Primary, "rows_uses").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_names_who_uses_a_column_or_an_index() {
    told(Server::MariaDb, "rows_uses").await;
}

/// Counted only where the server has the performance schema on.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_read_by_and_a_remembered_statement_are_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "rows_read").await;
    let connection = connected(&desk, Server::Primary).await;
    let mut client = schema.client().await;
    // The server keeps ten thousand statements and forgets every later one: other tests have filled it.
    let mut root = desk.sandbox.client(Server::Primary, Account::Root).await;
    root.run("TRUNCATE TABLE performance_schema.events_statements_summary_by_digest")
        .await;
    client
        .run("CREATE TABLE busy (id INT PRIMARY KEY, a INT, KEY by_a (a))")
        .await;
    client.run("INSERT INTO busy VALUES (1, 1), (2, 2), (3, 3)").await;
    client
        .rows("SELECT id FROM busy FORCE INDEX (by_a) WHERE a = 2")
        .await;
    let table = TableRef::new(schema.name(), "busy");
    let by_index = plan(&desk, &connection, &table, "DROP INDEX by_a").await;
    let read = by_index
        .findings
        .iter()
        .find(|finding| finding.code == "INDEX_IN_USE");
    assert_eq!(
        read.map(|finding| finding.severity),
        Some(Severity::Warn),
        "{:?}",
        by_index.findings
    );
    let by_column = plan(&desk, &connection, &table, "DROP COLUMN a").await;
    let remembered = by_column
        .findings
        .iter()
        .find(|finding| finding.code == "COLUMN_IN_USE");
    assert_eq!(
        remembered.map(|finding| finding.severity),
        Some(Severity::Warn),
        "{:?}",
        by_column.findings
    );
    desk.close().await;
}
