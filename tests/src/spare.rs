//! A server beside the sandbox's, for options that must not be changed under the tests that share those.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::place::Place;
use crate::sandbox::Sandbox;

/// A server on a busy machine may take its time to make its first files.
const DEADLINE: Duration = Duration::from_secs(240);

/// A server with nothing in it; gone with this value, and its data with it.
pub struct SpareServer {
    container: String,
    client: &'static str,
    pub port: u16,
}

impl SpareServer {
    /// The account.
    pub const USER: &str = "spare";
    pub const PASSWORD: &str = "sandbox-spare";

    /// A MariaDB whose data is in memory, with the given options and one account that may do everything.
    pub async fn start(sandbox: &Sandbox, options: &[&str]) -> Self {
        Self::begin(sandbox, "127.0.0.1::3306", options).await
    }

    /// A MariaDB that follows `source` from now on, and reports the address that the source's clients can reach it at.
    /// The source has its binary log on and another server id.
    pub async fn replica_of(sandbox: &Sandbox, source: &Self) -> Self {
        let port = free_port();
        let (reported, publish) = (format!("--report-port={port}"), format!("127.0.0.1:{port}:3306"));
        let options = ["--server-id=12", "--report-host=127.0.0.1", &reported];
        let replica = Self::begin(sandbox, &publish, &options).await;
        let mut client = source.place().client().await;
        let begin = client.rows("SHOW MASTER STATUS").await.concat();
        let (file, position) = (&begin[0], &begin[1]);
        let mut client = replica.place().client().await;
        client
            .run(&format!(
                "CHANGE MASTER TO MASTER_HOST='{}', MASTER_PORT=3306, MASTER_USER='{}', MASTER_PASSWORD='{}', \
                 MASTER_LOG_FILE='{file}', MASTER_LOG_POS={position}, MASTER_CONNECT_RETRY=1",
                source.address().await,
                Self::USER,
                Self::PASSWORD
            ))
            .await;
        client.run("START SLAVE").await;
        replica
    }

    /// Where other containers reach it.
    async fn address(&self) -> String {
        let mut inspect = Command::new("docker");
        inspect.args([
            "inspect",
            "--format",
            "{{.NetworkSettings.IPAddress}}",
            &self.container,
        ]);
        output(&mut inspect).await.expect("the container has an address")
    }

    async fn begin(sandbox: &Sandbox, publish: &str, options: &[&str]) -> Self {
        let image = sandbox.value("MARIADB_IMAGE");
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--rm", "--label", "mysqler.sandbox=1"]);
        // Its certificate is that of the server whose image it is.
        command.args(["--hostname", "mysqler-sandbox-mariadb"]);
        command.args(["--volume", "mysqler-sandbox-certificates:/tls:ro"]);
        command.args(["--tmpfs", "/var/lib/mysql", "--memory", "512m"]);
        command.args(["--publish", publish]);
        command.arg(image).arg("--skip-name-resolve").args(options);
        let container = output(&mut command).await.expect("the container starts");
        let mut server = Self {
            container,
            client: "mariadb",
            port: 0,
        };
        server.port = server.published().await;
        server.make_account().await;
        server
    }

    /// A MySQL that can be restarted and killed, and comes back at the same port with its data.
    pub async fn mysql(sandbox: &Sandbox) -> Self {
        Self::begin_mysql(sandbox, free_port(), &["--server-id=9"]).await
    }

    /// A MySQL that follows `source` from now on, and reports the address that the source's clients can reach it at.
    pub async fn mysql_replica_of(sandbox: &Sandbox, source: &Self) -> Self {
        let port = free_port();
        let reported = format!("--report-port={port}");
        let options = ["--server-id=10", "--report-host=127.0.0.1", &reported];
        let replica = Self::begin_mysql(sandbox, port, &options).await;
        let mut client = source.place().client().await;
        let begin = client.rows("SHOW BINARY LOG STATUS").await.concat();
        let (file, position) = (&begin[0], &begin[1]);
        let mut client = replica.place().client().await;
        client
            .run(&format!(
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST='{}', SOURCE_PORT=3306, SOURCE_USER='{}', \
                 SOURCE_PASSWORD='{}', SOURCE_LOG_FILE='{file}', SOURCE_LOG_POS={position}, SOURCE_SSL=1, \
                 SOURCE_CONNECT_RETRY=1",
                source.address().await,
                Self::USER,
                Self::PASSWORD
            ))
            .await;
        client.run("START REPLICA").await;
        replica
    }

    async fn begin_mysql(sandbox: &Sandbox, port: u16, options: &[&str]) -> Self {
        let image = sandbox.value("MYSQL_IMAGE");
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--label", "mysqler.sandbox=1"]);
        command.args(["--hostname", "mysqler-sandbox-primary"]);
        command.args(["--volume", "mysqler-sandbox-certificates:/tls:ro"]);
        command.args(["--volume", "/var/lib/mysql", "--memory", "1g"]);
        // A port that the engine chose itself would be another one after each start.
        command.args(["--publish", &format!("127.0.0.1:{port}:3306"), image]);
        command.args(["--skip-name-resolve", "--mysqlx=OFF", "--secure-file-priv=NULL"]);
        command.args([
            "--log-bin-trust-function-creators=1",
            "--innodb-buffer-pool-size=64M",
        ]);
        command.args(["--innodb-redo-log-capacity=64M", "--max-connections=300"]);
        command.args(options);
        let container = output(&mut command).await.expect("the container starts");
        let server = Self {
            container,
            client: "mysql",
            port,
        };
        server.make_account().await;
        server
    }

    pub fn place(&self) -> Place {
        Place {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: Self::USER.to_owned(),
            password: Self::PASSWORD.to_owned(),
        }
    }

    /// Ends the server, in good order or as a crash does.
    pub async fn down(&self, signal: &str) {
        let mut kill = Command::new("docker");
        kill.args(["kill", "--signal", signal, &self.container]);
        output(&mut kill).await.expect("the server gets the signal");
        let mut wait = Command::new("docker");
        output(wait.args(["wait", &self.container]))
            .await
            .expect("the server ends");
    }

    /// Starts it again, and waits until it answers.
    pub async fn up(&self) {
        let mut start = Command::new("docker");
        output(start.args(["start", &self.container]))
            .await
            .expect("the server starts");
        self.until("it comes back", || async {
            self.place().try_client().await.is_ok()
        })
        .await;
    }

    async fn until<F: Future<Output = bool>>(&self, what: &str, done: impl Fn() -> F) {
        let started = Instant::now();
        while !done().await {
            assert!(started.elapsed() < DEADLINE, "the spare server: {what}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
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

    async fn make_account(&self) {
        let account = format!(
            "CREATE USER IF NOT EXISTS '{0}'@'%' IDENTIFIED BY '{1}'; GRANT ALL ON *.* TO '{0}'@'%'",
            Self::USER,
            Self::PASSWORD
        );
        self.until("it takes an account", || async {
            let mut command = Command::new("docker");
            command.args([
                "exec",
                &self.container,
                self.client,
                "--no-defaults",
                "--user=root",
            ]);
            command.args(["--socket=/run/mysqld/mysqld.sock", "--execute", &account]);
            output(&mut command).await.is_some()
        })
        .await;
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

fn free_port() -> u16 {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    free.local_addr().expect("an address").port()
}

/// What the command says, without the end of its line; `None` when it fails.
async fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
