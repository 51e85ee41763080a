//! The workstation's own tool behind an SSH server: its way to the server is a process of its own.

use mysqler_contract::{
    Connection, ConnectionDraft, Environment, ErrorCode, Phase, RunState, RunView, SecretInput, SshHostKey,
    SshMethod, SshTunnelDraft,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::ledger::Writer;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::ssh::{Agent, SshServer, secret};
use mysqler_tests::table::{filled, remains};

use super::workstation::{Workstation, job, session, signal, slow};

async fn connection(desk: &Desk, ssh: &SshServer, own: impl FnOnce(&mut SshTunnelDraft)) -> Connection {
    let (host, port) = SshServer::server(&desk.sandbox, Server::Primary);
    let mut tunnel = ssh.tunnel();
    let through = |tunnel: &SshTunnelDraft| ConnectionDraft {
        host: host.to_owned(),
        port,
        tunnel: Some(tunnel.clone()),
        connect_timeout_s: 60,
        ..desk.draft(Server::Primary, Account::Mysqler, Environment::Development)
    };
    let shown = desk.core.connection_test(&through(&tunnel)).await;
    let shown = shown.expect_err("nobody accepted its key");
    assert_eq!(shown.code, ErrorCode::SshHostKeyUnknown, "{shown}");
    tunnel.host_key = Some(SshHostKey {
        fingerprint: shown.params["fingerprint"].clone(),
        key: shown.params["key"].clone(),
    });
    own(&mut tunnel);
    let saved = desk.core.connection_save(&through(&tunnel), true).await;
    saved.expect("saved")
}

fn copying(view: &RunView) -> bool {
    matches!(view.state, RunState::Running { phase: Phase::Copy }) && view.rows_copied > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_application_leaves_the_way_of_its_run_open() {
    let workstation = Workstation::new();
    let setup = workstation.desk("test:setup").await;
    let schema = setup.sandbox.fresh_schema(Server::Primary, "local_tunnel").await;
    let table = filled(&schema, "orders", 20_000).await;
    let place = setup.sandbox.place(Server::Primary, Account::Mysqler);
    let writer = Writer::start(&place, schema.name(), "orders", 13).await;
    let ssh = SshServer::start(&setup.sandbox, &[]).await;
    let path = workstation.file("a key");
    ssh.let_in("ed25519", "a pass phrase", &path).await;
    let connection = connection(&setup, &ssh, |tunnel| {
        tunnel.method = SshMethod::Key {
            path: path.display().to_string(),
        };
        tunnel.secret = secret("a pass phrase");
    })
    .await;
    setup.close().await;

    let mut host = workstation.program_runs(&connection, &table, |command| {
        command.arg("--hold-cutover");
    });
    let eye = workstation.desk("test:eye").await;
    let id = host.run(&eye).await;
    eye.until(&id, "the copy", |view| view.rows_copied > 500).await;
    eye.close().await;
    host.kill();

    let again = workstation.desk("test:2").await;
    let held = again
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
                && view.supervisor.as_deref() == Some("test:2")
        })
        .await;
    again.core.run_cutover(&id).await.expect("heard");
    again.completed(&id).await;
    writer.agrees("after the swap").await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(session(job(&held).pid), Vec::<u32>::new(), "no process is left");
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_reaches_the_server_before_the_way_is_closed() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "local_tunnel_stop")
        .await;
    let table = filled(&schema, "orders", 40_000).await;
    let ssh = SshServer::start(&desk.sandbox, &[]).await;
    let connection = connection(&desk, &ssh, |_| {}).await;
    let id = desk
        .go(slow(desk.request(&connection, &table, "ADD COLUMN extra INT")))
        .await;
    let view = desk.until(&id, "the copy", copying).await;
    desk.core.run_stop(&id).await.expect("heard");
    let end = desk.end(&id).await;
    let log = desk.log_text(&id).await;
    assert_eq!(end.state, RunState::Cancelled, "{log}");
    assert!(!log.contains("mysqler-tunnel: ended"), "{log}");
    assert_eq!(session(job(&view).pid), Vec::<u32>::new(), "no process is left");
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_way_and_a_killed_keeper_leave_no_process_behind() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let ssh = SshServer::start(&desk.sandbox, &[]).await;
    let connection = connection(&desk, &ssh, |_| {}).await;
    for cut in [true, false] {
        let schema = desk
            .sandbox
            .fresh_schema(Server::Primary, &format!("local_tunnel_cut_{cut}"))
            .await;
        let table = filled(&schema, "orders", 40_000).await;
        let id = desk
            .go(slow(desk.request(&connection, &table, "ADD COLUMN extra INT")))
            .await;
        let view = desk.until(&id, "the copy", copying).await;
        match cut {
            true => ssh.cut().await,
            false => signal("-KILL", job(&view).pid, false),
        }
        let end = desk.end(&id).await;
        let log = desk.log_text(&id).await;
        let RunState::Failed { error } = &end.state else {
            panic!("{:?}\n{log}", end.state);
        };
        if cut {
            assert_eq!(error.params["class"], "tunnel", "{error}\n{log}");
        }
        workstation.ended(&view).await;
        assert_eq!(session(job(&view).pid), Vec::<u32>::new(), "no process is left");
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_of_the_session_lets_the_way_in() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "local_tunnel_agent")
        .await;
    let table = filled(&schema, "orders", 500).await;
    let ssh = SshServer::start(&desk.sandbox, &[]).await;
    let key = workstation.file("key");
    ssh.let_in("ed25519", "", &key).await;
    let agent = Agent::with(&key).await;
    std::fs::remove_file(&key).expect("removed");
    let connection = connection(&desk, &ssh, |tunnel| {
        tunnel.method = SshMethod::Agent;
        tunnel.secret = SecretInput::Empty;
    })
    .await;
    let mut host = workstation.program_runs(&connection, &table, |command| {
        command.env("SSH_AUTH_SOCK", &agent.socket);
    });
    assert_eq!(host.end().await, Some(0), "{}", host.said());
    desk.close().await;
}
