//! Whole runs whose server is behind an SSH tunnel: their way to it is their own, and stands or falls with them.

use std::time::Duration;

use mysqler_contract::{
    ChangeRequest, ChecksumOutcome, Connection, ErrorCode, Finding, HistoryUse, Phase, ProbeReport, RunId,
    RunState, RunView, Secret, SecretInput, Severity, SshHostKey, SshMethod, SshTunnelDraft, TableRef,
    TlsMode,
};
use mysqler_core::ports::{JobStatus, LaunchSecrets, Runner, SshLogin};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, MASTER};
use mysqler_tests::ledger::Writer;
use mysqler_tests::program::mysqlerctl;
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::ssh::{Agent, SshServer, secret};
use mysqler_tests::table::{filled, remains};

use crate::scene::Scene;

async fn saved(scene: &Scene, tunnel: SshTunnelDraft) -> Connection {
    let draft = scene.draft(tunnel);
    scene
        .desk
        .core
        .connection_save(&draft, true)
        .await
        .expect("saved")
}

async fn table(scene: &Scene, name: &str, rows: u64) -> (Schema, TableRef) {
    let schema = scene.desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = filled(&schema, "orders", rows).await;
    (schema, table)
}

/// Chunks of 100 rows, so that a copy takes a while.
fn slow(scene: &Scene, connection: &Connection, table: &TableRef) -> ChangeRequest {
    let mut request = scene.desk.request(connection, table, "ADD COLUMN extra INT");
    request.engine = mysqler_contract::EngineChoice::PtOsc;
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    request
}

fn copying(view: &RunView) -> bool {
    matches!(view.state, RunState::Running { phase: Phase::Copy }) && view.rows_copied > 0
}

fn finding<'a>(findings: &'a [Finding], code: &str) -> Option<&'a Finding> {
    findings.iter().find(|finding| finding.code == code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_changed_behind_a_tunnel_under_writes() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_run", 20_000).await;
    let place = scene.desk.sandbox.place(Server::Primary, Account::Mysqler);
    let writer = Writer::start(&place, schema.name(), "orders", 5).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let plan = scene.desk.plan(slow(&scene, &connection, &table)).await;
    let launch = plan.launch.as_ref().expect("a launch");
    assert!(launch.tunnel.is_some());
    assert_eq!(launch.host, connection.host);
    let command = plan.command.as_deref().expect("a command");
    assert!(command.contains("S=/run/pt/server.sock"), "{command}");
    assert!(
        !command.contains(mysqler_tests::ssh::SshServer::PASSWORD),
        "{command}"
    );
    // The tunnel leads to one server, so the replica is the application's to watch; what this one calls itself leads
    // nowhere from the SSH server, which is told.
    assert!(
        finding(&plan.findings, "REPLICAS_OUT_OF_REACH").is_some(),
        "{:#?}",
        plan.findings
    );
    assert!(command.contains("--recursion-method none"), "{command}");
    let id = scene.desk.start(&plan).await.id;
    let view = scene.desk.completed(&id).await;
    writer.agrees("after the swap").await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    // The application deletes some of them before they are copied.
    assert!(view.rows_copied > 15_000, "{}", view.rows_copied);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_logging_in_carries_a_run() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_logins", 500).await;
    let accepted = scene.accepted().await;
    let dir = tempfile::tempdir().unwrap();
    let mut column = 0;
    for (kind, passphrase) in [("ed25519", ""), ("rsa", "a pass phrase ü\"'$")] {
        let path = dir.path().join(kind);
        scene.ssh.let_in(kind, passphrase, &path).await;
        let tunnel = SshTunnelDraft {
            method: SshMethod::Key {
                path: path.display().to_string(),
            },
            secret: match passphrase {
                "" => SecretInput::Empty,
                passphrase => secret(passphrase),
            },
            ..accepted.clone()
        };
        let connection = saved_as(&scene, tunnel, kind).await;
        column += 1;
        let mut request = slow(&scene, &connection, &table);
        request.kind = mysqler_contract::ChangeKind::Alter {
            clause: format!("ADD COLUMN extra{column} INT"),
        };
        let id = scene.desk.go(request).await;
        scene.desk.completed(&id).await;
    }
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
}

