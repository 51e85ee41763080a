//! `runs gate`: what stands around a run's table before it swaps, and the questions that a person may ask there.

use std::time::Duration;

use clap::Args;
use mysqler_contract::{
    Checksum, ChecksumOutcome, GateFigures, GateLock, Params, Result, RunState, RunView, ServerSession,
};

use super::runs::{Id, attending, ready};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Output, moment, number, printable};
use crate::watch;

/// The setting bounds both questions; what is longer than any bound is no answer.
const LONGEST: Duration = Duration::from_secs(48 * 3600);
/// Enough of a statement to know it by, in characters.
const STATEMENT_LENGTH: usize = 120;

#[derive(Debug, Args)]
pub struct Gate {
    #[command(flatten)]
    run: Id,
    /// Count the rows of both tables in one snapshot, and wait for that
    #[arg(long)]
    count: bool,
    /// Compare the rows of both tables by chunks of their key, and wait for that
    #[arg(long, conflicts_with = "count")]
    compare: bool,
    /// End a comparison that is under way
    #[arg(long, conflicts_with_all = ["count", "compare"])]
    end_compare: bool,
}

/// Refused when rows were found to differ: the run does not swap then.
pub async fn run(context: &Context, args: Gate) -> Result<Exit> {
    let id = args.run.id;
    let view = ready(context, &id).await?;
    let core = &context.core;
    if args.count {
        core.run_count(&id).await?;
    }
    if args.compare {
        core.run_compare(&id).await?;
    }
    if args.end_compare {
        core.run_compare_end(&id).await?;
    }
    let view = if args.count || args.compare || args.end_compare {
        let counted_before = view.counted_at;
        let before = view
            .checksum
            .map(|checksum| checksum.began)
            .filter(|_| args.compare);
        let answered = watch::until(context, &id, LONGEST, |view| {
            let counted = view.counted_at != counted_before;
            let compared = view
                .checksum
                .as_ref()
                .is_some_and(|checksum| !checksum.under_way() && Some(checksum.began) != before);
            view.state.is_terminal() || if args.count { counted } else { compared }
        });
        attending(context, answered).await?
    } else {
        view
    };
    let out = &context.out;
    if view.state.is_terminal() {
        out.answer(&view, |view| watch::ending(out, view));
        return Ok(crate::exit::of_run(view.state.kind()));
    }
    let figures = core.run_gate(&id).await?;
    out.answer(&figures, |figures| shown(out, figures, &view));
    Ok(if view.differs.is_some() {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn shown(out: &Output, figures: &GateFigures, view: &RunView) -> Vec<String> {
    let mut lines = vec![out.own_with("ctl.gate.at", [("time", moment(figures.at))])];
    let mut details = Vec::new();
    match &figures.locks {
        Some(locks) if locks.is_empty() => details.push(out.own("ctl.gate.no_locks")),
        Some(locks) => details.extend(locks.iter().map(|lock| lock_line(out, lock))),
        None => {}
    }
    let open = figures.transactions.iter().flatten();
    details.extend(open.map(|session| out.own_with("ctl.gate.transaction", session_params(session))));
    details.extend(
        figures
            .replicas
            .iter()
            .filter(|replica| replica.trouble.is_none())
            .map(|replica| {
                let name = ("name", printable(&replica.name));
                match replica.lag_s {
                    Some(lag) => out.own_with("ctl.gate.replica", [name, ("lag", lag.to_string())]),
                    None => out.own_with("ctl.gate.replica_unknown", [name]),
                }
            }),
    );
    details.extend(figures.load.iter().map(|load| {
        let now = [("variable", load.variable.clone()), ("value", number(load.value))];
        let limit = |limit: Option<u64>| limit.map_or_else(|| "–".to_owned(), number);
        match (load.max, load.critical) {
            (None, None) => out.own_with("ctl.gate.load", now),
            (max, critical) => {
                let [variable, value] = now;
                let limits = [("max", limit(max)), ("critical", limit(critical))];
                let [max, critical] = limits;
                out.own_with("ctl.gate.load_limits", [variable, value, max, critical])
            }
        }
    }));
    details.extend(of_record(out, view));
    lines.extend(details.iter().map(|line| format!("  {line}")));
    if figures.obstacles.is_empty() {
        if matches!(view.state, RunState::AwaitingCutover { .. }) {
            lines.push(out.own("ctl.gate.clear"));
        }
    } else {
        lines.push(out.own("ctl.gate.obstacles"));
        let said = figures.obstacles.iter();
        lines.extend(said.map(|one| {
            let text = out.text(&format!("gate.{}", one.what), &one.params);
            format!("  {}", printable(&text))
        }));
    }
    lines
}

fn lock_line(out: &Output, lock: &GateLock) -> String {
    let key = if lock.granted {
        "ctl.gate.lock_holds"
    } else {
        "ctl.gate.lock_waits"
    };
    let [id, user, seconds, statement] = session_params(&lock.session);
    out.own_with(key, [id, user, seconds, statement, ("lock", lock.lock.clone())])
}

fn session_params(session: &ServerSession) -> [(&'static str, String); 4] {
    let statement: String = session
        .statement
        .as_deref()
        .unwrap_or("–")
        .chars()
        .take(STATEMENT_LENGTH)
        .collect();
    [
        ("id", session.id.to_string()),
        ("user", printable(&format!("{}@{}", session.user, session.host))),
        ("seconds", number(session.busy_seconds())),
        ("statement", printable(&statement)),
    ]
}

/// What the run's record says about its gate: the set time, warnings, the comparison.
pub fn of_record(out: &Output, view: &RunView) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(at) = view.cut_over_at {
        lines.push(out.own_with("ctl.gate.cutover_at", [("time", moment(at))]));
    }
    if let Some(at) = view.cut_over_missed {
        lines.push(out.own_with("ctl.gate.cutover_missed", [("time", moment(at))]));
    }
    if view.counting.is_some() {
        lines.push(out.own("ctl.gate.counting"));
    }
    lines.extend(watch::counted(out, view));
    lines.extend(
        view.checksum
            .iter()
            .flat_map(|checksum| checksum_lines(out, checksum)),
    );
    lines.extend(view.warning_counts.iter().map(|warning| {
        let meaning = meaning(out, warning.code);
        let params = [
            ("code", warning.code.to_string()),
            ("count", number(warning.count)),
            ("meaning", meaning),
        ];
        out.own_with("ctl.gate.warnings", params)
    }));
    lines
}

/// In words; a code without words of its own gets those for all.
fn meaning(out: &Output, code: u16) -> String {
    let key = format!("warning.{code}");
    let text = out.name(&key);
    if text == key {
        out.name("warning.other")
    } else {
        text
    }
}

fn checksum_lines(out: &Output, checksum: &Checksum) -> Vec<String> {
    let rows = ("rows", number(checksum.rows));
    let key = |key: &Option<String>| key.as_deref().map_or_else(|| "…".to_owned(), printable);
    let line = match &checksum.outcome {
        ChecksumOutcome::Comparing => out.own_with("ctl.gate.checksum_comparing", [rows]),
        ChecksumOutcome::Equal => out.own_with("ctl.gate.checksum_equal", [rows]),
        ChecksumOutcome::Different { keys } => out.own_with(
            "ctl.gate.checksum_different",
            [("after", key(&keys.after)), ("to", key(&keys.to))],
        ),
        ChecksumOutcome::OutOfTime { .. } => out.own_with("ctl.gate.checksum_out_of_time", [rows]),
        ChecksumOutcome::Cancelled { .. } => out.own_with("ctl.gate.checksum_cancelled", [rows]),
        ChecksumOutcome::Impossible { why } => {
            let why = out.text(&format!("gate.compare_{why}"), &Params::new());
            out.own_with("ctl.gate.checksum_impossible", [("why", why)])
        }
        ChecksumOutcome::Failed { why } => {
            out.own_with("ctl.gate.checksum_failed", [("why", printable(why))])
        }
    };
    let left_out = (!checksum.left_out.is_empty()).then(|| {
        let columns = printable(&checksum.left_out.join(", "));
        out.own_with("ctl.gate.checksum_left_out", [("columns", columns)])
    });
    [line].into_iter().chain(left_out).collect()
}
