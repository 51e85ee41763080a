//! What a person asks of a run.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunAction {
    Start,
    Pause,
    Resume,
    CutOver,
    Stop,
    /// End, and leave what was copied to be continued.
    StopKeep,
    Cleanup,
    /// Begin without waiting for the run's time.
    StartNow,
    /// Wait before the swap although that was not asked for at the start.
    Hold,
    /// Swap at a set time, or no longer at it.
    Schedule,
    /// Other thresholds or another chunk time.
    Tune,
    /// Count both tables' rows at the gate.
    Count,
    /// Compare both tables' rows at the gate.
    Compare,
    EndCompare,
}

impl RunAction {
    /// What comes of it is another state of the run.
    pub fn moves_the_run(self) -> bool {
        matches!(
            self,
            RunAction::Pause
                | RunAction::Resume
                | RunAction::CutOver
                | RunAction::Stop
                | RunAction::StopKeep
                | RunAction::Cleanup
                | RunAction::StartNow
        )
    }
}
