//! The gate of a run: what a person looks at before the tables change places, and what comparing them showed.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Difference, ServerSession, Timestamp};

/// What happens around a run's table at one moment, read anew with each call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct GateFigures {
    pub at: Timestamp,
    /// Sessions that hold or wait for a metadata lock on the table, without the run's own, the longest first; `None`
    /// where the server does not tell.
    pub locks: Option<Vec<GateLock>>,
    /// Transactions of others that are open for long, the oldest first; `None` where the server does not tell.
    pub transactions: Option<Vec<ServerSession>>,
    pub replicas: Vec<GateReplica>,
    /// Empty when the server's status could not be read.
    pub load: Vec<GateLoad>,
    /// What stands in the way of the swap now; the texts are `gate.<what>` of the catalogue.
    pub obstacles: Vec<Difference>,
}

/// A metadata lock on the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct GateLock {
    pub session: ServerSession,
    /// As the server calls it, for example `SHARED_READ`.
    pub lock: String,
    /// False while the session waits for it.
    pub granted: bool,
    /// The server's own or replication's: it is never ended from here.
    pub protected: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct GateReplica {
    /// `host:port`.
    pub name: String,
    /// Seconds behind its source; `None` while that is not known.
    pub lag_s: Option<u64>,
    /// Which thread does not run, or why the replica would not tell.
    pub trouble: Option<String>,
}

/// A status counter beside the thresholds that the run has for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct GateLoad {
    pub variable: String,
    pub value: u64,
    /// The run waits from here on.
    pub max: Option<u64>,
    /// The run ends from here on.
    pub critical: Option<u64>,
}

/// Warnings of one code that the copied rows caused so far. The server keeps a limited number for each statement, so
/// there may be more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WarningCount {
    pub code: u16,
    pub count: u64,
}

/// Both tables compared by chunks of their key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Checksum {
    pub began: Timestamp,
    /// Rows of the original that were compared so far.
    pub rows: u64,
    /// Columns of the original that the change alters: nothing is said about these.
    pub left_out: Vec<String>,
    pub outcome: ChecksumOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChecksumOutcome {
    /// Under way.
    Comparing,
    Equal,
    /// These keys hold rows that differ. The swap is refused.
    Different {
        keys: KeyRange,
    },
    /// The time for it was over, with rows equal up to this key.
    OutOfTime {
        up_to: Option<String>,
    },
    /// A person ended it, with rows equal up to this key.
    Cancelled {
        up_to: Option<String>,
    },
    /// These tables cannot be compared; the text is `gate.compare_<why>` of the catalogue.
    Impossible {
        why: String,
    },
    /// What the server or the way to it said.
    Failed {
        why: String,
    },
}

impl Checksum {
    pub fn under_way(&self) -> bool {
        self.outcome == ChecksumOutcome::Comparing
    }
}

/// Keys after `after` and up to `to`; `None` is the table's begin or end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyRange {
    pub after: Option<String>,
    pub to: Option<String>,
}