async fn saved_as(scene: &Scene, tunnel: SshTunnelDraft, name: &str) -> Connection {
    let mut draft = scene.draft(tunnel);
    draft.name = name.to_owned();
    scene
        .desk
        .core
        .connection_save(&draft, true)
        .await
        .expect("saved")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_outside_lets_the_client_of_a_container_in() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_agent", 500).await;
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("key");
    scene.ssh.let_in("ed25519", "", &key).await;
    let agent = Agent::with(&key).await;
    // The file is nobody's to read: what lets in is the agent.
    std::fs::remove_file(&key).unwrap();
    let tunnel = SshTunnelDraft {
        method: SshMethod::Agent,
        secret: SecretInput::Empty,
        ..scene.accepted().await
    };
    let connection = saved(&scene, tunnel).await;
    let master = dir.path().join("master");
    std::fs::write(&master, MASTER).unwrap();
    let run = |agent: Option<&std::path::Path>| {
        let mut command = tokio::process::Command::new(mysqlerctl());
        command
            .env_remove("MYSQLER_DATA_DIR")
            .env_remove("SSH_AUTH_SOCK")
            .env("LC_ALL", "C.UTF-8")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .envs(agent.map(|agent| ("SSH_AUTH_SOCK", agent)))
            .stdin(std::process::Stdio::null())
            .arg("--data-dir")
            .arg(scene.desk.dir())
            .arg("--passphrase-file")
            .arg(&master)
            .args(["run", &connection.name, "--table", &table.to_string()])
            .args(["--alter", "ADD COLUMN extra INT", "--engine", "pt-osc"])
            .args([
                "--max-load=Threads_running=500",
                "--critical-load=Threads_running=1000",
            ]);
        command.output()
    };
    let told = run(None).await.expect("mysqlerctl");
    let words = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        !told.status.success() && words.contains("SSH_AUTH_SOCK"),
        "{words}"
    );
    let told = run(Some(&agent.socket)).await.expect("mysqlerctl");
    let words = [told.stdout, told.stderr].concat();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&words));
    let mut client = schema.client().await;
    let definition = client.rows("SHOW CREATE TABLE orders").await[0][1].clone();
    assert!(definition.contains("`extra`"), "{definition}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_name_is_verified_before_the_run_is_pinned_to_its_certificate() {
    let scene = Scene::new().await;
    let (_schema, table) = table(&scene, "tunnel_tls", 500).await;
    let mut draft = scene.draft(scene.accepted().await);
    draft.tls = TlsMode::VerifyIdentity;
    draft.ca_file = Some(scene.desk.sandbox.value("CA_FILE").to_owned());
    let connection = scene
        .desk
        .core
        .connection_save(&draft, true)
        .await
        .expect("saved");
    let plan = scene.desk.plan(slow(&scene, &connection, &table)).await;
    let launch = plan.launch.as_ref().expect("a launch");
    assert!(
        launch.defaults.iter().any(|line| line.starts_with("ssl-fp=")),
        "{:?}",
        launch.defaults
    );
    let (password, login) = (
        Secret::new(scene.desk.sandbox.password(Account::Mysqler)),
        SshLogin::Password(Secret::new(SshServer::PASSWORD)),
    );
    let secrets = LaunchSecrets {
        password: &password,
        ssh: Some(&login),
    };
    let runner = DockerRunner::new();
    let right = runner.probe(launch, secrets).await.expect("asked");
    assert!(
        matches!(
            &right,
            ProbeReport::Connected {
                tls_cipher: Some(_),
                ..
            }
        ),
        "{right:?}"
    );
    let mut other = launch.clone();
    for line in &mut other.defaults {
        if line.starts_with("ssl-fp=") {
            *line = format!("ssl-fp={}", "AB".repeat(20));
        }
    }
    let wrong = runner.probe(&other, secrets).await.expect("asked");
    assert!(matches!(wrong, ProbeReport::Refused { .. }), "{wrong:?}");
    let id = scene.desk.start(&plan).await.id;
    scene.desk.completed(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_still_waits_for_its_way_is_ended_by_the_first_signal() {
    let scene = Scene::new().await;
    let (_schema, table) = table(&scene, "tunnel_slow", 500).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let plan = scene.desk.plan(slow(&scene, &connection, &table)).await;
    let mut launch = plan.launch.clone().expect("a launch");
    // Connects, and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    launch.tunnel.as_mut().unwrap().port = silent.local_addr().unwrap().port();
    let (password, login) = (Secret::new("x"), SshLogin::Password(Secret::new("x")));
    let secrets = LaunchSecrets {
        password: &password,
        ssh: Some(&login),
    };
    let runner = DockerRunner::new();
    let run = RunId(format!("slow-{}", plan.id.0));
    let job = runner
        .start(&run, &plan.id, &launch, secrets)
        .await
        .expect("started");
    let (_client, _) = silent.accept().await.unwrap();
    runner.terminate(&job, DEADLINE).await.expect("ended");
    let ended = runner.status(&job).await.expect("asked");
    runner.remove(&job).await.expect("removed");
    assert_eq!(
        ended,
        JobStatus::Exited {
            code: 143,
            out_of_memory: false
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_leads_through_another_tunnel_since_is_looked_at_again() {
    let scene = Scene::new().await;
    let (_schema, table) = table(&scene, "tunnel_edited", 500).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let plan = scene.desk.plan(slow(&scene, &connection, &table)).await;
    let other = SshServer::start(&scene.desk.sandbox, &[]).await;
    let mut draft = scene.draft(SshTunnelDraft {
        port: other.port,
        ..scene.accepted().await
    });
    draft.id = Some(connection.id.clone());
    let shown = scene.refusal(draft.clone()).await;
    assert_eq!(shown.code, ErrorCode::SshHostKeyChanged, "{shown}");
    draft.tunnel.as_mut().unwrap().host_key = Some(SshHostKey {
        fingerprint: other.fingerprint("ed25519").await,
        key: other.public_key("ed25519").await,
    });
    scene
        .desk
        .core
        .connection_save(&draft, true)
        .await
        .expect("saved");
    let id = scene.desk.start(&plan).await.id;
    let view = scene.desk.end(&id).await;
    let RunState::NeedsReview { differences, .. } = &view.state else {
        panic!("{:?}\n{}", view.state, scene.desk.log_text(&id).await);
    };
    assert_eq!(differences[0].what, "tunnel_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_application_leaves_the_way_of_its_run_open() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_closed", 20_000).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let mut request = slow(&scene, &connection, &table);
    // Replicas that nobody watches would let it stand still.
    request.options.recursion_method = mysqler_contract::RecursionMethod::None;
    let Scene { desk, ssh } = scene;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", copying).await;
    let dir = desk.close().await.expect("the data");
    // Nobody looks now; the run ends by itself.
    let mut client = schema.client().await;
    let started = std::time::Instant::now();
    loop {
        let text = client.rows("SHOW CREATE TABLE orders").await[0][1].clone();
        if text.contains("`extra`") {
            break;
        }
        assert!(
            started.elapsed() < mysqler_tests::desk::DEADLINE,
            "it does not end: {text}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let again =
        mysqler_tests::desk::Desk::at(dir.path(), "test:2", mysqler_runner::DockerRunner::new()).await;
    again.completed(&id).await;
    again.close().await;
    drop(ssh);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_tunnel_ends_the_run_with_its_cause_and_leaves_nothing() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_cut", 40_000).await;
    let connection = saved(&scene, scene.accepted().await).await;
    // One that waits would not notice by itself for a long time.
    for held in [false, true] {
        let mut request = slow(&scene, &connection, &table);
        request.hold_cutover = held;
        if held {
            request.options.chunk_size = Some(10_000);
        }
        let id = scene.desk.go(request).await;
        let at_gate = |view: &RunView| matches!(view.state, RunState::AwaitingCutover { .. });
        let there = |view: &RunView| if held { at_gate(view) } else { copying(view) };
        scene.desk.until(&id, "the moment", there).await;
        scene.ssh.cut().await;
        let view = scene.desk.end(&id).await;
        let RunState::Failed { error } = &view.state else {
            panic!("{:?}\n{}", view.state, scene.desk.log_text(&id).await);
        };
        assert_eq!(error.code, ErrorCode::RunFailed, "{error}");
        assert_eq!(error.params["class"], "tunnel", "{error}");
        // The server was reached by a new way of our own, and what the tool could not take away is gone.
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_way_is_not_opened_any_more_touches_nothing() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_shut", 500).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let plan = scene.desk.plan(slow(&scene, &connection, &table)).await;
    // Our own session stands; new logins are refused.
    scene.ssh.lock_out().await;
    let id = scene.desk.start(&plan).await.id;
    let view = scene.desk.end(&id).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}\n{}", view.state, scene.desk.log_text(&id).await);
    };
    assert_eq!(
        error.params["class"],
        "tunnel",
        "{error}\n{}",
        scene.desk.log_text(&id).await
    );
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    // A new plan says so before anything is started.
    match scene
        .desk
        .core
        .plan(slow(&scene, &connection, &table), None)
        .await
    {
        // By our own session, where the one that stood is gone.
        Err(error) => assert_eq!(error.code, ErrorCode::SshLoginRefused, "{error}"),
        Ok(plan) => {
            let probe = finding(&plan.findings, "PROBE_FAILED").expect("told");
            assert_eq!(probe.severity, Severity::Block);
            assert!(probe.params["message"].contains("Permission denied"), "{probe:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_copied_before_the_tunnel_broke_is_gone_on_with() {
    let scene = Scene::new().await;
    let (schema, table) = table(&scene, "tunnel_again", 40_000).await;
    let place = scene.desk.sandbox.place(Server::Primary, Account::Mysqler);
    let writer = Writer::start(&place, schema.name(), "orders", 17).await;
    let connection = saved(&scene, scene.accepted().await).await;
    let mut request = slow(&scene, &connection, &table);
    request.options.history = Some(HistoryUse::of(schema.name()));
    let id = scene.desk.go(request).await;
    scene
        .desk
        .until(&id, "a part of the copy", |view| view.rows_copied > 2_000)
        .await;
    scene.ssh.cut().await;
    let view = scene.desk.end(&id).await;
    let log = scene.desk.log_text(&id).await;
    let RunState::NeedsCleanup {
        error: Some(error), ..
    } = &view.state
    else {
        panic!("{:?}\n{log}", view.state);
    };
    assert_eq!(error.params["class"], "tunnel", "{error}\n{log}");
    let plan = match scene.desk.core.continue_plan(&id, false, None).await {
        Ok(plan) => plan,
        Err(error) => panic!("{error}\n{log}"),
    };
    assert!(!plan.blocked(), "{:#?}", plan.findings);
    let again = scene.desk.start(&plan).await.id;
    let done = scene.desk.completed(&again).await;
    assert!(
        done.checksum
            .is_some_and(|checksum| checksum.outcome == ChecksumOutcome::Equal),
        "every row was compared"
    );
    writer.agrees("after the continued run").await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
}
