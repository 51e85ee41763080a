//! `batch`: several tables, or several servers, planned and confirmed together, queued together, and watched to the last.

use mysqler_contract::{
    AppError, BatchItem, BatchPlan, BatchTerms, ChangeRequest, Confirmation, ErrorCode, Plan, Result, RunId,
    RunState,
};

use super::change::Change;
use super::run::{asked, upper};
use super::times::Times;
use super::{plan, planning};
use crate::context::Context;
use crate::exit::Exit;
use crate::interrupt::Interrupts;
use crate::output::{Align, Output, Table, bytes, duration, printable};
use crate::watch::{self, OnInterrupt};
use crate::{secrets, table_name};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: Change,
    /// The same tables on this connection too; repeatable
    #[arg(long = "on", value_name = "CONN")]
    connections: Vec<String>,
    /// Only show the summary; nothing is queued
    #[arg(long)]
    plan_only: bool,
    /// What the batch is called in lists
    #[arg(long, default_value = "")]
    name: String,
    /// One after the other, and none any more once one has ended without success
    #[arg(long)]
    stop_on_failure: bool,
    /// What the summary asks to be typed: how many tables are changed, and where
    #[arg(long, value_name = "TEXT")]
    confirm: Option<String>,
    /// Codes of the dangers that you accept
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    accept: Vec<String>,
    #[command(flatten)]
    times: Times,
}

/// With `--json`: the batch's plan, then each run whenever it changed and as it ended.
pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let out = &context.out;
    let mut interrupts = Interrupts::listen();
    let requests = requests(context, args.change, args.connections).await?;
    let batch = planning::batch(context, requests, &mut interrupts).await?;
    out.answer(&batch, |batch| described(out, batch));
    if let Some(error) = refusal(&batch) {
        return Err(error);
    }
    if args.plan_only {
        return Ok(Exit::Done);
    }
    let confirmation = tokio::select! {
        confirmation = confirmation(context, &batch, args.confirm, args.accept) => confirmation?,
        () = interrupts.next() => return Err(AppError::new(ErrorCode::Cancelled)),
    };
    let terms = BatchTerms {
        name: args.name,
        stop_on_failure: args.stop_on_failure,
        schedule: args.times.schedule(),
    };
    let views = context.core.batch_start(&batch.id, &confirmation, &terms).await?;
    out.say(String::new());
    let runs: Vec<RunId> = views.into_iter().map(|view| view.id).collect();
    watched(context, &runs, &mut interrupts).await
}

async fn requests(context: &Context, change: Change, further: Vec<String>) -> Result<Vec<ChangeRequest>> {
    let mut requests = Vec::new();
    let names = std::iter::once(change.connection.clone()).chain(further);
    for name in names {
        let connection = context.connection(&name).await?;
        requests.extend(change.clone().requests(context, &connection).await?);
    }
    Ok(requests)
}

/// All of them at work at once; shown one after the other, since each has its say.
async fn watched(context: &Context, runs: &[RunId], interrupts: &mut Interrupts) -> Result<Exit> {
    let mut worst = Exit::Done;
    let mut stopping = false;
    for (done, run) in runs.iter().enumerate() {
        let exit = watch::until_the_end(context, run.clone(), OnInterrupt::StopTheRun, interrupts).await?;
        let ended = context.core.run_view(run).await?;
        if !ended.state.is_terminal() {
            // Left to itself by a second Ctrl-C; so are the others.
            return Ok(exit);
        }
        if ended.state == RunState::Cancelled && ended.called_off_by.is_none() && !stopping {
            stopping = true;
            stop(context, &runs[done + 1..]).await?;
        }
        worst = graver(worst, exit);
    }
    Ok(worst)
}

/// Ctrl-C is about the whole batch.
async fn stop(context: &Context, runs: &[RunId]) -> Result<()> {
    for run in runs {
        match context.core.run_stop(run).await {
            Err(error) if error.code == ErrorCode::RunStateForbids => {}
            other => other?,
        }
    }
    Ok(())
}

/// What was called off after a failure says nothing new.
fn graver(one: Exit, other: Exit) -> Exit {
    const ORDER: [Exit; 5] = [
        Exit::OutcomeUnknown,
        Exit::RunFailed,
        Exit::Refused,
        Exit::Stopped,
        Exit::Done,
    ];
    let weight = |exit: &Exit| ORDER.iter().position(|known| known == exit).unwrap_or(0);
    std::cmp::min_by_key(one, other, weight)
}

fn refusal(batch: &BatchPlan) -> Option<AppError> {
    let first = batch
        .items
        .iter()
        .find(|item| item.plan.as_ref().is_none_or(|plan| plan.blocked()))?;
    let plan = first.plan.as_deref().and_then(plan::refusal);
    plan.or_else(|| first.error.clone())
}

