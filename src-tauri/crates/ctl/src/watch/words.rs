//! A run in words: the line of its progress, its facts, and how it ended.

use mysqler_contract::{
    Engine, GateCount, JobPlace, Leftover, LocalJob, Phase, PhaseTime, RunState, RunView, Timestamp,
    WaitReason,
};

use super::{compared, waiting};
use crate::output::{Output, clock, duration, facts, moment, number, printable};
use crate::table_name;

/// Rows done over rows estimated; past the estimate more than one.
pub fn share(view: &RunView) -> Option<f64> {
    let estimated = view.rows_estimated.filter(|rows| *rows > 0)?;
    Some(view.rows_copied as f64 / estimated as f64)
}

/// The state tells less than the record: its phase is over already, or the run is.
pub fn is_stale(view: &RunView) -> bool {
    let last = view
        .phases
        .iter()
        .rev()
        .find(|entry| Some(entry.phase) == phase(view));
    view.state.is_terminal() || last.is_some_and(|entry| entry.finished.is_some())
}

/// Changes exactly when something happened that is worth a line of its own.
pub fn news(view: &RunView) -> String {
    let waits: Vec<_> = view
        .waits
        .iter()
        .filter(|wait| wait.since.is_some())
        .map(|wait| wait.reason)
        .collect();
    let done = view
        .phases
        .iter()
        .filter(|phase| phase.finished.is_some())
        .count();
    let waiting = &view.waiting;
    format!(
        "{:?} {waits:?} {:?} {done} {waiting:?}",
        view.state.kind(),
        phase(view)
    )
}

fn phase(view: &RunView) -> Option<Phase> {
    match &view.state {
        RunState::Running { phase } | RunState::Paused { phase, .. } => Some(*phase),
        _ => None,
    }
}

/// One line: where the run stands, how far the copy is, how fast, how long still, and what it waits for.
pub fn progress(out: &Output, view: &RunView, now: Timestamp) -> String {
    let mut parts = vec![state(out, view)];
    parts.extend(waiting::words(out, view));
    if phase(view) == Some(Phase::Copy) {
        parts.push(rows(out, view));
    }
    // No rows are copied by a server's own ALTER: its share of the work is all that there is to tell.
    if let (Some(share), Some(Phase::Alter), 1..) = (share(view), phase(view), view.rows_copied) {
        parts.push(format!("{:.1} %", share * 100.0));
    }
    if let (Some(rate), Some(Phase::Copy)) = (view.rate_rows_s, phase(view)) {
        parts.push(out.own_with("ctl.run.rate", [("rate", number(rate))]));
    }
    if let Some(started) = view.started_at {
        parts.push(out.own_with("ctl.run.elapsed", [("time", clock(now.since(started)))]));
    }
    let at_work = matches!(phase(view), Some(Phase::Copy | Phase::Alter));
    if let Some((least, most)) = view.left_ms.filter(|_| at_work) {
        let (least, most) = (clock(least), clock(most));
        let time = if least == most {
            least
        } else {
            format!("{least}–{most}")
        };
        parts.push(out.own_with("ctl.run.left_time", [("time", time)]));
    }
    for wait in view
        .waits
        .iter()
        .filter(|wait| wait.since.is_some() && !matches!(wait.reason, WaitReason::Pause | WaitReason::Window))
    {
        let what = out.name(&format!("wait.{}", wait_key(wait.reason)));
        let detail = printable(wait.detail.trim());
        let what = if detail.is_empty() {
            what
        } else {
            format!("{what} ({detail})")
        };
        parts.push(out.own_with("ctl.run.waits", [("what", what)]));
    }
    if matches!(view.state, RunState::AwaitingCutover { .. }) {
        parts.push(out.own_with("ctl.run.cutover_by", [("run", view.id.to_string())]));
        parts.extend(counted(out, view));
    }
    parts.join("  ")
}

/// What counting both tables before the swap showed.
pub fn counted(out: &Output, view: &RunView) -> Option<String> {
    match view.gate.as_ref()? {
        GateCount::Equal { rows } => Some(out.own_with("ctl.run.gate_equal", [("rows", number(*rows))])),
        GateCount::NotCounted { why: Some(why) } => {
            Some(out.own_with("ctl.run.gate_not_counted", [("why", printable(why))]))
        }
        GateCount::NotCounted { why: None } => Some(out.own("ctl.run.gate_not_counted_in_time")),
        // The run ends by itself, and its error tells.
        GateCount::Different { .. } => None,
    }
}

fn state(out: &Output, view: &RunView) -> String {
    match &view.state {
        RunState::Running { phase } => out.name(&format!("phase.{}", phase_key(*phase))),
        other => out.name(&format!("state.{}", other.kind().as_str())),
    }
}

