//! Plans: the decided way of one change. What runs is this value.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    ChangeRequest, ClauseOperation, Connection, Finding, Flavour, Launch, ServerVersion, TableFacts,
    Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct PlanId(pub String);

/// How the table is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    PtOsc,
}

/// Which server the plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ServerIdentity {
    pub server_uuid: Option<String>,
    pub flavour: Flavour,
    pub version: ServerVersion,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Forecast {
    pub rows: u64,
    /// Bytes of the shadow table, data and indexes, estimated from the present ones.
    pub shadow_bytes: u64,
    /// Bytes written to the binary log, when it is on.
    pub binlog_bytes: Option<u64>,
    /// Milliseconds, from the stated rate.
    pub duration_ms: u64,
    /// Rows per second that the duration assumes.
    pub rate_rows_s: u64,
    /// True when the rate was learned from earlier runs here, false for the stated default.
    pub learned: bool,
}

/// What a person has to give before the plan may run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct ConfirmationNeed {
    /// The text to type, `db.table`; `None` when nothing has to be typed.
    pub typed: Option<String>,
    /// Codes of the dangers to accept.
    pub accept: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct Confirmation {
    pub typed: Option<String>,
    pub accept: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Plan {
    pub id: PlanId,
    pub request: ChangeRequest,
    pub connection: Connection,
    pub engine: Engine,
    pub operations: Vec<ClauseOperation>,
    pub facts: TableFacts,
    pub server: ServerIdentity,
    /// Of the table's definition, AUTO_INCREMENT left out, hex.
    pub definition_sha256: String,
    pub findings: Vec<Finding>,
    pub forecast: Forecast,
    pub confirmation: ConfirmationNeed,
    /// `None` when a finding blocks before a command can be composed.
    pub launch: Option<Launch>,
    /// The launch rendered as a command line that can be copied, the secret masked.
    pub command: Option<String>,
    pub made_at: Timestamp,
}

impl Plan {
    pub fn blocked(&self) -> bool {
        self.launch.is_none()
            || self
                .findings
                .iter()
                .any(|finding| finding.severity == crate::Severity::Block)
    }
}
