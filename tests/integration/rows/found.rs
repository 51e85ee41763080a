//! Each case on both servers: clean rows leave nothing to tell, offending rows are found and shown by the query, and the
//! remedy mends them.

use std::time::Duration;

use mysqler_contract::{
    AppError, ChangeKind, ChangeRequest, Connection, Environment, ErrorCode, Finding, Plan, Scope, Settings,
    TableRef, Timestamp,
};
use mysqler_core::ports::{LeftoverFacts, RowAnswers, ServerFacts, Servers, Target};
use mysqler_core::preflight::{self, Place, PreflightInput};
use mysqler_mysql::MySqlServers;
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Server};
use tokio_util::sync::CancellationToken;

use crate::cases::{CASES, Case};

/// Docker is not needed to look at rows, and without it a plan is made at once.
pub async fn desk(dir: &std::path::Path) -> Desk {
    Desk::at(dir, "test:rows", DockerRunner::at("unix:///nowhere/docker.sock")).await
}

pub async fn plan(desk: &Desk, connection: &Connection, table: &TableRef, clause: &str) -> Plan {
    let request = desk.request(connection, table, clause);
    loop {
        match desk.core.plan(request.clone(), None).await {
            Ok(plan) => return plan,
            // A machine that is busy with other tests.
            Err(error) if error.code == ErrorCode::ServerTimeout => {}
            Err(error) => panic!("{table} {clause}: {error}"),
        }
    }
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

/// What the checks say of a table, asked of the server without the rest of a plan.
struct Judge {
    servers: MySqlServers,
    target: Target,
    facts: ServerFacts,
    request: ChangeRequest,
    connection: Connection,
    settings: Settings,
    no_image: AppError,
}

impl Judge {
    async fn new(desk: &Desk, server: Server) -> Self {
        let connection = connected(desk, server).await;
        let servers = MySqlServers::with_statement_limit(Duration::from_secs(120));
        let target = Target {
            connect_timeout: Duration::from_secs(60),
            ..desk.sandbox.target(server, Account::Mysqler)
        };
        Self {
            facts: servers
                .server_facts(&target, "shop")
                .await
                .expect("the server answers"),
            request: desk.request(&connection, &TableRef::new("", ""), ""),
            settings: desk.core.settings().await.unwrap(),
            no_image: AppError::new(ErrorCode::ImageMissing),
            servers,
            target,
            connection,
        }
    }

    async fn findings(&self, table: &TableRef, clause: &str) -> Vec<Finding> {
        let facts = self
            .servers
            .table_facts(&self.target, table)
            .await
            .expect("described");
        let verdict = self
            .servers
            .prepare(&self.target, table, clause, None)
            .await
            .expect("prepared");
        let request = ChangeRequest {
            table: table.clone(),
            kind: ChangeKind::Alter {
                clause: clause.into(),
            },
            ..self.request.clone()
        };
        let leftovers = LeftoverFacts::default();
        let mut answers = RowAnswers::new();
        let input = PreflightInput {
            request: &request,
            engine: mysqler_contract::Engine::PtOsc,
            algorithm: None,
            connection: &self.connection,
            server: &self.facts,
            table: Some(&facts),
            leftovers: &leftovers,
            prepare: Some(&verdict),
            place: Place::Container(Err(&self.no_image)),
            launch: None,
            probe: None,
            answers: &RowAnswers::new(),
            moment: None,
            advice: None,
            forecast: None,
            settings: &self.settings,
            history: None,
            busy_run: None,
            runs_beside: &[],
            now: Timestamp(0),
        };
        for question in preflight::questions(&input) {
            let never = CancellationToken::new();
            let limit = Duration::from_secs(120);
            let answer = self
                .servers
                .ask_rows(&self.target, &question, limit, &never, &|_| {})
                .await;
            answers.insert(question.sql, answer.expect("answered"));
        }
        preflight::check(&PreflightInput {
            answers: &answers,
            ..input
        })
    }
}

fn told<'f>(findings: &'f [Finding], code: &str) -> Option<&'f Finding> {
    findings.iter().find(|finding| finding.code == code)
}

async fn every_case(server: Server, name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let schema = desk.sandbox.fresh_schema(server, name).await;
    let judge = Judge::new(&desk, server).await;
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
        if let Err(failure) = one(&judge, &mut client, &table, case).await {
            failures.push(format!(
                "{at} {}: {} {}: {failure}",
                case.code, case.columns, case.clause
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    desk.close().await;
}

async fn one(judge: &Judge, client: &mut Client, table: &TableRef, case: &Case) -> Result<(), String> {
    let name = table.quoted();
    let made = format!(
        "CREATE TABLE {name} (id INT PRIMARY KEY AUTO_INCREMENT, {}) ENGINE=InnoDB",
        case.columns
    );
    client.run(&made).await;
    let empty = judge.findings(table, case.clause).await;
    if let Some(finding) = told(&empty, case.code) {
        return Err(format!("fires on an empty table: {finding:?}"));
    }
    let into = format!("INSERT INTO {name} ({}) VALUES ", case.into);
    client.run(&format!("{into}{}", case.clean)).await;
    let clean = judge.findings(table, case.clause).await;
    let wrong =
        |finding: &&Finding| finding.code == case.code || (finding.scope == Scope::Rows && !finding.proven);
    if let Some(finding) = clean.iter().find(wrong) {
        return Err(format!("fires on clean rows: {finding:?}"));
    }
    client.run(&format!("{into}{}", case.offending)).await;
    let offended = judge.findings(table, case.clause).await;
    let Some(finding) = told(&offended, case.code) else {
        return Err(format!("finds nothing: {offended:?}"));
    };
    if !finding.proven || finding.severity != case.severity || finding.scope != Scope::Rows {
        return Err(format!("told wrongly: {finding:?}"));
    }
    let query = finding.query.as_deref().ok_or("shows no query")?;
    if client.rows(query).await.is_empty() {
        return Err(format!("the query shows nothing: {query}"));
    }
    mended(judge, client, table, case, finding).await
}

async fn mended(
    judge: &Judge,
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
    let again = judge.findings(table, case.clause).await;
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