fn rows(out: &Output, view: &RunView) -> String {
    let done = ("done", number(view.rows_copied));
    match (view.rows_estimated, share(view)) {
        (Some(estimate), Some(share)) if share <= 1.0 => out.own_with(
            "ctl.run.rows",
            [
                done,
                ("estimate", number(estimate)),
                ("percent", format!("{:.1}", share * 100.0)),
            ],
        ),
        (Some(estimate), Some(_)) => {
            out.own_with("ctl.run.rows_past", [done, ("estimate", number(estimate))])
        }
        _ => out.own_with("ctl.run.rows_only", [done]),
    }
}

/// Run and state in one line.
pub fn where_it_stands(out: &Output, view: &RunView) -> Vec<String> {
    let params = [("run", view.id.to_string()), ("state", state(out, view))];
    vec![out.own_with("ctl.run.now", params)]
}

/// Each pause with its begin, end and who asked for it.
fn pauses(out: &Output, view: &RunView) -> Vec<String> {
    let each = view.pauses.iter().map(|pause| {
        let by = ("by", printable(pause.by.as_deref().unwrap_or("–")));
        let from = ("from", moment(pause.from));
        match pause.to {
            Some(to) => out.own_with("ctl.run.pause_line", [from, ("to", moment(to)), by]),
            None => out.own_with("ctl.run.pause_line_open", [from, by]),
        }
    });
    each.collect()
}

/// Where the run works: its container, or the process of this computer.
fn place(out: &Output, job: Option<&str>) -> (String, Option<String>) {
    match job.map(str::parse::<LocalJob>) {
        Some(Ok(local)) => (out.own("ctl.column.process"), Some(local.pid.to_string())),
        _ => {
            let container = job.map(|job| printable(&JobPlace::read(job).container));
            (out.own("ctl.column.container"), container)
        }
    }
}

pub fn phase_line(out: &Output, phase: &PhaseTime) -> String {
    let name = out.name(&format!("phase.{}", phase_key(phase.phase)));
    match phase.finished {
        Some(finished) => {
            let took = duration(out, finished.since(phase.started));
            out.own_with("ctl.run.phase_done", [("phase", name), ("time", took)])
        }
        None => out.own_with("ctl.run.phase_now", [("phase", name)]),
    }
}

/// How it ended, and what a person may have to do now.
pub fn ending(out: &Output, view: &RunView) -> Vec<String> {
    let run = ("run", view.id.to_string());
    let mut lines = vec![out.own_with(
        "ctl.run.ended",
        [
            run.clone(),
            (
                "state",
                out.name(&format!("state.{}", view.state.kind().as_str())),
            ),
        ],
    )];
    lines.extend(numbers(out, view).map(|line| format!("  {line}")));
    if let Some(run) = &view.continuing.continues {
        lines.push(out.own_with("ctl.run.continues", [("run", run.to_string())]));
    }
    if let Some(by) = &view.continuing.continued_by {
        lines.push(out.own_with("ctl.run.continued_by", [("by", by.to_string())]));
    }
    if let Some(by) = &view.called_off_by {
        lines.push(out.own_with("ctl.run.called_off", [("by", by.to_string())]));
    }
    match &view.state {
        RunState::Failed { error } => lines.extend(out.error_lines(error)),
        RunState::NeedsCleanup { leftovers, error } => {
            lines.extend(error.iter().flat_map(|error| out.error_lines(error)));
            lines.push(out.own("ctl.run.leftovers"));
            lines.extend(
                leftovers
                    .iter()
                    .map(|leftover| format!("  {}", leftover_text(out, leftover))),
            );
            if view.continuing.prepared {
                lines.push(out.own_with("ctl.run.continue_by", [run.clone()]));
            }
            lines.push(out.own_with("ctl.run.cleanup_by", [run]));
            let by_hand = view.removal_statements();
            if !by_hand.is_empty() {
                lines.push(out.own("ctl.run.remove_by_hand"));
                lines.extend(
                    by_hand
                        .iter()
                        .map(|statement| format!("  {}", printable(statement))),
                );
            }
        }
        RunState::Unknown { check } => {
            lines.push(out.own("ctl.run.check"));
            let what = |entry: &mysqler_contract::Difference| {
                out.text(&format!("unknown.{}", entry.what), &entry.params)
            };
            lines.extend(check.iter().map(|entry| format!("  {}", printable(&what(entry)))));
        }
        RunState::NeedsReview { differences } => {
            let what = |entry: &mysqler_contract::Difference| {
                out.text(&format!("review.{}", entry.what), &entry.params)
            };
            lines.extend(
                differences
                    .iter()
                    .map(|entry| format!("  {}", printable(&what(entry)))),
            );
        }
        _ => {}
    }
    let figures = compared::lines(out, &view.compared);
    lines.extend(figures.iter().map(|line| format!("  {line}")));
    if view.warnings > 0 {
        let count = ("count", number(view.warnings));
        lines.push(out.own_with("ctl.run.warnings", [count, ("run", view.id.to_string())]));
    }
    lines
}

