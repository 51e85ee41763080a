//! What a folder expects, as its `expect.toml` writes it.

use std::collections::BTreeMap;

use mysqler_contract::{Algorithm, Engine, Severity};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// One line: what this folder shows.
    pub why: String,
    /// The table under change.
    #[serde(default = "usual_table")]
    pub table: String,
    pub plan: PlanExpectation,
    pub without_guard: Option<WithoutGuard>,
    pub with_guard: Option<WithGuard>,
}

fn usual_table() -> String {
    "t".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanExpectation {
    pub blocked: bool,
    pub engine: Option<Engine>,
    /// What the server is held to by the direct engine.
    pub algorithm: Option<Algorithm>,
    /// Codes that are there with just this severity, or that are not there.
    pub findings: BTreeMap<String, Grade>,
    /// Words that a finding's evidence or parameters contain.
    #[serde(default)]
    pub tells: BTreeMap<String, Vec<String>>,
    /// Codes whose remedy, once run, makes them go.
    #[serde(default)]
    pub mended_by_remedy: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Info,
    Warn,
    Danger,
    Block,
    Absent,
}

impl Grade {
    pub fn severity(self) -> Option<Severity> {
        match self {
            Grade::Info => Some(Severity::Info),
            Grade::Warn => Some(Severity::Warn),
            Grade::Danger => Some(Severity::Danger),
            Grade::Block => Some(Severity::Block),
            Grade::Absent => None,
        }
    }

    /// Whether a person is kept from going on, or has to type first.
    pub fn guards(self) -> bool {
        matches!(self, Grade::Danger | Grade::Block)
    }
}

/// Who makes the change when nothing guards it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    PtOsc,
    /// `ALTER TABLE` by the server itself.
    Alter,
}

/// What came of the table; in this order the graver one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ended well, and rows are missing.
    LosesRows,
    /// It ended well, every row is there, and some have other values.
    ChangesValues,
    /// It ended well, and whole columns went.
    DropsColumns,
    /// It ended well with every row and value.
    Keeps,
    /// It failed on the way; the table is as it was.
    Aborts,
    /// The tool would not begin.
    RefusedByTool,
}

/// The change without the guard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutGuard {
    pub way: Way,
    /// Further arguments of pt-osc.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What the session of a plain ALTER sets before, such as its sql_mode.
    pub session: Option<String>,
    pub outcome: Outcome,
    /// Rows before and after.
    pub rows: (u64, u64),
    /// Rows that are still there with another value.
    #[serde(default)]
    pub changed: u64,
    /// Columns that went.
    #[serde(default)]
    pub gone: Vec<String>,
    /// Old name to new name: the values are compared under both.
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
    /// Words that the tool or the server said.
    pub says: Option<String>,
    /// Queries after it with the first value of their first row.
    #[serde(default)]
    pub then: Vec<(String, String)>,
}

/// The change through the product, every confirmation given: no row or value may differ.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithGuard {
    /// The name of the run's last state.
    pub outcome: String,
    #[serde(default)]
    pub gone: Vec<String>,
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
    #[serde(default)]
    pub then: Vec<(String, String)>,
}
