//! `runs stop` and `runs continue`: ending a run, with or without what it copied, and going on from that.

use clap::Args;
use mysqler_contract::{Result, RunState, Schedule};

use super::runs::{Id, ready, watched};
use super::{plan, run};
use crate::context::Context;
use crate::exit::Exit;
use crate::interrupt::Interrupts;
use crate::vault;

#[derive(Debug, Args)]
pub struct Stop {
    #[command(flatten)]
    run: Id,
    /// Leave the copied rows and the triggers on the server, to be continued
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Args)]
pub struct Continue {
    #[command(flatten)]
    run: Id,
    /// The table's full name again, where the plan asks for it
    #[arg(long, value_name = "DB.TABLE")]
    confirm: Option<String>,
    /// Codes of the dangers that you accept
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    accept: Vec<String>,
    /// Swap on equal counts, without comparing all rows of both tables first
    #[arg(long)]
    skip_comparison: bool,
}

pub async fn stop(context: &Context, args: Stop) -> Result<Exit> {
    let id = args.run.id;
    ready(context, &id).await?;
    match args.keep {
        true => context.core.run_stop_keep(&id).await?,
        false => context.core.run_stop(&id).await?,
    }
    let exit = watched(context, id.clone()).await?;
    let state = context.core.run_view(&id).await?.state;
    // That the run is stopped, or kept, is what was asked for here.
    let is_kept = args.keep && matches!(state, RunState::NeedsCleanup { error: None, .. });
    Ok(if exit == Exit::Stopped || is_kept {
        Exit::Done
    } else {
        exit
    })
}

/// As `run`: the plan, then the new run until its end.
pub async fn go_on(context: &Context, args: Continue) -> Result<Exit> {
    let mut interrupts = Interrupts::listen();
    let id = args.run.id;
    ready(context, &id).await?;
    vault::open(context).await?;
    let plan = context
        .core
        .continue_plan(&id, args.skip_comparison, None)
        .await?;
    let out = &context.out;
    out.answer(&plan, |plan| plan::described(out, plan));
    if let Some(error) = plan::refusal(&plan) {
        return Err(error);
    }
    let given = (args.confirm, args.accept);
    run::started(context, &plan, given, Schedule::default(), &mut interrupts).await
}
