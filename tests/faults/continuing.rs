//! Runs that were started to be continued break off, and another run takes over what they copied while the application
//! goes on writing: every row is what the application wrote, and nothing is left.

use mysqler_contract::{
    ChangeRequest, ChecksumOutcome, ErrorCode, Finding, GateCount, HISTORY_TABLE, HistoryUse, OptionSetting,
    Phase, RunId, RunState, RunView, Severity,
};
use mysqler_core::Core;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};
use mysqler_tests::spare::SpareServer;

use crate::container::{at_every, kill_container, taken_over};
use crate::eye::Eye;
use crate::host::Host;
use crate::moment::{Hold, Moment};
use crate::proof;
use crate::scene::{Scene, Stage, TABLE};

#[path = "shrunk.rs"]
mod shrunk;

/// Where a run can be continued from: in the middle of its copy, and with all rows copied.
const MOMENTS: [Moment; 2] = [Moment::Copy, Moment::Gate];

struct Standing {
    scene: Scene,
    desk: Desk,
    eye: Eye,
    id: RunId,
    kept: Kept,
}

fn agreed(scene: &Scene, desk: &Desk, moment: Moment) -> ChangeRequest {
    let mut request = scene.request(desk, CHUNK, moment.holds());
    request.options.history = Some(HistoryUse::of(&scene.table.database));
    request
}

/// Rows of a chunk: a table is copied in a few of them, and its writes are slow where disks are.
const CHUNK: u32 = 100;

/// Keeps a run at its moment: at its gate, or in the middle of its copy, where a row is locked that comes next.
enum Kept {
    AtGate(Hold),
    AtRow(Client),
}

impl Kept {
    async fn at(scene: &Scene, eye: &Eye, id: &RunId, moment: Moment) -> Self {
        if moment == Moment::Copy {
            return Self::at_row(scene, eye, id, 1_000).await;
        }
        let hold = Hold::before(scene, moment).await;
        Self::AtGate(hold.reach(scene, eye, id).await)
    }

    /// The copy stands still before the row is locked: whoever locks one keeps triggers from being made.
    async fn at_row(scene: &Scene, eye: &Eye, id: &RunId, row: u64) -> Self {
        let hold = Hold::before(scene, Moment::Copy).await;
        let hold = hold.reach(scene, eye, id).await;
        let before = eye.view(id).await.rows_copied;
        let mut client = scene.client().await;
        client.run("BEGIN").await;
        let locked = format!("SELECT id FROM {TABLE} WHERE id >= {row} ORDER BY id LIMIT 1 FOR UPDATE");
        client.run(&locked).await;
        hold.let_go(eye, id).await;
        eye.until(id, "a part of the copy", |view| view.rows_copied > before)
            .await;
        Self::AtRow(client)
    }

    /// A server that was restarted has forgotten it already.
    async fn let_go(self) {
        match self {
            Self::AtGate(hold) => hold.release().await,
            Self::AtRow(mut client) => {
                let _ = client.try_run("ROLLBACK").await;
            }
        }
    }
}

async fn standing(scene: Scene, moment: Moment) -> Standing {
    let desk = scene.desk("test:1").await;
    let id = desk.go(agreed(&scene, &desk, moment)).await;
    let eye = scene.eye().await;
    let kept = Kept::at(&scene, &eye, &id, moment).await;
    Standing {
        scene,
        desk,
        eye,
        id,
        kept,
    }
}

async fn at(fault: &str, moment: Moment) -> Standing {
    let name = format!("again_{fault}_{}", moment.name());
    standing(Stage::new(&name).set().await, moment).await
}

/// On record, so that the copy cannot be over first when it is let go.
async fn stopped(eye: &Eye, id: &RunId) {
    eye.until(id, "the stop", |view| {
        view.exit_code.is_some() || view.state.is_terminal()
    })
    .await;
}

