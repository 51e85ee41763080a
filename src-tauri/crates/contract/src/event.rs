//! What the core tells its hosts while they listen.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppError, Reading, RunId, RunView, TableRef, VaultStatus};

/// How far a plan in the making has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PlanProgress {
    /// Whose plan: the ticket that the asker gave with the request.
    pub ticket: String,
    /// What is looked at now: the code of the finding that it may give, or `ADVICE`.
    pub step: String,
    pub done: u32,
    pub total: u32,
    /// How the server reads for it, once that is known.
    #[serde(default)]
    pub reading: Option<Reading>,
}

/// How far a batch in the making has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchProgress {
    /// The ticket that the asker gave with the requests.
    pub ticket: String,
    /// The table whose plan is made now.
    pub table: TableRef,
    /// Plans that are made.
    pub done: u32,
    pub of: u32,
}

/// One tagged stream for everything that is rare; log lines travel over their own channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppEvent {
    /// Already stored when it is told.
    RunChanged {
        view: Box<RunView>,
    },
    PlanProgress {
        progress: PlanProgress,
    },
    BatchProgress {
        progress: BatchProgress,
    },
    ConnectionsChanged,
    VaultChanged {
        status: VaultStatus,
    },
    SettingsChanged,
    /// Events could not be stored; the run goes on, and they are kept aside until they can be.
    StoreTrouble {
        run: Option<RunId>,
        error: AppError,
    },
    StoreRecovered,
}
