//! A workstation that has the tool and no Docker, and the application there: in this process, or as a program.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mysqler_contract::{
    ChangeRequest, Connection, Environment, LocalJob, RunId, RunView, RunnerKind, TableRef,
};
use mysqler_core::ports::{JobStatus, Runner};
use mysqler_tests::desk::{DEADLINE, Desk, MASTER};
use mysqler_tests::program::mysqlerctl;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::tool::{self, NO_ENGINE, without_docker};
use tempfile::TempDir;

pub struct Workstation {
    dir: TempDir,
}

impl Workstation {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        tool::program(&dir.path().join("bin"), &tool::script());
        std::fs::write(dir.path().join("master"), MASTER).expect("the passphrase file");
        Self { dir }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn tool(&self) -> PathBuf {
        self.file("bin/pt-online-schema-change")
    }

    pub fn runner(&self) -> impl Runner + 'static {
        without_docker(&self.data())
    }

    /// The application in this process, its changes as processes of this machine.
    pub async fn desk(&self, name: &str) -> Desk {
        let desk = Desk::at(&self.data(), name, self.runner()).await;
        let tool = self.tool().display().to_string();
        desk.core.local_tool_choose(Some(tool)).await.expect("kept");
        desk.core.runner_choose(RunnerKind::Local).await.expect("kept");
        desk
    }

    /// To the sandbox's primary.
    pub async fn connection(&self, desk: &Desk, account: Account) -> Connection {
        let mut draft = desk.draft(Server::Primary, account, Environment::Development);
        // What is slow here is the machine.
        draft.connect_timeout_s = 60;
        desk.core.connection_save(&draft, true).await.expect("saved")
    }

    /// Where the job of a run that has begun keeps its files.
    pub fn job_dir(&self, view: &RunView) -> PathBuf {
        self.data().join("local/jobs").join(job(view).plan.0)
    }

    pub async fn status(&self, view: &RunView) -> JobStatus {
        let job = view.job.as_deref().expect("started");
        self.runner().status(job).await.expect("asked")
    }

    /// Waits until the job has ended, whoever ends it.
    pub async fn ended(&self, view: &RunView) {
        let started = Instant::now();
        while matches!(self.status(view).await, JobStatus::Running) {
            assert!(started.elapsed() < DEADLINE, "the job does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// `mysqlerctl` on this workstation, with nothing of Docker in reach.
    pub fn program(&self) -> Command {
        let mut command = Command::new(mysqlerctl());
        command
            .env_remove("MYSQLER_DATA_DIR")
            .env("LC_ALL", "C.UTF-8")
            .env("DOCKER_HOST", NO_ENGINE)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null())
            .arg("--data-dir")
            .arg(self.data())
            .arg("--passphrase-file")
            .arg(self.file("master"));
        command
    }

    /// A change as the program drives it, in chunks of 100 rows.
    pub fn program_runs(
        &self,
        connection: &Connection,
        table: &TableRef,
        own: impl FnOnce(&mut Command),
    ) -> Driven {
        let said = self.file("said.log");
        let log = File::create(&said).expect("a file");
        let mut command = self.program();
        command
            .args(["run", &connection.name, "--table", &table.to_string()])
            .args([
                "--alter",
                "ADD COLUMN extra INT",
                "--engine",
                "pt-osc",
                "--runner",
                "local",
            ])
            .args(["--chunk-size", "100", "--max-lag", "3600"])
            .args([
                "--max-load=Threads_running=500",
                "--critical-load=Threads_running=1000",
            ])
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        own(&mut command);
        Driven {
            child: command.spawn().expect("mysqlerctl starts"),
            said,
        }
    }
}

/// A program that a test must not leave behind.
pub struct Driven {
    child: Child,
    said: PathBuf,
}

impl Driven {
    /// Gone at once, as after a crash.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// The run that it began.
    pub async fn run(&mut self, desk: &Desk) -> RunId {
        let started = Instant::now();
        loop {
            if let Some(view) = desk.core.runs_live().await.expect("listed").pop() {
                return view.id;
            }
            let ended = self.child.try_wait().expect("asked").is_some();
            assert!(!ended && started.elapsed() < DEADLINE, "no run:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn end(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("asked") {
                return status.code();
            }
            assert!(started.elapsed() < DEADLINE, "it does not end:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn job(view: &RunView) -> LocalJob {
    let job = view.job.as_deref().expect("started");
    job.parse().expect("a job of this workstation")
}

/// The processes of the session that leads the job.
pub fn session(pid: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc is there");
    let numbers = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|number| session_of(*number) == Some(pid))
        .collect()
}

/// The fourth field after the name is the session.
fn session_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // One that has ended and that nobody asked for is none.
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(2)?.parse().ok()
}

pub fn signal(signal: &str, pid: u32, group: bool) {
    let target = if group { format!("-{pid}") } else { pid.to_string() };
    let sent = Command::new("kill").args([signal, "--", &target]).status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "{signal} was not sent to {target}"
    );
}

/// Small chunks, so that a copy takes a while.
pub fn slow(mut request: ChangeRequest) -> ChangeRequest {
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    request
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    found.permissions().mode() & 0o777
}
