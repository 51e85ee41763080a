//! What a server says that it reads for a question, and that a question goes by an index where there is one for it.

use mysqler_contract::{AskedOutcome, Reads, TableRef};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};

use crate::found::{connected, desk};

const ROWS: u64 = 4_000;

/// Clauses that ask about one column, and the code of their question.
const QUESTIONS: [(&str, &str); 5] = [
    ("NULLS_UNDER_NOT_NULL", "MODIFY code INT NOT NULL"),
    ("NUMBER_OUT_OF_RANGE", "MODIFY code SMALLINT NULL"),
    ("DUPLICATES_UNDER_UNIQUE", "ADD UNIQUE KEY u (code)"),
    ("CHECK_VIOLATED", "ADD CONSTRAINT positive CHECK (code > 0)"),
    ("MEMBERS_IN_USE", "MODIFY kind ENUM('a','b') NULL"),
];

async fn table(schema: &Schema, name: &str, keys: &str) -> TableRef {
    let mut client = schema.client().await;
    client
        .run(&format!(
            "CREATE TABLE {name} (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, code INT NULL, \
             kind ENUM('a','b','c') NULL, filler CHAR(200) NOT NULL DEFAULT 'x'{keys}) ENGINE=InnoDB"
        ))
        .await;
    client
        .run(&format!(
            "INSERT INTO {name} (code, kind) VALUES (1, 'a'), (2, 'b')"
        ))
        .await;
    let mut have = 2;
    while have < ROWS {
        client
            .run(&format!(
                "INSERT INTO {name} (code, kind) SELECT code + {have}, kind FROM {name}"
            ))
            .await;
        have *= 2;
    }
    client.run(&format!("ANALYZE TABLE {name}")).await;
    TableRef::new(schema.name(), name)
}

async fn reads(desk: &Desk, server: Server) {
    let schema = desk.sandbox.fresh_schema(server, "rows_reading").await;
    let bare = table(&schema, "bare", "").await;
    let keyed = table(&schema, "keyed", ", KEY by_code (code), KEY by_kind (kind)").await;
    let connection = connected(desk, server).await;
    for (code, clause) in QUESTIONS {
        for (table, has_index) in [(&bare, false), (&keyed, true)] {
            let request = desk.request(&connection, table, clause);
            let plan = desk.core.plan(request, None).await.expect("the plan is made");
            let asked = plan.asked.iter().find(|asked| asked.code == code);
            let asked = asked.unwrap_or_else(|| panic!("{server:?}, {code} was not asked: {:?}", plan.asked));
            assert!(
                matches!(asked.outcome, AskedOutcome::Clean | AskedOutcome::Found),
                "{server:?}: {asked:?}"
            );
            let reading = asked.reading.as_ref().expect("the server explains it");
            assert_eq!(
                reading.table.as_ref(),
                Some(&table.table),
                "{server:?}: {asked:?}"
            );
            let index = reading.index.as_deref();
            match has_index {
                true => assert!(
                    matches!(reading.how, Reads::Index | Reads::WholeIndex)
                        && index.is_some_and(|name| name.starts_with("by_")),
                    "{server:?}, {code} goes by no index: {asked:?}"
                ),
                false => {
                    assert_eq!(
                        (reading.how, index),
                        (Reads::Table, None),
                        "{server:?}: {asked:?}"
                    );
                    let (least, most) = (ROWS / 2, ROWS * 2);
                    assert!((least..most).contains(&reading.rows), "{server:?}: {asked:?}");
                }
            }
            if let Some(finding) = plan.findings.iter().find(|finding| finding.code == code) {
                assert_eq!(finding.reading.as_ref(), Some(reading), "{server:?}: {code}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_reads_by_an_index_where_one_fits_and_a_scan_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    reads(&desk, Server::Primary).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_reads_by_an_index_where_one_fits_and_a_scan_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    reads(&desk, Server::MariaDb).await;
    desk.close().await;
}
