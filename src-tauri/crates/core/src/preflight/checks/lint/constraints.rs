//! Constraints that can be found again and looked up quickly. `info`.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::{Context, list};
use super::{about, foreign_keys, indexes, same, table_checks};

pub const CODES: &[&str] = &["LINT_CONSTRAINT_UNNAMED", "LINT_FOREIGN_KEY_INDEX"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in foreign_keys(context) {
        let columns: Vec<&str> = key.columns.iter().map(|name| name.as_str()).collect();
        let name = list(columns.iter().copied());
        if key.name().is_none() {
            found.push(about("LINT_CONSTRAINT_UNNAMED", Severity::Info, &name));
        }
        if !is_indexed(context, &columns) {
            found.push(about("LINT_FOREIGN_KEY_INDEX", Severity::Info, &name));
        }
    }
    let unnamed = table_checks(context)
        .into_iter()
        .filter(|check| check.name.is_none());
    found.extend(unnamed.map(|check| {
        about(
            "LINT_CONSTRAINT_UNNAMED",
            Severity::Info,
            check.expression.of(context.clause.text),
        )
    }));
    found
}

/// Whether an index begins with these columns.
fn is_indexed(context: &Context<'_>, columns: &[&str]) -> bool {
    let begins = |parts: Vec<Option<&str>>| {
        parts.len() >= columns.len()
            && parts
                .iter()
                .zip(columns)
                .all(|(part, column)| part.is_some_and(|part| same(part, column)))
    };
    let present = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let kept = present
        .iter()
        .any(|key| begins(key.columns.iter().map(|part| part.name.as_deref()).collect()));
    kept || indexes(context)
        .into_iter()
        .any(|index| begins(index.parts.iter().map(|part| part.column()).collect()))
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ADD CONSTRAINT fk FOREIGN KEY (amount) REFERENCES t (id)", &["LINT_FOREIGN_KEY_INDEX"])]
    #[case("ADD CONSTRAINT fk FOREIGN KEY (status) REFERENCES t (id)", &[])]
    #[case("ADD FOREIGN KEY (status) REFERENCES t (id)", &["LINT_CONSTRAINT_UNNAMED"])]
    #[case("ADD CONSTRAINT fk FOREIGN KEY (amount) REFERENCES t (id), ADD INDEX idx_amount (amount, id)", &[])]
    #[case("ADD CHECK (amount > 0)", &["LINT_CONSTRAINT_UNNAMED"])]
    #[case("ADD CONSTRAINT positive CHECK (amount > 0)", &[])]
    fn constraints_are_named_and_indexed(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }
}
