//! Where an engine's program runs: in a container, or as a process of this workstation.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{
    AppError, ChangeRequest, ContainerLimits, DockerEndpoint, DockerHost, DockerHostEntry, ErrorCode,
    ImageProgress, ImageRef, ImageStatus, Launch, LocalObstacle, LocalStatus, LocalTool, LogKind, LogStream,
    Phase, PlanId, ProbeReport, Result, RunId, Secret, SshTunnel, TableRef, TlsMode, Tuning, WaitReason,
    WarningCount,
};

use serde::{Deserialize, Serialize};

use super::{ServerCertificate, ServerFacts, SshLogin};

/// All that decides a launch. Pure data in, [`Launch`] out: preview and run share the answer.
#[derive(Debug, Clone)]
pub struct LaunchInput<'a> {
    pub request: &'a ChangeRequest,
    /// The run waits before its swap until it is told to go on.
    pub hold: bool,
    /// The table has columns of dates: what the server's mode forbids may stand in them all the same.
    pub holds_dates: bool,
    /// The tool's check of the clause is turned off, and it has to read just these renames: old names in lower case
    /// with the new ones.
    pub renames: Option<&'a BTreeMap<String, String>>,
    /// Where the tool keeps its history, of a run that can be continued.
    pub history: Option<&'a TableRef>,
    /// The job of that history to go on from.
    pub resumes: Option<u64>,
    pub server: &'a ServerFacts,
    pub host: &'a str,
    pub port: u16,
    /// The connection goes through this SSH server, and so does the job.
    pub tunnel: Option<&'a SshTunnel>,
    pub user: &'a str,
    pub charset: &'a str,
    pub connect_timeout: Duration,
    pub tls: TlsMode,
    pub ca_pem: Option<&'a str>,
    pub certificate: Option<&'a ServerCertificate>,
    pub site: LaunchSite<'a>,
    pub limits: ContainerLimits,
    /// More than the run's log can be expected to take, by far.
    pub log_bytes: u64,
}

/// All that is secret of a launch.
#[derive(Debug, Clone, Copy)]
pub struct LaunchSecrets<'a> {
    pub password: &'a Secret,
    /// Of the tunnel, where the launch goes through one.
    pub ssh: Option<&'a SshLogin>,
}

/// Without a tunnel.
impl<'a> From<&'a Secret> for LaunchSecrets<'a> {
    fn from(password: &'a Secret) -> Self {
        Self { password, ssh: None }
    }
}

/// Where the tool is to work.
#[derive(Debug, Clone, Copy)]
pub enum LaunchSite<'a> {
    Container {
        image: &'a ImageRef,
        docker: &'a DockerHost,
    },
    Workstation(&'a LocalTool),
}

/// One line of the job's output, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLine {
    pub stream: LogStream,
    /// The engine's time stamp of the line.
    pub at: mysqler_contract::Timestamp,
    pub text: String,
}

/// How many lines of each stream were taken in; a job's streams only grow, so this is an exact place to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogCursor {
    pub stdout: u64,
    pub stderr: u64,
}

impl LogCursor {
    pub fn advance(&mut self, stream: LogStream) {
        match stream {
            LogStream::Stdout => self.stdout += 1,
            LogStream::Stderr => self.stderr += 1,
            LogStream::App => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    Created,
    Running,
    Exited {
        code: i64,
        out_of_memory: bool,
    },
    /// No such job on a reachable engine.
    Gone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundJob {
    pub run: RunId,
    /// Unique across data directories, which number their runs alike.
    pub plan: PlanId,
    pub job: String,
    pub status: JobStatus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    Pause,
    Resume,
    /// Wait at the gate, where it is not reached yet.
    Hold,
    /// Let a held run swap.
    CutOver,
    /// Thresholds and chunk time that hold from now on; told back as [`Signal::Retuned`].
    Tune(Tuning),
    /// What the application sees of the replicas that it watches in the tool's stead. The copy stands still while they
    /// are behind, and also when it hears nothing of them for `patience`.
    Replicas {
        seen: ReplicasSeen,
        patience: Duration,
    },
}

/// How the watched replicas do, taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicasSeen {
    Follow,
    /// `detail` says which, and how far.
    Behind {
        detail: String,
    },
    /// One does not replicate, or cannot be asked any more.
    Stopped {
        detail: String,
    },
}

impl ReplicasSeen {
    /// The same but for its figures.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What one output line means to the run. A line may mean several things or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The bridge plugin is there.
    BridgeReady {
        version: String,
    },
    PhaseStarted(Phase),
    PhaseFinished(Phase),
    Sessions(Vec<u64>),
    ShadowCreated(TableRef),
    /// `SHOW CREATE TABLE` of the shadow after the clause was applied.
    ShadowAltered {
        definition: String,
    },
    TriggersCreated(Vec<String>),
    /// What tells each of the tool's triggers from one that was made later, by name.
    TriggersMarked(BTreeMap<String, String>),
    /// The row of the tool's history that this run writes.
    HistoryJob {
        job: u64,
    },
    /// No write will come between the move of the table's own triggers and the swap.
    MoveGuarded,
    /// The tool read the clause's renames as the launch says.
    RenamesConfirmed,
    /// It did not, and ends before it makes anything.
    RenamesDiffer {
        read: String,
    },
    Estimated {
        rows: u64,
    },
    /// Rows copied so far (bridge) — exact.
    Rows {
        rows: u64,
        chunk_rows: u64,
        chunk_ms: u64,
    },
    /// pt-osc's own percentage (fallback when the bridge is silent).
    Percent {
        percent: u8,
    },
    Paused,
    Resumed,
    Held,
    Released,
    WaitStarted {
        reason: WaitReason,
        detail: String,
    },
    WaitEnded {
        reason: WaitReason,
    },
    /// The tool took over what a control asked for.
    Retuned {
        tuning: Tuning,
        /// Options that are out of its plugin's reach.
        refused: Vec<String>,
    },
    /// Warnings of the copied rows so far, by code.
    Warnings(Vec<WarningCount>),
    /// A replica further behind than any before it in this output.
    ReplicaLagged {
        replica: String,
        ms: u64,
    },
    Gap {
        from: u64,
        to: u64,
    },
    Warning {
        code: Option<u16>,
        text: String,
    },
    /// The reason the tool gives for giving up.
    Fault {
        class: FaultClass,
        text: String,
    },
    /// ``Successfully altered `db`.`t`.`` or, for a dry run, its counterpart.
    Success,
}

/// Causes told apart by the tool's words, since its exit codes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultClass {
    AccessDenied,
    Unreachable,
    ServerLost,
    /// The way to the server broke, or was not opened.
    Tunnel,
    TableMissing,
    NoUsableKey,
    TriggersExist,
    AlterRefused,
    TriggerCreation,
    LockWait,
    CriticalLoad,
    DataRefused,
    Privilege,
    Signal,
    Other,
}

/// A parsed line: what to show of it (`None` for bridge lines, which are events only) and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedLine {
    pub show: Option<(LogKind, String)>,
    pub signals: Vec<Signal>,
}

