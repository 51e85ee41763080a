//! Rows of two tables that differ in one value, however small the difference, are told apart.

use std::time::Duration;

use mysqler_contract::TableRef;
use mysqler_core::ports::{ColumnForm, ComparisonEnd, RowComparison, Servers, Side};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use tokio_util::sync::CancellationToken;

const BOTH: [Server; 2] = [Server::Primary, Server::MariaDb];
const COLUMNS: [&str; 7] = ["id", "f", "d", "two", "n", "j", "g"];

fn comparison(schema: &str, server: Server) -> RowComparison {
    let side = |table: &str| Side {
        table: TableRef::new(schema, table),
        index: "PRIMARY".into(),
        key: vec!["id".into()],
        columns: COLUMNS.map(str::to_owned).to_vec(),
    };
    // MariaDB's JSON is a text.
    let json = match server {
        Server::MariaDb => ColumnForm::Long,
        _ => ColumnForm::Json,
    };
    use ColumnForm::{Bytes, Digits, Opaque, Text};
    RowComparison {
        one: side("one"),
        other: side("other"),
        forms: vec![Text, Digits, Digits, Digits, Bytes, json, Opaque],
    }
}

async fn compare(sandbox: &Sandbox, server: Server, schema: &str) -> ComparisonEnd {
    let target = sandbox.target(server, Account::Mysqler);
    MySqlServers::new()
        .compare_rows(
            &target,
            &comparison(schema, server),
            Duration::from_secs(120),
            &CancellationToken::new(),
            &|_| {},
        )
        .await
        .expect("the server answers")
}

#[tokio::test]
async fn the_last_digit_of_a_number_and_a_null_make_a_difference() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "comparing").await;
        let mut client = schema.client().await;
        client
            .run(
                "CREATE TABLE one (id INT PRIMARY KEY, f FLOAT, d DOUBLE, two FLOAT(20,2), n VARCHAR(20), j JSON, g POINT); \
                 INSERT INTO one VALUES (1, 16777216, 0.30000000000000004e0, 16777216, NULL, '{\"a\": 1}', ST_GeomFromText('POINT(1 2)')), \
                 (2, NULL, NULL, NULL, '', NULL, NULL), (3, -0.0e0, 1e-40, 0.1, 'x', '[]', NULL); \
                 CREATE TABLE other LIKE one; INSERT INTO other SELECT * FROM one",
            )
            .await;
        let equal = compare(&sandbox, server, schema.name()).await;
        assert_eq!(equal, ComparisonEnd::Equal { rows: 3 }, "{server:?}");
        for change in [
            "f = 16777215 WHERE id = 1",
            "d = 0.3e0 WHERE id = 1",
            "two = 16777215 WHERE id = 1",
            "n = '' WHERE id = 1",
            "n = NULL WHERE id = 2",
            "f = 0 WHERE id = 2",
            "j = '{\"a\": 2}' WHERE id = 1",
            "g = ST_GeomFromText('POINT(1 3)') WHERE id = 1",
        ] {
            client.run(&format!("UPDATE other SET {change}")).await;
            let end = compare(&sandbox, server, schema.name()).await;
            assert!(
                matches!(end, ComparisonEnd::Different { .. }),
                "{server:?} {change}: {end:?}"
            );
            client
                .run("DELETE FROM other; INSERT INTO other SELECT * FROM one")
                .await;
        }
    }
}

#[tokio::test]
async fn a_document_that_may_not_fit_into_a_packet_proves_nothing() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "comparing_large").await;
    let mut client = schema.client().await;
    client
        .run(
            "CREATE TABLE one (id INT PRIMARY KEY, f FLOAT, d DOUBLE, two FLOAT(20,2), n VARCHAR(20), j JSON, g POINT); \
             INSERT INTO one (id, j) VALUES (1, JSON_QUOTE(REPEAT('x', @@max_allowed_packet DIV 6 + 10))); \
             CREATE TABLE other LIKE one; INSERT INTO other SELECT * FROM one",
        )
        .await;
    let end = compare(&sandbox, Server::Primary, schema.name()).await;
    assert_eq!(end, ComparisonEnd::Unreadable { rows: 0 });
}
