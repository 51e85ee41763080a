//! What a run is at: its states and phases, and what they carry.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppError, Leftover, Params, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Prepare,
    CreateShadow,
    AlterShadow,
    CreateTriggers,
    Copy,
    Analyze,
    Gate,
    /// The server's own ALTER at work, under the direct engine.
    Alter,
    UpdateForeignKeys,
    Swap,
    DropOld,
    DropTriggers,
    Verify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    User,
    /// Its window has ended; it goes on by itself when the next one begins.
    Window,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum RunState {
    Queued,
    /// The world is not what the plan saw; texts are `review.<difference>` of the catalogue.
    NeedsReview {
        differences: Vec<Difference>,
    },
    Preparing,
    Running {
        phase: Phase,
    },
    Paused {
        since: Timestamp,
        reason: PauseReason,
        phase: Phase,
    },
    AwaitingCutover {
        since: Timestamp,
    },
    Stopping {
        since: Timestamp,
    },
    Cleaning {
        after: CleaningAfter,
    },
    Completed,
    Failed {
        error: AppError,
    },
    Cancelled,
    NeedsCleanup {
        leftovers: Vec<Leftover>,
        error: Option<AppError>,
    },
    /// The outcome could not be established; each entry is `unknown.<what>` of the catalogue.
    Unknown {
        check: Vec<Difference>,
    },
    /// Contact with the job is lost; recovery decides. `before` is where the run stood.
    Interrupted {
        since: Timestamp,
        before: Box<RunState>,
    },
}

impl RunState {
    /// Nothing more happens by itself.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            RunState::Completed
                | RunState::Failed { .. }
                | RunState::Cancelled
                | RunState::NeedsCleanup { .. }
                | RunState::Unknown { .. }
                | RunState::NeedsReview { .. }
        )
    }

    /// A person has to act.
    pub fn waits_for_person(&self) -> bool {
        matches!(
            self,
            RunState::AwaitingCutover { .. }
                | RunState::NeedsReview { .. }
                | RunState::NeedsCleanup { .. }
                | RunState::Unknown { .. }
        )
    }

    /// The state's bare name, as stored and filtered by.
    pub fn kind(&self) -> RunStateKind {
        match self {
            RunState::Queued => RunStateKind::Queued,
            RunState::NeedsReview { .. } => RunStateKind::NeedsReview,
            RunState::Preparing => RunStateKind::Preparing,
            RunState::Running { .. } => RunStateKind::Running,
            RunState::Paused { .. } => RunStateKind::Paused,
            RunState::AwaitingCutover { .. } => RunStateKind::AwaitingCutover,
            RunState::Stopping { .. } => RunStateKind::Stopping,
            RunState::Cleaning { .. } => RunStateKind::Cleaning,
            RunState::Completed => RunStateKind::Completed,
            RunState::Failed { .. } => RunStateKind::Failed,
            RunState::Cancelled => RunStateKind::Cancelled,
            RunState::NeedsCleanup { .. } => RunStateKind::NeedsCleanup,
            RunState::Unknown { .. } => RunStateKind::Unknown,
            RunState::Interrupted { .. } => RunStateKind::Interrupted,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunStateKind {
    Queued,
    NeedsReview,
    Preparing,
    Running,
    Paused,
    AwaitingCutover,
    Stopping,
    Cleaning,
    Completed,
    Failed,
    Cancelled,
    NeedsCleanup,
    Unknown,
    Interrupted,
}

impl RunStateKind {
    pub const ALL: [RunStateKind; 14] = [
        RunStateKind::Queued,
        RunStateKind::NeedsReview,
        RunStateKind::Preparing,
        RunStateKind::Running,
        RunStateKind::Paused,
        RunStateKind::AwaitingCutover,
        RunStateKind::Stopping,
        RunStateKind::Cleaning,
        RunStateKind::Completed,
        RunStateKind::Failed,
        RunStateKind::Cancelled,
        RunStateKind::NeedsCleanup,
        RunStateKind::Unknown,
        RunStateKind::Interrupted,
    ];

    /// As in JSON, for example `needs_cleanup`.
    pub fn as_str(self) -> &'static str {
        match self {
            RunStateKind::Queued => "queued",
            RunStateKind::NeedsReview => "needs_review",
            RunStateKind::Preparing => "preparing",
            RunStateKind::Running => "running",
            RunStateKind::Paused => "paused",
            RunStateKind::AwaitingCutover => "awaiting_cutover",
            RunStateKind::Stopping => "stopping",
            RunStateKind::Cleaning => "cleaning",
            RunStateKind::Completed => "completed",
            RunStateKind::Failed => "failed",
            RunStateKind::Cancelled => "cancelled",
            RunStateKind::NeedsCleanup => "needs_cleanup",
            RunStateKind::Unknown => "unknown",
            RunStateKind::Interrupted => "interrupted",
        }
    }
}

/// Why the cleaning happens, hence what follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CleaningAfter {
    Stop,
    Failure { error: AppError },
}

/// A named difference or thing to look at, with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Difference {
    pub what: String,
    pub params: Params,
}
