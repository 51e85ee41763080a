//! Runs: one execution of a plan, told as states, events and log lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    AppError, BatchPlace, Checksum, Compared, ConnectionId, Continuing, Engine, Environment, HistoryRow,
    KeyRange, Params, PauseSpan, Plan, Retuning, Schedule, TableRef, Timestamp, Tuning, Waiting,
    WarningCount, Work, quote_identifier,
};

/// `YYYYMMDD-NNN`, the local day it was made and its number on that day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct RunId(pub String);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

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

/// Something of ours that is still on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Leftover {
    Trigger { database: String, name: String },
    Table { table: TableRef },
    Session { id: u64 },
}

impl Leftover {
    /// The statement that removes it, to be pasted as it is.
    pub fn statement(&self) -> String {
        match self {
            Leftover::Trigger { database, name } => format!(
                "DROP TRIGGER IF EXISTS {}.{};",
                quote_identifier(database),
                quote_identifier(name)
            ),
            Leftover::Table { table } => format!("DROP TABLE IF EXISTS {};", table.quoted()),
            Leftover::Session { id } => format!("KILL {id};"),
        }
    }

    /// The safe order: a session may be at work on the table, and without the table the triggers fail every write.
    pub fn in_drop_order(leftovers: &[Leftover]) -> Vec<Leftover> {
        let rank = |leftover: &Leftover| match leftover {
            Leftover::Session { .. } => 0,
            Leftover::Trigger { .. } => 1,
            Leftover::Table { .. } => 2,
        };
        let mut ordered = leftovers.to_vec();
        ordered.sort_by_key(rank);
        ordered
    }
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    Stdout,
    Stderr,
    /// Written by the application itself.
    App,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    Phase,
    Sql,
    Progress,
    Wait,
    Warning,
    Error,
    Info,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogLine {
    /// From 1, without holes.
    pub seq: u64,
    pub at: Timestamp,
    pub stream: LogStream,
    pub kind: LogKind,
    pub text: String,
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_can_be_removed_by_pasting() {
        let left = [
            Leftover::Table {
                table: TableRef::new("a`b", "_t new"),
            },
            Leftover::Trigger {
                database: "a`b".into(),
                name: "pt_osc_`x".into(),
            },
            Leftover::Session { id: 812 },
        ];
        let statements = Leftover::in_drop_order(&left)
            .iter()
            .map(Leftover::statement)
            .collect::<Vec<_>>();
        assert_eq!(
            statements,
            [
                "KILL 812;",
                "DROP TRIGGER IF EXISTS `a``b`.`pt_osc_``x`;",
                "DROP TABLE IF EXISTS `a``b`.`_t new`;"
            ]
        );
    }
}
