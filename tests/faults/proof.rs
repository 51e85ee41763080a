//! What must hold at the end of every case, whatever went wrong.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Leftover, LogStream, RunEventKind, RunId, RunState, RunView};
use mysqler_core::ports::{RawLine, Runner};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::table;

use crate::eye::Tap;
use crate::scene::{Scene, TABLE};

/// Looks at the run's end through `desk`, at the server and at the record, and ends the scene.
pub async fn holds(scene: Scene, desk: Desk, id: &RunId, tap: Option<Tap>) -> RunView {
    idle(&desk).await;
    let view = desk.core.run_view(id).await.expect("stored");
    let what = format!("{} ({:?})\n{}", scene.name, view.state, desk.log_text(id).await);
    server_is_as_told(&scene, &view, &what).await;
    record_is_whole(&desk, &view, &what).await;
    if let Some(tap) = tap {
        log_is_whole(&scene, &desk, id, &tap.whole().await, &what).await;
    }
    scene.writer.goes_on().await;
    scene.writer.agrees(&what).await;
    desk.close().await;
    view
}

/// Lets a person's cleanup take away what is told, and says how the run stands then.
pub async fn cleaned(desk: &Desk, id: &RunId) -> RunView {
    idle(desk).await;
    desk.core.run_cleanup(id).await.expect("taken up");
    let started = Instant::now();
    loop {
        let idle = desk.core.supervised() == 0;
        let view = desk.core.run_view(id).await.expect("stored");
        if idle && view.state.is_terminal() {
            return view;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "{:?}\n{}",
            view.state,
            desk.log_text(id).await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whoever drove the run has written its last line and put its container away.
pub async fn idle(desk: &Desk) {
    let started = Instant::now();
    while desk.core.supervised() > 0 {
        assert!(started.elapsed() < DEADLINE, "a run is driven for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Names that the run's state says are left on the server.
fn told(state: &RunState) -> BTreeSet<String> {
    let name = |left: &Leftover| match left {
        Leftover::Trigger { name, .. } => name.clone(),
        Leftover::Table { table } => table.table.clone(),
        Leftover::Session { id } => id.to_string(),
    };
    match state {
        RunState::NeedsCleanup { leftovers, .. } => leftovers.iter().map(name).collect(),
        RunState::Unknown { check } => {
            let names = check.iter().flat_map(|look| look.params.values());
            let names = names.flat_map(|names| names.split(", "));
            names
                .map(|name| name.rsplit('.').next().unwrap_or(name).to_owned())
                .collect()
        }
        _ => BTreeSet::new(),
    }
}

async fn server_is_as_told(scene: &Scene, view: &RunView, what: &str) {
    let mut client = scene.client().await;
    let left: BTreeSet<String> = table::remains(&mut client, &scene.table.database)
        .await
        .into_iter()
        .collect();
    let told = told(&view.state);
    match &view.state {
        // Where nothing could be proven, more may be named than is there.
        RunState::Unknown { .. } => assert!(left.is_subset(&told), "{left:?} are left: {what}"),
        // The old table's triggers go with it, and are not named one by one.
        RunState::NeedsCleanup { .. } => {
            let tables = |names: &BTreeSet<String>| -> Vec<String> {
                names
                    .iter()
                    .filter(|name| !name.starts_with("pt_osc_"))
                    .cloned()
                    .collect()
            };
            assert_eq!(tables(&left), tables(&told), "{what}");
        }
        _ => assert_eq!(left, told, "{what}"),
    }
    let columns = client
        .value(&format!(
            "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{}' \
             AND table_name = '{TABLE}' AND column_name = 'extra'",
            scene.table.database
        ))
        .await;
    let changed = match &view.state {
        RunState::Completed => Some("1"),
        RunState::Failed { error } if error.code == ErrorCode::RunFailedAfterSwap => Some("1"),
        RunState::Failed { .. } | RunState::Cancelled | RunState::NeedsReview { .. } => Some("0"),
        _ => None,
    };
    if let Some(changed) = changed {
        assert_eq!(columns, changed, "{what}");
    }
}

type Is = fn(&RunEventKind) -> bool;

async fn record_is_whole(desk: &Desk, view: &RunView, what: &str) {
    let events = desk.events(&view.id).await;
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=view.last_seq).collect::<Vec<_>>(), "{what}");
    let lines: Vec<u64> = desk.log(&view.id).await.iter().map(|line| line.seq).collect();
    assert_eq!(lines, (1..=lines.len() as u64).collect::<Vec<_>>(), "{what}");
    let once: [(&str, Is); 5] = [
        ("job", |kind| matches!(kind, RunEventKind::JobStarted { .. })),
        ("shadow", |kind| {
            matches!(kind, RunEventKind::ShadowCreated { .. })
        }),
        ("triggers", |kind| {
            matches!(kind, RunEventKind::TriggersCreated { .. })
        }),
        ("exit", |kind| matches!(kind, RunEventKind::JobExited { .. })),
        ("proof", |kind| matches!(kind, RunEventKind::Verified { .. })),
    ];
    for (name, is) in once {
        let count = events.iter().filter(|event| is(&event.kind)).count();
        assert!(count <= 1, "{count} times a {name}: {what}");
    }
    let gap = events
        .iter()
        .find(|event| matches!(event.kind, RunEventKind::Gap { .. }));
    assert!(gap.is_none(), "{gap:?}: {what}");
}

async fn log_is_whole(scene: &Scene, desk: &Desk, id: &RunId, lines: &[RawLine], what: &str) {
    let mut parser = DockerRunner::new().parser(&scene.table, false);
    let said: Vec<String> = lines
        .iter()
        .filter_map(|line| parser.feed(line).show.map(|(_, text)| text))
        .collect();
    let stored: Vec<String> = desk
        .log(id)
        .await
        .into_iter()
        .filter(|line| line.stream != LogStream::App)
        .map(|line| line.text)
        .collect();
    assert_eq!(stored, said, "a line is lost or doubled: {what}");
}
