//! What a person changes about a run while it works: thresholds, chunk time, when it swaps; and the pauses.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ChangeOptions, LoadThreshold, PauseReason, Timestamp};

/// The options that a run can be given anew while it copies; all of them as they hold, whichever were changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct Tuning {
    /// Milliseconds that one chunk should take; `None` under a fixed chunk size.
    pub chunk_time_ms: Option<u32>,
    /// Seconds of replica lag at which the copy waits; `None` where the tool watches no replica.
    pub max_lag_s: Option<u32>,
    pub max_load: Vec<LoadThreshold>,
    pub critical_load: Vec<LoadThreshold>,
}

impl Tuning {
    /// Of `max_lag_s`: the copy waits for no replica. Seconds that the tool's own reader of numbers takes too.
    pub const NO_LAG_LIMIT: u32 = u32::MAX;

    /// What a run begins with.
    pub fn of(options: &ChangeOptions) -> Self {
        Self {
            chunk_time_ms: options.chunk_time_ms.filter(|_| options.chunk_size.is_none()),
            max_lag_s: Some(options.max_lag_s),
            max_load: options.max_load.clone(),
            critical_load: options.critical_load.clone(),
        }
    }
}

/// Values that the tool took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Retuning {
    pub at: Timestamp,
    pub tuning: Tuning,
    /// Options that the tool's version keeps out of reach: for these the run has to be stopped and continued.
    pub refused: Vec<String>,
}

/// What a wish says beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WishDetail {
    Tuning {
        tuning: Tuning,
    },
    /// `None` takes a set time back; the run then waits for a person.
    CutOverAt {
        at: Option<Timestamp>,
    },
}

/// One pause of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PauseSpan {
    pub from: Timestamp,
    /// `None` while it lasts.
    pub to: Option<Timestamp>,
    pub reason: PauseReason,
    /// Who asked for it (`window:4711`); `None` when nobody is on record.
    pub by: Option<String>,
    /// Who ended it; `None` when it ended otherwise.
    pub resumed_by: Option<String>,
}
