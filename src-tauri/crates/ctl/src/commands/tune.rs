//! `runs tune`, `runs hold` and `runs cutover --at`: what is changed about a run while it works.

use clap::Args;
use mysqler_contract::{LoadThreshold, OptionSetting, Result, RunState, RunView, Timestamp, Tuning};

use super::history::local_time;
use super::runs::{Id, SOON, attending, ready, watched};
use crate::context::Context;
use crate::exit::{self, Exit};
use crate::output::{Output, moment};
use crate::watch;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true)
    .args(["max_load", "critical_load", "chunk_time", "max_lag"]))]
pub struct Tune {
    #[command(flatten)]
    run: Id,
    /// The copy waits while any is exceeded; empty turns the check off
    #[arg(long, value_name = "NAME=VALUE,…")]
    max_load: Option<String>,
    /// The run aborts when any is exceeded; empty turns the check off
    #[arg(long, value_name = "NAME=VALUE,…")]
    critical_load: Option<String>,
    /// Seconds that one chunk should take, for example 0.1
    #[arg(long, value_name = "SECONDS")]
    chunk_time: Option<String>,
    /// Seconds of replica lag at which the copy waits; empty lets it wait for no replica, on MariaDB
    #[arg(long, value_name = "SECONDS")]
    max_lag: Option<String>,
}

#[derive(Debug, Args)]
pub struct Cutover {
    #[command(flatten)]
    run: Id,
    /// Swap by itself at this local time, and wait until then: 'YYYY-MM-DD HH:MM'
    #[arg(long, value_name = "TIME", value_parser = local_time)]
    at: Option<Timestamp>,
    /// Take a set time back: the run waits for a person
    #[arg(long, conflicts_with = "at")]
    no_time: bool,
}

/// Waits until the tool has taken the values over, or says that this is still to come.
pub async fn tune(context: &Context, args: Tune) -> Result<Exit> {
    let id = args.run.id;
    let before = ready(context, &id).await?;
    let given = [
        ("max-load", args.max_load),
        ("critical-load", args.critical_load),
        ("chunk-time", args.chunk_time),
        ("max-lag", args.max_lag),
    ];
    let settings: Vec<OptionSetting> = given
        .into_iter()
        .filter_map(|(name, value)| Some(OptionSetting::new(name, Some(&value?))))
        .collect();
    let asked = context.core.run_tune(&id, &settings).await?;
    let known = before.retunings.len();
    let taken = watch::until(context, &id, SOON, |view| {
        view.retunings.len() > known || view.state.is_terminal()
    });
    let view = attending(context, taken).await?;
    let out = &context.out;
    out.answer(&view, |view| match view.retunings.get(known..) {
        Some(news) if !news.is_empty() => retunings(out, view, known),
        _ => {
            let what = ("what", words(&asked));
            vec![out.own_with("ctl.run.tuning_asked", [("run", view.id.to_string()), what])]
        }
    });
    Ok(if view.state.is_terminal() {
        exit::of_run(view.state.kind())
    } else {
        Exit::Done
    })
}

/// Swaps now and watches, or sets and takes back a time.
pub async fn cutover(context: &Context, args: Cutover) -> Result<Exit> {
    let id = args.run.id;
    ready(context, &id).await?;
    if args.at.is_none() && !args.no_time {
        context.core.run_cutover(&id).await?;
        return watched(context, id).await;
    }
    context.core.run_cutover_at(&id, args.at).await?;
    let set = watch::until(context, &id, SOON, |view| {
        (view.hold_cutover && view.cut_over_at == args.at) || view.state.is_terminal()
    });
    told(context, attending(context, set).await?)
}

pub async fn hold(context: &Context, id: Id) -> Result<Exit> {
    let id = id.id;
    ready(context, &id).await?;
    context.core.run_hold(&id).await?;
    let held = watch::until(context, &id, SOON, |view| {
        view.hold_cutover || view.state.is_terminal()
    });
    told(context, attending(context, held).await?)
}

fn told(context: &Context, view: RunView) -> Result<Exit> {
    let out = &context.out;
    out.answer(&view, |view| {
        let mut lines = watch::where_it_stands(out, view);
        if view.cut_over_at.is_none()
            && view.hold_cutover
            && !matches!(view.state, RunState::AwaitingCutover { .. })
        {
            lines.push(format!("  {}", out.own("ctl.plan.hold")));
        }
        lines.extend(
            super::gate::of_record(out, view)
                .iter()
                .map(|line| format!("  {line}")),
        );
        lines
    });
    Ok(if view.state.is_terminal() {
        exit::of_run(view.state.kind())
    } else {
        Exit::Done
    })
}

/// Changes of thresholds and chunk time from the `from`th on.
pub fn retunings(out: &Output, view: &RunView, from: usize) -> Vec<String> {
    let news = view.retunings.iter().skip(from);
    news.flat_map(|one| {
        let since = [("time", moment(one.at)), ("what", words(&one.tuning))];
        let refused = (!one.refused.is_empty())
            .then(|| out.own_with("ctl.run.tuning_refused", [("what", one.refused.join(", "))]));
        [out.own_with("ctl.run.retuned", since)]
            .into_iter()
            .chain(refused)
    })
    .collect()
}

/// In the tool's own words.
fn words(tuning: &Tuning) -> String {
    let list = |all: &[LoadThreshold]| {
        let each = all.iter().map(|one| format!("{}={}", one.variable, one.value));
        each.collect::<Vec<_>>().join(",")
    };
    let time = tuning
        .chunk_time_ms
        .map(|ms| format!("--chunk-time {}", f64::from(ms) / 1000.0));
    let lag = tuning.max_lag_s.map(|seconds| match seconds {
        Tuning::NO_LAG_LIMIT => "--max-lag ''".to_owned(),
        seconds => format!("--max-lag {seconds}"),
    });
    let loads = [
        ("max-load", &tuning.max_load),
        ("critical-load", &tuning.critical_load),
    ];
    let loads = loads
        .into_iter()
        .map(|(name, all)| format!("--{name} '{}'", list(all)));
    time.into_iter()
        .chain(lag)
        .chain(loads)
        .collect::<Vec<_>>()
        .join(" ")
}
