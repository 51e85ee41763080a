//! What the tests of the runner stand on: the image, a launch, a job that never outlives its test.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use mysqler_contract::{
    ChangeKind, ChangeOptions, ChangeRequest, ConnectionId, ContainerLimits, DEFAULT_IMAGE, DockerHost,
    EngineChoice, Flavour, ImageRef, ImageStatus, Launch, RecursionMethod, ReplicationRole, Result, RunId,
    Secret, ServerVersion, TableRef, TlsMode,
};
use mysqler_core::ports::{
    JobStatus, LaunchInput, LaunchSite, LogCursor, RawLine, Runner, ServerCertificate, ServerFacts, Signal,
};
use mysqler_runner::{BASE_IMAGE, DockerRunner};
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use tokio::sync::OnceCell;

/// Longest that any single thing may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

static IMAGE: OnceCell<ImageRef> = OnceCell::const_new();

/// The runner image of this very source, built when it is not there.
pub async fn image(runner: &DockerRunner) -> ImageRef {
    IMAGE
        .get_or_init(|| async {
            let mut status = runner.image_status(DEFAULT_IMAGE).await.expect("an engine");
            if !matches!(status, ImageStatus::Ready { .. }) {
                status = runner
                    .image_build(BASE_IMAGE, DEFAULT_IMAGE, Box::new(|_| {}))
                    .await
                    .expect("the base image is there: run make sandbox");
            }
            match status {
                ImageStatus::Ready { image, .. } => image,
                other => panic!("the image that was just built is {other:?}"),
            }
        })
        .await
        .clone()
}

pub struct Bench {
    pub runner: DockerRunner,
    pub sandbox: Sandbox,
    pub docker: DockerHost,
    pub image: ImageRef,
}

/// A change and how to reach the server; every field has a plain default.
pub struct Wish {
    pub table: TableRef,
    pub clause: String,
    pub options: ChangeOptions,
    pub dry_run: bool,
    pub hold: bool,
    pub account: Account,
    pub user: Option<String>,
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    pub ca_pem: Option<String>,
    pub certificate: Option<ServerCertificate>,
}

impl Bench {
    pub async fn new() -> Self {
        let runner = DockerRunner::new();
        let image = image(&runner).await;
        let docker = runner.host().await.expect("an engine");
        Self {
            runner,
            sandbox: Sandbox::from_env(),
            docker,
            image,
        }
    }

    pub fn wish(&self, table: TableRef) -> Wish {
        Wish {
            table,
            clause: "ADD COLUMN added INT".into(),
            options: ChangeOptions {
                recursion_method: RecursionMethod::None,
                ..ChangeOptions::default()
            },
            dry_run: false,
            hold: false,
            account: Account::Mysqler,
            user: None,
            host: self.sandbox.host(Server::Primary).into(),
            port: self.sandbox.port(Server::Primary),
            tls: TlsMode::Disabled,
            ca_pem: None,
            certificate: None,
        }
    }

    pub fn launch(&self, wish: &Wish) -> Result<Launch> {
        let request = ChangeRequest {
            connection_id: ConnectionId("bench".into()),
            table: wish.table.clone(),
            kind: ChangeKind::Alter {
                clause: wish.clause.clone(),
            },
            options: wish.options.clone(),
            engine: EngineChoice::PtOsc,
            runner: None,
            dry_run: wish.dry_run,
            hold_cutover: wish.hold,
        };
        let server = ServerFacts {
            server_uuid: None,
            flavour: Flavour::MySql,
            version: ServerVersion {
                major: 9,
                minor: 7,
                patch: 4,
            },
            version_text: String::new(),
            role: ReplicationRole::Primary,
            replicas: Vec::new(),
            account: String::new(),
            global_privileges: Vec::new(),
            schema_privileges: Vec::new(),
            variables: BTreeMap::from([("explain_format".to_owned(), "TREE".to_owned())]),
            status: BTreeMap::new(),
            binlog_filters: Vec::new(),
            disks: None,
        };
        self.runner.compose(&LaunchInput {
            request: &request,
            hold: request.hold_cutover,
            holds_dates: false,
            renames: None,
            history: None,
            resumes: None,
            tunnel: None,
            server: &server,
            host: &wish.host,
            port: wish.port,
            user: wish.user.as_deref().unwrap_or(self.sandbox.user(wish.account)),
            charset: "utf8mb4",
            connect_timeout: Duration::from_secs(5),
            tls: wish.tls,
            ca_pem: wish.ca_pem.as_deref(),
            certificate: wish.certificate.as_ref(),
            site: LaunchSite::Container {
                image: &self.image,
                docker: &self.docker,
            },
            log_bytes: 256 * 1024 * 1024,
            limits: ContainerLimits::default(),
        })
    }

