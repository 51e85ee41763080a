//! Records what a real run says, line by line, as a fixture for the parser: `record OUT.jsonl` with the run described
//! by `RECORD_*` variables (see `main`). It builds the runner image when there is none.
#![allow(clippy::expect_used, clippy::print_stderr, reason = "a developer's tool")]

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use futures::StreamExt;
use mysqler_contract::{
    ChangeKind, ChangeOptions, ChangeRequest, ConnectionId, ContainerLimits, DEFAULT_IMAGE, EngineChoice,
    Flavour, ForeignKeysMethod, ImageStatus, LoadThreshold, RecursionMethod, ReplicationRole, RunId, Secret,
    ServerVersion, TableRef, TlsMode,
};
use mysqler_core::ports::{LaunchInput, LaunchSite, LogCursor, Runner, ServerFacts};
use mysqler_runner::{BASE_IMAGE, DockerRunner};

fn var(name: &str, default: &str) -> String {
    env::var(format!("RECORD_{name}")).unwrap_or_else(|_| default.to_owned())
}

fn load(name: &str, default: u64) -> Vec<LoadThreshold> {
    let value = var(name, &default.to_string()).parse().expect("a number");
    vec![LoadThreshold {
        variable: "Threads_running".into(),
        value,
    }]
}

#[tokio::main]
async fn main() {
    let out = env::args().nth(1).expect("usage: record OUT.jsonl");
    let runner = DockerRunner::new();
    let mut status = runner.image_status(DEFAULT_IMAGE).await.expect("an engine");
    if !matches!(status, ImageStatus::Ready { .. }) {
        status = runner
            .image_build(BASE_IMAGE, DEFAULT_IMAGE, Box::new(|_| {}))
            .await
            .expect("an image");
    }
    let ImageStatus::Ready { image, .. } = status else {
        panic!("{status:?}")
    };
    let docker = runner.host().await.expect("an engine");
    let mariadb = var("FLAVOUR", "mysql") == "mariadb";
    let mut variables = BTreeMap::from([("version_comment".to_owned(), "Debian".to_owned())]);
    if !mariadb {
        variables.insert("explain_format".into(), "TREE".into());
    }
    let server = ServerFacts {
        server_uuid: None,
        flavour: if mariadb { Flavour::MariaDb } else { Flavour::MySql },
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
        variables,
        status: BTreeMap::new(),
        binlog_filters: Vec::new(),
        disks: None,
    };
    let request = ChangeRequest {
        connection_id: ConnectionId("record".into()),
        table: TableRef {
            database: var("DB", "mysqler_test_runner"),
            table: var("TABLE", "t"),
        },
        kind: ChangeKind::Alter {
            clause: var("ALTER", "ENGINE=InnoDB"),
        },
        options: ChangeOptions {
            max_load: load("MAX_LOAD", 25),
            critical_load: load("CRITICAL_LOAD", 50),
            foreign_keys_method: env::var("RECORD_FK")
                .is_ok()
                .then_some(ForeignKeysMethod::RebuildConstraints),
            recursion_method: if var("RECURSION", "auto") == "none" {
                RecursionMethod::None
            } else {
                RecursionMethod::Auto
            },
            ..ChangeOptions::default()
        },
        engine: EngineChoice::PtOsc,
        runner: None,
        dry_run: env::var("RECORD_DRY_RUN").is_ok(),
        hold_cutover: env::var("RECORD_HOLD").is_ok(),
    };
    let input = LaunchInput {
        request: &request,
        hold: request.hold_cutover,
        holds_dates: false,
        renames: None,
        history: None,
        resumes: None,
        server: &server,
        host: &var("HOST", "127.0.0.1"),
        port: var("PORT", "33961").parse().expect("a port"),
        tunnel: None,
        user: &var("USER", "mysqler"),
        charset: "utf8mb4",
        connect_timeout: Duration::from_secs(5),
        tls: TlsMode::Disabled,
        ca_pem: None,
        certificate: None,
        site: LaunchSite::Container {
            image: &image,
            docker: &docker,
        },
        limits: ContainerLimits::default(),
        log_bytes: 256 * 1024 * 1024,
    };
    let mut launch = runner.compose(&input).expect("a launch");
    if let Ok(tries) = env::var("RECORD_TRIES") {
        let at = launch
            .argv
            .iter()
            .position(|word| word == "--tries")
            .expect("tries");
        launch.argv[at + 1] = tries;
    }
    if let Ok(id) = env::var("RECORD_IMAGE_ID") {
        launch.image.as_mut().expect("an image").id = id;
    }
    eprintln!("{}", runner.render(&launch));
    let run = RunId(format!("record-{}", std::process::id()));
    let began = std::time::Instant::now();
    let password = Secret::new(var("PASSWORD", "sandbox-mysqler"));
    let job = runner
        .start(
            &run,
            &mysqler_contract::PlanId(run.0.clone()),
            &launch,
            (&password).into(),
        )
        .await
        .expect("a job");
    eprintln!("started {job} in {:?}", began.elapsed());
    let mut lines = runner.follow(&job, LogCursor::default()).await.expect("a log");
    let mut recorded = String::new();
    let mut first = true;
    while let Some(line) = lines.next().await {
        let line = line.expect("a line");
        if std::mem::take(&mut first) {
            eprintln!("first line after {:?}", began.elapsed());
        }
        let json = serde_json::json!({ "stream": line.stream, "at": line.at, "text": line.text });
        eprintln!("{json}");
        recorded.push_str(&format!("{json}\n"));
    }
    eprintln!("{:?}", runner.status(&job).await);
    runner.remove(&job).await.expect("an ended job");
    std::fs::write(out, recorded).expect("a writable file");
}
