//! Changes: what the user asks for.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectionId, HistoryUse, OptionSetting, RunnerKind, TableRef};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// Rebuild the table to give unused space back (`ENGINE=InnoDB`).
    Reclaim,
    /// The clause after `ALTER TABLE t`, byte for byte as typed.
    Alter { clause: String },
}

impl ChangeKind {
    /// The clause that is handed on, verbatim.
    pub fn clause(&self) -> &str {
        match self {
            ChangeKind::Reclaim => "ENGINE=InnoDB",
            ChangeKind::Alter { clause } => clause,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    #[default]
    Auto,
    PtOsc,
    Direct,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeRequest {
    pub connection_id: ConnectionId,
    pub table: TableRef,
    pub kind: ChangeKind,
    pub options: ChangeOptions,
    pub engine: EngineChoice,
    /// Where pt-osc works; `None` leaves it to the settings.
    #[serde(default)]
    pub runner: Option<RunnerKind>,
    /// Run every step up to the copy and leave nothing behind.
    pub dry_run: bool,
    /// Wait before the swap until a person says go.
    pub hold_cutover: bool,
}

/// How replicas are found whose lag is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum RecursionMethod {
    #[default]
    Auto,
    Processlist,
    Hosts,
    None,
}

/// A status variable and the value at which something happens, for example `Threads_running` 50.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LoadThreshold {
    pub variable: String,
    pub value: u64,
}

/// A session variable to set, value verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SessionVariable {
    pub name: String,
    pub value: String,
}

/// The sql_mode that stands last among session variables, without quotes around it.
pub fn sql_mode_among(set_vars: &[SessionVariable]) -> Option<&str> {
    set_vars
        .iter()
        .filter(|variable| variable.name.eq_ignore_ascii_case("sql_mode"))
        .map(|variable| variable.value.trim_matches(['\'', '"']))
        .next_back()
}

/// How rows of child tables follow a referenced table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKeysMethod {
    RebuildConstraints,
    DropSwap,
}

/// The main options of pt-osc. `None` leaves a value to pt-osc's own default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangeOptions {
    /// Rows; a fixed chunk size turns adaptive sizing off.
    pub chunk_size: Option<u32>,
    /// Milliseconds that one chunk should take.
    pub chunk_time_ms: Option<u32>,
    /// The copy waits while any is exceeded; empty turns the check off.
    pub max_load: Vec<LoadThreshold>,
    /// The run aborts when any is exceeded; empty turns the check off.
    pub critical_load: Vec<LoadThreshold>,
    pub charset: Option<String>,
    /// Seconds that a statement of the run waits for a metadata lock.
    pub lock_wait_timeout_s: u32,
    /// Seconds of replica lag at which the copy waits.
    pub max_lag_s: u32,
    pub recursion_method: RecursionMethod,
    pub set_vars: Vec<SessionVariable>,
    pub foreign_keys_method: Option<ForeignKeysMethod>,
    pub analyze_before_swap: bool,
    /// Every other option of the tool, as it is handed on.
    #[serde(default)]
    pub others: Vec<OptionSetting>,
    /// The run may be continued after it broke off; `None` without the person's agreement.
    #[serde(default)]
    pub history: Option<HistoryUse>,
}

impl Eq for ChangeOptions {}

impl ChangeOptions {
    /// The sql_mode that is set for the run, without quotes around it; `None` leaves it to the server.
    pub fn sql_mode(&self) -> Option<&str> {
        sql_mode_among(&self.set_vars)
    }

    /// The run that this one takes over.
    pub fn continues(&self) -> Option<&crate::RunId> {
        self.history.as_ref()?.continues.as_ref()
    }

    /// The value of one of the tool's other options.
    pub fn other(&self, name: &str) -> Option<&str> {
        let mut others = self.others.iter();
        others.find(|setting| setting.name == name)?.value.as_deref()
    }

    /// The table's own triggers are taken along to the new table.
    pub fn keeps_triggers(&self) -> bool {
        self.others.iter().any(|setting| setting.name == KEEPS_TRIGGERS)
    }
}

/// The tool's option that takes the table's own triggers along.
pub const KEEPS_TRIGGERS: &str = "preserve-triggers";

impl Default for ChangeOptions {
    /// The gentle values: a chunk of 0.1 s keeps writers' stalls in single milliseconds for little more wall time.
    fn default() -> Self {
        Self {
            chunk_size: None,
            chunk_time_ms: Some(100),
            max_load: vec![LoadThreshold {
                variable: "Threads_running".into(),
                value: 25,
            }],
            critical_load: vec![LoadThreshold {
                variable: "Threads_running".into(),
                value: 50,
            }],
            charset: Some("utf8mb4".into()),
            lock_wait_timeout_s: 2,
            max_lag_s: 1,
            recursion_method: RecursionMethod::Auto,
            set_vars: Vec::new(),
            foreign_keys_method: None,
            analyze_before_swap: true,
            others: Vec::new(),
            history: None,
        }
    }
}

/// Options as suggested for one server now, with the facts that the suggestion stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SuggestedOptions {
    pub options: ChangeOptions,
    /// The preset that is in them.
    pub preset: crate::PresetId,
    /// What the server's state alone asks for: another preset is laid over these.
    pub base: ChangeOptions,
    pub threads_running: u64,
    pub threads_connected: u64,
    pub max_connections: u64,
    pub replicas: Vec<String>,
    /// The server's global sql_mode, under which a clause is read unless a run sets its own.
    pub sql_mode: Option<String>,
}

/// One operation of a clause with its byte span in the text as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClauseOperation {
    /// The leading words in capitals, for example `ADD COLUMN`; `OTHER` when not recognised.
    pub verb: String,
    pub start: u32,
    pub end: u32,
    pub destructive: bool,
    /// The column, index or partition that the operation names first, unquoted.
    pub subject: Option<String>,
}

/// Why a clause is refused before any server sees it; the text is `clause.<reason>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClauseProblem {
    pub reason: String,
    /// Byte span in the text as typed.
    pub start: u32,
    pub end: u32,
}

/// What a sql_mode changes about the reading of a text; a server's default mode changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct QuoteRules {
    /// Double quotes hold names.
    pub ansi_quotes: bool,
    /// A backslash in a literal is a backslash.
    pub no_backslash_escapes: bool,
    /// Brackets hold names.
    pub brackets: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct ClauseDiagnosis {
    /// What the clause was read by.
    pub rules: QuoteRules,
    pub operations: Vec<ClauseOperation>,
    pub problems: Vec<ClauseProblem>,
}

/// The server's own opinion of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrepareVerdict {
    Accepted,
    Refused {
        code: u16,
        message: String,
        /// Byte offset in the clause where the server's `near '…'` starts, when it can be found.
        at: Option<u32>,
    },
    /// The statement cannot be prepared for a reason that is not the clause's.
    NotProven {
        message: String,
    },
}
