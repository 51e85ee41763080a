//! A workstation for one test: a data directory of its own, the real core on it, and a connection to the sandbox.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test support fails loudly"
)]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mysqler_contract::{
    AppEvent, ChangeKind, ChangeOptions, ChangeRequest, Confirmation, Connection, ConnectionDraft,
    EngineChoice, Environment, LogLine, Plan, RunEvent, RunEventKind, RunId, RunState, RunView, Secret,
    SecretInput, TableRef, TlsMode, VaultProtection, VaultStatus,
};
use mysqler_core::ports::{Clock, EventSink, Runner, SystemClock};
use mysqler_core::{Core, HostName, Ports};
use mysqler_mysql::MySqlServers;
use mysqler_runner::DockerRunner;
use mysqler_store::Store;
use tempfile::TempDir;

use crate::sandbox::{Account, Sandbox, Server};

/// The master password of every test's vault.
pub const MASTER: &str = "correct horse battery staple";
/// No step of a test on small tables takes longer, on a busy machine either.
pub const DEADLINE: Duration = Duration::from_secs(300);

/// Keeps everything that the core told.
#[derive(Default)]
pub struct Told(Mutex<Vec<AppEvent>>);

impl EventSink for Told {
    fn tell(&self, event: AppEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Told {
    pub fn all(&self) -> Vec<AppEvent> {
        self.0.lock().unwrap().clone()
    }
}

pub struct Desk {
    pub sandbox: Sandbox,
    pub core: Core,
    pub told: Arc<Told>,
    pub store: Store,
    dir: Option<TempDir>,
    attending: tokio::task::JoinHandle<()>,
}

impl Desk {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory can be made");
        let mut desk = Self::at(dir.path(), "test:1", DockerRunner::new()).await;
        desk.dir = Some(dir);
        desk
    }

    /// A further process, as it were, on the data of `dir`.
    pub async fn at(dir: &Path, name: &str, runner: impl Runner + 'static) -> Self {
        Self::by_clock(dir, name, runner, Arc::new(SystemClock)).await
    }

    /// Under a clock of the test's own.
    pub async fn by_clock(
        dir: &Path,
        name: &str,
        runner: impl Runner + 'static,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let sandbox = Sandbox::from_env();
        let told = Arc::new(Told::default());
        let store = Store::open(dir, clock.clone())
            .await
            .expect("the data file opens");
        let core = Core::new(
            Ports {
                clock,
                sink: told.clone(),
                connections: Arc::new(store.clone()),
                runs: Arc::new(store.clone()),
                spool: Arc::new(mysqler_host::spool(dir)),
                settings: Arc::new(store.clone()),
                templates: Arc::new(store.clone()),
                presets: Arc::new(store.clone()),
                vault: Arc::new(store.vault()),
                servers: Arc::new(MySqlServers::new()),
                tunnels: Arc::new(mysqler_tunnel::SshTunnels::new()),
                runner: Arc::new(runner),
                wakefulness: Arc::new(mysqler_host::SystemWakefulness::default()),
            },
            HostName(name.to_owned()),
        );
        let master = Secret::new(MASTER);
        match core.vault_status().await.expect("the vault answers") {
            VaultStatus::Unset => {
                core.vault_set_up(VaultProtection::MasterPassword, Some(&master))
                    .await
            }
            _ => core.vault_unlock(Some(&master)).await,
        }
        .expect("the vault opens");
        // Where several checkouts share an engine, each may have its own image there.
        if let Ok(image) = std::env::var("MYSQLER_TEST_IMAGE") {
            let mut settings = core.settings().await.expect("the settings are read");
            settings.image = image;
            core.settings_save(&settings)
                .await
                .expect("the settings are kept");
        }
        let attended = core.clone();
        let attending = tokio::spawn(async move { attended.attend().await });
        Self {
            sandbox,
            core,
            told,
            store,
            dir: None,
            attending,
        }
    }

    /// Owns the scratch directory from here on.
    pub fn keeping(mut self, dir: TempDir) -> Self {
        self.dir = Some(dir);
        self
    }

    pub fn dir(&self) -> &Path {
        self.dir
            .as_ref()
            .expect("only the first desk owns the directory")
            .path()
    }

    /// Ends this process' part, as closing the application does; the data stays.
    pub async fn close(mut self) -> Option<TempDir> {
        self.core.leave().await;
        self.attending.abort();
        self.store.close().await;
        self.dir.take()
    }

    pub fn draft(&self, server: Server, account: Account, environment: Environment) -> ConnectionDraft {
        ConnectionDraft {
            id: None,
            name: format!("{server:?} {account:?} {environment:?}"),
            environment,
            host: self.sandbox.host(server).to_owned(),
            port: self.sandbox.port(server),
            user: self.sandbox.user(account).to_owned(),
            password: SecretInput::Set {
                value: Secret::new(self.sandbox.password(account)),
            },
            database: None,
            description: String::new(),
            connect_timeout_s: 5,
            charset: "utf8mb4".to_owned(),
            tls: TlsMode::Required,
            ca_file: None,
            docker_host: None,
            tunnel: None,
        }
    }

    pub async fn connection(&self, server: Server, account: Account, environment: Environment) -> Connection {
        let draft = self.draft(server, account, environment);
        self.core
            .connection_test(&draft)
            .await
            .expect("the sandbox can be reached");
        self.core
            .connection_save(&draft, false)
            .await
            .expect("a tested connection is saved")
    }

    /// The usual one: the primary, as a development server, so that nothing has to be typed.
    pub async fn primary(&self) -> Connection {
        self.connection(Server::Primary, Account::Mysqler, Environment::Development)
            .await
    }

    pub fn request(&self, connection: &Connection, table: &TableRef, clause: &str) -> ChangeRequest {
        ChangeRequest {
            connection_id: connection.id.clone(),
            table: table.clone(),
            kind: ChangeKind::Alter {
                clause: clause.to_owned(),
            },
            options: patient_options(),
            engine: EngineChoice::Auto,
            runner: None,
            dry_run: false,
            hold_cutover: false,
        }
    }

    pub async fn plan(&self, request: ChangeRequest) -> Plan {
        let plan = self.core.plan(request, None).await.expect("the plan is made");
        assert!(!plan.blocked(), "blocked: {:#?}", plan.findings);
        plan
    }

    /// Starts a plan, giving every confirmation that it asks for.
    pub async fn start(&self, plan: &Plan) -> RunView {
        self.sandbox.replicated().await;
        let confirmation = Confirmation {
            typed: plan.confirmation.typed.clone(),
            accept: plan.confirmation.accept.clone(),
        };
        self.core
            .run_start(&plan.id, &confirmation)
            .await
            .expect("the run starts")
    }

    pub async fn go(&self, request: ChangeRequest) -> RunId {
        let plan = self.plan(request).await;
        self.start(&plan).await.id
    }

    /// Waits until the stored view is as wanted; fails with the run's log when it is not in time.
    pub async fn until(&self, id: &RunId, what: &str, wanted: impl Fn(&RunView) -> bool) -> RunView {
        let started = Instant::now();
        loop {
            let view = self.core.run_view(id).await.expect("the run is stored");
            if wanted(&view) {
                return view;
            }
            let late = started.elapsed() > DEADLINE;
            assert!(
                !late && !view.state.is_terminal(),
                "waited for {what}, and the run is {:?}\n{}",
                view.state,
                self.log_text(id).await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn end(&self, id: &RunId) -> RunView {
        self.until(id, "the end", |view| view.state.is_terminal()).await
    }

    pub async fn completed(&self, id: &RunId) -> RunView {
        let view = self.end(id).await;
        assert_eq!(view.state, RunState::Completed, "{}", self.log_text(id).await);
        view
    }

    pub async fn log(&self, id: &RunId) -> Vec<LogLine> {
        self.core
            .run_log(id, 0, 10_000)
            .await
            .expect("the log is stored")
            .lines
    }

    pub async fn log_text(&self, id: &RunId) -> String {
        let lines = self.log(id).await;
        lines
            .iter()
            .map(|line| format!("{:?} {}\n", line.stream, line.text))
            .collect()
    }

    pub async fn events(&self, id: &RunId) -> Vec<RunEvent> {
        self.core.run_events(id, 0).await.expect("the events are stored")
    }

    /// The states that the run went through, by name.
    pub async fn states(&self, id: &RunId) -> Vec<&'static str> {
        let events = self.events(id).await;
        let mut states: Vec<&'static str> = events
            .iter()
            .filter_map(|event| match &event.kind {
                RunEventKind::StateChanged { state } => Some(state.kind().as_str()),
                _ => None,
            })
            .collect();
        states.dedup();
        states
    }
}

/// On a loaded test machine idle sessions alone may exceed the thresholds of a quiet server.
pub fn patient_options() -> ChangeOptions {
    let mut options = ChangeOptions::default();
    for threshold in options.max_load.iter_mut().chain(&mut options.critical_load) {
        threshold.value += 100;
    }
    options
        .critical_load
        .iter_mut()
        .for_each(|threshold| threshold.value += 100);
    options.max_lag_s = 60;
    options
}
