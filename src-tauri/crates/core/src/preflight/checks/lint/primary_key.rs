//! The table has a primary key of a good type. `warn` without one: the server then orders rows by a key of its own that
//! nobody can name. `info` for numbers that run out early and for text that every other index has to repeat.

use mysqler_contract::{Finding, Severity, TableFacts, TableKind};

use super::super::super::context::{Context, column_of};
use super::{about, indexes, written};
use crate::clause::{IndexKind, parse_definition};

pub const CODES: &[&str] = &[
    "LINT_PRIMARY_KEY_MISSING",
    "LINT_PRIMARY_KEY_SMALL",
    "LINT_PRIMARY_KEY_TEXT",
];

/// Characters; a number is far shorter.
const LONG: u64 = 20;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context
        .input
        .table
        .filter(|facts| facts.summary.kind == TableKind::Base)
    else {
        return Vec::new();
    };
    let Some(primary) = facts.keys.iter().find(|key| key.name == "PRIMARY") else {
        let added = indexes(context)
            .iter()
            .any(|index| index.kind == IndexKind::Primary)
            || written(context)
                .iter()
                .any(|column| column.column.definition.primary);
        let finding = about(
            "LINT_PRIMARY_KEY_MISSING",
            Severity::Warn,
            &facts.table.to_string(),
        );
        return if added { Vec::new() } else { vec![finding] };
    };
    let names = primary.columns.iter().filter_map(|part| part.name.as_deref());
    names.filter_map(|name| judge(context, facts, name)).collect()
}

/// The column as the clause leaves it.
fn judge(context: &Context<'_>, facts: &TableFacts, name: &str) -> Option<Finding> {
    let column = column_of(facts, name)?;
    let columns = written(context);
    let wanted = columns
        .iter()
        .find(|other| other.before.is_some_and(|before| before.name == column.name));
    let definition = match wanted {
        Some(wanted) => wanted.column.definition.clone(),
        None => parse_definition(&column.column_type),
    };
    let told = |code| Some(about(code, Severity::Info, name).with("type", &definition.base));
    match definition.base.as_str() {
        "tinyint" | "smallint" | "mediumint" if column.auto_increment => told("LINT_PRIMARY_KEY_SMALL"),
        "int" | "integer" if column.auto_increment && !definition.unsigned => told("LINT_PRIMARY_KEY_SMALL"),
        "char" | "varchar" => {
            let long = definition
                .arguments
                .first()
                .and_then(|text| text.parse::<u64>().ok());
            long.filter(|characters| *characters > LONG)
                .and_then(|_| told("LINT_PRIMARY_KEY_TEXT"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("FORCE", "int", &["LINT_PRIMARY_KEY_SMALL"])]
    #[case("FORCE", "int unsigned", &[])]
    #[case("FORCE", "bigint", &[])]
    #[case("MODIFY id BIGINT NOT NULL AUTO_INCREMENT", "int", &[])]
    #[case("FORCE", "char(36)", &["LINT_PRIMARY_KEY_TEXT"])]
    #[case("FORCE", "char(12)", &[])]
    fn a_key_that_lasts_passes(#[case] clause: &str, #[case] column_type: &str, #[case] codes: &[&str]) {
        let world =
            World::altering(clause).with_table(|table| table.columns[0].column_type = column_type.into());
        assert_eq!(world.lints(), codes, "{clause} {column_type}");
    }

    #[test]
    fn a_unique_key_is_not_a_primary_key() {
        let world =
            |clause: &str| World::altering(clause).with_table(|table| table.keys[0].name = "uk_id".into());
        assert_eq!(world("FORCE").lints(), ["LINT_PRIMARY_KEY_MISSING"]);
        assert!(
            !world("ADD PRIMARY KEY (id)")
                .lints()
                .contains(&"LINT_PRIMARY_KEY_MISSING".to_owned())
        );
    }
}
