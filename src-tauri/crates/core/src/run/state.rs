//! The run's state machine: one pure function from a state and an input to the next state. Everything that moves a run
//! goes through it, so an illegal move is refused in one place.

use mysqler_contract::{
    AppError, CleaningAfter, Difference, Leftover, PauseReason, Phase, RunState, Timestamp,
};

/// What can happen to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Its turn came.
    Begin,
    /// The world is not what the plan saw.
    Differ(Vec<Difference>),
    /// The job entered a phase.
    Enter(Phase),
    /// The job stands still on request.
    Pause {
        at: Timestamp,
        reason: PauseReason,
    },
    Resume,
    /// The job waits at the gate.
    Hold {
        at: Timestamp,
    },
    Release,
    /// A person wants it to end.
    Stop {
        at: Timestamp,
    },
    /// The job is over without success; what it left is being removed.
    Clean(CleaningAfter),
    /// Nothing of ours is left on the server.
    Cleaned,
    /// Something is left that could not or must not be removed by itself.
    LeaveBehind {
        leftovers: Vec<Leftover>,
        error: Option<AppError>,
    },
    /// Success was proven.
    Complete,
    /// It ended before anything was started, or cleaning found another end than it was begun for.
    Fail(AppError),
    /// The outcome could not be established.
    LoseTrack(Vec<Difference>),
    /// The job cannot be seen any more.
    LoseContact {
        at: Timestamp,
    },
    RegainContact,
}

/// The input makes no sense in this state; the state stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused;

/// The only way from one state to the next.
pub fn next(state: &RunState, input: &Input) -> Result<RunState, Refused> {
    use RunState::{
        AwaitingCutover, Cleaning, Interrupted, NeedsCleanup, Paused, Preparing, Queued, Running, Stopping,
        Unknown,
    };
    match state {
        Queued => before_start(state, input),
        Preparing => before_start(state, input).or_else(|_| with_job(state, input)),
        Running { phase } => match input {
            Input::Pause { at, reason } => Ok(Paused {
                since: *at,
                reason: *reason,
                phase: *phase,
            }),
            Input::Hold { at } => Ok(AwaitingCutover { since: *at }),
            Input::Complete => Ok(RunState::Completed),
            _ => with_job(state, input),
        },
        Paused { phase, .. } => match input {
            Input::Resume => Ok(Running { phase: *phase }),
            _ => with_job(state, input),
        },
        AwaitingCutover { .. } => match input {
            Input::Release => Ok(Running { phase: Phase::Gate }),
            _ => with_job(state, input),
        },
        // A stop that came too late: the table was swapped and proven, and that is what is told.
        Stopping { .. } => match input {
            Input::Complete => Ok(RunState::Completed),
            Input::Enter(_) | Input::Stop { .. } => Err(Refused),
            _ => with_job(state, input),
        },
        Cleaning { after } => match (input, after) {
            (Input::Cleaned, CleaningAfter::Stop) => Ok(RunState::Cancelled),
            (Input::Cleaned, CleaningAfter::Failure { error }) => {
                Ok(RunState::Failed { error: error.clone() })
            }
            (Input::Fail(error), _) => Ok(RunState::Failed { error: error.clone() }),
            (Input::LeaveBehind { leftovers, error }, _) => Ok(NeedsCleanup {
                leftovers: leftovers.clone(),
                error: error.clone(),
            }),
            (Input::LoseTrack(check), _) => Ok(Unknown { check: check.clone() }),
            _ => Err(Refused),
        },
        NeedsCleanup { .. } | Unknown { .. } => match input {
            Input::Clean(after) => Ok(Cleaning { after: after.clone() }),
            _ => Err(Refused),
        },
        Interrupted { since, before } => match input {
            Input::RegainContact => Ok((**before).clone()),
            Input::Stop { at } => next(before, &Input::Stop { at: *at }).map(|stopped| Interrupted {
                since: *since,
                before: Box::new(stopped),
            }),
            Input::Clean(after) => Ok(Cleaning { after: after.clone() }),
            Input::LoseTrack(check) => Ok(Unknown { check: check.clone() }),
            _ => Err(Refused),
        },
        RunState::NeedsReview { .. }
        | RunState::Completed
        | RunState::Failed { .. }
        | RunState::Cancelled => Err(Refused),
    }
}

/// Nothing was started yet, so nothing can be left behind.
fn before_start(state: &RunState, input: &Input) -> Result<RunState, Refused> {
    match input {
        Input::Begin if *state == RunState::Queued => Ok(RunState::Preparing),
        Input::Differ(differences) => Ok(RunState::NeedsReview {
            differences: differences.clone(),
        }),
        Input::Fail(error) => Ok(RunState::Failed { error: error.clone() }),
        Input::Stop { .. } if *state == RunState::Queued => Ok(RunState::Cancelled),
        _ => Err(Refused),
    }
}

/// What may happen whenever a job exists.
fn with_job(state: &RunState, input: &Input) -> Result<RunState, Refused> {
    match input {
        Input::Enter(phase) => Ok(RunState::Running { phase: *phase }),
        Input::Stop { at } => Ok(RunState::Stopping { since: *at }),
        Input::Clean(after) => Ok(RunState::Cleaning { after: after.clone() }),
        Input::LoseTrack(check) => Ok(RunState::Unknown { check: check.clone() }),
        Input::LoseContact { at } => Ok(RunState::Interrupted {
            since: *at,
            before: Box::new(state.clone()),
        }),
        _ => Err(Refused),
    }
}

#[cfg(test)]
#[path = "state_test.rs"]
mod tests;