    pub fn password(&self, wish: &Wish) -> Secret {
        Secret::new(self.sandbox.password(wish.account))
    }

    pub async fn start(&self, wish: &Wish) -> Job {
        let launch = self.launch(wish).expect("a launch");
        let run = RunId(format!("test-{}", unique()));
        let id = self
            .runner
            .start(
                &run,
                &mysqler_contract::PlanId(run.0.clone()),
                &launch,
                (&self.password(wish)).into(),
            )
            .await
            .expect("a job");
        Job {
            run,
            id,
            runner: self.runner.clone(),
        }
    }

    /// Runs to the end.
    pub async fn run(&self, wish: &Wish) -> (i64, Vec<RawLine>) {
        let job = self.start(wish).await;
        let lines = job.all_lines().await;
        (job.exit_code().await, lines)
    }
}

/// A job that is stopped and removed with its test, whatever became of the test.
pub struct Job {
    pub run: RunId,
    pub id: String,
    pub runner: DockerRunner,
}

impl Job {
    pub async fn all_lines(&self) -> Vec<RawLine> {
        self.lines_from(LogCursor::default()).await
    }

    pub async fn lines_from(&self, cursor: LogCursor) -> Vec<RawLine> {
        let reading = async {
            let stream = self.runner.follow(&self.id, cursor).await.expect("a log");
            stream
                .map(|line| line.expect("contact is not lost"))
                .collect()
                .await
        };
        tokio::time::timeout(DEADLINE, reading)
            .await
            .expect("the job ends in time")
    }

    /// Reads on until `wanted` says yes, and returns all lines up to there.
    pub async fn until(&self, wanted: impl Fn(&RawLine) -> bool) -> Vec<RawLine> {
        let reading = async {
            let mut stream = self
                .runner
                .follow(&self.id, LogCursor::default())
                .await
                .expect("a log");
            let mut lines = Vec::new();
            while let Some(line) = stream.next().await {
                let line = line.expect("contact is not lost");
                let found = wanted(&line);
                lines.push(line);
                if found {
                    return lines;
                }
            }
            panic!("the job ended before the line came: {lines:#?}");
        };
        tokio::time::timeout(DEADLINE, reading)
            .await
            .expect("the line comes in time")
    }

    pub async fn exit_code(&self) -> i64 {
        match self.runner.status(&self.id).await.expect("an engine") {
            JobStatus::Exited { code, .. } => code,
            other => panic!("the job is {other:?}"),
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let (runner, id) = (self.runner.clone(), self.id.clone());
        // A runtime of its own: this one may be going down with a failed test.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let _ = runner.terminate(&id, Duration::from_secs(2)).await;
                let _ = runner.remove(&id).await;
            });
        });
        let _ = work.join();
    }
}

pub fn is_event(line: &RawLine, event: &str) -> bool {
    line.text.starts_with("@mysqler ") && line.text.contains(&format!("\"event\":\"{event}\""))
}

pub fn signals(runner: &DockerRunner, wish: &Wish, lines: &[RawLine]) -> Vec<Signal> {
    let mut parser = runner.parser(&wish.table, wish.dry_run);
    lines.iter().flat_map(|line| parser.feed(line).signals).collect()
}

/// Differs between tests, processes and repeated runs.
pub fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
