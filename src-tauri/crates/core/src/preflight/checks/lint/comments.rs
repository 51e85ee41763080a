//! An added column says what it holds. `info`, and silent unless switched on.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::{about, written};

pub const CODES: &[&str] = &["LINT_COMMENT_MISSING"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let added = written(context)
        .into_iter()
        .filter(|column| column.before.is_none());
    added
        .filter(|column| {
            column
                .column
                .definition
                .comment
                .as_deref()
                .unwrap_or_default()
                .is_empty()
        })
        .map(|column| about("LINT_COMMENT_MISSING", Severity::Info, column.name()))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;

    #[test]
    fn a_comment_is_missed_only_where_it_was_asked_for() {
        let told = |clause: &str, off: &[&str]| {
            let mut world = World::altering(clause);
            world.settings.lints_off = off.iter().map(|code| (*code).to_owned()).collect();
            world.codes().contains(&"LINT_COMMENT_MISSING".to_owned())
        };
        assert!(told("ADD COLUMN note VARCHAR(64)", &[]));
        assert!(!told(
            "ADD COLUMN note VARCHAR(64) COMMENT 'of the customer'",
            &[]
        ));
        assert!(
            !told("ADD COLUMN note VARCHAR(64)", &["LINT_COMMENT_MISSING"]),
            "switched off"
        );
    }
}
