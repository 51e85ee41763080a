//! Which runs teach a pace, and which.

use super::super::fixture::{plan, wait, worked};
use super::*;

#[test]
fn a_copy_teaches_its_rows_over_the_time_of_the_copy_without_pauses() {
    let mut view = worked(&plan(WorkKind::ChunkedCopy), 21_000);
    assert_eq!(pace(&view), Some((WorkKind::ChunkedCopy, 100_000)));
    // What the copy waited for load or lag is how this server is; a person's pause is not.
    view.waits = vec![wait(WaitReason::Lag, 5_000), wait(WaitReason::Pause, 9_500)];
    assert_eq!(pace(&view), Some((WorkKind::ChunkedCopy, 200_000)));
}

#[test]
fn the_servers_own_work_teaches_by_kind_without_the_wait_for_its_lock() {
    for kind in [WorkKind::ServerCopy, WorkKind::Rebuild, WorkKind::Indexes] {
        let mut view = worked(&plan(kind), 12_000);
        assert_eq!(pace(&view), Some((kind, 200_000)), "rows as the plan knew them");
        view.waits = vec![wait(WaitReason::Lock, 5_000)];
        assert_eq!(pace(&view), Some((kind, 400_000)));
    }
}

#[test]
fn nothing_is_learned_from_an_instant_short_tried_failed_or_unseen_run() {
    let view = worked(&plan(WorkKind::Rebuild), 21_000);
    let instant = RunView {
        measures: Default::default(),
        ..view.clone()
    };
    let tried = RunView {
        dry_run: true,
        ..view.clone()
    };
    let ended = RunView {
        state: RunState::Cancelled,
        ..view.clone()
    };
    let waited = RunView {
        waits: vec![wait(WaitReason::Lock, 18_500)],
        ..view.clone()
    };
    let unseen = RunView {
        phases: Vec::new(),
        ..view
    };
    for (why, view) in [
        ("instant", instant),
        ("a dry run", tried),
        ("stopped", ended),
        ("half a second of work", waited),
        ("no phase", unseen),
    ] {
        assert_eq!(pace(&view), None, "{why}");
    }
}
