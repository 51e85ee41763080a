//! What the window's builder writes, put to real servers. The clauses are written by the window's own tests
//! (`ui/src/features/change/builder/compose.test.ts`), the definitions were printed by such servers.

use mysqler_core::clause::{self, SqlMode};
use mysqler_tests::sandbox::{Client, Sandbox, Server};
use serde::Deserialize;

#[derive(Deserialize)]
struct Written {
    clauses: Vec<String>,
    repeated: Vec<Repeated>,
    by_mode: Vec<ByMode>,
}

/// The same operations, written for a server of another sql_mode.
#[derive(Deserialize)]
struct ByMode {
    sql_mode: String,
    clauses: Vec<String>,
    repeated: Vec<RepeatedByMode>,
}

#[derive(Deserialize)]
struct RepeatedByMode {
    server: String,
    clauses: Vec<String>,
}

/// A MODIFY for each column of a definition, with nothing changed; and a CHANGE to another name.
#[derive(Deserialize)]
struct Repeated {
    server: String,
    clauses: Vec<String>,
    renamed: Vec<String>,
}

#[derive(Deserialize)]
struct Printed {
    server: String,
    definition: String,
}

const PARENTS: &str = "CREATE TABLE parents (id BIGINT UNSIGNED PRIMARY KEY)";
const BASE: &str = "CREATE TABLE base (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, \
    parent BIGINT UNSIGNED, note VARCHAR(120), body TEXT, status ENUM('a','b'), \
    KEY by_note (note), UNIQUE uk (status, note))";

fn written() -> Written {
    serde_json::from_str(include_str!("../builder/clauses.json")).unwrap()
}

fn printed(server: &str) -> String {
    let all: Vec<Printed> = serde_json::from_str(include_str!("../builder/definitions.json")).unwrap();
    let found = all.into_iter().find(|printed| printed.server == server);
    found.expect("a definition of each server").definition
}

fn named(name: &str) -> Server {
    match name {
        "mysql" => Server::Primary,
        "mariadb" => Server::MariaDb,
        other => panic!("no server {other}"),
    }
}

async fn definition(client: &mut Client) -> String {
    client.rows("SHOW CREATE TABLE odd").await[0][1].clone()
}

#[tokio::test]
async fn every_kind_of_operation_is_taken_by_both_servers() {
    let clauses = written().clauses;
    assert!(clauses.len() >= 20, "a list of few proves little");
    for server in [Server::Primary, Server::MariaDb] {
        let schema = Sandbox::from_env().fresh_schema(server, "face_built").await;
        let mut client = schema.client().await;
        client.run(PARENTS).await;
        for clause in &clauses {
            client.run("DROP TABLE IF EXISTS base").await;
            client.run(BASE).await;
            let altered = client.try_run(&format!("ALTER TABLE base {clause}")).await;
            assert!(altered.is_ok(), "{server:?} {clause}: {altered:?}");
        }
    }
}

#[tokio::test]
async fn a_column_that_is_repeated_unchanged_leaves_the_definition_unchanged() {
    for repeated in written().repeated {
        let server = named(&repeated.server);
        let before = printed(&repeated.server);
        let schema = Sandbox::from_env().fresh_schema(server, "face_repeated").await;
        let mut client = schema.client().await;
        client.run(&before).await;
        assert!(repeated.clauses.len() >= 20);
        for clause in &repeated.clauses {
            client.run(&format!("ALTER TABLE odd {clause}")).await;
            assert_eq!(definition(&mut client).await, before, "{server:?} {clause}");
        }
    }
}