/// The run has ended, and says what it left.
async fn broke_off(desk: &Desk, id: &RunId) -> RunView {
    let view = desk.end(id).await;
    proof::idle(desk).await;
    let RunState::NeedsCleanup { leftovers, .. } = &view.state else {
        panic!("{:?}\n{}", view.state, desk.log_text(id).await);
    };
    assert_eq!(leftovers.len(), 4, "three triggers and the shadow: {leftovers:?}");
    view
}

/// Starts the run that takes over.
async fn go_on(desk: &Desk, id: &RunId) -> RunId {
    let plan = match desk.core.continue_plan(id, false, None).await {
        Ok(plan) => plan,
        Err(error) => panic!("{error}\n{}", desk.log_text(id).await),
    };
    assert!(!plan.blocked(), "{:#?}", plan.findings);
    assert_eq!(plan.request.options.continues(), Some(id));
    desk.start(&plan).await.id
}

/// To the end of the new run, and what must hold then.
async fn proven(scene: Scene, desk: Desk, old: &RunId, new: &RunId) {
    let done = desk.completed(new).await;
    assert!(
        matches!(done.gate, Some(GateCount::Equal { .. })),
        "{:?}",
        done.gate
    );
    let checksum = done.checksum.as_ref().expect("compared");
    assert_eq!(checksum.outcome, ChecksumOutcome::Equal);
    for phase in [Phase::DropTriggers, Phase::DropOld] {
        let time = done.phases.iter().find(|time| time.phase == phase);
        assert!(time.is_some_and(|time| time.finished.is_some()), "{phase:?}");
    }
    proof::idle(&desk).await;
    let before = desk.core.run_view(old).await.expect("stored");
    assert_eq!(before.continuing.continued_by.as_ref(), Some(new));
    assert_eq!(done.continuing.continues.as_ref(), Some(old));
    assert!(
        matches!(before.state, RunState::Failed { .. } | RunState::Cancelled),
        "its leftovers are the other's: {:?}",
        before.state
    );
    assert_eq!(refused(&desk.core, old).await, "continue_continued");
    let mut client = scene.client().await;
    let rows = client
        .value(&format!("SELECT COUNT(*) FROM {HISTORY_TABLE}"))
        .await;
    assert_eq!(rows, "0", "rows of the history are left");
    proof::holds(scene, desk, new, None).await;
}

