//! `runs`: what is under way, its log, and what can be asked of it.

use std::convert::Infallible;
use std::time::Duration;

use clap::{Args, Subcommand};
use futures::StreamExt;
use mysqler_contract::{LogBatch, LogKind, LogLine, QueueMove, Result, RunDetail, RunId, RunState, RunView};

use super::continuing::{self, Continue, Stop};
use super::gate::{self, Gate};
use super::tune::{self, Cutover, Tune};
use super::{history, plan};
use crate::context::Context;
use crate::exit::{self, Exit};
use crate::interrupt::Interrupts;
use crate::output::{Output, bytes, moment, printable};
use crate::vault;
use crate::watch::{self, OnInterrupt};

/// Lines of a stored log that are read at once.
const PAGE: u32 = 5_000;
/// A wish takes effect within one chunk; much longer than that only says that it is on its way.
pub const SOON: Duration = Duration::from_secs(30);

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs that have not ended
    List,
    /// Everything of one run
    Show(Id),
    /// A run's log
    Log(Log),
    /// Stand still within one chunk
    Pause(Id),
    /// Go on after a pause
    Resume(Id),
    /// Let a held run swap, and watch it to its end; or set when it does so by itself
    Cutover(Cutover),
    /// Wait before the swap, although that was not asked for at the start
    Hold(Id),
    /// What stands in the way of the swap now: locks, replicas, load; count or compare both tables
    Gate(Gate),
    /// Change thresholds, chunk time or lag while the run copies
    Tune(Tune),
    /// End the run, remove what it made, and wait for that
    Stop(Stop),
    /// Go on from what a run left that broke off, or was stopped with --keep
    Continue(Continue),
    /// Remove what an ended run left on the server
    Cleanup(Id),
    /// Watch a run until it ends; takes it up when no process drives it
    Watch(Id),
    /// Change a waiting run's place in the queue
    Move(Move),
    /// Let a waiting run begin without waiting for its time, and watch it; its window still holds the swap
    StartNow(Id),
}

#[derive(Debug, Args)]
pub struct Id {
    #[arg(value_parser = |text: &str| Ok::<_, Infallible>(RunId(text.to_owned())))]
    pub id: RunId,
}

