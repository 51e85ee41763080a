//! What happens in a run: the entries of its append-only record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    BinlogPlace, Checksum, Compared, HistoryRow, Leftover, Phase, RunAction, RunId, RunState, Schedule,
    TableRef, Timestamp, Tuning, Waiting, WarningCount,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    Load,
    Lag,
    ReplicaStopped,
    /// The application watches the replicas in the tool's stead, and has not been heard of for a while.
    Unwatched,
    Lock,
    Pause,
    /// The run's window is closed.
    Window,
}

/// What counting the rows of both tables, in one snapshot before the swap, showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GateCount {
    Equal {
        rows: u64,
    },
    /// The run ends: what the copy lost must not become the table.
    Different {
        original: u64,
        shadow: u64,
    },
    /// Nothing is proven, so a person decides.
    NotCounted {
        /// What the server or the way to it said; `None` when the time for counting was over.
        why: Option<String>,
    },
}

/// One entry of a run's append-only record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunEvent {
    /// From 1, without holes.
    pub seq: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: RunEventKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEventKind {
    StateChanged {
        state: RunState,
    },
    /// The job exists under this id (a container's id).
    JobStarted {
        job: String,
    },
    PhaseStarted {
        phase: Phase,
    },
    PhaseFinished {
        phase: Phase,
    },
    /// Rows that the copy means to copy.
    Estimated {
        rows: u64,
        source: EstimateSource,
    },
    Progress {
        rows: u64,
        chunk_rows: u64,
        chunk_ms: u64,
    },
    WaitStarted {
        reason: WaitReason,
        detail: String,
    },
    WaitEnded {
        reason: WaitReason,
    },
    /// Objects of ours on the server, so that they can be told from the user's.
    ShadowCreated {
        table: TableRef,
    },
    ShadowAltered {
        definition: String,
    },
    TriggersCreated {
        names: Vec<String>,
    },
    /// What tells each of them from one that was made later, by name.
    TriggersMarked {
        marks: BTreeMap<String, String>,
    },
    /// The tool writes down in this row of its history how far it is.
    HistoryKept {
        row: HistoryRow,
    },
    /// The original, which carries the triggers now, as the swap left it.
    OldKept {
        table: TableRef,
    },
    /// That run took over what this one had left.
    ContinuedBy {
        run: RunId,
    },
    /// Server sessions of the job.
    Sessions {
        ids: Vec<u64>,
    },
    Warned {
        code: Option<u16>,
        text: String,
    },
    /// Bridge lines `from..=to` never arrived.
    Gap {
        from: u64,
        to: u64,
    },
    /// The plugin is silent; phases and rows come from the tool's own text.
    BridgeLost {
        why: String,
    },
    JobExited {
        code: i64,
        success_line: bool,
    },
    ContactLost {
        why: String,
    },
    ContactRegained,
    Cleaned {
        leftover: Leftover,
    },
    /// Counting both tables began.
    GateCounting,
    GateCounted {
        count: GateCount,
    },
    /// How far comparing both tables is, and what it showed at the end.
    Checksummed {
        checksum: Checksum,
    },
    /// The run waits before its swap, until this time or until a person says so.
    CutoverPlanned {
        at: Option<Timestamp>,
    },
    /// The time came while the run was not ready or nobody drove it; a person decides now.
    CutoverMissed {
        at: Timestamp,
    },
    /// What was asked did not reach the job, and is not on its way any more.
    NotDelivered {
        action: RunAction,
    },
    /// Thresholds and chunk time that hold from now on, as the tool's plugin confirmed them.
    Retuned {
        tuning: Tuning,
        refused: Vec<String>,
    },
    /// Warnings of the copied rows so far, by code.
    WarningsCounted {
        counts: Vec<WarningCount>,
    },
    Verified {
        definition: String,
    },
    /// How far the binary log was before the work began.
    BinlogAt {
        place: BinlogPlace,
    },
    /// What the binary log grew by until the work was done, by whichever writer.
    BinlogGrew {
        bytes: u64,
    },
    /// A replica further behind than any was seen in this run.
    ReplicaLagged {
        /// As the tool names it.
        replica: String,
        ms: u64,
    },
    /// A replica that answered for the first time while the run worked. It is waited for from then on.
    ReplicaAnswered {
        replica: String,
    },
    /// What the table takes after the run, for the forecast to be held against; bytes as the server estimates them.
    Measured {
        data_bytes: u64,
        index_bytes: u64,
    },
    /// The forecast and what came of it.
    Compared {
        figures: Vec<Compared>,
    },
    /// An action of a person, told with where it came from (`window`, `mysqlerctl`).
    Requested {
        action: RunAction,
        by: String,
    },
    SupervisorChanged {
        host: String,
    },
    /// When it may work; told once, at the beginning of a run that may not always.
    Scheduled {
        schedule: Schedule,
    },
    /// What it waits for changed; `None` when its turn came.
    Waits {
        waiting: Option<Waiting>,
    },
    /// A person lets it work outside its window until the next one begins; the swap keeps to the window.
    ScheduleOverridden,
    WindowOpened,
    /// It does not begin, since this member of its batch ended without success.
    CalledOff {
        by: RunId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EstimateSource {
    /// The server's statistics.
    Statistics,
    /// pt-osc's own EXPLAIN.
    Explain,
}
