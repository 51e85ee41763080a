//! Findings: results of preflight checks.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Params, messages};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warn,
    /// Needs the typed confirmation.
    Danger,
    /// Cannot be overridden.
    Block,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    Server,
    Table,
    Clause,
    /// The table's rows.
    Rows,
    /// What happens on the server right now.
    Moment,
    /// Advice on style and design; each rule can be switched off.
    Lint,
}

/// A remedy that one click applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fix {
    /// Refreshes the table's statistics.
    Analyze,
    /// Another clause in place of the present one.
    ReplaceClause {
        clause: String,
    },
    /// Another value of one option, named as in the form; an empty one sets a flag, `None` takes the option away.
    SetOption {
        option: String,
        value: Option<String>,
    },
    ChooseEngine {
        engine: crate::EngineChoice,
    },
    /// Ends a session of the server, after a confirmation that shows what it does.
    KillSession {
        id: u64,
    },
}

/// How the server reads for a question about rows, by its own EXPLAIN; `reading.<how>` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// It knows the answer beforehand.
    Nothing,
    /// A part of an index.
    Index,
    /// Every entry of an index.
    WholeIndex,
    /// Every row.
    Table,
}

impl Reads {
    pub const ALL: [Reads; 4] = [Reads::Nothing, Reads::Index, Reads::WholeIndex, Reads::Table];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Reading {
    pub how: Reads,
    /// The costliest of the tables that are read, under the question's own name for it.
    pub table: Option<String>,
    pub index: Option<String>,
    /// Rows or entries, as the server estimates them.
    pub rows: u64,
}

/// How a question about rows ended; `asked.<outcome>` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AskedOutcome {
    Clean,
    Found,
    TimedOut,
    Cancelled,
    Refused,
}

impl AskedOutcome {
    pub const ALL: [AskedOutcome; 5] = [
        AskedOutcome::Clean,
        AskedOutcome::Found,
        AskedOutcome::TimedOut,
        AskedOutcome::Cancelled,
        AskedOutcome::Refused,
    ];
}

/// A question that was put to the server for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Asked {
    /// The code of the finding that it could give.
    pub code: String,
    pub sql: String,
    pub outcome: AskedOutcome,
    pub took_ms: u64,
    /// `None` where the server did not tell, and for questions about other things than rows.
    pub reading: Option<Reading>,
}

/// One result of one check. Texts are `finding.<CODE>.what`, `.evidence` and `.advice` of the catalogue, with `params`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Finding {
    /// For example `NO_USABLE_KEY`.
    pub code: String,
    pub severity: Severity,
    #[serde(default)]
    pub scope: Scope,
    /// False when the check could not prove its answer (timed out, sampled, lacked rights).
    pub proven: bool,
    pub params: Params,
    /// What a person may run to see the evidence.
    pub query: Option<String>,
    /// How the server read for that query.
    #[serde(default)]
    pub reading: Option<Reading>,
    /// A statement that would mend the cause, for a person to run.
    pub remedy: Option<String>,
    #[serde(default)]
    pub fixes: Vec<Fix>,
}

impl Finding {
    pub fn new(code: &str, severity: Severity) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            scope: Scope::default(),
            proven: true,
            params: Params::new(),
            query: None,
            reading: None,
            remedy: None,
            fixes: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    pub fn query(mut self, sql: impl Into<String>) -> Self {
        self.query = Some(sql.into());
        self
    }

    pub fn remedy(mut self, sql: impl Into<String>) -> Self {
        self.remedy = Some(sql.into());
        self
    }

    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    pub fn not_proven(mut self) -> Self {
        self.proven = false;
        self
    }

    /// One part of the finding's text: `what`, `evidence` or `advice`.
    pub fn text(&self, locale: messages::Locale, part: &str) -> String {
        messages::text(locale, &format!("finding.{}.{part}", self.code), &self.params)
    }
}
