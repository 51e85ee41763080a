//! A run's forecast beside what came of it.

use mysqler_contract::{RunDetail, RunState};

use crate::output::{Output, bytes, duration, facts, number};

/// Nothing before a run has completed: there is no fact yet.
pub fn lines(out: &Output, detail: &RunDetail) -> Vec<String> {
    let (view, forecast) = (&detail.view, &detail.plan.forecast);
    if view.state != RunState::Completed || view.dry_run {
        return Vec::new();
    }
    let pair = |expected: String, actual: Option<String>| {
        let actual = actual?;
        Some(out.own_with("ctl.run.compared", [("expected", expected), ("actual", actual)]))
    };
    let took = view
        .started_at
        .zip(view.finished_at)
        .map(|(started, finished)| duration(out, finished.since(started)));
    let copied = (view.rows_copied > 0).then(|| number(view.rows_copied));
    let summary = &detail.plan.facts.summary;
    let before = summary.data_bytes.saturating_add(summary.index_bytes);
    let size = view.bytes_after.map(|after| {
        out.own_with(
            "ctl.run.size_change",
            [("before", bytes(before)), ("after", bytes(after))],
        )
    });
    let mut lines = vec![String::new(), out.own("ctl.run.forecast_and_fact")];
    lines.extend(facts(&[
        (
            out.own("ctl.plan.time"),
            pair(duration(out, forecast.duration_ms), took),
        ),
        (out.own("ctl.run.row_count"), pair(number(forecast.rows), copied)),
        (out.own("ctl.run.size"), size),
    ]));
    lines
}
