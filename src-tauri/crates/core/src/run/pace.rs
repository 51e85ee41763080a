//! How fast a run went through its rows: what later forecasts of the same kind stand on.

use mysqler_contract::{Phase, RunState, RunView, WaitReason, WorkKind};

use super::compare::{stood_still, waited};

/// A shorter time says more about the start than about the pace, and forecasts would learn nonsense from it.
const TELLING_MS: u64 = 1000;

/// Rows per second of a completed run, without a person's pauses and waits for locks of others; `None` where the run
/// teaches nothing: it was instant, or tried out, or its end was not seen when it came.
pub fn pace(view: &RunView) -> Option<(WorkKind, u64)> {
    let work = view.measures.work?;
    let copies = work.kind == WorkKind::ChunkedCopy;
    let rows = if copies { view.rows_copied } else { work.rows };
    if view.state != RunState::Completed || view.dry_run || rows == 0 {
        return None;
    }
    let (phase, idle) = match copies {
        true => (Phase::Copy, stood_still(view)),
        false => (Phase::Alter, waited(view, WaitReason::Lock)),
    };
    let worked = view.phases.iter().find(|time| time.phase == phase)?;
    let ms = worked.finished?.since(worked.started).saturating_sub(idle);
    (ms >= TELLING_MS).then(|| (work.kind, rows.saturating_mul(1000) / ms))
}

#[cfg(test)]
#[path = "pace_test.rs"]
mod tests;