fn described(out: &Output, batch: &BatchPlan) -> Vec<String> {
    let mut table = Table::new([
        (String::new(), Align::Right),
        (out.own("ctl.column.connection"), Align::Left),
        (out.own("ctl.column.table"), Align::Left),
        (out.own("ctl.batch.verdict"), Align::Left),
        (out.own("ctl.column.took"), Align::Right),
        (out.own("ctl.column.size"), Align::Right),
        (out.own("ctl.plan.findings"), Align::Left),
    ]);
    for (number, item) in (1..).zip(&batch.items) {
        table.row(row(out, number, item));
    }
    let plans: Vec<&Plan> = batch
        .items
        .iter()
        .filter_map(|item| item.plan.as_deref())
        .collect();
    let time = plans.iter().map(|plan| plan.forecast.duration_ms).sum();
    let room = plans
        .iter()
        .map(|plan| plan.forecast.shadow_bytes)
        .max()
        .unwrap_or(0);
    let mut lines = table.render();
    lines.push(String::new());
    lines.push(out.own_with(
        "ctl.batch.total",
        [
            ("count", batch.items.len().to_string()),
            ("time", duration(out, time)),
            ("room", bytes(room)),
        ],
    ));
    for item in batch.items.iter().filter(|item| item.plan.is_none()) {
        lines.push(table_name::quote(&item.request.table));
        lines.extend(item.error.iter().flat_map(|error| out.error_lines(error)));
    }
    lines
}

fn row(out: &Output, number: usize, item: &BatchItem) -> [String; 7] {
    let table = table_name::quote(&item.request.table);
    let Some(plan) = &item.plan else {
        let verdict = out.own("ctl.batch.failed");
        return [
            number.to_string(),
            String::new(),
            table,
            verdict,
            String::new(),
            String::new(),
            String::new(),
        ];
    };
    let verdict = match plan.blocked() {
        true => "ctl.batch.blocked",
        false if !plan.confirmation.accept.is_empty() => "ctl.batch.danger",
        false => "ctl.batch.ready",
    };
    let mut codes: Vec<&str> = plan
        .findings
        .iter()
        .filter(|finding| finding.severity > mysqler_contract::Severity::Info)
        .map(|finding| finding.code.as_str())
        .collect();
    codes.dedup();
    [
        number.to_string(),
        plan.connection.name.clone(),
        table,
        out.own(verdict),
        duration(out, plan.forecast.duration_ms),
        bytes(plan.forecast.shadow_bytes),
        codes.join(", "),
    ]
}

async fn confirmation(
    context: &Context,
    batch: &BatchPlan,
    confirm: Option<String>,
    accept: Vec<String>,
) -> Result<Confirmation> {
    let out = &context.out;
    let given = Confirmation {
        typed: confirm,
        accept: upper(&accept),
    };
    let ask = given.typed.is_none() && accept.is_empty() && !out.json() && secrets::can_ask();
    let Some(wanted) = batch.confirmation.typed.as_ref().filter(|_| ask) else {
        // Whatever is missing or wrong is refused by the core, in its own words.
        return Ok(given);
    };
    for item in &batch.items {
        let plan = item
            .plan
            .as_ref()
            .filter(|plan| !plan.confirmation.accept.is_empty());
        let Some(plan) = plan else { continue };
        out.note("");
        out.note(printable(&table_name::quote(&item.request.table)));
        let dangers = plan
            .findings
            .iter()
            .filter(|finding| plan.confirmation.accept.contains(&finding.code));
        let lines: Vec<String> = dangers
            .flat_map(|finding| plan::finding_lines(out, finding))
            .collect();
        lines.iter().for_each(|line| out.note(line));
    }
    let question = out.own_with("ctl.batch.type", [("text", printable(wanted))]);
    let answer = tokio::task::spawn_blocking(move || asked(&question))
        .await
        .map_err(AppError::internal)??;
    if answer != *wanted {
        return Err(AppError::new(ErrorCode::ConfirmationMismatch));
    }
    // The dangers were listed above the line that was typed: typing it accepts them.
    Ok(Confirmation {
        typed: Some(answer),
        accept: batch.confirmation.accept.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_end_of_a_batch_is_its_end() {
        assert_eq!(graver(Exit::Done, Exit::Stopped), Exit::Stopped);
        assert_eq!(graver(Exit::Stopped, Exit::RunFailed), Exit::RunFailed);
        assert_eq!(
            graver(Exit::OutcomeUnknown, Exit::RunFailed),
            Exit::OutcomeUnknown
        );
        assert_eq!(graver(Exit::Done, Exit::Done), Exit::Done);
    }
}
