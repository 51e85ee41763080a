//! Watching a run until its end. What is shown is read from the run's record, so a run that another process drives
//! looks the same, and nothing is shown that a crash could take back.

mod compared;
mod face;
pub mod waiting;
mod words;

use std::time::Duration;

use mysqler_contract::{ErrorCode, Result, RunId, RunView};

use crate::context::Context;
use crate::exit::{self, Exit};
use crate::interrupt::Interrupts;
use face::Face;
pub use words::{counted, ending, facts_of, where_it_stands};

/// A run that another process drives tells nothing here: its record is looked at this often.
const LOOK: Duration = Duration::from_millis(300);
/// The record grows with every chunk; a terminal needs no more than a few pictures a second.
const GATHER: Duration = Duration::from_millis(120);
/// Looks at a record that cannot be read before giving up.
const PATIENCE: u32 = 200;
/// What the driving task still writes after the last state, at most.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// What Ctrl-C asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInterrupt {
    /// Once stops the run cleanly, twice leaves it to itself.
    StopTheRun,
    /// Ends the watching only.
    Leave,
}

/// Returns when the run has ended, or when the user no longer wants to watch.
pub async fn until_the_end(
    context: &Context,
    id: RunId,
    on_interrupt: OnInterrupt,
    interrupts: &mut Interrupts,
) -> Result<Exit> {
    let mut face = Face::new(&context.out);
    let mut stopping = on_interrupt == OnInterrupt::Leave;
    loop {
        let view = look(context, &id).await?;
        face.show(&view);
        if view.state.is_terminal() {
            face.close();
            last_words(context).await;
            return Ok(ended(context, &look(context, &id).await?));
        }
        tokio::select! {
            () = changed(context) => {}
            () = interrupts.next() => {
                if stopping {
                    face.close();
                    return Ok(left(context, &look(context, &id).await?));
                }
                stopping = true;
                face.note(&context.out.own("ctl.run.stopping"));
                stop(context, &id).await?;
            }
        }
    }
}

/// A run that has just ended or is on its way to a stop needs no second asking.
async fn stop(context: &Context, id: &RunId) -> Result<()> {
    match context.core.run_stop(id).await {
        Err(error) if error.code == ErrorCode::RunStateForbids => Ok(()),
        other => other,
    }
}

async fn changed(context: &Context) {
    if tokio::time::timeout(LOOK, context.bell.notified()).await.is_ok() {
        tokio::time::sleep(GATHER).await;
    }
}

/// A record that cannot be read for a moment is no reason to leave a run alone.
async fn look(context: &Context, id: &RunId) -> Result<RunView> {
    let mut failures = 0;
    loop {
        match context.core.run_view(id).await {
            Err(error) if error.code == ErrorCode::NotFound => return Err(error.with("what", id)),
            Err(error) if failures >= PATIENCE => return Err(error),
            Err(_) => {
                failures += 1;
                tokio::time::sleep(LOOK).await;
            }
            Ok(view) => return Ok(view),
        }
    }
}

/// The task that drove the run stores its last lines after the last state.
async fn last_words(context: &Context) {
    let done = async {
        while context.core.supervised() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Whatever is not written by then would not be for want of time.
    let _ = tokio::time::timeout(LAST_WORDS, done).await;
}

fn ended(context: &Context, view: &RunView) -> Exit {
    let out = &context.out;
    if out.json() {
        out.object(view);
    } else {
        words::ending(out, view).iter().for_each(|line| out.line(line));
    }
    exit::of_run(view.state.kind())
}

fn left(context: &Context, view: &RunView) -> Exit {
    context.out.note(
        context
            .out
            .own_with("ctl.run.left", [("run", view.id.to_string())]),
    );
    exit::of_run(view.state.kind())
}

/// Waits until `reached` says so, the run has ended, or `deadline` has passed; the last view.
pub async fn until(
    context: &Context,
    id: &RunId,
    deadline: Duration,
    reached: impl Fn(&RunView) -> bool,
) -> Result<RunView> {
    let end = tokio::time::Instant::now() + deadline;
    loop {
        let view = look(context, id).await?;
        if reached(&view) || tokio::time::Instant::now() >= end {
            return Ok(view);
        }
        changed(context).await;
    }
}
