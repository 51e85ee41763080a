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

/// One result of one check. Texts are `finding.<CODE>.what`, `.evidence` and `.advice` of the catalogue, with `params`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Finding {
    /// For example `NO_USABLE_KEY`.
    pub code: String,
    pub severity: Severity,
    /// False when the check could not prove its answer (timed out, sampled, lacked rights).
    pub proven: bool,
    pub params: Params,
    /// What a person may run to see the evidence.
    pub query: Option<String>,
    /// A statement that would mend the cause, for a person to run.
    pub remedy: Option<String>,
}

impl Finding {
    pub fn new(code: &str, severity: Severity) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            proven: true,
            params: Params::new(),
            query: None,
            remedy: None,
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

    pub fn not_proven(mut self) -> Self {
        self.proven = false;
        self
    }

    /// One part of the finding's text: `what`, `evidence` or `advice`.
    pub fn text(&self, locale: messages::Locale, part: &str) -> String {
        messages::text(locale, &format!("finding.{}.{part}", self.code), &self.params)
    }
}
