//! A run as it is shown, folded from its events.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    BatchPlace, Checksum, Compared, ConnectionId, Continuing, Engine, Environment, EstimateSource, GateCount,
    KeyRange, Leftover, PauseSpan, Phase, Plan, Retuning, RunAction, RunId, RunState, Schedule, TableRef,
    Timestamp, WaitReason, Waiting, WarningCount, Work,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PhaseTime {
    pub phase: Phase,
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WaitTotal {
    pub reason: WaitReason,
    /// Finished waits only.
    pub ms: u64,
    /// Set while the run is waiting for this.
    pub since: Option<Timestamp>,
    pub detail: String,
}

/// A place in the binary log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BinlogPlace {
    pub file: String,
    /// Bytes from the file's begin.
    pub position: u64,
}

/// What was seen of a run beside its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct Measures {
    /// For later forecasts to learn from; `None` where this run teaches nothing.
    pub work: Option<Work>,
    /// Milliseconds that it was held for a person.
    pub held_ms: u64,
    /// Chunks of the copy, by the sizes of those that were told.
    pub chunks: Option<u64>,
    /// The furthest that a replica was behind while the copy waited for it, ms.
    pub worst_lag_ms: Option<u64>,
    /// Replicas that answered for the first time while it worked, and were waited for from then on.
    #[serde(default)]
    pub replicas: Vec<String>,
    pub binlog_from: Option<BinlogPlace>,
    pub binlog_bytes: Option<u64>,
}

/// One run, folded from its events: all that a list or a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunView {
    pub id: RunId,
    pub connection_id: ConnectionId,
    pub connection_name: String,
    pub environment: Environment,
    pub table: TableRef,
    pub clause: String,
    pub reclaim: bool,
    pub engine: Engine,
    pub dry_run: bool,
    pub hold_cutover: bool,
    pub state: RunState,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub phases: Vec<PhaseTime>,
    pub rows_copied: u64,
    /// `None` until an estimate is known.
    pub rows_estimated: Option<u64>,
    pub estimate_source: Option<EstimateSource>,
    /// Rows per second over the last ten seconds of copying, waits left out.
    pub rate_rows_s: Option<u64>,
    /// Milliseconds left at the recent rate, as a range; `None` past the estimate or before a rate is known.
    pub left_ms: Option<(u64, u64)>,
    pub waits: Vec<WaitTotal>,
    pub warnings: u64,
    /// Objects of ours on the server, kept so that cleaning knows them.
    pub shadow: Option<TableRef>,
    pub triggers: Vec<String>,
    pub sessions: Vec<u64>,
    pub shadow_definition: Option<String>,
    /// Of a run whose rows are counted before the swap.
    #[serde(default)]
    pub gate: Option<GateCount>,
    #[serde(default)]
    pub counted_at: Option<Timestamp>,
    /// Since when both tables are being counted.
    #[serde(default)]
    pub counting: Option<Timestamp>,
    #[serde(default)]
    pub checksum: Option<Checksum>,
    /// Where rows were found to differ: the run does not swap until a whole comparison finds them equal.
    #[serde(default)]
    pub differs: Option<KeyRange>,
    /// When the run is to swap by itself; it waits for a person without.
    #[serde(default)]
    pub cut_over_at: Option<Timestamp>,
    /// A set time that passed without a swap.
    #[serde(default)]
    pub cut_over_missed: Option<Timestamp>,
    /// Changes of thresholds and chunk time, oldest first.
    #[serde(default)]
    pub retunings: Vec<Retuning>,
    /// Oldest first.
    #[serde(default)]
    pub pauses: Vec<PauseSpan>,
    /// Of the copied rows, by code; lower bounds.
    #[serde(default)]
    pub warning_counts: Vec<WarningCount>,
    /// Asked for and not yet seen to happen.
    pub pending: Option<RunAction>,
    /// Who asked for it.
    #[serde(default)]
    pub pending_by: Option<String>,
    pub job: Option<String>,
    pub exit_code: Option<i64>,
    pub last_seq: u64,
    /// Data and index bytes after the run; `None` when they were not read.
    #[serde(default)]
    pub bytes_after: Option<u64>,
    #[serde(default)]
    pub measures: Measures,
    /// Of a completed run.
    #[serde(default)]
    pub compared: Vec<Compared>,
    /// When a supervisor last said it was alive, and which (`host:pid`).
    pub supervisor: Option<String>,
    #[serde(default)]
    pub schedule: Schedule,
    /// A person let it work outside its window, until the next one begins.
    #[serde(default)]
    pub schedule_overridden: bool,
    #[serde(default)]
    pub waiting: Option<Waiting>,
    #[serde(default)]
    pub batch: Option<BatchPlace>,
    /// The member of its batch whose end without success kept it from beginning.
    #[serde(default)]
    pub called_off_by: Option<RunId>,
    #[serde(default)]
    pub continuing: Continuing,
}

impl RunView {
    /// What removes the leftovers by hand, in the safe order. Nothing once child tables may point at the shadow table:
    /// it holds the user's rows then, and a pasted statement asks nobody.
    pub fn removal_statements(&self) -> Vec<String> {
        let RunState::NeedsCleanup { leftovers, .. } = &self.state else {
            return Vec::new();
        };
        if self
            .phases
            .iter()
            .any(|time| time.phase == Phase::UpdateForeignKeys)
        {
            return Vec::new();
        }
        Leftover::in_drop_order(leftovers)
            .iter()
            .map(Leftover::statement)
            .collect()
    }
}

/// Everything of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunDetail {
    pub view: RunView,
    pub plan: Plan,
    /// The definition read back from the server at the end.
    pub definition_after: Option<String>,
}
