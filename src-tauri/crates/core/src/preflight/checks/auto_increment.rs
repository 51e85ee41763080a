//! The table's own numbers last. Scope: the table. `warn` when four fifths of the column's range are used: the change at
//! hand is the cheapest moment to widen it. A clause that widens it already is left alone.

use mysqler_contract::{ColumnFacts, Finding, Severity};

use super::super::context::Context;
use crate::clause::{ColumnDefinition, parse_definition};

pub const CODES: &[&str] = &["AUTO_INCREMENT_NEAR_END"];

const NEAR_PERCENT: u128 = 80;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((facts, next)) = context
        .input
        .table
        .and_then(|facts| Some((facts, facts.auto_increment?)))
    else {
        return Vec::new();
    };
    let Some(column) = facts.columns.iter().find(|column| column.auto_increment) else {
        return Vec::new();
    };
    let Some(last) = last_value(&parse_definition(&column.column_type)) else {
        return Vec::new();
    };
    let percent = u128::from(next) * 100 / u128::from(last);
    if percent < NEAR_PERCENT || is_widened(context, column, last) {
        return Vec::new();
    }
    let finding = Finding::new("AUTO_INCREMENT_NEAR_END", Severity::Warn).with("name", &column.name);
    vec![
        finding
            .with("type", &column.column_type)
            .with("next", next)
            .with("last", last)
            .with("percent", percent),
    ]
}

fn is_widened(context: &Context<'_>, column: &ColumnFacts, last: u64) -> bool {
    let redefined = context.redefined();
    redefined
        .iter()
        .any(|(other, wanted)| other.name == column.name && last_value(wanted).is_some_and(|new| new > last))
}

/// The greatest number that a column of whole numbers takes.
fn last_value(column: &ColumnDefinition) -> Option<u64> {
    let bits = match column.base.as_str() {
        "tinyint" => 8,
        "smallint" => 16,
        "mediumint" => 24,
        "int" | "integer" => 32,
        "bigint" => 64,
        _ => return None,
    };
    Some(u64::MAX >> (64 - bits + u32::from(!column.unsigned)))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    fn numbered(clause: &str, column_type: &str, next: u64) -> Vec<String> {
        let world = World::altering(clause).with_table(|table| {
            table.columns[0].column_type = column_type.into();
            table.auto_increment = Some(next);
        });
        world.codes()
    }

    #[test]
    fn a_range_that_is_nearly_used_up_is_told() {
        let clause = "ADD COLUMN note VARCHAR(64)";
        assert_eq!(
            numbered(clause, "int", 1_717_986_918),
            ["AUTO_INCREMENT_NEAR_END"]
        );
        assert_eq!(
            numbered(clause, "int unsigned", 1_717_986_918),
            Vec::<String>::new()
        );
        assert_eq!(numbered(clause, "tinyint(4)", 102), ["AUTO_INCREMENT_NEAR_END"]);
        assert_eq!(
            numbered(clause, "bigint unsigned", u64::MAX / 2),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_clause_that_widens_it_is_left_alone() {
        let widened = numbered(
            "MODIFY id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT",
            "int",
            2_000_000_000,
        );
        assert!(
            !widened.contains(&"AUTO_INCREMENT_NEAR_END".to_owned()),
            "{widened:?}"
        );
    }
}