#[derive(Debug, Args)]
pub struct Move {
    #[command(flatten)]
    run: Id,
    #[command(flatten)]
    to: To,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct To {
    /// Before all others
    #[arg(long)]
    first: bool,
    /// Behind all others
    #[arg(long)]
    last: bool,
    /// One place forward
    #[arg(long)]
    up: bool,
    /// One place back
    #[arg(long)]
    down: bool,
    /// Right before this run
    #[arg(long, value_name = "ID")]
    before: Option<String>,
}

impl To {
    fn place(self) -> QueueMove {
        match self {
            To { before: Some(id), .. } => QueueMove::Before { run: RunId(id) },
            To { first: true, .. } => QueueMove::First,
            To { last: true, .. } => QueueMove::Last,
            To { up: true, .. } => QueueMove::Up,
            _ => QueueMove::Down,
        }
    }
}

#[derive(Debug, Args)]
pub struct Log {
    #[command(flatten)]
    run: Id,
    /// Go on with what comes until the run ends
    #[arg(long, short)]
    follow: bool,
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    let core = &context.core;
    match command {
        Command::List => {
            let runs = core.runs_live().await?;
            context.out.list(&runs, |runs| history::table(&context.out, runs));
            Ok(Exit::Done)
        }
        Command::Show(Id { id }) => {
            let detail = core.run_detail(&id).await.map_err(|error| named(error, &id))?;
            context.out.answer(&detail, |detail| shown(&context.out, detail));
            Ok(Exit::Done)
        }
        Command::Log(args) => log(context, args).await,
        Command::Pause(Id { id }) => {
            ready(context, &id).await?;
            core.run_pause(&id).await?;
            reached(context, &id, |state| matches!(state, RunState::Paused { .. })).await
        }
        Command::Resume(Id { id }) => {
            ready(context, &id).await?;
            core.run_resume(&id).await?;
            reached(context, &id, |state| !matches!(state, RunState::Paused { .. })).await
        }
        Command::Cutover(args) => tune::cutover(context, args).await,
        Command::Hold(id) => tune::hold(context, id).await,
        Command::Gate(args) => gate::run(context, args).await,
        Command::Tune(args) => tune::tune(context, args).await,
        Command::Stop(args) => continuing::stop(context, args).await,
        Command::Continue(args) => continuing::go_on(context, args).await,
        Command::Cleanup(Id { id }) => cleanup(context, id).await,
        Command::Watch(Id { id }) => {
            ready(context, &id).await?;
            watched(context, id).await
        }
        Command::Move(Move { run: Id { id }, to }) => {
            let waiting = core
                .run_move(&id, &to.place())
                .await
                .map_err(|error| named(error, &id))?;
            context
                .out
                .list(&waiting, |runs| history::table(&context.out, runs));
            Ok(Exit::Done)
        }
        Command::StartNow(Id { id }) => {
            ready(context, &id).await?;
            core.run_start_now(&id).await?;
            watched(context, id).await
        }
    }
}

fn named(error: mysqler_contract::AppError, id: &RunId) -> mysqler_contract::AppError {
    if error.code == mysqler_contract::ErrorCode::NotFound {
        error.with("what", id)
    } else {
        error
    }
}

/// Whoever takes a run up may have to clean or to prove something on its server, so the vault has to be open. A run
/// that another process drives needs no secret here.
pub async fn ready(context: &Context, id: &RunId) -> Result<RunView> {
    let view = context
        .core
        .run_view(id)
        .await
        .map_err(|error| named(error, id))?;
    let here = context.core.connection(&view.connection_id).await;
    let stored = here.is_ok_and(|saved| saved.password == mysqler_contract::SecretPresence::Stored);
    if stored && (context.passphrase_file.is_some() || crate::secrets::can_ask()) {
        vault::open(context).await?;
    }
    Ok(view)
}

/// Takes up, beside `work`, runs that no process drives: this one, if its process is gone.
pub async fn attending<T>(context: &Context, work: impl Future<Output = T>) -> T {
    let for_ever = async {
        context.core.attend().await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        done = work => done,
        never = for_ever => match never {},
    }
}

pub async fn watched(context: &Context, id: RunId) -> Result<Exit> {
    let mut interrupts = Interrupts::listen();
    attending(
        context,
        watch::until_the_end(context, id, OnInterrupt::Leave, &mut interrupts),
    )
    .await
}

/// Waits until the wish has come true and says where the run stands now.
async fn reached(context: &Context, id: &RunId, wanted: impl Fn(&RunState) -> bool) -> Result<Exit> {
    let view = watch::until(context, id, SOON, |view| {
        wanted(&view.state) || view.state.is_terminal()
    })
    .await?;
    let out = &context.out;
    let came_true = wanted(&view.state);
    out.answer(&view, |view| {
        let state = ("state", history::state_name(out, view));
        let key = if came_true { "ctl.run.now" } else { "ctl.run.asked" };
        vec![out.own_with(key, [("run", view.id.to_string()), state])]
    });
    Ok(if came_true {
        Exit::Done
    } else {
        exit::of_run(view.state.kind())
    })
}

async fn cleanup(context: &Context, id: RunId) -> Result<Exit> {
    let before = ready(context, &id).await?;
    if !context.out.json() {
        watch::ending(&context.out, &before)
            .iter()
            .for_each(|line| context.out.line(line));
    }
    context.core.run_cleanup(&id).await?;
    let busy = || context.core.supervised() > 0;
    let view = watch::until(context, &id, SOON, |view| view.state.is_terminal() && !busy()).await?;
    let out = &context.out;
    out.answer(&view, |view| watch::ending(out, view));
    // `failed` and `cancelled` mean that nothing of ours is left: that is what was asked for.
    Ok(match view.state {
        RunState::Completed | RunState::Failed { .. } | RunState::Cancelled => Exit::Done,
        other => exit::of_run(other.kind()),
    })
}

fn shown(out: &Output, detail: &RunDetail) -> Vec<String> {
    let mut lines = watch::facts_of(out, &detail.view);
    lines.extend(size(out, detail));
    let steered = tune::retunings(out, &detail.view, 0);
    let record = gate::of_record(out, &detail.view);
    lines.extend(steered.iter().chain(&record).map(|line| format!("  {line}")));
    if !detail.plan.findings.is_empty() {
        lines.push(String::new());
        lines.push(out.own("ctl.plan.findings"));
        lines.extend(
            detail
                .plan
                .findings
                .iter()
                .flat_map(|finding| plan::finding_lines(out, finding)),
        );
    }
    for (key, text) in [
        ("ctl.plan.command", &detail.plan.command),
        ("ctl.run.definition", &detail.definition_after),
    ] {
        if let Some(text) = text {
            lines.push(String::new());
            lines.push(out.own(key));
            lines.extend(text.lines().map(|line| format!("  {}", printable(line))));
        }
    }
    lines
}

fn size(out: &Output, detail: &RunDetail) -> Option<String> {
    let summary = &detail.plan.facts.summary;
    let before = summary.data_bytes.saturating_add(summary.index_bytes);
    let after = detail.view.bytes_after?;
    let sizes = [("before", bytes(before)), ("after", bytes(after))];
    Some(format!("  {}", out.own_with("ctl.run.size_change", sizes)))
}

async fn log(context: &Context, args: Log) -> Result<Exit> {
    let id = args.run.id;
    context
        .core
        .run_view(&id)
        .await
        .map_err(|error| named(error, &id))?;
    if args.follow {
        follow(context, id).await
    } else {
        whole_log(context, &id).await
    }
}

async fn whole_log(context: &Context, id: &RunId) -> Result<Exit> {
    let mut after = 0;
    loop {
        let page = context.core.run_log(id, after, PAGE).await?;
        let Some(last) = page.lines.last().map(|line| line.seq) else {
            return Ok(Exit::Done);
        };
        page.lines.iter().for_each(|line| log_line(&context.out, line));
        if context.out.closed() {
            return Ok(Exit::Done);
        }
        after = last;
    }
}

async fn follow(context: &Context, id: RunId) -> Result<Exit> {
    let mut interrupts = Interrupts::listen();
    let mut batches = context.core.follow_log(id, 0);
    loop {
        let batch = tokio::select! {
            batch = batches.next() => batch,
            () = interrupts.next() => return Ok(Exit::Done),
        };
        match batch {
            Some(Ok(LogBatch::Lines { lines })) => lines.iter().for_each(|line| log_line(&context.out, line)),
            Some(Err(error)) => return Err(error),
            Some(Ok(LogBatch::End)) | None => return Ok(Exit::Done),
        }
        if context.out.closed() {
            return Ok(Exit::Done);
        }
    }
}

fn log_line(out: &Output, line: &LogLine) {
    if out.json() {
        return out.object(line);
    }
    let mark = match line.kind {
        LogKind::Warning => "! ",
        LogKind::Error => "!! ",
        _ => "",
    };
    out.line(format!(
        "{}  {mark}{}",
        moment(line.at),
        printable(&line.words(out.locale()))
    ));
}
