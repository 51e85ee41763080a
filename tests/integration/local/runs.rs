//! Whole runs as processes of this machine, steered and ended as those in containers.

use mysqler_contract::{Phase, RunEventKind, RunState, RunView, WaitReason};
use mysqler_tests::ledger::Writer;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

use super::workstation::{Workstation, job, session, signal, slow};

fn copying(view: &RunView) -> bool {
    matches!(view.state, RunState::Running { phase: Phase::Copy }) && view.rows_copied > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_without_docker_paused_held_and_swapped_under_writes() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_whole").await;
    let table = filled(&schema, "orders", 20_000).await;
    let place = desk.sandbox.place(Server::Primary, Account::Mysqler);
    let writer = Writer::start(&place, schema.name(), "orders", 7).await;
    let connection = workstation.connection(&desk, Account::Mysqler).await;
    let mut request = slow(desk.request(&connection, &table, "ADD COLUMN extra INT"));
    request.hold_cutover = true;

    let plan = desk.plan(request).await;
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.code == "LOCAL_WITHOUT_LIMITS"),
        "{:#?}",
        plan.findings
    );
    let command = plan.command.as_deref().expect("a command");
    let program = workstation.tool().display().to_string();
    assert!(
        command.contains(&program) && command.contains("--ask-pass") && command.contains("--config ''"),
        "{command}"
    );
    assert!(!command.contains("docker"), "{command}");

    let id = desk.start(&plan).await.id;
    desk.until(&id, "the copy", copying).await;
    desk.core.run_pause(&id).await.expect("heard");
    let paused = desk
        .until(&id, "the pause", |view| {
            matches!(view.state, RunState::Paused { .. })
        })
        .await;
    writer.goes_on().await;
    let still = desk.core.run_view(&id).await.expect("stored");
    assert_eq!(
        still.rows_copied, paused.rows_copied,
        "no row is copied while paused"
    );
    desk.core.run_resume(&id).await.expect("heard");
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    let members = session(job(&held).pid);
    assert!(
        members.len() >= 2,
        "the job leads a session of its own: {members:?}"
    );
    writer.goes_on().await;
    desk.core.run_cutover(&id).await.expect("heard");
    let view = desk.completed(&id).await;

    writer.agrees("after the swap").await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert!(view.waits.iter().any(|wait| wait.reason == WaitReason::Pause));
    assert_eq!(session(job(&view).pid), Vec::<u32>::new(), "no process is left");
    let lost = |kind: &RunEventKind| {
        matches!(
            kind,
            RunEventKind::BridgeLost { .. } | RunEventKind::Gap { .. } | RunEventKind::ContactLost { .. }
        )
    };
    let events = desk.events(&id).await;
    assert!(!events.iter().any(|event| lost(&event.kind)), "{events:#?}");
    let log = desk.log_text(&id).await;
    assert!(
        !log.contains("Enter MySQL password"),
        "the prompt is nobody's: {log}"
    );
    desk.close().await;
    assert!(
        !workstation.job_dir(&view).exists(),
        "the ended job's files are gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_every_process_and_takes_triggers_and_shadow_away() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_stop").await;
    let table = filled(&schema, "orders", 40_000).await;
    let connection = workstation.connection(&desk, Account::Mysqler).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;

    let id = desk
        .go(slow(desk.request(&connection, &table, "ADD COLUMN extra INT")))
        .await;
    let view = desk.until(&id, "the copy", copying).await;
    desk.core.run_stop(&id).await.expect("heard");
    let end = desk.end(&id).await;

    assert_eq!(end.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    assert_eq!(session(job(&view).pid), Vec::<u32>::new());
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(fingerprint(&mut client, &table).await, before);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_processes_are_killed_is_given_up_and_leaves_nothing() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    for group in [true, false] {
        let schema = desk
            .sandbox
            .fresh_schema(Server::Primary, &format!("local_killed_{group}"))
            .await;
        let table = filled(&schema, "orders", 40_000).await;
        let connection = match desk.core.connections().await.expect("listed").pop() {
            Some(connection) => connection,
            None => workstation.connection(&desk, Account::Mysqler).await,
        };
        let id = desk
            .go(slow(desk.request(&connection, &table, "ADD COLUMN extra INT")))
            .await;
        let view = desk.until(&id, "the copy", copying).await;
        let leader = job(&view).pid;
        // All at once; or the one that keeps the run alone, whose tool then writes to nobody.
        signal("-KILL", leader, group);
        let end = desk.end(&id).await;
        assert!(
            matches!(end.state, RunState::Failed { .. }),
            "{:?}\n{}",
            end.state,
            desk.log_text(&id).await
        );
        assert_eq!(session(leader), Vec::<u32>::new());
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_only_has_the_number_of_the_runs_own_is_never_signalled() {
    use mysqler_core::ports::Runner;

    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_number").await;
    let table = filled(&schema, "orders", 200).await;
    let connection = workstation.connection(&desk, Account::Mysqler).await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.hold_cutover = true;
    let id = desk.go(request).await;
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;

    use std::os::unix::process::CommandExt;
    let mut bystander = std::process::Command::new("sleep")
        .arg("600")
        .process_group(0)
        .spawn()
        .expect("a process");
    let file = workstation.job_dir(&held).join("record.json");
    let whole = std::fs::read(&file).expect("the record");
    let mut record: serde_json::Value = serde_json::from_slice(&whole).expect("JSON");
    record["pid"] = bystander.id().into();
    std::fs::write(&file, record.to_string()).expect("written");
    let grace = std::time::Duration::from_millis(10);
    let refused = workstation
        .runner()
        .terminate(held.job.as_deref().expect("started"), grace)
        .await;
    let alive = bystander.try_wait().expect("asked").is_none();
    bystander.kill().expect("killed");
    bystander.wait().expect("gone");
    assert!(alive, "the bystander was signalled");
    let error = refused.expect_err("the record names another process");
    assert_eq!(error.code, mysqler_contract::ErrorCode::LocalRunnerFailed);

    std::fs::write(&file, whole).expect("written");
    desk.core.run_stop(&id).await.expect("heard");
    let end = desk.end(&id).await;
    assert_eq!(end.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    desk.close().await;
}
