//! `run`: plan, confirm, start, and watch until the end.

use std::io::{BufRead, Write};

use mysqler_contract::{AppError, Confirmation, ErrorCode, Plan, Result, Schedule};

use super::change::Change;
use super::plan;
use super::times::Times;
use crate::context::Context;
use crate::exit::Exit;
use crate::interrupt::Interrupts;
use crate::output::printable;
use crate::watch::{self, OnInterrupt};
use crate::{secrets, table_name};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: Change,
    /// The table's full name again, where the plan asks for it
    #[arg(long, value_name = "DB.TABLE")]
    confirm: Option<String>,
    /// Codes of the dangers that you accept
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    accept: Vec<String>,
    #[command(flatten)]
    times: Times,
}

/// With `--json`: the plan, then the run whenever it changed; the last object is how it ended.
pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let out = &context.out;
    // From the first question on: a Ctrl-C always finds somebody who ends what it is about.
    let mut interrupts = Interrupts::listen();
    let plan = plan::made(context, args.change, &mut interrupts).await?;
    out.answer(&plan, |plan| plan::described(out, plan));
    if let Some(error) = plan::refusal(&plan) {
        return Err(error);
    }
    let schedule = args.times.schedule();
    started(
        context,
        &plan,
        (args.confirm, args.accept),
        schedule,
        &mut interrupts,
    )
    .await
}

/// Starts a plan that was shown, with what the command line or a person confirms, and watches its run.
pub async fn started(
    context: &Context,
    plan: &Plan,
    (confirm, accept): (Option<String>, Vec<String>),
    schedule: Schedule,
    interrupts: &mut Interrupts,
) -> Result<Exit> {
    let confirmation = tokio::select! {
        confirmation = confirmation(context, plan, confirm, accept) => confirmation?,
        () = interrupts.next() => return Err(AppError::new(ErrorCode::Cancelled)),
    };
    let view = context
        .core
        .run_start_at(&plan.id, &confirmation, schedule)
        .await?;
    context.out.say(String::new());
    watch::until_the_end(context, view.id, OnInterrupt::StopTheRun, interrupts).await
}

/// What the command line confirms. A table named with backticks says the same as one named without.
fn given(plan: &Plan, confirm: Option<String>, accept: Vec<String>) -> Confirmation {
    let same = |text: &str| table_name::parse(text).is_ok_and(|table| table == plan.request.table);
    let typed = match confirm {
        Some(text) if same(&text) => Some(plan.confirmation.typed.clone().unwrap_or(text)),
        other => other,
    };
    Confirmation {
        typed,
        accept: upper(&accept),
    }
}

/// Codes as they are told, however they were typed.
pub fn upper(codes: &[String]) -> Vec<String> {
    codes
        .iter()
        .map(|code| code.trim().to_ascii_uppercase())
        .collect()
}

async fn confirmation(
    context: &Context,
    plan: &Plan,
    confirm: Option<String>,
    accept: Vec<String>,
) -> Result<Confirmation> {
    let need = &plan.confirmation;
    let Some(wanted) = &need.typed else {
        return Ok(given(plan, confirm, accept));
    };
    let ask = confirm.is_none() && accept.is_empty() && !context.out.json() && secrets::can_ask();
    if !ask {
        // Whatever is missing or wrong is refused by the core, in its own words.
        return Ok(given(plan, confirm, accept));
    }
    let out = &context.out;
    let dangers = plan
        .findings
        .iter()
        .filter(|finding| need.accept.contains(&finding.code));
    let listed: Vec<String> = dangers
        .flat_map(|finding| plan::finding_lines(out, finding))
        .collect();
    out.note("");
    listed.iter().for_each(|line| out.note(line));
    let question = out.own_with("ctl.run.type_name", [("name", printable(wanted))]);
    // On a thread of its own: a prompt that waits must not hold up the rest.
    let answer = tokio::task::spawn_blocking(move || asked(&question))
        .await
        .map_err(AppError::internal)??;
    let answered = given(plan, Some(answer), Vec::new());
    if answered.typed.as_ref() != Some(wanted) {
        return Err(AppError::new(ErrorCode::ConfirmationMismatch));
    }
    // The dangers were listed above the line that was typed: typing it accepts them.
    Ok(Confirmation {
        accept: need.accept.clone(),
        ..answered
    })
}

pub fn asked(question: &str) -> Result<String> {
    let mut err = std::io::stderr().lock();
    let mut answer = String::new();
    write!(err, "{question}: ")
        .and_then(|()| err.flush())
        .and_then(|()| std::io::stdin().lock().read_line(&mut answer))
        .map_err(|error| AppError::new(ErrorCode::Cancelled).detail(error))?;
    Ok(answer.trim_end_matches(['\n', '\r']).to_owned())
}
