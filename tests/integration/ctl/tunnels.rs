//! Tunnels from the command line: the host key named by its fingerprint, secrets from files, the agent of the session.

use std::process::{Command, Stdio};

use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::ssh::SshServer;

use crate::program::Desk;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

/// An agent of this test alone, ended with it.
struct Agent {
    process: std::process::Child,
    socket: String,
}

impl Agent {
    fn start(desk: &Desk) -> Self {
        let socket = desk.path("agent").display().to_string();
        let process = Command::new("ssh-agent")
            .args(["-D", "-a", &socket])
            .stdout(Stdio::null())
            .spawn()
            .expect("ssh-agent, of the package openssh-client, starts");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !std::path::Path::new(&socket).exists() {
            assert!(std::time::Instant::now() < deadline, "the agent does not listen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { process, socket }
    }

    fn add(&self, key: &std::path::Path) {
        let done = Command::new("ssh-add")
            .arg(key)
            .env("SSH_AUTH_SOCK", &self.socket)
            .output()
            .expect("ssh-add runs");
        assert!(done.status.success(), "{done:?}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_tunnel_is_made_by_a_named_fingerprint_alone() {
    let runtime = runtime();
    let desk = Desk::new();
    let ssh = runtime.block_on(SshServer::start(&desk.sandbox, &[]));
    let fingerprint = runtime.block_on(ssh.fingerprint("ed25519"));
    let (host, port) = SshServer::server(&desk.sandbox, Server::Primary);
    let (port, ssh_port) = (port.to_string(), ssh.port.to_string());
    std::fs::write(desk.path("ssh-password"), SshServer::PASSWORD).expect("written");
    let secret = desk.path("ssh-password").display().to_string();
    let user = desk.sandbox.user(Account::Mysqler).to_owned();
    let mut add: Vec<&str> = vec!["connection", "add", "Far", "--host", host, "--port", &port];
    add.extend([
        "--user",
        &user,
        "--password-stdin",
        "--env",
        "dev",
        "--connect-timeout",
        "30",
    ]);
    add.extend([
        "--ssh-host",
        "127.0.0.1",
        "--ssh-port",
        &ssh_port,
        "--ssh-user",
        SshServer::USER,
    ]);
    add.extend(["--ssh-password", "--ssh-secret-file", &secret]);
    let password = desk.sandbox.password(Account::Mysqler).to_owned();
    let unseen = desk.with_input(&add, &password);
    assert_eq!(unseen.code, 6, "{unseen:?}");
    assert!(unseen.err.contains(&fingerprint), "{}", unseen.err);
    let mut other = add.clone();
    other.extend([
        "--accept-host-key",
        "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]);
    assert_eq!(desk.with_input(&other, &password).code, 6);
    add.extend(["--accept-host-key", &fingerprint]);
    desk.with_input(&add, &password).done();
    let shown = desk.json(&["connection", "show", "Far"]).done().object();
    assert_eq!(shown["tunnel"]["host_key"]["fingerprint"], fingerprint.as_str());
    assert_eq!(shown["tunnel"]["secret"], "stored");
    assert!(desk.ctl(&["databases", "Far"]).done().out.contains("shop"));

    let elsewhere = desk.ctl(&[
        "connection",
        "edit",
        "Far",
        "--ssh-host",
        "localhost",
        "--untested",
    ]);
    assert_eq!(elsewhere.code, 2, "{elsewhere:?}");
    assert!(elsewhere.err.contains("type it again"), "{}", elsewhere.err);

    runtime.block_on(ssh.change_host_keys());
    let refused = desk.ctl(&["connection", "test", "Far"]);
    assert_eq!(refused.code, 6, "{refused:?}");
    let now = runtime.block_on(ssh.fingerprint("ed25519"));
    assert!(
        refused.err.contains(&fingerprint) && refused.err.contains(&now),
        "{}",
        refused.err
    );
    desk.ctl(&["connection", "edit", "Far", "--accept-host-key", &now])
        .done();
    desk.ctl(&["connection", "test", "Far"]).done();

    desk.ctl(&["connection", "edit", "Far", "--no-tunnel", "--untested"])
        .done();
    let shown = desk.json(&["connection", "show", "Far"]).done().object();
    assert!(shown["tunnel"].is_null(), "{shown}");
}

#[test]
fn the_agent_of_the_session_logs_in_and_its_absence_is_told() {
    let runtime = runtime();
    let desk = Desk::new();
    let ssh = runtime.block_on(SshServer::start(&desk.sandbox, &[]));
    let fingerprint = runtime.block_on(ssh.fingerprint("ed25519"));
    let key = desk.path("id");
    runtime.block_on(ssh.let_in("ed25519", "", &key));
    let agent = Agent::start(&desk);
    let (host, port) = SshServer::server(&desk.sandbox, Server::Primary);
    let (port, ssh_port) = (port.to_string(), ssh.port.to_string());
    let user = desk.sandbox.user(Account::Mysqler).to_owned();
    let mut add: Vec<&str> = vec!["connection", "add", "Far", "--host", host, "--port", &port];
    add.extend([
        "--user",
        &user,
        "--password-stdin",
        "--env",
        "dev",
        "--connect-timeout",
        "30",
    ]);
    add.extend([
        "--ssh-host",
        "127.0.0.1",
        "--ssh-port",
        &ssh_port,
        "--ssh-user",
        SshServer::USER,
    ]);
    add.extend(["--ssh-agent", "--accept-host-key", &fingerprint]);
    let password = desk.sandbox.password(Account::Mysqler).to_owned();
    let add = |socket: &str| desk.with_input_and(&add, &password, &[("SSH_AUTH_SOCK", socket)]);
    for socket in ["/nowhere/agent", &agent.socket] {
        let refused = add(socket);
        assert_eq!(refused.code, 6, "{refused:?}");
        assert!(refused.err.contains("SSH agent"), "{}", refused.err);
    }
    agent.add(&key);
    add(&agent.socket).done();
}
