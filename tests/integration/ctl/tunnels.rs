//! Tunnels from the command line: the host key named by its fingerprint, secrets from files, the agent of the session.

use std::process::{Command, Stdio};

use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::ssh::SshServer;

use crate::program::{Desk, Said};

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

/// Adds the sandbox's primary behind the SSH server, which lets in by `login`.
fn add(desk: &Desk, ssh: &SshServer, login: &[&str], environment: &[(&str, &str)]) -> Said {
    let (host, port) = SshServer::server(&desk.sandbox, Server::Primary);
    let (port, ssh_port) = (port.to_string(), ssh.port.to_string());
    let user = desk.sandbox.user(Account::Mysqler);
    let server = ["connection", "add", "Far", "--host", host, "--port", &port];
    let account = ["--user", user, "--password-stdin", "--env", "dev"];
    let patience = ["--connect-timeout", "30"];
    let way = ["--ssh-host", "127.0.0.1", "--ssh-port", &ssh_port];
    let hop = ["--ssh-user", SshServer::USER];
    let all: [&[&str]; 6] = [&server, &account, &patience, &way, &hop, login];
    let password = desk.sandbox.password(Account::Mysqler);
    desk.with_input_and(&all.concat(), password, environment)
}

#[test]
fn a_tunnel_is_made_by_a_named_fingerprint_alone() {
    let runtime = runtime();
    let desk = Desk::new();
    let ssh = runtime.block_on(SshServer::start(&desk.sandbox, &[]));
    let fingerprint = runtime.block_on(ssh.fingerprint("ed25519"));
    std::fs::write(desk.path("ssh-password"), SshServer::PASSWORD).expect("written");
    let secret = desk.path("ssh-password").display().to_string();
    let login = ["--ssh-password", "--ssh-secret-file", &secret];
    let accepting = |shown: &str| {
        let login = [&login[..], &["--accept-host-key", shown]].concat();
        add(&desk, &ssh, &login, &[])
    };
    let unseen = add(&desk, &ssh, &login, &[]);
    assert_eq!(unseen.code, 6, "{unseen:?}");
    assert!(unseen.err.contains(&fingerprint), "{}", unseen.err);
    let another = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(accepting(another).code, 6);
    accepting(&fingerprint).done();
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
    let login = ["--ssh-agent", "--accept-host-key", &fingerprint];
    let add = |socket: &str| add(&desk, &ssh, &login, &[("SSH_AUTH_SOCK", socket)]);
    for socket in ["/nowhere/agent", &agent.socket] {
        let refused = add(socket);
        assert_eq!(refused.code, 6, "{refused:?}");
        assert!(refused.err.contains("SSH agent"), "{}", refused.err);
    }
    agent.add(&key);
    add(&agent.socket).done();
}
