//! A tool that is not as it is needed is refused before anything is touched, with what to install.

use mysqler_contract::{LocalStatus, RunnerKind, SecretInput, Settings, Severity, TlsMode};
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;
use mysqler_tests::tool;

use super::workstation::Workstation;

/// As if the Perl of `program` had no driver.
fn without_driver(workstation: &Workstation) -> String {
    let empty = workstation.file("lib/DBD");
    std::fs::create_dir_all(&empty).expect("a directory");
    std::fs::write(empty.join("mysql.pm"), "die 'not here';").expect("written");
    let script = format!(
        "#!/bin/sh\nPERL5LIB={}:$PERL5LIB exec {} \"$@\"\n",
        workstation.file("lib").display(),
        workstation.tool().display()
    );
    let dir = workstation.file("without-driver");
    tool::program(&dir, script.as_bytes()).display().to_string()
}

fn too_old(workstation: &Workstation) -> String {
    let text = String::from_utf8_lossy(&tool::script()).replace("3.7.1", "3.2.1");
    let dir = workstation.file("too-old");
    tool::program(&dir, text.as_bytes()).display().to_string()
}

fn not_executable(workstation: &Workstation) -> String {
    let path = workstation.file("notes");
    std::fs::write(&path, "no program").expect("written");
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_is_named_in_the_plan_and_in_the_status() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "local_obstacles")
        .await;
    let table = filled(&schema, "orders", 100).await;
    let connection = workstation.connection(&desk, Account::Mysqler).await;
    let request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    for (program, why, says) in [
        (
            workstation.file("nowhere").display().to_string(),
            "local_missing",
            "not found",
        ),
        (
            not_executable(&workstation),
            "local_not_executable",
            "not a program",
        ),
        (too_old(&workstation), "local_too_old", "3.7.1 or newer"),
        (
            without_driver(&workstation),
            "local_modules_missing",
            "DBD::mysql",
        ),
    ] {
        desk.core
            .local_tool_choose(Some(program.clone()))
            .await
            .expect("kept");
        let plan = desk.core.plan(request.clone(), None).await.expect("made");
        assert!(plan.launch.is_none());
        let blocks: Vec<_> = plan
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Block)
            .collect();
        assert_eq!(blocks.len(), 1, "{blocks:#?}");
        assert_eq!(blocks[0].code, "LOCAL_TOOL_UNUSABLE");
        assert_eq!(
            (&*blocks[0].params["why"], &blocks[0].params["program"]),
            (why, &program)
        );

        let told = workstation
            .program()
            .args(["local", "status"])
            .output()
            .expect("mysqlerctl");
        let text = String::from_utf8_lossy(&told.stdout);
        assert_eq!(told.status.code(), Some(1), "{text}");
        assert!(text.contains(says) && text.contains(&program), "{says}: {text}");
    }
    // Docker is as far away as it can be, and says that there is another way.
    let mut by_docker = request.clone();
    by_docker.runner = Some(RunnerKind::Docker);
    let plan = desk.core.plan(by_docker, None).await.expect("made");
    let codes: Vec<_> = plan
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert!(codes.contains(&"DOCKER_UNAVAILABLE"), "{codes:?}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tool_is_found_by_its_path_and_by_the_search_path() {
    let workstation = Workstation::new();
    let tool = workstation.tool();
    let said = |arguments: &[&str]| {
        let told = workstation
            .program()
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", workstation.file("bin").display()),
            )
            .arg("--json")
            .args(arguments)
            .output()
            .expect("mysqlerctl");
        assert!(told.status.success(), "{told:?}");
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
        told
    };
    for arguments in [
        &["local", "status"][..],
        &["local", "tool", tool.to_str().expect("a path")],
        &["local", "tool", "--auto"],
        &["local", "use", "local"],
    ] {
        let told = said(arguments);
        assert_eq!(told["kind"], "ready", "{told}");
        assert_eq!(told["tool"]["program"], tool.display().to_string(), "{told}");
        assert_eq!(told["tool"]["version"], "3.7.1", "{told}");
    }
    assert_eq!(said(&["local", "status"])["runner"], "local");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_changed_since_the_plan_is_not_started() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_changed").await;
    let table = filled(&schema, "orders", 100).await;
    let connection = workstation.connection(&desk, Account::Mysqler).await;
    let plan = desk
        .plan(desk.request(&connection, &table, "ADD COLUMN extra INT"))
        .await;
    let mut changed = tool::script();
    changed.extend_from_slice(b"\n# another build\n");
    tool::program(&workstation.file("bin"), &changed);
    let id = desk.start(&plan).await.id;
    let view = desk.end(&id).await;
    let mysqler_contract::RunState::Failed { error } = &view.state else {
        panic!("{:?}", view.state);
    };
    assert_eq!(
        error.code,
        mysqler_contract::ErrorCode::LocalRunnerFailed,
        "{error:?}"
    );
    assert_eq!(view.job, None);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tls_mode_is_what_it_says() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_tls").await;
    let table = filled(&schema, "orders", 100).await;
    let LocalStatus::Ready { .. } = desk.core.local_status().await.expect("asked") else {
        panic!("the tool of the test cannot be used");
    };
    let (ca, other) = (workstation.file("ca.pem"), workstation.file("other.pem"));
    std::fs::write(&ca, desk.sandbox.ca_pem()).expect("written");
    std::fs::write(&other, desk.sandbox.other_ca_pem()).expect("written");
    for tls in [
        TlsMode::Preferred,
        TlsMode::Required,
        TlsMode::VerifyCa,
        TlsMode::VerifyIdentity,
    ] {
        let account = Account::Mysqler;
        let mut draft = desk.draft(
            Server::Primary,
            account,
            mysqler_contract::Environment::Development,
        );
        draft.name = format!("{tls:?}");
        draft.tls = tls;
        draft.connect_timeout_s = 60;
        draft.ca_file =
            matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity).then(|| ca.display().to_string());
        draft.password = SecretInput::Set {
            value: mysqler_contract::Secret::new(desk.sandbox.password(account)),
        };
        let connection = desk.core.connection_save(&draft, true).await.expect("saved");
        let plan = desk
            .plan(desk.request(&connection, &table, "ADD COLUMN extra INT"))
            .await;
        let codes: Vec<_> = plan
            .findings
            .iter()
            .map(|finding| finding.code.as_str())
            .collect();
        assert!(
            !codes.iter().any(|code| code.starts_with("PROBE_")),
            "{tls:?}: {codes:?}"
        );
        let id = desk.start(&plan).await.id;
        desk.completed(&id).await;
        let mut client = schema.client().await;
        client.run("ALTER TABLE orders DROP COLUMN extra").await;
    }
    let settings: Settings = desk.core.settings().await.expect("kept");
    assert_eq!(settings.runner, RunnerKind::Local);
    desk.close().await;
}
