//! The moment as a plan tells it, on both families of servers.

use std::time::Instant;

use mysqler_contract::{Environment, Fix, Severity};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};

use super::{DEADLINE, table};

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_stays_open_on_the_table_is_told_with_the_offer_to_end_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "moment_plan").await;
    let table = table(&schema).await;
    let connection = desk.primary().await;
    let request = desk.request(&connection, &table, "ADD COLUMN b INT");
    let calm = desk.core.plan(request.clone(), None).await.unwrap();
    let code = "LONG_TRANSACTION_ON_TABLE";
    assert!(!calm.findings.iter().any(|finding| finding.code == code));
    let mut holder = schema.client().await;
    let id = holder.id().await;
    holder.run("BEGIN").await;
    holder.run("SELECT * FROM t").await;
    let begun = Instant::now();
    let found = loop {
        let plan = desk.core.plan(request.clone(), None).await.unwrap();
        if let Some(found) = plan.findings.into_iter().find(|finding| finding.code == code) {
            break found;
        }
        assert!(begun.elapsed() < DEADLINE, "the transaction was never told of");
    };
    assert_eq!(found.severity, Severity::Warn);
    assert_eq!(found.params["statement"], "SELECT * FROM t");
    assert_eq!(
        found.fixes,
        [Fix::KillSession { id }],
        "a session of the same account may be ended"
    );
    holder.run("COMMIT").await;
}

/// What `INSERT … SELECT` does to a table with a history, and the plan that refuses to.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_a_history_is_refused_because_a_copy_loses_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::MariaDb, "moment_history").await;
    let table = table(&schema).await;
    let connection = desk
        .connection(Server::MariaDb, Account::Mysqler, Environment::Test)
        .await;
    let mut client = schema.client().await;
    let codes = |plan: mysqler_contract::Plan| {
        plan.findings
            .into_iter()
            .map(|found| found.code)
            .collect::<Vec<_>>()
    };
    let request = desk.request(&connection, &table, "ADD COLUMN b INT");
    let plain = codes(desk.core.plan(request.clone(), None).await.unwrap());
    assert!(!plain.contains(&"SYSTEM_VERSIONED".to_owned()), "{plain:?}");
    client.run("ALTER TABLE t ADD SYSTEM VERSIONING").await;
    client.run("UPDATE t SET a = 9 WHERE id = 1").await;
    client.run("CREATE TABLE copied LIKE t").await;
    client
        .run("INSERT IGNORE INTO copied (id, a) SELECT id, a FROM t LOCK IN SHARE MODE")
        .await;
    let history = |name: &str| format!("SELECT COUNT(*) FROM {name} FOR SYSTEM_TIME ALL");
    assert_eq!(client.value(&history("t")).await, "3");
    assert_eq!(
        client.value(&history("copied")).await,
        "2",
        "the row's past is gone"
    );
    let versioned = codes(desk.core.plan(request, None).await.unwrap());
    assert!(
        versioned.contains(&"SYSTEM_VERSIONED".to_owned()),
        "{versioned:?}"
    );
}
