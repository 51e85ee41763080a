//! Waiting for a plan: what is asked of the table's rows is shown, and Ctrl-C ends it on the server.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use mysqler_contract::{
    AppError, BatchPlan, BatchProgress, ChangeRequest, ErrorCode, Plan, PlanProgress, Result,
};

use super::asked;
use crate::context::Context;
use crate::interrupt::Interrupts;
use crate::output::printable;
use crate::table_name;

/// `CANCELLED` after a Ctrl-C, once nothing of the plan runs on the server any more; a second one does not wait for that.
pub async fn awaited(context: &Context, request: ChangeRequest, interrupts: &mut Interrupts) -> Result<Plan> {
    let ticket = format!("mysqlerctl:{}", std::process::id());
    let mut progress = context.progress.clone();
    let line = Line::new(context);
    let planning = context.core.plan(request, Some(ticket.clone()));
    tokio::pin!(planning);
    let mut cancelled = false;
    let plan = loop {
        tokio::select! {
            plan = &mut planning => break plan,
            Ok(()) = progress.changed() => line.show(progress.borrow_and_update().as_ref()),
            () = interrupts.next() => {
                if cancelled {
                    break Err(AppError::new(ErrorCode::Cancelled));
                }
                cancelled = true;
                context.core.plan_cancel(&ticket).await;
            }
        }
    };
    line.clear();
    match cancelled {
        true => Err(AppError::new(ErrorCode::Cancelled)),
        false => plan,
    }
}

/// As [`awaited`], for several plans that are made one after another.
pub async fn batch(
    context: &Context,
    requests: Vec<ChangeRequest>,
    interrupts: &mut Interrupts,
) -> Result<BatchPlan> {
    let ticket = format!("mysqlerctl:{}", std::process::id());
    let mut progress = context.batch_progress.clone();
    let line = Line::new(context);
    let planning = context.core.batch_plan(requests, Some(ticket.clone()));
    tokio::pin!(planning);
    let mut cancelled = false;
    let batch = loop {
        tokio::select! {
            batch = &mut planning => break batch,
            Ok(()) = progress.changed() => line.show_batch(progress.borrow_and_update().as_ref()),
            () = interrupts.next() => {
                if cancelled {
                    break Err(AppError::new(ErrorCode::Cancelled));
                }
                cancelled = true;
                context.core.plan_cancel(&ticket).await;
            }
        }
    };
    line.clear();
    batch
}

/// One line on a terminal; silent where a program reads.
struct Line<'a> {
    context: &'a Context,
    bar: Option<ProgressBar>,
}

impl<'a> Line<'a> {
    fn new(context: &'a Context) -> Self {
        let shown = !context.out.json() && std::io::stderr().is_terminal();
        Self {
            context,
            bar: shown.then(ProgressBar::new_spinner),
        }
    }

    fn show(&self, progress: Option<&PlanProgress>) {
        let (Some(bar), Some(progress)) = (&self.bar, progress) else {
            return;
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        let out = &self.context.out;
        let step = (progress.done + 1).min(progress.total);
        let what = match &progress.reading {
            Some(reading) => format!("{} ({})", progress.step, asked::read(out, reading)),
            None => progress.step.clone(),
        };
        bar.set_message(out.own_with(
            "ctl.plan.asking",
            [
                ("step", step.to_string()),
                ("total", progress.total.to_string()),
                ("what", what),
            ],
        ));
    }

    fn show_batch(&self, progress: Option<&BatchProgress>) {
        let (Some(bar), Some(progress)) = (&self.bar, progress) else {
            return;
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_message(self.context.out.own_with(
            "ctl.plan.asking",
            [
                ("step", (progress.done + 1).to_string()),
                ("total", progress.of.to_string()),
                ("what", printable(&table_name::quote(&progress.table))),
            ],
        ));
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
