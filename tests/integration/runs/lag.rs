//! A copy on MariaDB, whose replicas the application watches in the tool's stead: it waits while one is behind, goes on
//! when it has caught up, and stands still when nobody watches.

use std::time::{Duration, Instant};

use mysqler_contract::{
    ChangeRequest, ChecksumOutcome, Connection, ConnectionDraft, EngineChoice, Environment, GateCount,
    OptionSetting, Phase, Plan, RunState, RunView, Secret, SecretInput, TableRef, WaitReason,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::ledger::Writer;
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use mysqler_tests::spare::SpareServer;
use mysqler_tests::table::{self, remains};
use tokio::process::Command;

const SCHEMA: &str = "mysqler_test_lag";
const CHUNK: u32 = 20;
const ROWS: u64 = 40_000;

struct Pair {
    source: SpareServer,
    replica: SpareServer,
}

impl Pair {
    async fn mysql(sandbox: &Sandbox) -> Self {
        let source = SpareServer::mysql(sandbox).await;
        let replica = SpareServer::mysql_replica_of(sandbox, &source).await;
        Self { source, replica }
    }

    async fn start(sandbox: &Sandbox) -> Self {
        let options = ["--server-id=11", "--log-bin=mysqld-bin", "--binlog-format=ROW"];
        let source = SpareServer::start(sandbox, &options).await;
        let replica = SpareServer::replica_of(sandbox, &source).await;
        Self { source, replica }
    }

    async fn table(&self) -> TableRef {
        let mut client = self.source.place().client().await;
        client
            .run(&format!("CREATE DATABASE {SCHEMA} DEFAULT CHARACTER SET utf8mb4"))
            .await;
        client.run(&format!("USE {SCHEMA}")).await;
        table::fill(&mut client, "orders", ROWS).await;
        TableRef::new(SCHEMA, "orders")
    }

    async fn connection(&self, desk: &Desk) -> Connection {
        let place = self.source.place();
        let draft = ConnectionDraft {
            name: "Pair".into(),
            host: place.host,
            port: place.port,
            user: place.user,
            password: SecretInput::Set {
                value: Secret::new(&place.password),
            },
            connect_timeout_s: 60,
            ..desk.draft(Server::MariaDb, Account::Mysqler, Environment::Development)
        };
        desk.core.connection_save(&draft, true).await.expect("saved")
    }
}

/// Small chunks, and a limit that a busy machine's replica stays under while nothing holds it up.
fn request(desk: &Desk, connection: &Connection, table: &TableRef, max_lag_s: u32) -> ChangeRequest {
    let mut request = desk.request(connection, table, "ADD COLUMN extra INT NOT NULL DEFAULT 7");
    request.engine = EngineChoice::PtOsc;
    request.options.chunk_size = Some(CHUNK);
    request.options.chunk_time_ms = None;
    request.options.max_lag_s = max_lag_s;
    request
}

/// A plan gives a replica little time to answer, and a busy machine may need more.
async fn watched(desk: &Desk, request: ChangeRequest) -> Plan {
    let started = Instant::now();
    loop {
        let plan = desk.plan(request.clone()).await;
        let findings = &plan.findings;
        if findings.iter().any(|one| one.code == "REPLICAS_WATCHED_BY_APP") {
            return plan;
        }
        let slow = findings.iter().any(|one| one.code == "REPLICAS_OUT_OF_REACH");
        assert!(slow && started.elapsed() < DEADLINE, "{findings:#?}");
    }
}

fn waiting(view: &RunView, reason: WaitReason) -> bool {
    let wait = view.waits.iter().find(|wait| wait.reason == reason);
    wait.is_some_and(|wait| wait.since.is_some())
}

fn copying(view: &RunView) -> bool {
    matches!(view.state, RunState::Running { phase: Phase::Copy })
}

fn limit(seconds: u32) -> [OptionSetting; 1] {
    [OptionSetting::new("max-lag", Some(&seconds.to_string()))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_on_mariadb_waits_for_its_replica_and_for_no_person() {
    let desk = Desk::new().await;
    let pair = Pair::start(&desk.sandbox).await;
    let table = pair.table().await;
    let writer = Writer::start(&pair.source.place(), SCHEMA, "orders", 7).await;
    let connection = pair.connection(&desk).await;
    let mut request = request(&desk, &connection, &table, 60);
    request.hold_cutover = true;

    // One that does not replicate holds the copy from its very begin.
    let mut brake = pair.replica.place().client().await;
    brake.run("STOP SLAVE SQL_THREAD").await;
    let plan = watched(&desk, request).await;
    let stopped = plan.findings.iter().any(|one| one.code == "REPLICA_STOPPED");
    assert!(stopped, "{:#?}", plan.findings);
    let id = desk.start(&plan).await.id;
    let stopped = desk
        .until(&id, "the stopped replica", |view| {
            waiting(view, WaitReason::ReplicaStopped)
        })
        .await;
    assert!(copying(&stopped), "no person paused it: {:?}", stopped.state);
    assert_eq!(stopped.pauses, []);
    writer.goes_on().await;

    // A person's pause during that is a person's, and ends when the person says so, into the same wait.
    desk.core.run_pause(&id).await.expect("asked");
    let paused = desk
        .until(&id, "the pause", |view| {
            matches!(view.state, RunState::Paused { .. })
        })
        .await;
    assert!(!waiting(&paused, WaitReason::ReplicaStopped));
    desk.core.run_resume(&id).await.expect("asked");
    let again = desk
        .until(&id, "the same wait", |view| {
            waiting(view, WaitReason::ReplicaStopped)
        })
        .await;
    assert!(copying(&again));

    // It runs again, and a reader's lock there keeps it behind: now it is lag, and the limit is another one.
    desk.core.run_tune(&id, &limit(1)).await.expect("carried");
    brake.run("FLUSH TABLES WITH READ LOCK").await;
    let mut starter = pair.replica.place().client().await;
    starter.run("START SLAVE SQL_THREAD").await;
    let behind = desk
        .until(&id, "the lag", |view| waiting(view, WaitReason::Lag))
        .await;
    let wait = behind.waits.iter().find(|wait| wait.reason == WaitReason::Lag);
    let detail = &wait.expect("it waits").detail;
    let replica = format!("127.0.0.1:{}: ", pair.replica.port);
    assert!(detail.starts_with(&replica) && detail.ends_with(" s"), "{detail}");
    let rows = behind.rows_copied;
    desk.until(&id, "more lag", |view| {
        let wait = view.waits.iter().find(|wait| wait.reason == WaitReason::Lag);
        wait.is_some_and(|wait| wait.detail != *detail)
    })
    .await;
    let still = desk.core.run_view(&id).await.expect("stored");
    assert!(
        still.rows_copied <= rows + u64::from(CHUNK),
        "at most the chunk under way"
    );

    // A greater limit alone lets it go on, and so does the replica.
    desk.core.run_tune(&id, &limit(3_600)).await.expect("carried");
    desk.until(&id, "the copy", |view| {
        view.rows_copied > still.rows_copied && !waiting(view, WaitReason::Lag)
    })
    .await;
    brake.run("UNLOCK TABLES").await;

    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert!(
        held.measures.worst_lag_ms.is_some_and(|ms| ms > 1_000),
        "{:?}",
        held.measures
    );
    let figures = desk.core.run_gate(&id).await.expect("the gate's figures");
    let told: Vec<_> = figures
        .replicas
        .iter()
        .map(|one| (one.name.as_str(), one.lag_s.is_some()))
        .collect();
    assert_eq!(
        told,
        [(format!("127.0.0.1:{}", pair.replica.port).as_str(), true)]
    );
    desk.core.run_count(&id).await.expect("asked");
    desk.until(&id, "the count", |view| {
        matches!(view.gate, Some(GateCount::Equal { .. }))
    })
    .await;
    desk.core.run_compare(&id).await.expect("asked");
    desk.until(&id, "the comparison", |view| {
        let outcome = view.checksum.as_ref().map(|checksum| &checksum.outcome);
        outcome == Some(&ChecksumOutcome::Equal)
    })
    .await;
    desk.core.run_cutover(&id).await.expect("asked");
    let done = desk.completed(&id).await;
    for reason in [WaitReason::ReplicaStopped, WaitReason::Lag] {
        assert!(
            done.waits.iter().any(|wait| wait.reason == reason && wait.ms > 0),
            "{:?}",
            done.waits
        );
    }
    assert_eq!(done.pauses.len(), 1, "a person's alone: {:?}", done.pauses);
    writer.agrees("after a swap on MariaDB").await;
    let mut client = pair.source.place().client().await;
    assert_eq!(remains(&mut client, SCHEMA).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_whose_replicas_nobody_watches_stands_still_until_somebody_does() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let desk = Desk::at(dir.path(), "test:1", DockerRunner::new()).await;
    let pair = Pair::start(&desk.sandbox).await;
    let table = pair.table().await;
    let connection = pair.connection(&desk).await;
    let mut brake = pair.replica.place().client().await;
    brake.run("STOP SLAVE SQL_THREAD").await;
    let id = desk.go(request(&desk, &connection, &table, 3_600)).await;
    let waits = desk
        .until(&id, "the stopped replica", |view| {
            waiting(view, WaitReason::ReplicaStopped)
        })
        .await;
    desk.close().await;
    // The application is gone, and with it whoever could say that the replica follows again.
    let job = waits.job.expect("a container");
    until_said(&job, "\"reason\":\"unwatched\"").await;
    brake.run("START SLAVE SQL_THREAD").await;

    let desk = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let view = desk.completed(&id).await;
    let unwatched = view
        .waits
        .iter()
        .find(|wait| wait.reason == WaitReason::Unwatched);
    assert!(unwatched.is_some_and(|wait| wait.ms > 0), "{:?}", view.waits);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greater_limit_ends_a_wait_for_a_replica_of_mysql_that_is_behind() {
    let desk = Desk::new().await;
    let pair = Pair::mysql(&desk.sandbox).await;
    let table = pair.table().await;
    let connection = pair.connection(&desk).await;
    let mut brake = pair.replica.place().client().await;
    for statement in [
        "STOP REPLICA SQL_THREAD",
        "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 7200",
        "START REPLICA SQL_THREAD",
    ] {
        brake.run(statement).await;
    }
    let mut request = request(&desk, &connection, &table, 1);
    request.options.chunk_size = Some(10 * CHUNK);
    let id = desk.go(request).await;
    let behind = desk
        .until(&id, "the lag", |view| waiting(view, WaitReason::Lag))
        .await;
    desk.core.run_tune(&id, &limit(3_600)).await.expect("carried");
    let on = desk
        .until(&id, "the copy", |view| {
            view.rows_copied > behind.rows_copied && !waiting(view, WaitReason::Lag)
        })
        .await;
    let taken = on.retunings.last().map(|last| last.tuning.max_lag_s);
    assert_eq!(taken, Some(Some(3_600)));
    let done = desk.completed(&id).await;
    assert!(done.measures.worst_lag_ms.is_some_and(|ms| ms > 1_000));
    desk.close().await;
}

async fn until_said(job: &str, words: &str) {
    let started = Instant::now();
    loop {
        let logs = Command::new("docker").args(["logs", job]).output().await;
        let logs = logs.expect("the engine answers");
        let text = String::from_utf8_lossy(&logs.stderr).into_owned();
        if text.contains(words) {
            return;
        }
        assert!(started.elapsed() < DEADLINE, "waited for {words}:\n{text}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
