//! Waiting for a plan: what is asked of the table's rows is shown, and Ctrl-C ends it on the server.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use mysqler_contract::{
    AppError, BatchPlan, BatchProgress, ChangeRequest, ErrorCode, Plan, PlanProgress, Result,
};

use tokio::sync::watch;

use super::asked;
use crate::context::Context;
use crate::interrupt::Interrupts;
use crate::output::printable;
use crate::table_name;

/// `CANCELLED` after a Ctrl-C, once nothing of the plan runs on the server any more; a second one does not wait for that.
pub async fn awaited(context: &Context, request: ChangeRequest, interrupts: &mut Interrupts) -> Result<Plan> {
    let ticket = ticket();
    let planning = context.core.plan(request, Some(ticket.clone()));
    let show = |line: &Line<'_>, step: &PlanProgress| line.show(step);
    let plan = shown(
        context,
        &ticket,
        planning,
        context.progress.clone(),
        show,
        interrupts,
    )
    .await?;
    match plan {
        Made::Whole(plan) => Ok(plan),
        Made::Cancelled(_) => Err(AppError::new(ErrorCode::Cancelled)),
    }
}

/// As [`awaited`], for several plans that are made one after another.
pub async fn batch(
    context: &Context,
    requests: Vec<ChangeRequest>,
    interrupts: &mut Interrupts,
) -> Result<BatchPlan> {
    let ticket = ticket();
    let planning = context.core.batch_plan(requests, Some(ticket.clone()));
    let show = |line: &Line<'_>, step: &BatchProgress| line.show_batch(step);
    let steps = context.batch_progress.clone();
    match shown(context, &ticket, planning, steps, show, interrupts).await? {
        // What was not planned any more says so itself.
        Made::Whole(batch) | Made::Cancelled(batch) => Ok(batch),
    }
}

fn ticket() -> String {
    format!("mysqlerctl:{}", std::process::id())
}

enum Made<T> {
    Whole(T),
    /// It came to an end after a Ctrl-C.
    Cancelled(T),
}

/// Shows each step on one line. The first Ctrl-C ends the planning on the server, a second one the waiting for that.
async fn shown<T, P: Clone>(
    context: &Context,
    ticket: &str,
    planning: impl Future<Output = Result<T>>,
    mut steps: watch::Receiver<Option<P>>,
    show: impl Fn(&Line<'_>, &P),
    interrupts: &mut Interrupts,
) -> Result<Made<T>> {
    let line = Line::new(context);
    tokio::pin!(planning);
    let mut cancelled = false;
    let made = loop {
        tokio::select! {
            made = &mut planning => break made,
            Ok(()) = steps.changed() => {
                let step = steps.borrow_and_update().clone();
                if let Some(step) = &step {
                    show(&line, step);
                }
            }
            () = interrupts.next() => {
                if cancelled {
                    break Err(AppError::new(ErrorCode::Cancelled));
                }
                cancelled = true;
                context.core.plan_cancel(ticket).await;
            }
        }
    };
    line.clear();
    match cancelled {
        true => made.map(Made::Cancelled),
        false => made.map(Made::Whole),
    }
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

    fn show(&self, progress: &PlanProgress) {
        let Some(bar) = &self.bar else {
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

    fn show_batch(&self, progress: &BatchProgress) {
        let Some(bar) = &self.bar else {
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
