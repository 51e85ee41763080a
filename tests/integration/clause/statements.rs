//! What the core lets through is one statement for the server, whatever quotes, comments and modes are mixed.

use std::collections::BTreeSet;

use mysqler_core::clause::{SqlMode, diagnose_under};
use mysqler_tests::sandbox::{Client, Sandbox, Server};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What a hidden second statement would do.
const SECOND: &str = ";INSERT INTO marker VALUES (1);";

const MODES: [&str; 4] = [
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
];

/// A multiple of the number of modes.
const ROUNDS: usize = 480;

/// Options with quotes and comments in every state of order, so that many of them are good clauses.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => Just("COMMENT='"),
        2 => Just("',COMMENT='"),
        1 => Just("COMMENT=\""),
        3 => Just("'"),
        1 => Just("\""),
        1 => Just("`"),
        2 => Just("\\"),
        1 => Just("''"),
        1 => Just("/*"),
        1 => Just("*/"),
        1 => Just("/*!"),
        1 => Just("-- "),
        1 => Just("--"),
        1 => Just("#"),
        1 => Just("\n"),
        4 => Just(SECOND),
        1 => Just("$$"),
        1 => Just("订"),
        1 => Just("N'"),
        1 => Just("_utf8mb4'"),
    ];
    vec(piece, 0..9).prop_map(|pieces| format!("COMMENT='{}'", pieces.concat()))
}

async fn marked(client: &mut Client) -> bool {
    client.value("SELECT COUNT(*) FROM marker").await != "0"
}

/// Sends the statement as it stands, on a session that takes several statements at once.
async fn runs(client: &mut Client, clause: &str) -> bool {
    client.try_run(&format!("ALTER TABLE t {clause}")).await.is_ok()
}

async fn hides_nothing(server: Server, name: &str) {
    let schema = Sandbox::from_env().fresh_schema(server, name).await;
    let mut client = schema.client().await;
    client
        .run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE marker (id INT)")
        .await;
    let mut runner = TestRunner::deterministic();
    let mut seen = [0, 0, 0];
    for round in 0..ROUNDS {
        let sql_mode = MODES[round * MODES.len() / ROUNDS];
        if (round * MODES.len()).is_multiple_of(ROUNDS) {
            client.run(&format!("SET SESSION sql_mode = '{sql_mode}'")).await;
        }
        let clause = soup().new_tree(&mut runner).unwrap().current();
        let reasons: BTreeSet<String> = diagnose_under(&clause, SqlMode::parse(sql_mode))
            .problems
            .into_iter()
            .map(|problem| problem.reason)
            .collect();
        if reasons.is_empty() {
            let ran = runs(&mut client, &clause).await;
            assert!(
                !marked(&mut client).await,
                "{server:?} under {sql_mode:?} ran a second statement: {clause:?}"
            );
            seen[0] += usize::from(ran && clause.contains(SECOND));
            seen[1] += usize::from(!ran);
        } else if reasons.contains("second_statement") {
            // Proof that what is refused would have done it.
            runs(&mut client, &clause).await;
            if marked(&mut client).await {
                seen[2] += 1;
                client.run("DELETE FROM marker").await;
            }
        }
    }
    let [quoted, refused_by_server, would_have_run] = seen;
    assert!(
        quoted > 10 && would_have_run > 10,
        "the soup must hold both: {quoted} harmless, {refused_by_server} bad, {would_have_run} second statements"
    );
}

#[tokio::test]
async fn mysql_runs_no_second_statement_of_a_clause_that_is_let_through() {
    hides_nothing(Server::Primary, "clause_statements_mysql").await;
}

#[tokio::test]
async fn mariadb_runs_no_second_statement_of_a_clause_that_is_let_through() {
    hides_nothing(Server::MariaDb, "clause_statements_mariadb").await;
}
