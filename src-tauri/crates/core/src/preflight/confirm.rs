//! What a person has to give before a plan may run.

use mysqler_contract::{ConfirmationNeed, Environment, Finding, Severity, TableRef};

/// The full name is typed on production and under any danger; each danger is accepted by its code, once.
pub fn confirmation(findings: &[Finding], environment: Environment, table: &TableRef) -> ConfirmationNeed {
    let dangers = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Danger);
    let mut accept: Vec<String> = dangers.map(|finding| finding.code.clone()).collect();
    accept.sort();
    accept.dedup();
    let typed = environment == Environment::Production || !accept.is_empty();
    ConfirmationNeed {
        typed: typed.then(|| table.to_string()),
        accept,
    }
}