/// Turns output lines into signals; keeps state between lines and is rebuilt by feeding it the lines again.
pub trait OutputParser: Send {
    fn feed(&mut self, line: &RawLine) -> ParsedLine;
}

#[async_trait]
pub trait Runner: Send + Sync {
    /// The container engines of this workstation, the one to use unless another is chosen first.
    async fn docker_hosts(&self) -> Vec<DockerHostEntry> {
        Vec::new()
    }

    /// The same runner with another engine in mind; `None` for the workstation's standard one. Launches and jobs name
    /// their engine themselves, whichever runner is asked.
    fn on(&self, _docker: Option<&DockerEndpoint>) -> Result<Arc<dyn Runner>> {
        Err(AppError::new(ErrorCode::RunnerUnsupported))
    }

    /// The same runner with the jobs of this workstation's own processes in mind.
    fn here(&self) -> Result<Arc<dyn Runner>> {
        Err(AppError::new(ErrorCode::RunnerUnsupported))
    }

    /// The workstation's tool: at that path, else the one that `PATH` finds. Takes as long as starting it.
    async fn local_tool(&self, program: Option<&str>) -> LocalStatus {
        LocalStatus::Unusable {
            program: program.unwrap_or_default().to_owned(),
            why: LocalObstacle::Platform,
        }
    }

    /// The engine. Refused, as all that is about its image, by a runner that has no containers.
    async fn host(&self) -> Result<DockerHost> {
        no_containers()
    }

    /// The same, and what only a container can tell: takes as long as starting one.
    async fn examine(&self) -> Result<DockerHost> {
        self.host().await
    }

    /// Files beside the application that hold the runner image, the one to offer first.
    fn image_archives(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    async fn image_status(&self, _reference: &str) -> Result<ImageStatus> {
        no_containers()
    }
    /// From a tar, compressed or not. Progress is told as bytes of the file.
    async fn image_load(&self, _path: &std::path::Path, _progress: ProgressFn) -> Result<ImageStatus> {
        no_containers()
    }
    /// Pulls the upstream base and adds our layer.
    async fn image_pull(&self, _reference: &str, _progress: ProgressFn) -> Result<ImageStatus> {
        no_containers()
    }
    /// Adds our layer (entrypoint and bridge plugin) to a base image that is present.
    async fn image_build(&self, _base: &str, _reference: &str, _progress: ProgressFn) -> Result<ImageStatus> {
        no_containers()
    }

    /// Decides argv, defaults file and network. `LAUNCH_IMPOSSIBLE` when something cannot be carried.
    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch>;
    /// The launch as a command line to read and copy, secret masked.
    fn render(&self, launch: &Launch) -> String;

    /// Connects from inside the launch's image and network with its very defaults file. Bounded.
    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport>;

    /// Creates and starts the job, labelled with the run and its plan; what is secret goes in through standard input.
    /// Returns its id.
    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String>;

    /// All lines after `from`, then on as they come; ends after the job ended and its last line was delivered.
    /// An `Err` item means that contact was lost, not that the job ended.
    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>>;

    async fn status(&self, job: &str) -> Result<JobStatus>;

    async fn control(&self, job: &str, control: Control) -> Result<()>;

    /// Signal, wait `grace`, kill; returns when the job has ended.
    async fn terminate(&self, job: &str, grace: Duration) -> Result<()>;

    /// Removes an ended job and its log.
    async fn remove(&self, job: &str) -> Result<()>;

    /// Jobs of this tool, running or ended, found by label.
    async fn jobs(&self) -> Result<Vec<FoundJob>>;

    /// `dry_run` decides which line means success.
    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser>;
}

fn no_containers<T>() -> Result<T> {
    Err(AppError::new(ErrorCode::RunnerUnsupported))
}

pub type ProgressFn = Box<dyn Fn(ImageProgress) + Send + Sync>;
