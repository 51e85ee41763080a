//! The application as a process of its own, which can be killed, put to sleep and woken.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use mysqler_tests::desk::DEADLINE;
use mysqler_tests::program::mysqlerctl;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::scene::{CLAUSE, CONNECTION, LOCK_WAIT_S, MAX_LOAD, Scene};

pub struct Host {
    child: Child,
    said: std::path::PathBuf,
}

impl Host {
    /// `mysqlerctl run` on the scene's table.
    pub fn run(scene: &Scene, chunk: u32, hold: bool, engine: Option<&str>) -> Self {
        Self::run_with(scene, chunk, hold, engine, &[])
    }

    /// With further arguments.
    pub fn run_with(scene: &Scene, chunk: u32, hold: bool, engine: Option<&str>, more: &[&str]) -> Self {
        let said = scene.file("host.log");
        let log = File::create(&said).expect("a file");
        let mut command = Command::new(mysqlerctl());
        command
            .env_remove("MYSQLER_DATA_DIR")
            .env("LC_ALL", "C.UTF-8")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        if let Some(engine) = engine {
            command.env("DOCKER_HOST", engine);
        }
        command.arg("--data-dir").arg(scene.data());
        command.arg("--passphrase-file").arg(scene.master());
        command.args(["run", CONNECTION, "--table", &scene.table.to_string()]);
        command.args(["--alter", CLAUSE, "--engine", "pt-osc"]);
        command.args(["--chunk-size", &chunk.to_string()]);
        command.args(["--lock-wait-timeout", &LOCK_WAIT_S.to_string()]);
        command.args(["--max-lag", "3600"]);
        command.arg(format!("--max-load=Threads_running={MAX_LOAD}"));
        command.arg(format!("--critical-load=Threads_running={}", 2 * MAX_LOAD));
        if hold {
            command.arg("--hold-cutover");
        }
        command.args(more);
        let child = command.spawn().expect("mysqlerctl starts");
        Self { child, said }
    }

    /// Gone at once, as after a crash.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Stands still, as when the workstation sleeps. Everything sleeps then: a process that is stopped alone must not
    /// keep the data file locked against those that go on.
    pub async fn freeze(&mut self, scene: &Scene) {
        let started = Instant::now();
        loop {
            self.signal("-STOP");
            if is_writable(&scene.data().join("mysqler.db")).await {
                return;
            }
            self.thaw();
            assert!(started.elapsed() < DEADLINE, "the host holds the data file");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    pub fn thaw(&mut self) {
        self.signal("-CONT");
    }

    /// A host that has ended hears nothing: its number may be another process's by now.
    fn signal(&mut self, signal: &str) {
        if self.child.try_wait().expect("asked").is_some() {
            return;
        }
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "{signal} was not sent");
    }

    /// Its exit code, when it ends by itself.
    pub async fn end(&mut self) -> i32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("asked") {
                return status.code().unwrap_or(-1);
            }
            assert!(
                started.elapsed() < DEADLINE,
                "the host does not end; it said:\n{}",
                self.said()
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }
}

async fn is_writable(file: &std::path::Path) -> bool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(std::time::Duration::from_secs(1));
    let mut connection = options.connect().await.expect("the data file opens");
    let locked = sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK")
        .execute(&mut connection)
        .await;
    connection.close().await.expect("closed");
    locked.is_ok()
}

/// A test that failed must not leave a host behind.
impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
