//! An SSH server beside the sandbox's servers, of one test alone: it reaches them by their names.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use mysqler_contract::{SecretInput, SshMethod, SshTunnelDraft};
use tokio::process::Command;

use crate::sandbox::{Sandbox, Server};

const DEADLINE: Duration = Duration::from_secs(120);

/// Gone with this value.
pub struct SshServer {
    container: String,
    /// Published on the loopback address.
    pub port: u16,
}

impl SshServer {
    pub const USER: &str = "hop";
    pub const PASSWORD: &str = "sandbox-hop";

    /// `options` as of `sshd_config`, each `Name=value`.
    pub async fn start(sandbox: &Sandbox, options: &[&str]) -> Self {
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--label", "mysqler.sandbox=1"]);
        command.args(["--network", sandbox.value("NETWORK"), "--memory", "128m"]);
        command.args(["--publish", "127.0.0.1::22", sandbox.value("SSH_IMAGE")]);
        for option in options {
            command.args(["-o", option]);
        }
        let container = output(&mut command).await.expect("the container starts");
        let mut server = Self { container, port: 0 };
        server.await_port().await;
        server
    }

    /// The database server as this one sees it.
    pub fn server(sandbox: &Sandbox, server: Server) -> (&str, u16) {
        let name = match server {
            Server::Primary => "PRIMARY_CONTAINER",
            Server::Replica => "REPLICA_CONTAINER",
            Server::MariaDb => "MARIADB_CONTAINER",
        };
        (sandbox.value(name), 3306)
    }

    /// A tunnel through it by password, its key not accepted yet.
    pub fn tunnel(&self) -> SshTunnelDraft {
        SshTunnelDraft {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: Self::USER.to_owned(),
            method: SshMethod::Password,
            secret: secret(Self::PASSWORD),
            host_key: None,
        }
    }

    /// A new key of `kind` that lets `USER` in, its private half written to `path`.
    pub async fn let_in(&self, kind: &str, passphrase: &str, path: &Path) {
        let script = "rm -f /tmp/key && ssh-keygen -q -t \"$1\" -N \"$2\" -f /tmp/key \
            && cat /tmp/key.pub >>/home/hop/.ssh/authorized_keys && chown -R hop:hop /home/hop/.ssh && cat /tmp/key";
        let text = self.shell(script, &[kind, passphrase]).await;
        std::fs::write(path, format!("{text}\n")).expect("the key is written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        }
    }

    /// The fingerprint of the host key of `kind`, from the server itself.
    pub async fn fingerprint(&self, kind: &str) -> String {
        let script = "ssh-keygen -lf \"/etc/ssh/host_$1.pub\" | cut -d ' ' -f 2";
        self.shell(script, &[kind]).await
    }

    /// The host key of `kind`: algorithm and key.
    pub async fn public_key(&self, kind: &str) -> String {
        let script = "cut -d ' ' -f 1,2 \"/etc/ssh/host_$1.pub\"";
        self.shell(script, &[kind]).await
    }

    /// Other host keys from now on, for new connections.
    pub async fn change_host_keys(&self) {
        let script = "cd /etc/ssh && for kind in ed25519 rsa ecdsa; do rm host_$kind host_$kind.pub; \
            ssh-keygen -q -t $kind -N '' -f host_$kind; done; kill -HUP 1";
        self.shell(script, &[]).await;
        self.await_banner().await;
    }

    /// Ends every connection; new ones are possible.
    pub async fn cut(&self) {
        let script = "for line in $(ls /proc); do case $line in [0-9]*) \
            if [ \"$line\" != 1 ] && grep -q '^sshd' /proc/$line/cmdline 2>/dev/null; then kill -9 $line; fi;; esac; done";
        self.shell(script, &[]).await;
    }

    /// Lets nobody in any more; who is in stays.
    pub async fn lock_out(&self) {
        let script = "echo hop:another-password | chpasswd; rm -f /home/hop/.ssh/authorized_keys";
        self.shell(script, &[]).await;
    }

    /// What `name` resolves to there.
    pub async fn address_of(&self, name: &str) -> String {
        let script = "getent hosts \"$1\" | cut -d ' ' -f 1";
        self.shell(script, &[name]).await
    }

    pub async fn kill(&self) {
        docker(&["kill", &self.container])
            .await
            .expect("the server is killed");
    }

    async fn shell(&self, script: &str, arguments: &[&str]) -> String {
        let mut words = vec!["exec", self.container.as_str(), "sh", "-c", script, "sh"];
        words.extend(arguments);
        docker(&words).await.expect("the command runs in the server")
    }

    async fn await_port(&mut self) {
        let published = docker(&["port", &self.container, "22/tcp"])
            .await
            .expect("a published port");
        let port = published.lines().next().and_then(|line| line.rsplit(':').next());
        self.port = port.and_then(|port| port.parse().ok()).expect("a port");
        self.await_banner().await;
    }

    /// A port is open before the server behind it is.
    async fn await_banner(&self) {
        use tokio::io::AsyncReadExt;
        let deadline = Instant::now() + DEADLINE;
        loop {
            let greeted = async {
                let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await?;
                let mut start = [0; 4];
                stream.read_exact(&mut start).await?;
                std::io::Result::Ok(&start == b"SSH-")
            };
            if matches!(
                tokio::time::timeout(Duration::from_secs(5), greeted).await,
                Ok(Ok(true))
            ) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "sshd of {} does not answer",
                self.container
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        let _ = std::process::Command::new("docker")
            .args(["rm", "--force", "--volumes", &self.container])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// An agent of a user's session, gone with this value.
pub struct Agent {
    process: std::process::Child,
    pub socket: PathBuf,
}

impl Agent {
    /// Holds the key of the file `key`, which has no passphrase.
    pub async fn with(key: &Path) -> Self {
        let socket = key.with_extension("agent");
        let process = std::process::Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("ssh-agent is installed");
        let agent = Self { process, socket };
        let started = Instant::now();
        while !agent.socket.exists() {
            assert!(started.elapsed() < DEADLINE, "the agent does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut add = Command::new("ssh-add");
        add.arg(key).env("SSH_AUTH_SOCK", &agent.socket);
        output(&mut add).await.expect("the agent takes the key");
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn secret(text: &str) -> SecretInput {
    SecretInput::Set {
        value: mysqler_contract::Secret::new(text),
    }
}

async fn docker(words: &[&str]) -> Result<String, String> {
    output(Command::new("docker").args(words)).await
}

async fn output(command: &mut Command) -> Result<String, String> {
    let done = tokio::time::timeout(DEADLINE, command.stdin(Stdio::null()).output())
        .await
        .map_err(|_| "no answer in time".to_owned())?
        .map_err(|error| error.to_string())?;
    match done.status.success() {
        true => Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
    }
}