#[tokio::test]
async fn a_renamed_column_keeps_everything_but_its_name() {
    for repeated in written().repeated {
        let server = named(&repeated.server);
        let before = printed(&repeated.server);
        let schema = Sandbox::from_env().fresh_schema(server, "face_renamed").await;
        let mut client = schema.client().await;
        let mut renamed = 0;
        for clause in &repeated.renamed {
            client.run("DROP TABLE IF EXISTS odd").await;
            client.run(&before).await;
            // The server itself refuses what a check or a generated column of another column reads.
            if client
                .try_run(&format!("ALTER TABLE odd {clause}"))
                .await
                .is_err()
            {
                assert!(
                    clause.contains("`price_2`") || clause.contains("`low_2`"),
                    "{server:?} {clause}"
                );
                continue;
            }
            renamed += 1;
            let mut names = clause.split('`').skip(1).step_by(2);
            let (from, to) = (names.next().unwrap(), names.next().unwrap());
            if clause.starts_with("CHANGE COLUMN `a``b`") {
                continue;
            }
            let back = definition(&mut client)
                .await
                .replace(&format!("`{to}`"), &format!("`{from}`"));
            assert_eq!(back, before, "{server:?} {clause}");
        }
        assert!(renamed >= 19, "{server:?}: {renamed}");
    }
}

/// Runs the clause under the mode, and reads what came of it under none.
async fn altered(client: &mut Client, sql_mode: &str, table: &str, clause: &str) -> String {
    client.run(&format!("SET SESSION sql_mode = '{sql_mode}'")).await;
    client.run(&format!("ALTER TABLE {table} {clause}")).await;
    client.run("SET SESSION sql_mode = ''").await;
    client.rows(&format!("SHOW CREATE TABLE {table}")).await[0][1].clone()
}

#[tokio::test]
async fn what_is_written_for_another_mode_makes_the_same_table_under_it() {
    let written = written();
    assert!(written.by_mode.len() >= 3);
    for server in [Server::Primary, Server::MariaDb] {
        let schema = Sandbox::from_env().fresh_schema(server, "face_modes").await;
        let mut client = schema.client().await;
        client.run(PARENTS).await;
        for ByMode {
            sql_mode, clauses, ..
        } in &written.by_mode
        {
            for (plain, own) in written.clauses.iter().zip(clauses) {
                let mut tables = Vec::new();
                for (mode, clause) in [("", plain), (sql_mode.as_str(), own)] {
                    client.run("DROP TABLE IF EXISTS base").await;
                    client.run(BASE).await;
                    tables.push(altered(&mut client, mode, "base", clause).await);
                }
                assert_eq!(tables[0], tables[1], "{server:?} {sql_mode}: {own}");
            }
        }
    }
}

#[tokio::test]
async fn a_column_that_is_repeated_for_another_mode_stays_as_it_is() {
    for ByMode {
        sql_mode, repeated, ..
    } in written().by_mode
    {
        for RepeatedByMode { server, clauses } in repeated {
            let before = printed(&server);
            let server = named(&server);
            let schema = Sandbox::from_env()
                .fresh_schema(server, "face_mode_repeated")
                .await;
            let mut client = schema.client().await;
            client.run(&before).await;
            assert!(clauses.len() >= 20);
            for clause in &clauses {
                let after = altered(&mut client, &sql_mode, "odd", clause).await;
                assert_eq!(after, before, "{server:?} {sql_mode}: {clause}");
            }
        }
    }
}

#[test]
fn the_lexer_knows_every_operation_and_has_nothing_against_it() {
    let written = written();
    let all = written.clauses.iter().chain(
        written
            .repeated
            .iter()
            .flat_map(|repeated| repeated.clauses.iter().chain(&repeated.renamed)),
    );
    let by_mode = written.by_mode.iter().flat_map(|by| {
        let repeated = by.repeated.iter().flat_map(|repeated| &repeated.clauses);
        by.clauses
            .iter()
            .chain(repeated)
            .map(|clause| (clause, by.sql_mode.as_str()))
    });
    for (clause, sql_mode) in all.map(|clause| (clause, "")).chain(by_mode) {
        let diagnosis = clause::diagnose_under(clause, SqlMode::parse(sql_mode));
        assert_eq!(diagnosis.problems, [], "{clause}");
        let verbs: Vec<_> = diagnosis
            .operations
            .iter()
            .map(|operation| &operation.verb)
            .collect();
        assert!(
            !verbs.is_empty() && !verbs.iter().any(|verb| *verb == "OTHER"),
            "{clause}: {verbs:?}"
        );
    }
}
