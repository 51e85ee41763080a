//! What the tests of the direct engine share: a plan for exactly one ALTER, and its run.

use mysqler_contract::{
    Advice, Algorithm, Connection, Engine, Environment, ExpectedDefinition, Plan, PlanId, RunEvent,
    RunEventKind, RunId, RunState, RunView, TableRef, Timestamp,
};
use mysqler_core::advice::Price;
use mysqler_core::clause::analyze;
use mysqler_core::plan::direct::{compose, render};
use mysqler_core::ports::{Clock, RunStore, SystemClock};
use mysqler_core::run::RunFold;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Schema, Server, quoted};

/// Rows enough that a rebuild with indexes takes some seconds.
pub const MANY: u64 = 150_000;
/// Rebuilds the table and three indexes.
pub const LONG: &str = "ADD INDEX by_note (note, amount), ADD INDEX by_amount (amount, note), ADD INDEX by_touch (touched, note), FORCE";

pub async fn connection(desk: &Desk, server: Server) -> Connection {
    desk.connection(server, Account::Mysqler, Environment::Development)
        .await
}

/// The clause's plan, to be carried out by the server itself under `algorithm`.
pub async fn plan(
    desk: &Desk,
    schema: &Schema,
    connection: &Connection,
    table: &TableRef,
    clause: &str,
    algorithm: Algorithm,
) -> Plan {
    let request = desk.request(connection, table, clause);
    let mut plan = desk.core.plan(request, None).await.expect("the plan is made");
    let price = Price {
        algorithm,
        blocks_writers: algorithm == Algorithm::Copy,
    };
    let mut launch = compose(&plan.request, &analyze(clause), price, plan.server.flavour);
    launch.lock_wait_timeout_s = 1;
    launch
        .session
        .push("SET SESSION lock_wait_timeout = 1".to_owned());
    launch.attempts = 4;
    launch.backoff_ms = 100;
    plan.id = PlanId(format!("direct-{}", plan.id.0));
    plan.engine = Engine::Direct;
    plan.command = Some(render(&launch));
    plan.launch = None;
    plan.direct = Some(launch);
    plan.advice = Some(Advice {
        expected: expected(schema, table, clause).await,
        ..blank()
    });
    plan
}

fn blank() -> Advice {
    serde_json::from_value(serde_json::json!({
        "algorithm": null, "verified": true, "reasons": [], "offers": [], "expected": null
    }))
    .expect("an advice that says nothing")
}

/// What an empty stand-in looks like under the clause; `None` where the server would not have it.
async fn expected(schema: &Schema, table: &TableRef, clause: &str) -> Option<ExpectedDefinition> {
    let mut client = schema.client().await;
    let name = format!("{}_standin", table.table);
    client
        .run(&format!(
            "CREATE TABLE {} LIKE {}",
            quoted(&name),
            quoted(&table.table)
        ))
        .await;
    let altered = client
        .try_run(&format!("ALTER TABLE {} {clause}", quoted(&name)))
        .await;
    let definition = definition(&mut client, &name).await;
    client.run(&format!("DROP TABLE {}", quoted(&name))).await;
    altered.is_ok().then(|| ExpectedDefinition {
        table: TableRef::new(schema.name(), name),
        definition,
    })
}

pub async fn definition(client: &mut Client, table: &str) -> String {
    let rows = client.rows(&format!("SHOW CREATE TABLE {}", quoted(table))).await;
    rows[0][1].clone()
}

/// Queues the plan as a process that is gone would have left it; the desk takes it up.
pub async fn queue(desk: &Desk, plan: &Plan) -> RunId {
    leave(desk, plan, []).await
}

/// A run as a process left it that died after these events.
pub async fn leave<const N: usize>(desk: &Desk, plan: &Plan, then: [RunEventKind; N]) -> RunId {
    let now = SystemClock.now();
    let mut fold = RunFold::new(plan, now);
    let queued = RunEventKind::StateChanged {
        state: RunState::Queued,
    };
    let events: Vec<RunEvent> = [queued]
        .into_iter()
        .chain(then)
        .zip(1..)
        .map(|(kind, seq)| RunEvent { seq, at: now, kind })
        .collect();
    events.iter().for_each(|event| fold.apply(event));
    let day = SystemClock.local_day(now);
    let long_ago = Timestamp(now.0 - 1);
    let made = desk
        .store
        .create(&day, fold.view, plan, &events, "gone:1", long_ago);
    made.await.expect("the run is stored").0.id
}

/// The server is at work on the statement, past its wait for the lock.
pub async fn at_work(desk: &Desk, server: Server, id: &RunId) -> RunView {
    let view = desk
        .until(id, "the statement", |view| !view.sessions.is_empty())
        .await;
    let mut client = desk.sandbox.client(server, Account::Root).await;
    let session = view.sessions[0];
    loop {
        let rows = client.rows("SHOW FULL PROCESSLIST").await;
        let found = rows.iter().find(|row| row[0] == session.to_string());
        let state = found.map(|row| row[6].clone()).unwrap_or_default();
        let info = found.map(|row| row[7].clone()).unwrap_or_default();
        let deep = state.contains("alter") || state.contains("copy to tmp");
        if info.starts_with("ALTER") && deep {
            return view;
        }
        let now = desk.core.run_view(id).await.expect("stored");
        assert!(
            !now.state.is_terminal(),
            "it ended before it was seen at work: {:?}\n{}",
            now.state,
            desk.log_text(id).await
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

pub async fn columns(client: &mut Client, table: &str) -> Vec<String> {
    let rows = client.rows(&format!("SHOW COLUMNS FROM {}", quoted(table))).await;
    rows.into_iter().map(|row| row[0].clone()).collect()
}
