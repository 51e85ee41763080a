//! A server beside the sandbox's, for options that must not be changed under the tests that share those.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::sandbox::Sandbox;

const DEADLINE: Duration = Duration::from_secs(60);

/// A MariaDB with nothing in it, its data in memory; gone with this value.
pub struct SpareServer {
    container: String,
    pub port: u16,
}

impl SpareServer {
    /// The account.
    pub const USER: &str = "spare";
    pub const PASSWORD: &str = "sandbox-spare";

    /// Starts with the given options and one account that may do everything.
    pub async fn start(sandbox: &Sandbox, options: &[&str]) -> Self {
        let image = sandbox.value("MARIADB_IMAGE");
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--rm", "--label", "mysqler.sandbox=1"]);
        // Its certificate is that of the server whose image it is.
        command.args(["--hostname", "mysqler-sandbox-mariadb"]);
        command.args(["--volume", "mysqler-sandbox-certificates:/tls:ro"]);
        command.args(["--tmpfs", "/var/lib/mysql", "--memory", "512m"]);
        command.args(["--publish", "127.0.0.1::3306"]);
        command.arg(image).arg("--skip-name-resolve").args(options);
        let container = output(&mut command).await.expect("the container starts");
        let mut server = Self { container, port: 0 };
        server.port = server.published().await;
        server.ready().await;
        server
    }

    async fn published(&self) -> u16 {
        let told = output(Command::new("docker").args(["port", &self.container, "3306/tcp"])).await;
        let told = told.expect("the port is published");
        let port = told
            .lines()
            .next()
            .and_then(|line| line.rsplit(':').next()?.parse().ok());
        port.expect("an address ends with its port")
    }

    async fn ready(&self) {
        let account = format!(
            "CREATE OR REPLACE USER '{0}'@'%' IDENTIFIED BY '{1}'; GRANT ALL ON *.* TO '{0}'@'%'",
            Self::USER,
            Self::PASSWORD
        );
        let started = Instant::now();
        loop {
            let mut command = Command::new("docker");
            command.args(["exec", &self.container, "mariadb", "--no-defaults", "--user=root"]);
            command.args(["--socket=/run/mysqld/mysqld.sock", "--execute", &account]);
            if output(&mut command).await.is_some() {
                return;
            }
            assert!(started.elapsed() < DEADLINE, "the spare server does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for SpareServer {
    fn drop(&mut self) {
        let _ = std::process::Command::new("docker")
            .args(["rm", "--force", "--volumes", &self.container])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// What the command says, without the end of its line; `None` when it fails.
async fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
