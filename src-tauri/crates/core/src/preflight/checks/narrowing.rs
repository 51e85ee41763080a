//! Present values fit the new column. Scope: clause and columns, not the rows. `danger`, not proven: the copy truncates
//! and rounds with exit code 0, and a NULL under NOT NULL aborts it.

use mysqler_contract::{Finding, Severity};

use super::super::column_type::{Fit, fit};
use super::super::context::Context;
use crate::clause::parse_definition;

pub const CODES: &[&str] = &["COLUMN_NARROWED", "COLUMN_TYPE_CHANGED", "COLUMN_NOT_NULL"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let danger = |code, name: &str| {
        Finding::new(code, Severity::Danger)
            .with("name", name)
            .not_proven()
    };
    let table = context.quoted_table();
    let mut found = Vec::new();
    for (column, wanted) in context.redefined() {
        let present = parse_definition(&column.column_type);
        let code = match fit(&present, &wanted) {
            Fit::Holds => None,
            Fit::Narrower => Some("COLUMN_NARROWED"),
            Fit::Unclear => Some("COLUMN_TYPE_CHANGED"),
        };
        let to = if wanted.arguments.is_empty() {
            wanted.base.clone()
        } else {
            format!("{}({})", wanted.base, wanted.arguments.join(","))
        };
        let sign = if wanted.unsigned { " unsigned" } else { "" };
        found.extend(code.map(|code| {
            danger(code, &column.name)
                .with("from", &column.column_type)
                .with("to", to + sign)
        }));
        if column.nullable && (wanted.nullable == Some(false) || wanted.primary) {
            let name = mysqler_contract::quote_identifier(&column.name);
            let query = format!("SELECT COUNT(*) FROM {table} WHERE {name} IS NULL");
            found.push(danger("COLUMN_NOT_NULL", &column.name).query(query));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::Severity;
    use rstest::rstest;

    #[rstest]
    #[case("MODIFY status VARCHAR(16)", "COLUMN_NARROWED")]
    #[case("CHANGE status status CHAR(8)", "COLUMN_NARROWED")]
    #[case("MODIFY amount DECIMAL(8,2) NOT NULL", "COLUMN_NARROWED")]
    #[case("MODIFY status INT", "COLUMN_TYPE_CHANGED")]
    #[case("MODIFY status VARCHAR(64) NOT NULL", "COLUMN_NOT_NULL")]
    fn values_that_may_not_fit_are_an_unproven_danger(#[case] clause: &str, #[case] code: &str) {
        let world = World::altering(clause);
        assert_eq!(world.codes(), [code], "{clause}");
        assert_eq!(
            (world.findings()[0].severity, world.findings()[0].proven),
            (Severity::Danger, false)
        );
    }

    #[rstest]
    #[case("MODIFY status VARCHAR(64)")]
    #[case("MODIFY status TEXT")]
    #[case("MODIFY amount DECIMAL(14,2) NOT NULL")]
    #[case("MODIFY amount DECIMAL(12,2) NULL")]
    #[case("MODIFY id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT")]
    fn a_wider_column_passes(#[case] clause: &str) {
        assert_eq!(World::altering(clause).codes(), Vec::<String>::new(), "{clause}");
    }
}
