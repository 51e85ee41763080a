//! For each clause: the algorithm that is foretold is the one that the server takes on a table with rows, and it refuses
//! every cheaper one.

use mysqler_contract::{Advice, Algorithm, EngineChoice, Environment, TableRef};
use mysqler_core::advice::{Price, Subject, attempts, rule};
use mysqler_core::clause::analyze;
use mysqler_core::plan::same_definition;
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};

use super::clauses::{CASES, ROWS};

#[tokio::test]
async fn mysql_does_what_was_foretold() {
    foretold(Server::Primary, 70).await;
}

#[tokio::test]
async fn mariadb_does_what_was_foretold() {
    foretold(Server::MariaDb, 60).await;
}

async fn foretold(server: Server, at_least: usize) {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(server, &format!("foretold_{server:?}").to_lowercase())
        .await;
    let mut draft = desk.draft(server, Account::Root, Environment::Development);
    // Many short sessions on a busy machine.
    draft.connect_timeout_s = 60;
    desk.core.connection_test(&draft).await.unwrap();
    let connection = desk.core.connection_save(&draft, false).await.unwrap();
    let target = desk.sandbox.target(server, Account::Root);
    let facts = MySqlServers::new()
        .server_facts(&target, schema.name())
        .await
        .unwrap();
    let mut client = schema.client().await;
    let table = TableRef::new(schema.name(), "t");
    let mut wrong: Vec<String> = Vec::new();
    let cases = CASES.iter().filter(|(_, on, _)| on.holds(server));
    let mut held = 0;
    for (columns, _, clause) in cases {
        held += 1;
        client.run("DROP TABLE IF EXISTS t").await;
        client.run(&format!("CREATE TABLE t {columns}")).await;
        client.run(ROWS).await;
        let mut request = desk.request(&connection, &table, clause);
        request.engine = EngineChoice::Direct;
        let plan = desk.core.plan(request, None).await.unwrap();
        let advice = plan.advice.clone().expect("a plan carries advice");
        if !advice.verified || advice.algorithm.is_none() {
            wrong.push(format!("{clause}: not verified: {advice:?}"));
            continue;
        }
        let subject = Subject {
            clause: &analyze(clause),
            table: &plan.facts,
            server: &facts,
        };
        let price = price(&advice);
        let by_rule = rule(&subject);
        if by_rule != Some(price) {
            wrong.push(format!(
                "{clause}: the rules say {by_rule:?}, the clone {price:?}"
            ));
        }
        for attempt in attempts(&subject, true) {
            let answer = client.try_run(&attempt.statement(&table, subject.clause)).await;
            match (attempt.price.cmp(&price), answer) {
                (std::cmp::Ordering::Less, Err(_)) | (std::cmp::Ordering::Equal, Ok(())) => {}
                (order, answer) => {
                    wrong.push(format!("{clause}: {:?} is {order:?}: {answer:?}", attempt.price))
                }
            }
            if attempt.price >= price {
                break;
            }
        }
        let now = client.rows("SHOW CREATE TABLE t").await[0][1].clone();
        match &advice.expected {
            Some(wanted) if same_definition(&wanted.definition, &wanted.table, &now, &table) => {}
            // A CHECK without a name gets another one on a clone, so nothing is said of the result.
            None if *clause == "ADD CHECK (a > 0)" => {}
            other => wrong.push(format!("{clause}: expected {other:?}, is {now}")),
        }
    }
    assert!(held >= at_least, "only {held} clauses");
    let left = client.rows("SHOW TABLES LIKE '\\_mysqler\\_%'").await;
    assert_eq!(left, Vec::<Vec<String>>::new(), "clones stayed");
    assert!(
        wrong.is_empty(),
        "{} of {held} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn price(advice: &Advice) -> Price {
    Price {
        algorithm: advice.algorithm.unwrap_or(Algorithm::Copy),
        blocks_writers: advice.blocks_writers,
    }
}
