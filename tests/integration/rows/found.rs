//! Each case on both servers: clean rows leave nothing to tell, offending rows are found and shown by the query, and the
//! remedy mends them.

use mysqler_contract::{Connection, Environment, Finding, Plan, Scope, TableRef};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Server};

use crate::cases::{CASES, Case};

/// Docker is not needed to look at rows, and without it a plan is made at once.
pub async fn desk(dir: &std::path::Path) -> Desk {
    Desk::at(dir, "test:rows", DockerRunner::at("unix:///nowhere/docker.sock")).await
}

pub async fn plan(desk: &Desk, connection: &Connection, table: &TableRef, clause: &str) -> Plan {
    let request = desk.request(connection, table, clause);
    let plan = desk.core.plan(request, None).await;
    plan.unwrap_or_else(|error| panic!("{table} {clause}: {error}"))
}

/// Patient: what is tested is what rows say, on however busy a machine.
pub async fn connected(desk: &Desk, server: Server) -> Connection {
    let mut draft = desk.draft(server, Account::Mysqler, Environment::Development);
    draft.connect_timeout_s = 60;
    desk.core
        .connection_test(&draft)
        .await
        .expect("the sandbox can be reached");
    desk.core
        .connection_save(&draft, false)
        .await
        .expect("a tested connection is saved")
}

fn told<'p>(plan: &'p Plan, code: &str) -> Option<&'p Finding> {
    plan.findings.iter().find(|finding| finding.code == code)
}

async fn every_case(server: Server, name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let schema = desk.sandbox.fresh_schema(server, name).await;
    let connection = connected(&desk, server).await;
    let mut client = schema.client().await;
    client.run("SET SESSION sql_mode = ''").await;
    client.run("CREATE TABLE parent (id INT PRIMARY KEY)").await;
    client.run("INSERT INTO parent VALUES (1), (2)").await;
    let mut failures = Vec::new();
    for (at, case) in CASES.iter().enumerate() {
        if case.only.is_some_and(|only| only != server) {
            continue;
        }
        let table = TableRef::new(schema.name(), format!("case{at}"));
        let what = format!("{at} {}: {} {}", case.code, case.columns, case.clause);
        if let Err(failure) = one(&desk, &connection, &mut client, &table, case).await {
            failures.push(format!("{what}: {failure}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    desk.close().await;
}

async fn one(
    desk: &Desk,
    connection: &Connection,
    client: &mut Client,
    table: &TableRef,
    case: &Case,
) -> Result<(), String> {
    let name = table.quoted();
    let made = format!(
        "CREATE TABLE {name} (id INT PRIMARY KEY AUTO_INCREMENT, {}) ENGINE=InnoDB",
        case.columns
    );
    client.run(&made).await;
    let empty = plan(desk, connection, table, case.clause).await;
    if let Some(finding) = told(&empty, case.code) {
        return Err(format!("fires on an empty table: {finding:?}"));
    }
    let into = format!("INSERT INTO {name} ({}) VALUES ", case.into);
    client.run(&format!("{into}{}", case.clean)).await;
    let clean = plan(desk, connection, table, case.clause).await;
    let wrong = clean
        .findings
        .iter()
        .find(|finding| finding.code == case.code || (finding.scope == Scope::Rows && !finding.proven));
    if let Some(finding) = wrong {
        return Err(format!("fires on clean rows: {finding:?}"));
    }
    client.run(&format!("{into}{}", case.offending)).await;
    let offended = plan(desk, connection, table, case.clause).await;
    let Some(finding) = told(&offended, case.code) else {
        return Err(format!("finds nothing: {:?}", offended.findings));
    };
    if !finding.proven || finding.severity != case.severity || finding.scope != Scope::Rows {
        return Err(format!("told wrongly: {finding:?}"));
    }
    let query = finding.query.as_deref().ok_or("shows no query")?;
    if client.rows(query).await.is_empty() {
        return Err(format!("the query shows nothing: {query}"));
    }
    mended(desk, connection, client, table, case, finding).await
}

async fn mended(
    desk: &Desk,
    connection: &Connection,
    client: &mut Client,
    table: &TableRef,
    case: &Case,
    finding: &Finding,
) -> Result<(), String> {
    let Some(remedy) = &finding.remedy else {
        return Ok(());
    };
    // As a person runs it.
    client.run("SET SESSION sql_mode = @@GLOBAL.sql_mode").await;
    for statement in remedy.lines() {
        if let Err(error) = client.try_run(statement).await {
            return Err(format!("the remedy is refused: {statement}: {error}"));
        }
    }
    client.run("SET SESSION sql_mode = ''").await;
    let again = plan(desk, connection, table, case.clause).await;
    match told(&again, case.code) {
        Some(finding) => Err(format!("the remedy mends nothing: {remedy} {finding:?}")),
        None => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_rows_decide() {
    every_case(Server::Primary, "rows_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_rows_decide() {
    every_case(Server::MariaDb, "rows_found").await;
}