async fn refused(core: &Core, id: &RunId) -> String {
    let error = core
        .run_continuable(id)
        .await
        .expect_err("it cannot be continued");
    assert_eq!(error.code, ErrorCode::ContinueImpossible, "{error}");
    error.params["why"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_stopped_and_kept_is_continued_and_no_row_is_lost() {
    at_every(&MOMENTS, |moment| async move {
        let at = at("kept", moment).await;
        at.desk.core.run_stop_keep(&at.id).await.expect("asked");
        stopped(&at.eye, &at.id).await;
        at.kept.let_go().await;
        let view = broke_off(&at.desk, &at.id).await;
        assert!(
            matches!(view.state, RunState::NeedsCleanup { error: None, .. }),
            "{:?}",
            view.state
        );
        // Its triggers go on, with nobody there.
        at.scene.writer.goes_on().await;
        at.desk.core.run_continuable(&at.id).await.expect("possible");
        let report = at
            .desk
            .core
            .leftovers(&at.scene.connection.id, Some(&at.scene.table.database));
        let continuable = report.await.expect("looked").continuable;
        assert_eq!(continuable, std::slice::from_ref(&at.id));
        let new = go_on(&at.desk, &at.id).await;
        if moment.holds() {
            at.eye.held(&new).await;
            at.desk.core.run_cutover(&new).await.expect("asked");
        }
        proven(at.scene, at.desk, &at.id, &new).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_container_was_killed_is_continued_twice() {
    let at = at("killed", Moment::Copy).await;
    kill_container(&at.eye.view(&at.id).await);
    at.kept.let_go().await;
    let view = broke_off(&at.desk, &at.id).await;
    assert!(
        matches!(view.state, RunState::NeedsCleanup { error: Some(_), .. }),
        "the cause is told: {:?}",
        view.state
    );
    at.scene.writer.goes_on().await;
    let second = go_on(&at.desk, &at.id).await;
    let kept = Kept::at_row(&at.scene, &at.eye, &second, 1_600).await;
    kill_container(&at.eye.view(&second).await);
    kept.let_go().await;
    broke_off(&at.desk, &second).await;
    assert_eq!(refused(&at.desk.core, &at.id).await, "continue_continued");
    at.scene.writer.goes_on().await;
    let third = go_on(&at.desk, &second).await;
    proven(at.scene, at.desk, &second, &third).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_loss_of_power_the_run_is_continued() {
    at_every(&MOMENTS, |moment| async move {
        let scene = Stage::new(&format!("again_power_{}", moment.name())).set().await;
        let schema = scene.table.database.clone();
        let agreed = ["--continuable", "--history-schema", &schema];
        let mut host = Host::run_with(&scene, CHUNK, moment.holds(), None, &agreed);
        let eye = scene.eye().await;
        let id = eye.run().await;
        let kept = Kept::at(&scene, &eye, &id, moment).await;
        host.kill();
        kill_container(&eye.view(&id).await);
        let desk = scene.desk("test:next").await;
        taken_over(&desk, &id).await;
        kept.let_go().await;
        broke_off(&desk, &id).await;
        scene.writer.goes_on().await;
        let new = go_on(&desk, &id).await;
        if moment.holds() {
            eye.held(&new).await;
            desk.core.run_cutover(&new).await.expect("asked");
        }
        proven(scene, desk, &id, &new).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_server_was_killed_is_continued_on_it() {
    let spare = SpareServer::mysql(&Sandbox::from_env()).await;
    let mut stage = Stage::new("again_server");
    stage.spare = Some(&spare);
    let at = standing(stage.set().await, Moment::Copy).await;
    spare.down("KILL").await;
    spare.up().await;
    at.kept.let_go().await;
    let view = broke_off(&at.desk, &at.id).await;
    match &view.state {
        RunState::NeedsCleanup {
            error: Some(error), ..
        } => {
            assert_eq!(
                error.params.get("class").map(String::as_str),
                Some("server_lost"),
                "{error:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    at.scene.writer.goes_on().await;
    let new = go_on(&at.desk, &at.id).await;
    proven(at.scene, at.desk, &at.id, &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dies_after_the_swap_leaves_the_rest_to_the_next_one() {
    let scene = Stage::new("again_finish").set().await;
    let schema = scene.table.database.clone();
    let agreed = ["--continuable", "--history-schema", &schema];
    let mut host = Host::run_with(&scene, CHUNK, true, None, &agreed);
    let eye = scene.eye().await;
    let id = eye.run().await;
    eye.held(&id).await;
    // Gone before it could hear of the end: the tool swaps alone, and leaves its triggers and the old table.
    let job = eye.view(&id).await.job.expect("started");
    host.kill();
    let opened = std::process::Command::new("docker")
        .args(["exec", &job, "touch", "/run/pt/cutover"])
        .status();
    assert!(
        opened.is_ok_and(|status| status.success()),
        "the gate was not opened"
    );
    let desk = scene.desk("test:next").await;
    desk.completed(&id).await;
    proof::holds(scene, desk, &id, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_touched_meanwhile_is_refused_with_the_reason() {
    let at = at("touched", Moment::Copy).await;
    at.desk.core.run_stop_keep(&at.id).await.expect("asked");
    stopped(&at.eye, &at.id).await;
    at.kept.let_go().await;
    broke_off(&at.desk, &at.id).await;
    let (core, id) = (&at.desk.core, &at.id);
    let mut client = at.scene.client().await;
    let shadow = format!("_{TABLE}_new");
    for (change, why, back) in [
        (
            format!("ALTER TABLE {shadow} ADD COLUMN odd INT"),
            "continue_shadow_altered",
            format!("ALTER TABLE {shadow} DROP COLUMN odd"),
        ),
        (
            format!("ALTER TABLE {TABLE} ADD COLUMN odd INT"),
            "continue_table_altered",
            format!("ALTER TABLE {TABLE} DROP COLUMN odd"),
        ),
        (
            format!("RENAME TABLE {HISTORY_TABLE} TO elsewhere"),
            "continue_history_gone",
            format!("RENAME TABLE elsewhere TO {HISTORY_TABLE}"),
        ),
    ] {
        patiently(&mut client, &change).await;
        assert_eq!(refused(core, id).await, why);
        patiently(&mut client, &back).await;
        core.run_continuable(id).await.expect("as it was");
    }
    // A plan that was made before is worth nothing after.
    let plan = core.continue_plan(id, false, None).await.expect("possible");
    let (name, made) = a_trigger(&mut client).await;
    patiently(&mut client, &format!("DROP TRIGGER {name}")).await;
    assert_eq!(refused(core, id).await, "continue_trigger_gone");
    patiently(&mut client, &made).await;
    assert_eq!(refused(core, id).await, "continue_trigger_remade");
    let late = at.desk.start(&plan).await.id;
    let view = at.desk.end(&late).await;
    match &view.state {
        RunState::Failed { error } => assert_eq!(error.code, ErrorCode::ContinueImpossible, "{error}"),
        other => panic!("{other:?}"),
    }
    // Another hand made it, whatever it does: it is for a person to look at.
    let view = proof::cleaned(&at.desk, id).await;
    let RunState::Unknown { check } = &view.state else {
        panic!("{:?}", view.state);
    };
    assert_eq!(
        (check[0].what.as_str(), &check[0].params["names"]),
        ("made_later", &name)
    );
    patiently(&mut client, &format!("DROP TRIGGER {name}")).await;
    let view = proof::cleaned(&at.desk, id).await;
    assert_eq!(view.state, RunState::Cancelled);
    let rows = client
        .value(&format!("SELECT COUNT(*) FROM {HISTORY_TABLE}"))
        .await;
    assert_eq!(rows, "0");
    proof::holds(at.scene, at.desk, id, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_table_that_the_tool_had_to_name_by_chance_is_dropped_in_the_end() {
    let scene = Stage::new("again_chance").set().await;
    let desk = scene.desk("test:1").await;
    let mut client = scene.client().await;
    let taken: Vec<String> = (1..=9)
        .map(|count| format!("{}{TABLE}_old", "_".repeat(count)))
        .collect();
    for name in &taken {
        client.run(&format!("CREATE TABLE {name} (id INT)")).await;
    }
    let old = "SELECT GROUP_CONCAT(table_name ORDER BY table_name) FROM information_schema.tables \
               WHERE table_schema = DATABASE() AND table_name LIKE '%\\_old'";
    let before = client.value(old).await;
    let id = desk.go(agreed(&scene, &desk, Moment::Gate)).await;
    let eye = scene.eye().await;
    eye.held(&id).await;
    desk.core.run_cutover(&id).await.expect("asked");
    let done = desk.completed(&id).await;
    let kept = done.continuing.old_table.expect("it was on record");
    assert!(
        kept.table.ends_with(&format!("{}{TABLE}_old", "_".repeat(10))),
        "{kept}"
    );
    assert_eq!(client.value(old).await, before, "what was there before stays");
    for name in &taken {
        client.run(&format!("DROP TABLE {name}")).await;
    }
    proof::holds(scene, desk, &id, None).await;
}

/// One of the run's, and the statement that makes it.
async fn a_trigger(client: &mut Client) -> (String, String) {
    let name = client
        .value("SELECT MIN(trigger_name) FROM information_schema.triggers WHERE trigger_schema = DATABASE()")
        .await;
    let made = client.rows(&format!("SHOW CREATE TRIGGER {name}")).await[0][2].clone();
    (name, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_was_made_anew_keeps_a_continued_run_from_its_swap() {
    let at = at("remade", Moment::Gate).await;
    at.desk.core.run_stop_keep(&at.id).await.expect("asked");
    stopped(&at.eye, &at.id).await;
    at.kept.let_go().await;
    broke_off(&at.desk, &at.id).await;
    let new = go_on(&at.desk, &at.id).await;
    at.eye.held(&new).await;
    let mut client = at.scene.client().await;
    let (name, made) = a_trigger(&mut client).await;
    patiently(&mut client, &format!("DROP TRIGGER {name}")).await;
    patiently(&mut client, &made).await;
    at.desk.core.run_cutover(&new).await.expect("asked");
    let view = at.desk.end(&new).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}\n{}", view.state, at.desk.log_text(&new).await);
    };
    assert_eq!(error.code, ErrorCode::ContinueImpossible, "{error}");
    assert_eq!(error.params["why"], "continue_trigger_remade");
    proof::holds(at.scene, at.desk, &new, None).await;
}

/// The application's writes may be in the way of a lock.
async fn patiently(client: &mut Client, statement: &str) {
    client.run("SET SESSION lock_wait_timeout = 60").await;
    client.run(statement).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_could_not_be_continued_says_why_before_it_starts() {
    let scene = Stage::new("again_told").set().await;
    let desk = scene.desk("test:1").await;
    let told = |request: ChangeRequest| async {
        let plan = desk.core.plan(request, None).await.expect("planned");
        let is_continuing = |finding: &&Finding| finding.code.starts_with("CONTINUE_");
        let found: Vec<Finding> = plan.findings.iter().filter(is_continuing).cloned().collect();
        (plan, found)
    };
    let (plan, found) = told(agreed(&scene, &desk, Moment::Gate)).await;
    assert_eq!(found[0].code, "CONTINUE_KEPT");
    assert_eq!(plan.history.expect("kept").table, HISTORY_TABLE);
    let argv = plan.launch.expect("composed").argv;
    for word in ["--history", "--nodrop-triggers", "--nodrop-new-table"] {
        assert!(argv.iter().any(|arg| arg == word), "{word} of {argv:?}");
    }

    let mut elsewhere = agreed(&scene, &desk, Moment::Gate);
    elsewhere.options.history = Some(HistoryUse::of("percona"));
    let (plan, found) = told(elsewhere).await;
    assert_eq!(
        (found[0].code.as_str(), found[0].severity),
        ("CONTINUE_PRIVILEGES", Severity::Warn)
    );
    assert_eq!(
        found[0].remedy.as_deref(),
        Some("GRANT CREATE, DELETE, INSERT, SELECT, UPDATE ON `percona`.* TO 'mysqler'@'%';")
    );
    assert_eq!(plan.history, None);
    let argv = plan.launch.expect("composed without it").argv;
    assert!(!argv.iter().any(|arg| arg.starts_with("--history")), "{argv:?}");

    let mut kept = agreed(&scene, &desk, Moment::Gate);
    kept.options.others = vec![OptionSetting::new("preserve-triggers", None)];
    let (plan, found) = told(kept).await;
    assert_eq!(found[0].code, "CONTINUE_OPTION");
    assert_eq!(plan.history, None);

    let (plan, found) = told(scene.request(&desk, 200, true)).await;
    assert!(found.is_empty() && plan.history.is_none(), "nobody agreed to it");
    let id = desk.start(&plan).await.id;
    scene.eye().await.held(&id).await;
    let error = desk.core.run_stop_keep(&id).await.expect_err("refused");
    assert_eq!(error.params["why"], "continue_no_history");
    desk.core.run_stop(&id).await.expect("asked");
    assert_eq!(desk.end(&id).await.state, RunState::Cancelled);
    proof::holds(scene, desk, &id, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_stop_of_such_a_run_leaves_nothing() {
    let at = at("stopped", Moment::Copy).await;
    at.desk.core.run_stop(&at.id).await.expect("asked");
    stopped(&at.eye, &at.id).await;
    at.kept.let_go().await;
    assert_eq!(at.desk.end(&at.id).await.state, RunState::Cancelled);
    let mut root = Sandbox::from_env().client(Server::Primary, Account::Root).await;
    let history = format!("`{}`.{HISTORY_TABLE}", at.scene.table.database);
    assert_eq!(root.value(&format!("SELECT COUNT(*) FROM {history}")).await, "0");
    proof::holds(at.scene, at.desk, &at.id, None).await;
}
