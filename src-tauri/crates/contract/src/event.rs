//! What the core tells its hosts while they listen.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppError, RunId, RunView, VaultStatus};

/// One tagged stream for everything that is rare; log lines travel over their own channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppEvent {
    /// Already stored when it is told.
    RunChanged {
        view: Box<RunView>,
    },
    ConnectionsChanged,
    VaultChanged {
        status: VaultStatus,
    },
    SettingsChanged,
    /// Events could not be stored; the run goes on and they are kept in memory.
    StoreTrouble {
        run: Option<RunId>,
        error: AppError,
    },
    StoreRecovered,
}
