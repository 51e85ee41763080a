//! Preflight: what could go wrong with one change, judged from facts that were gathered before. Pure rules, one file a
//! check; gathering the facts is the plan's business.

mod checks;
mod column_type;
mod confirm;
mod context;
mod copying_key;
#[cfg(test)]
pub(crate) mod fixture;
mod history;
mod renames;
mod row_loss;
mod table_options;
#[cfg(test)]
mod tests;

use mysqler_contract::{
    Advice, Algorithm, AppError, ChangeRequest, Connection, Engine, Finding, Forecast, ImageStatus,
    LINTS_OFF_AT_FIRST, Launch, LintRule, LocalStatus, PrepareVerdict, ProbeReport, RunId, Scope, Settings,
    TableFacts, TableRef, Timestamp,
};

pub use checks::{LagWatch, Reach, is_below, is_reached, watched_by_app};
pub use confirm::confirmation;
use context::Context;
pub(crate) use copying_key::same_copying_key;
pub use history::{HistoryFacts, history_obstacle};
pub use renames::{needs_check_off, renamed_columns};
pub use row_loss::may_drop_rows;

use crate::ports::{LeftoverFacts, MomentFacts, RowAnswers, RowQuestion, ServerFacts};

/// Where pt-osc would work, and whether it can.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In a container of the runner image; `Err` when the engine could not be asked.
    Container(Result<&'a ImageStatus, &'a AppError>),
    /// As a process of this workstation.
    Workstation(&'a LocalStatus),
}

/// Everything that the checks look at. A fact that was not gathered is `None`; where it guards rows or values, its
/// absence is itself a finding.
#[derive(Debug, Clone, Copy)]
pub struct PreflightInput<'a> {
    pub request: &'a ChangeRequest,
    /// The way that is judged: what concerns the other engine alone is left out.
    pub engine: Engine,
    /// What the server would be held to; `None` under pt-osc, and when no way of the server's own is known.
    pub algorithm: Option<Algorithm>,
    pub connection: &'a Connection,
    pub server: &'a ServerFacts,
    /// `None`: there is no such table.
    pub table: Option<&'a TableFacts>,
    pub leftovers: &'a LeftoverFacts,
    /// `None` when the server was not asked.
    pub prepare: Option<&'a PrepareVerdict>,
    pub place: Place<'a>,
    /// The composed launch; `None` when it was not tried, for example without an image or a tool.
    pub launch: Option<Result<&'a Launch, &'a AppError>>,
    /// The connection from where the run would work; `None` when it was not tried.
    pub probe: Option<Result<&'a ProbeReport, &'a AppError>>,
    /// What was answered to questions about the table's rows, by the question's statement.
    pub answers: &'a RowAnswers,
    /// What happens around the table now; `None` when the server could not say.
    pub moment: Option<&'a MomentFacts>,
    /// Which algorithm the server would take; `None` when it was not asked.
    pub advice: Option<&'a Advice>,
    /// What the change is expected to take, by the engine that was chosen; `None` before that is known.
    pub forecast: Option<&'a Forecast>,
    pub settings: &'a Settings,
    /// What is known of the history table that a person agreed to.
    pub history: Option<&'a HistoryFacts>,
    /// Another run that works on this table.
    pub busy_run: Option<&'a RunId>,
    /// Other runs of this workstation on the same server.
    pub runs_beside: &'a [(RunId, TableRef)],
    pub now: Timestamp,
}

/// What the checks would like to know of the table's rows before they judge; nothing for most changes.
pub fn questions(input: &PreflightInput<'_>) -> Vec<RowQuestion> {
    checks::questions(&Context::new(input))
}

/// Whether pt-osc would see how far replicas are behind.
pub fn watches_replicas(input: &PreflightInput<'_>) -> bool {
    checks::lag_watch(&Context::new(input)) != LagWatch::Nobody
}

/// Runs every check; the gravest findings first, then by code.
pub fn check(input: &PreflightInput<'_>) -> Vec<Finding> {
    let context = Context::new(input);
    let mut findings: Vec<Finding> = checks::all()
        .filter(|rule| rule.engine.is_none_or(|engine| engine == input.engine))
        .flat_map(|rule| {
            let found = (rule.check)(&context);
            found.into_iter().map(|finding| Finding {
                scope: rule.scope,
                ..finding
            })
        })
        .filter(|finding| finding.scope != Scope::Lint || !input.settings.lints_off.contains(&finding.code))
        .collect();
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.code.cmp(&b.code))
            .then_with(|| a.params.cmp(&b.params))
    });
    findings.dedup();
    findings
}

/// Every code that a finding may carry.
pub fn codes() -> impl Iterator<Item = &'static str> {
    checks::all().flat_map(|rule| rule.codes.iter().copied())
}

/// The rules on style and design, each of which a person may switch off.
pub fn lint_rules() -> Vec<LintRule> {
    let lints = checks::all().filter(|rule| rule.scope == Scope::Lint);
    lints
        .flat_map(|rule| rule.codes)
        .map(|code| LintRule {
            code: (*code).to_owned(),
            on_by_default: !LINTS_OFF_AT_FIRST.contains(code),
        })
        .collect()
}
