//! A plan's forecast beside what its run came to. Only what both sides tell of the same thing is compared.

use mysqler_contract::{Compared, Engine, Figure, Plan, Remark, RunView, Timestamp, WaitReason, WorkKind};

/// Of a run whose work is done and measured; `now` is its end.
pub(super) fn compare(plan: &Plan, view: &RunView, now: Timestamp) -> Vec<Compared> {
    let figures = [
        duration(plan, view, now),
        rows(plan, view),
        chunks(plan, view),
        room(plan, view),
        binary_log(plan, view),
        replica_lag(plan, view),
    ];
    figures.into_iter().flatten().collect()
}

/// What a person held up is not held against the forecast.
fn duration(plan: &Plan, view: &RunView, now: Timestamp) -> Option<Compared> {
    let idle = stood_still(view).saturating_add(view.measures.held_ms);
    let took = now.since(view.started_at?).saturating_sub(idle);
    let remark = (idle > 0).then_some(Remark::WithoutPauses);
    Some(Compared::new(
        Figure::Duration,
        plan.forecast.duration_ms,
        Some(took),
        remark,
    ))
}

/// The server counts no rows of an ALTER of its own.
fn rows(plan: &Plan, view: &RunView) -> Option<Compared> {
    let copied = view.rows_copied;
    (plan.engine == Engine::PtOsc)
        .then(|| Compared::new(Figure::Rows, plan.forecast.rows, Some(copied), None))
}

fn chunks(plan: &Plan, view: &RunView) -> Option<Compared> {
    let forecast = plan.forecast.chunks?;
    let told = view.measures.chunks;
    let remark = told.map(|_| Remark::BySizesTold);
    Some(Compared::new(Figure::Chunks, forecast, told, remark))
}

fn room(plan: &Plan, view: &RunView) -> Option<Compared> {
    let forecast = plan.forecast.shadow_bytes;
    let before = &plan.facts.summary;
    let before = before.data_bytes.saturating_add(before.index_bytes);
    let (figure, fact) = match plan.forecast.work?.kind {
        WorkKind::Indexes => (
            Figure::Growth,
            view.bytes_after.map(|after| after.saturating_sub(before)),
        ),
        WorkKind::ChunkedCopy | WorkKind::ServerCopy | WorkKind::Rebuild => {
            (Figure::NewTable, view.bytes_after)
        }
    };
    let remark = fact.map(|_| Remark::ByStatistics);
    Some(Compared::new(figure, forecast, fact, remark))
}

fn binary_log(plan: &Plan, view: &RunView) -> Option<Compared> {
    let forecast = plan.forecast.binlog_bytes.filter(|bytes| *bytes > 0)?;
    let grew = view.measures.binlog_bytes;
    let remark = grew.map(|_| Remark::OthersToo);
    Some(Compared::new(Figure::BinaryLog, forecast, grew, remark))
}

/// A copy that waits for its replicas lets them fall behind by its limit; of others nobody knows.
fn replica_lag(plan: &Plan, view: &RunView) -> Option<Compared> {
    let replicas = plan.forecast.replicas.iter();
    let unwatched = replicas.filter_map(|replica| replica.lag_ms).max();
    match (plan.forecast.replicas.is_empty(), unwatched) {
        (true, _) | (_, Some(0)) => None,
        (_, Some(lag_ms)) => Some(Compared::new(
            Figure::ReplicaLag,
            lag_ms,
            None,
            Some(Remark::NotWatched),
        )),
        (_, None) => {
            let limit_ms = u64::from(plan.request.options.max_lag_s) * 1000;
            let seen = view.measures.worst_lag_ms;
            let remark = seen.is_none().then_some(Remark::WithinLimit);
            Some(Compared::new(Figure::ReplicaLag, limit_ms, seen, remark))
        }
    }
}

/// Milliseconds of finished waits for one reason.
pub(super) fn waited(view: &RunView, reason: WaitReason) -> u64 {
    let waits = view.waits.iter().filter(|wait| wait.reason == reason);
    waits.map(|wait| wait.ms).sum()
}

/// Milliseconds that a copy stood still for nothing of the server's: those say nothing about its pace.
pub(super) fn stood_still(view: &RunView) -> u64 {
    let reasons = [WaitReason::Pause, WaitReason::Window, WaitReason::Unwatched];
    reasons.into_iter().map(|reason| waited(view, reason)).sum()
}

#[cfg(test)]
#[path = "compare_test.rs"]
mod tests;
