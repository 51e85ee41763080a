//! The product as its hosts assemble it, on a data directory of its own, with a sink that notes when it was told what.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mysqler_contract::{
    AppEvent, ChangeKind, ChangeRequest, Confirmation, Connection, ConnectionDraft, EngineChoice,
    Environment, Plan, RecursionMethod, RunId, RunState, RunView, Secret, SecretInput, TableRef, TlsMode,
    VaultProtection, VaultStatus,
};
use mysqler_core::ports::EventSink;
use mysqler_core::{Core, HostName};
use mysqler_tests::desk::patient_options;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

const MASTER: &str = "correct horse battery staple";
/// Longer than any copy that is measured here.
const DEADLINE: Duration = Duration::from_secs(1800);

#[derive(Default)]
pub struct Clocked(Mutex<Vec<(Instant, AppEvent)>>);

impl EventSink for Clocked {
    fn tell(&self, event: AppEvent) {
        self.0
            .lock()
            .expect("no panic holds it")
            .push((Instant::now(), event));
    }
}

impl Clocked {
    /// When the first view of `run` that is `wanted` was told.
    pub fn first(&self, run: &RunId, wanted: impl Fn(&RunView) -> bool) -> Option<Instant> {
        let told = self.0.lock().expect("no panic holds it");
        told.iter().find_map(|(at, event)| match event {
            AppEvent::RunChanged { view } if view.id == *run && wanted(view) => Some(*at),
            _ => None,
        })
    }
}

pub struct Desk {
    pub core: Core,
    pub told: Arc<Clocked>,
    pub sandbox: Sandbox,
    attending: tokio::task::JoinHandle<()>,
}

impl Desk {
    pub async fn at(dir: &Path) -> Self {
        let told = Arc::new(Clocked::default());
        let core = mysqler_host::open(
            dir,
            HostName(format!("bench:{}", std::process::id())),
            told.clone(),
        )
        .await;
        let core = core.expect("the data file opens");
        let master = Secret::new(MASTER);
        match core.vault_status().await.expect("the vault answers") {
            VaultStatus::Unset => {
                core.vault_set_up(VaultProtection::MasterPassword, Some(&master))
                    .await
            }
            _ => core.vault_unlock(Some(&master)).await,
        }
        .expect("the vault opens");
        let attending = tokio::spawn(mysqler_host::attend(core.clone()));
        Self {
            core,
            told,
            sandbox: Sandbox::from_env(),
            attending,
        }
    }

    pub async fn close(self) {
        self.core.leave().await;
        self.attending.abort();
    }

    pub async fn primary(&self) -> Connection {
        let draft = ConnectionDraft {
            id: None,
            name: "bench".into(),
            environment: Environment::Development,
            host: self.sandbox.host(Server::Primary).to_owned(),
            port: self.sandbox.port(Server::Primary),
            user: self.sandbox.user(Account::Mysqler).to_owned(),
            password: SecretInput::Set {
                value: Secret::new(self.sandbox.password(Account::Mysqler)),
            },
            database: None,
            description: String::new(),
            connect_timeout_s: 10,
            charset: "utf8mb4".into(),
            tls: TlsMode::Required,
            ca_file: None,
            docker_host: None,
            tunnel: None,
        };
        self.core.connection_save(&draft, true).await.expect("saved")
    }

    /// A rebuild that may be repeated for ever; without waits for load or lag, which would drown what is measured.
    pub fn reclaim(&self, connection: &Connection, table: &TableRef) -> ChangeRequest {
        let mut options = patient_options();
        options.recursion_method = RecursionMethod::None;
        ChangeRequest {
            connection_id: connection.id.clone(),
            table: table.clone(),
            kind: ChangeKind::Reclaim,
            options,
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

    /// The moment of the call, and the run.
    pub async fn start(&self, plan: &Plan) -> (Instant, RunId) {
        let confirmation = Confirmation {
            typed: plan.confirmation.typed.clone(),
            accept: plan.confirmation.accept.clone(),
        };
        let called = Instant::now();
        let view = self
            .core
            .run_start(&plan.id, &confirmation)
            .await
            .expect("the run starts");
        (called, view.id)
    }

    /// When the end of the run was told.
    pub async fn ended(&self, run: &RunId) -> Instant {
        let started = Instant::now();
        loop {
            if let Some(at) = self.told.first(run, |view| view.state.is_terminal()) {
                let view = self.core.run_view(run).await.expect("stored");
                assert_eq!(
                    view.state,
                    RunState::Completed,
                    "a run that fails measures nothing"
                );
                return at;
            }
            assert!(started.elapsed() < DEADLINE, "the run does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub fn ms_between(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}