fn numbers(out: &Output, view: &RunView) -> impl Iterator<Item = String> {
    let took = match (view.started_at, view.finished_at) {
        (Some(started), Some(finished)) => Some(finished.since(started)),
        _ => None,
    };
    let copy = view.phases.iter().find(|phase| phase.phase == Phase::Copy);
    let copied_ms = copy
        .and_then(|phase| Some(phase.finished?.since(phase.started)))
        .filter(|ms| *ms > 0);
    let rate = copied_ms.map(|ms| view.rows_copied.saturating_mul(1000) / ms);
    let took = took.map(|ms| out.own_with("ctl.run.took", [("time", duration(out, ms))]));
    let rows = (view.rows_copied > 0 && view.engine == Engine::PtOsc).then(|| match rate {
        Some(rate) => {
            let rows = ("rows", number(view.rows_copied));
            out.own_with("ctl.run.rows_total_rate", [rows, ("rate", number(rate))])
        }
        None => out.own_with("ctl.run.rows_total", [("rows", number(view.rows_copied))]),
    });
    let waits: Vec<String> = view
        .waits
        .iter()
        .filter(|wait| wait.ms > 0)
        .map(|wait| {
            let what = out.name(&format!("wait.{}", wait_key(wait.reason)));
            out.own_with(
                "ctl.run.waited",
                [("what", what), ("time", duration(out, wait.ms))],
            )
        })
        .collect();
    took.into_iter().chain(rows).chain(waits)
}

fn leftover_text(out: &Output, leftover: &Leftover) -> String {
    match leftover {
        Leftover::Trigger { database, name } => {
            let name = mysqler_contract::TableRef::new(database.clone(), name.clone());
            out.own_with(
                "ctl.leftover.trigger",
                [("name", printable(&table_name::quote(&name)))],
            )
        }
        Leftover::Table { table } => out.own_with(
            "ctl.leftover.table",
            [("name", printable(&table_name::quote(table)))],
        ),
        Leftover::Session { id } => out.own_with("ctl.leftover.session", [("id", id.to_string())]),
    }
}

/// Everything that is known of a run, for `runs show`.
pub fn facts_of(out: &Output, view: &RunView) -> Vec<String> {
    let title = |key: &str| out.own(key);
    let table = printable(&table_name::quote(&view.table));
    let mut lines = facts(&[
        (title("ctl.column.run"), Some(view.id.to_string())),
        (title("ctl.column.state"), Some(state(out, view))),
        (
            title("ctl.column.connection"),
            Some(printable(&view.connection_name)),
        ),
        (
            title("ctl.plan.change"),
            Some(format!("ALTER TABLE {table} {}", printable(&view.clause))),
        ),
        (
            title("ctl.plan.mode"),
            view.dry_run.then(|| title("ctl.plan.dry_run")),
        ),
        (title("ctl.plan.engine"), Some(title(engine_key(view.engine)))),
        (title("ctl.column.waits"), waiting::words(out, view)),
        (title("ctl.column.schedule"), waiting::schedule(out, view)),
        (title("ctl.column.batch"), waiting::batch(view)),
        (title("ctl.column.created"), Some(moment(view.created_at))),
        (title("ctl.column.started"), view.started_at.map(moment)),
        (title("ctl.column.finished"), view.finished_at.map(moment)),
        (
            title("ctl.column.rows"),
            (view.engine == Engine::PtOsc).then(|| rows(out, view)),
        ),
        (
            title("ctl.column.supervisor"),
            view.supervisor.as_deref().map(printable),
        ),
        place(out, view.job.as_deref()),
        (
            title("ctl.column.exit_code"),
            view.exit_code.map(|code| code.to_string()),
        ),
    ]);
    if !view.phases.is_empty() {
        lines.push(String::new());
        lines.extend(view.phases.iter().map(|phase| phase_line(out, phase)));
    }
    lines.extend(pauses(out, view));
    if view.state.is_terminal() {
        lines.push(String::new());
        lines.extend(ending(out, view));
    }
    lines
}

fn engine_key(engine: Engine) -> &'static str {
    match engine {
        Engine::PtOsc => "ctl.plan.engine_ptosc",
        Engine::Direct => "ctl.plan.engine_direct",
    }
}

fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::CreateShadow => "create_shadow",
        Phase::AlterShadow => "alter_shadow",
        Phase::CreateTriggers => "create_triggers",
        Phase::Copy => "copy",
        Phase::Analyze => "analyze",
        Phase::Gate => "gate",
        Phase::Alter => "alter",
        Phase::UpdateForeignKeys => "update_foreign_keys",
        Phase::Swap => "swap",
        Phase::DropOld => "drop_old",
        Phase::DropTriggers => "drop_triggers",
        Phase::Verify => "verify",
    }
}

fn wait_key(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Load => "load",
        WaitReason::Lag => "lag",
        WaitReason::ReplicaStopped => "replica_stopped",
        WaitReason::Unwatched => "unwatched",
        WaitReason::Lock => "lock",
        WaitReason::Pause => "pause",
        WaitReason::Window => "window",
    }
}

#[cfg(test)]
#[path = "words_test.rs"]
mod tests;
