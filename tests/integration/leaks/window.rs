//! What crosses from the core to the window: every command's answer and every event, serialised as the bridge does it.

use std::collections::BTreeSet;
use std::path::Path;

use futures::StreamExt;
use mysqler_contract::{
    AppError, ChangeKind, ChangeOptions, ChangeRequest, Confirmation, Connection, ConnectionDraft,
    EngineChoice, Environment, HistoryFilter, LogBatch, Page, Plan, PlanId, RunId, RunState, RunView, Secret,
    SecretInput, TableRef, TlsMode,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table;
use serde::Serialize;

use crate::account::CanaryAccount;
use crate::canary::Canary;
use crate::choosing;
use crate::containers::{self, Places};
use crate::files;
use crate::tunnels::{self, TunnelSecrets};
use crate::{keeping, steering};

/// A window that keeps every answer that it was given.
pub struct Window {
    pub desk: Desk,
    _schema: Schema,
    pub account: CanaryAccount,
    table: TableRef,
    pub master: Canary,
    pub wrong: Canary,
    pub tunnels: TunnelSecrets,
    pub answers: Places,
    asked: BTreeSet<&'static str>,
}

impl Window {
    async fn new() -> Self {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(Server::Primary, "leaks_window").await;
        let table = table::filled(&schema, "t", 20_000).await;
        let account = CanaryAccount::new(&desk.sandbox, &schema).await;
        let (master, wrong) = (
            Canary::new("the master password"),
            Canary::new("a wrong password"),
        );
        Self {
            desk,
            _schema: schema,
            account,
            table,
            master,
            wrong,
            tunnels: TunnelSecrets::new(),
            answers: Places::new(),
            asked: BTreeSet::new(),
        }
    }

    /// The answer of one command, an error as much as a value, as text on its way to the window.
    pub fn heard<T: Serialize>(
        &mut self,
        command: &'static str,
        answer: Result<T, AppError>,
    ) -> Result<T, AppError> {
        let text = match &answer {
            Ok(value) => serde_json::to_vec(value),
            Err(error) => serde_json::to_vec(error),
        };
        self.asked.insert(command);
        self.answers.insert(
            format!("{}: {command}", self.answers.len()),
            text.expect("an answer can be serialised"),
        );
        answer
    }

    fn canaries(&self) -> Vec<&Canary> {
        let own = [&self.account.password, &self.master, &self.wrong];
        own.into_iter().chain(self.tunnels.all()).collect()
    }

    pub fn draft(&self, name: &str, password: &Canary) -> ConnectionDraft {
        ConnectionDraft {
            name: name.to_owned(),
            user: self.account.user.clone(),
            password: SecretInput::Set {
                value: Secret::new(password.secret()),
            },
            ..self
                .desk
                .draft(Server::Primary, Account::Mysqler, Environment::Development)
        }
    }

    pub fn request(&self, connection: &Connection) -> ChangeRequest {
        ChangeRequest {
            connection_id: connection.id.clone(),
            table: self.table.clone(),
            kind: ChangeKind::Reclaim,
            options: ChangeOptions {
                max_lag_s: 60,
                ..mysqler_tests::desk::patient_options()
            },
            engine: EngineChoice::Auto,
            runner: None,
            dry_run: false,
            hold_cutover: true,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_no_event_carries_a_secret_to_the_window() {
    let mut window = Window::new().await;
    keeping::the_vault(&mut window).await;
    let connection = keeping::connections(&mut window).await;
    tunnels::tunnels(&mut window).await;
    keeping::transfer(&mut window).await;
    choosing::options(&mut window, &connection).await;
    choosing::templates(&mut window).await;
    choosing::sessions(&mut window, &connection).await;
    let plan = a_change(&mut window, &connection).await;
    a_run(&mut window, &plan).await;
    let table = window.table.clone();
    steering::batches_and_leftovers(&mut window, &connection, &table).await;
    faults(&mut window, &connection).await;
    the_workstation(&mut window).await;

    every_command_was_asked(&window.asked);
    let told = window.desk.told.all();
    for kind in ["run_changed", "connections_changed", "vault_changed"] {
        assert!(
            told.iter()
                .any(|event| serde_json::to_value(event).is_ok_and(|event| event["kind"] == kind)),
            "no {kind} was told"
        );
    }
    let events = told
        .iter()
        .enumerate()
        .map(|(n, event)| (format!("event {n}"), serde_json::to_vec(event).expect("an event")));
    window.answers.extend(events);

    let planted = Canary::new("planted in an answer");
    let mut copies = window.answers.clone();
    copies
        .values_mut()
        .for_each(|bytes| bytes.extend(serde_json::to_vec(planted.secret()).expect("JSON")));
    planted.is_in_each_of(&copies);
    for canary in window.canaries() {
        canary.is_in_none_of(&window.answers);
    }
    window.desk.core.backup_when_due().await.expect("a backup");
    files::hold_none(
        window.desk.dir(),
        &["mysqler.db", "mysqler.db-wal", "mysqler.db-shm", "backups"],
        &window.canaries(),
    )
    .await;
    window.desk.close().await;
}

async fn a_change(window: &mut Window, connection: &Connection) -> Plan {
    let core = window.desk.core.clone();
    let (id, table) = (connection.id.clone(), window.table.clone());
    window
        .heard("databases", core.databases(&id).await)
        .expect("listed");
    window
        .heard("tables", core.tables(&id, &table.database).await)
        .expect("listed");
    window
        .heard("table_facts", core.table_facts(&id, &table).await)
        .expect("described");
    window
        .heard(
            "suggested_options",
            core.suggested_options(&id, &table.database).await,
        )
        .expect("suggested");
    window
        .heard(
            "clause_diagnose",
            Ok(core.clause_diagnose("ADD COLUMN x INT; DROP TABLE y", &[], None)),
        )
        .expect("an answer");
    window
        .heard(
            "clause_prepare",
            core.clause_prepare(&id, &table, "ADD COLUMN x INT", &[]).await,
        )
        .expect("prepared");
    window
        .heard(
            "clause_prepare",
            core.clause_prepare(&id, &table, "ADD COLUMN x NONSENSE", &[])
                .await,
        )
        .expect("an answer");
    window
        .heard("table_analyze", core.analyze_table(&id, &table).await)
        .expect("analysed");
    let missing = ChangeRequest {
        table: TableRef::new(&table.database, "missing"),
        ..window.request(connection)
    };
    let _ = window.heard("plan", core.plan(missing, None).await);
    let request = window.request(connection);
    let plan = window
        .heard("plan", core.plan(request, Some("ticket".into())).await)
        .expect("planned");
    core.plan_cancel("ticket").await;
    window.heard("plan_cancel", Ok(())).expect("heard");
    plan
}

async fn a_run(window: &mut Window, plan: &Plan) {
    let core = window.desk.core.clone();
    let nothing = Confirmation::default();
    window
        .heard(
            "run_start",
            core.run_start(&PlanId("no such plan".into()), &nothing).await,
        )
        .expect_err("unknown");
    let confirmation = Confirmation {
        typed: plan.confirmation.typed.clone(),
        accept: plan.confirmation.accept.clone(),
    };
    let id = window
        .heard("run_start", core.run_start(&plan.id, &confirmation).await)
        .expect("started")
        .id;
    let mut follower = core.follow_log(id.clone(), 0);
    let gate = |view: &RunView| matches!(view.state, RunState::AwaitingCutover { .. });
    let held = window.desk.until(&id, "the gate", gate).await;
    let container = held.job.expect("a working run has a container");
    containers::holds_it_in_one_private_file(&container, &window.account.password);
    files::hold_none(
        window.desk.dir(),
        &["mysqler.db", "mysqler.db-wal", "mysqler.db-shm"],
        &window.canaries(),
    )
    .await;

    window.heard("runs_live", core.runs_live().await).expect("listed");
    steering::the_gate(window, &id).await;
    let _ = window.heard("run_pause", core.run_pause(&id).await);
    let _ = window.heard("run_resume", core.run_resume(&id).await);
    window
        .heard("run_cleanup", core.run_cleanup(&id).await)
        .expect_err("the run works");
    window
        .heard("run_cutover", core.run_cutover(&id).await)
        .expect("heard");
    window.desk.completed(&id).await;
    window
        .heard("run_stop", core.run_stop(&id).await)
        .expect_err("it is over");
    window
        .heard("run_stop_keep", core.run_stop_keep(&id).await)
        .expect_err("it is over");
    // Whatever they answer of a run that has ended.
    let _ = window.heard("run_continuable", core.run_continuable(&id).await);
    window
        .heard("continue_plan", core.continue_plan(&id, false, None).await)
        .expect_err("nothing was left to take over");
    loop {
        let batch = follower.next().await.expect("the log ends with its mark");
        let batch = window.heard("run_log_follow", batch).expect("a batch");
        if matches!(batch, LogBatch::End) {
            break;
        }
    }
    window
        .heard("run_detail", core.run_detail(&id).await)
        .expect("stored");
    window
        .heard("run_events", core.run_events(&id, 0).await)
        .expect("stored");
    window
        .heard("run_log", core.run_log(&id, 0, 500).await)
        .expect("stored");
    let history = core
        .history(&HistoryFilter::default(), Page { index: 0, size: 100 })
        .await;
    window.heard("history", history).expect("listed");
    containers::is_gone(&container).await;
}

/// Runs that fail because the server no longer takes the password: their errors quote server and tool.
async fn faults(window: &mut Window, connection: &Connection) {
    let core = window.desk.core.clone();
    let plan = core
        .plan(
            ChangeRequest {
                hold_cutover: false,
                ..window.request(connection)
            },
            None,
        )
        .await
        .expect("planned");
    let mut root = window.desk.sandbox.client(Server::Primary, Account::Root).await;
    root.run(&format!(
        "ALTER USER '{}'@'%' IDENTIFIED BY 'another'",
        window.account.user
    ))
    .await;
    let confirmation = Confirmation {
        typed: plan.confirmation.typed.clone(),
        accept: plan.confirmation.accept.clone(),
    };
    let started = window.heard("run_start", core.run_start(&plan.id, &confirmation).await);
    if let Ok(view) = started {
        ended_badly(window, &view.id).await;
    }
    window
        .heard(
            "connection_test_saved",
            core.connection_test_saved(&connection.id).await,
        )
        .expect_err("refused");
    let request = window.request(connection);
    let _ = window.heard("plan", core.plan(request, None).await);
    let tls = ConnectionDraft {
        tls: TlsMode::VerifyIdentity,
        host: "127.0.0.1".into(),
        ..window.draft("TLS", &window.account.password)
    };
    let _ = window.heard("connection_test", core.connection_test(&tls).await);
}

async fn ended_badly(window: &mut Window, id: &RunId) {
    let core = window.desk.core.clone();
    let view = window.desk.end(id).await;
    assert_ne!(view.state, RunState::Completed, "the server refuses the password");
    window
        .heard("run_detail", core.run_detail(id).await)
        .expect("stored");
    window
        .heard("run_log", core.run_log(id, 0, 500).await)
        .expect("stored");
    window
        .heard("run_events", core.run_events(id, 0).await)
        .expect("stored");
}

async fn the_workstation(window: &mut Window) {
    let core = window.desk.core.clone();
    window
        .heard("app_status", core.app_status("0.0.0").await)
        .expect("an answer");
    let settings = window.heard("settings_get", core.settings().await).expect("read");
    window
        .heard("settings_set", core.settings_save(&settings).await)
        .expect("written");
    window.heard("lint_rules", Ok(core.lint_rules())).expect("listed");
    window
        .heard("docker_host", core.docker_host(None).await)
        .expect("an engine");
    the_engines(window, &core).await;
    window
        .heard("image_archive", Ok(core.image_archive()))
        .expect("looked for");
    window
        .heard("local_status", core.local_status().await)
        .expect("an answer");
    window
        .heard("image_status", core.image_status(None).await)
        .expect("an answer");
}

async fn the_engines(window: &mut Window, core: &mysqler_core::Core) {
    let found = window
        .heard("docker_hosts", core.docker_hosts().await)
        .expect("listed");
    let own = mysqler_contract::OwnDockerHost {
        name: "again".to_owned(),
        endpoint: found[0].endpoint.clone(),
    };
    window
        .heard("docker_host_problems", core.docker_host_problems(&own).await)
        .expect("judged");
    window
        .heard("docker_host_add", core.docker_host_add(&own).await)
        .expect("added");
    window
        .heard("docker_host_test", core.docker_host_test(&own.endpoint).await)
        .expect("an engine");
    let id = mysqler_contract::DockerHostId(own.name);
    window
        .heard("docker_host_choose", core.docker_host_choose(Some(&id)).await)
        .expect("chosen");
    window
        .heard("docker_host_remove", core.docker_host_remove(&id).await)
        .expect("removed");
}

/// Work on images needs a registry or minutes, knows no secret, and is not asked for here.
const WITHOUT_SECRETS: [&str; 3] = ["image_build", "image_load", "image_pull"];

/// The window's own list of commands says what there is to ask.
#[track_caller]
fn every_command_was_asked(asked: &BTreeSet<&'static str>) {
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/ipc/bindings.ts");
    let text = std::fs::read_to_string(&bindings).expect("the bindings are committed");
    let commands: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split_once("__TAURI_INVOKE<"))
        .filter_map(|(_, rest)| rest.split_once(">(\"")?.1.split('"').next())
        .collect();
    assert!(commands.len() > 30, "the bindings are read: {commands:?}");
    let missing: Vec<_> = commands
        .iter()
        .filter(|command| !asked.contains(*command) && !WITHOUT_SECRETS.contains(command))
        .collect();
    assert!(
        missing.is_empty(),
        "commands whose answers were not searched: {missing:?}"
    );
    let unknown: Vec<_> = asked
        .iter()
        .filter(|command| !commands.contains(*command))
        .collect();
    assert!(unknown.is_empty(), "no commands of the window: {unknown:?}");
}
