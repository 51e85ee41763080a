//! Plans: the decided way of one change. What runs is this value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    Advice, Algorithm, Asked, ChangeRequest, ClauseOperation, Connection, Continued, Finding, Flavour,
    Launch, ServerVersion, TableFacts, TableRef, Timestamp, TriggerFacts,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct PlanId(pub String);

/// How the table is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    PtOsc,
    /// One ALTER by the server itself.
    Direct,
}

/// Exactly what the direct engine executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DirectLaunch {
    /// Statements that prepare the session, in their order.
    pub session: Vec<String>,
    /// The whole ALTER, the algorithm asserted in front of the clause.
    pub statement: String,
    pub algorithm: Algorithm,
    /// Seconds that one attempt waits for the metadata lock.
    pub lock_wait_timeout_s: u32,
    pub attempts: u32,
    /// Milliseconds before the second attempt; doubled each time.
    pub backoff_ms: u64,
}

/// Which server the plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ServerIdentity {
    pub server_uuid: Option<String>,
    pub flavour: Flavour,
    pub version: ServerVersion,
}

/// Work that goes through rows at a pace of its own: what one run teaches, forecasts of the same kind stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// By pt-osc, chunk by chunk.
    ChunkedCopy,
    /// By the server, `ALGORITHM=COPY`.
    ServerCopy,
    /// By the server in place, every row written anew.
    Rebuild,
    /// By the server in place, indexes alone.
    Indexes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Work {
    pub kind: WorkKind,
    /// Rows to go through, once for each index where indexes alone are made.
    pub rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Forecast {
    pub rows: u64,
    /// What takes its time; `None` where no rows are gone through, and in plans of earlier versions.
    #[serde(default)]
    pub work: Option<Work>,
    /// Bytes of the shadow table, data and indexes, estimated from the present ones; of the added indexes where
    /// indexes alone are made.
    pub shadow_bytes: u64,
    /// Bytes written to the binary log, when it is on.
    pub binlog_bytes: Option<u64>,
    /// Milliseconds, from the stated rate.
    pub duration_ms: u64,
    /// Rows per second that the duration assumes.
    pub rate_rows_s: u64,
    /// True when the rate was learned from earlier runs of that kind on this server, false for the stated default.
    pub learned: bool,
    /// Earlier runs that the rate stands on.
    #[serde(default)]
    pub samples: u32,
    /// Chunks of the copy at that rate; `None` when nothing is copied in chunks.
    #[serde(default)]
    pub chunks: Option<u64>,
    /// Bytes that must be free where the table's files are, at the peak.
    #[serde(default)]
    pub disk_bytes: u64,
    #[serde(default)]
    pub replicas: Vec<ReplicaForecast>,
}

/// What a change means for one replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReplicaForecast {
    /// `host:port` as the server lists it.
    pub host: String,
    /// Bytes that must be free there: its own second table, and the relay log.
    pub disk_bytes: u64,
    /// Milliseconds that it may fall behind at the most; `None` where the copy waits for it.
    pub lag_ms: Option<u64>,
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
    /// What was asked of the table's rows, in that order.
    #[serde(default)]
    pub asked: Vec<Asked>,
    pub forecast: Forecast,
    pub confirmation: ConfirmationNeed,
    /// `None` before the server was looked at, and in plans of earlier versions.
    #[serde(default)]
    pub advice: Option<Advice>,
    /// For engine `pt-osc`; `None` when a finding blocks before a command can be composed.
    pub launch: Option<Launch>,
    /// For engine `direct`.
    #[serde(default)]
    pub direct: Option<DirectLaunch>,
    /// The clause could make the copy drop rows, so both tables are counted before the swap.
    #[serde(default)]
    pub counts_at_gate: bool,
    /// Both tables' rows are compared before the swap too.
    #[serde(default)]
    pub compares_at_gate: bool,
    /// Where pt-osc keeps its history: then the run can be continued, and MySQLer itself drops the triggers and the old
    /// table after the swap.
    #[serde(default)]
    pub history: Option<TableRef>,
    /// Of a run that takes over another's shadow table.
    #[serde(default)]
    pub continued: Option<Continued>,
    /// Set where pt-osc's own check of the clause is off: the renames that it has to read, old names in lower case.
    #[serde(default)]
    pub renames: Option<BTreeMap<String, String>>,
    /// What is executed, rendered as text that can be copied, the secret masked.
    pub command: Option<String>,
    pub made_at: Timestamp,
}

impl Plan {
    /// The table's own triggers, where the run takes them along to the new table; empty otherwise.
    pub fn kept_triggers(&self) -> &[TriggerFacts] {
        match self.engine == Engine::PtOsc && self.request.options.keeps_triggers() {
            true => &self.facts.triggers,
            false => &[],
        }
    }

    pub fn blocked(&self) -> bool {
        (self.launch.is_none() && self.direct.is_none())
            || self
                .findings
                .iter()
                .any(|finding| finding.severity == crate::Severity::Block)
    }
}
