//! A run in its window, under a clock that the test sets: it begins, stands still, goes on and swaps by it, in whichever
//! process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mysqler_contract::{
    ChangeRequest, Confirmation, DailyWindow, EngineChoice, PauseReason, RunAction, RunEventKind, RunId,
    RunState, RunView, Schedule, TableRef, WaitReason, WaitsFor,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::clock::HandClock;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

async fn desk(dir: &Path, name: &str, clock: &Arc<HandClock>) -> Desk {
    Desk::by_clock(dir, name, DockerRunner::new(), clock.clone()).await
}

fn night() -> Schedule {
    Schedule {
        not_before: None,
        window: Some(DailyWindow {
            from_minute: 22 * 60,
            to_minute: 6 * 60,
            days: Vec::new(),
        }),
    }
}

async fn queue(desk: &Desk, request: ChangeRequest) -> RunId {
    let plan = desk.plan(request).await;
    let given = Confirmation {
        typed: plan.confirmation.typed.clone(),
        accept: plan.confirmation.accept.clone(),
    };
    let view = desk.core.run_start_at(&plan.id, &given, night()).await;
    view.expect("queued").id
}

/// Chunks small enough for a copy of some seconds.
fn slow(desk: &Desk, connection: &mysqler_contract::Connection, table: &TableRef) -> ChangeRequest {
    let mut request = desk.request(connection, table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::PtOsc;
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    request
}

fn waits_for_its_time(view: &RunView) -> bool {
    let reason = view.waiting.as_ref().map(|waiting| &waiting.reason);
    matches!(reason, Some(WaitsFor::Time { .. }))
}

fn is_paused_by(view: &RunView, wanted: PauseReason) -> bool {
    matches!(view.state, RunState::Paused { reason, .. } if reason == wanted)
}

async fn has_column(schema: &Schema, table: &TableRef) -> bool {
    let mut client = schema.client().await;
    let count = format!(
        "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{}' AND table_name = '{}' AND column_name = 'extra'",
        table.database, table.table
    );
    client.rows(&count).await.concat() == ["1"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_begins_stands_still_and_goes_on_by_its_window_and_through_a_restart() {
    let dir = tempfile::tempdir().expect("a scratch directory can be made");
    let clock = Arc::new(HandClock::at("21:59:40"));
    let first = desk(dir.path(), "test:1", &clock).await;
    let schema = first.sandbox.fresh_schema(Server::Primary, "run_window").await;
    let table = filled(&schema, "orders", 20_000).await;
    let before = fingerprint(&mut schema.client().await, &table).await;
    let connection = first.primary().await;
    let run = queue(&first, slow(&first, &connection, &table)).await;
    let waiting = first.until(&run, "its time", waits_for_its_time).await;
    assert_eq!((waiting.state, waiting.job), (RunState::Queued, None));

    clock.set("22:00:05");
    first
        .until(&run, "the copy", |view| view.rows_copied > 1_000)
        .await;
    clock.set("06:00:00");
    let paused = first
        .until(&run, "the window's end", |view| {
            is_paused_by(view, PauseReason::Window)
        })
        .await;
    assert!(waits_for_its_time(&paused));
    assert!(
        paused
            .waits
            .iter()
            .any(|wait| wait.reason == WaitReason::Window && wait.since.is_some())
    );
    first.close().await;

    let second = desk(dir.path(), "test:2", &clock).await;
    second
        .until(&run, "its new process", |view| {
            view.supervisor.as_deref() == Some("test:2")
        })
        .await;
    // Time for a process that took a closed window for an open one to do wrong.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let still = second.core.run_view(&run).await.expect("stored");
    assert!(is_paused_by(&still, PauseReason::Window), "{:?}", still.state);
    assert!(still.rows_copied < 20_000);

    clock.set("22:00:00");
    let done = second.completed(&run).await;
    assert_eq!((done.waiting, done.schedule), (None, night()));
    let series: Vec<WaitReason> = done.waits.iter().map(|wait| wait.reason).collect();
    assert!(
        series.contains(&WaitReason::Window) && !series.contains(&WaitReason::Pause),
        "{series:?}"
    );
    let mut client = schema.client().await;
    assert_eq!(fingerprint(&mut client, &table).await, before, "no row is lost");
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_its_window_a_run_that_a_person_started_copies_and_waits_with_the_swap() {
    let dir = tempfile::tempdir().expect("a scratch directory can be made");
    let clock = Arc::new(HandClock::at("12:00:00"));
    let desk = desk(dir.path(), "test:1", &clock).await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_window_gate")
        .await;
    let connection = desk.primary().await;
    for by_person in [true, false] {
        let table = filled(&schema, if by_person { "a" } else { "b" }, 400).await;
        let mut request = slow(&desk, &connection, &table);
        request.options.chunk_size = Some(200);
        let run = queue(&desk, request).await;
        desk.until(&run, "its time", waits_for_its_time).await;
        desk.core.run_start_now(&run).await.expect("heard");
        let held = |view: &RunView| {
            matches!(view.state, RunState::AwaitingCutover { .. }) && waits_for_its_time(view)
        };
        let held = desk.until(&run, "the gate", held).await;
        assert_eq!(held.rows_copied, 400);
        assert!(
            !has_column(&schema, &table).await,
            "nothing is swapped outside the window"
        );
        match by_person {
            true => desk.core.run_cutover(&run).await.expect("heard"),
            false => clock.set("22:00:00"),
        }
        desk.completed(&run).await;
        assert!(has_column(&schema, &table).await);
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_begins_does_not_undo_a_persons_pause_and_a_person_may_go_on_outside() {
    let dir = tempfile::tempdir().expect("a scratch directory can be made");
    let clock = Arc::new(HandClock::at("22:00:00"));
    let desk = desk(dir.path(), "test:1", &clock).await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_window_pause")
        .await;
    let table = filled(&schema, "orders", 20_000).await;
    let connection = desk.primary().await;
    let run = queue(&desk, slow(&desk, &connection, &table)).await;
    desk.until(&run, "the copy", |view| view.rows_copied > 1_000)
        .await;
    desk.core.run_pause(&run).await.expect("heard");
    desk.until(&run, "the pause", |view| is_paused_by(view, PauseReason::User))
        .await;
    for time in ["06:00:00", "22:00:00", "06:00:00"] {
        clock.set(time);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let still = desk.core.run_view(&run).await.expect("stored");
        assert!(
            is_paused_by(&still, PauseReason::User),
            "{time}: {:?}",
            still.state
        );
    }

    // Outside the window: the copy goes on, the swap does not.
    desk.core.run_resume(&run).await.expect("heard");
    let held = |view: &RunView| matches!(view.state, RunState::AwaitingCutover { .. });
    let held = desk.until(&run, "the gate", held).await;
    assert!(held.schedule_overridden && waits_for_its_time(&held));
    clock.set("22:00:00");
    desk.completed(&run).await;
    let events = desk.events(&run).await;
    let resumed = events.iter().filter(|event| {
        matches!(
            event.kind,
            RunEventKind::Requested {
                action: RunAction::Resume,
                ..
            }
        )
    });
    assert_eq!(resumed.count(), 1, "by the person alone");
    desk.close().await;
}
