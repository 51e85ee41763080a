//! Character sets that hold everything and are the same throughout. `warn` for the three-byte UTF-8 where the clause names
//! it, and for a column that differs from its table; `info` where the table's default brings it in.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::{Written, about, written};
use crate::clause::OperationKind;

pub const CODES: &[&str] = &["LINT_CHARSET_MIXED", "LINT_UTF8MB3"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let table = context
        .input
        .table
        .and_then(|facts| facts.collation.as_deref())
        .unwrap_or_default();
    let mut found: Vec<Finding> = written(context)
        .iter()
        .flat_map(|column| judge(column, table))
        .collect();
    for operation in &context.clause.operations {
        let named = match &operation.kind {
            OperationKind::ConvertCharset { charset, collation } => {
                charset.as_deref().or(collation.as_deref())
            }
            OperationKind::TableOption(setting) if matches!(setting.name.as_str(), "CHARSET" | "COLLATE") => {
                Some(setting.value.as_str())
            }
            _ => None,
        };
        if let Some(named) = named.filter(|named| is_three_byte(named)) {
            found.push(about("LINT_UTF8MB3", Severity::Warn, "*").with("charset", named));
        }
    }
    found
}

fn judge(column: &Written<'_>, table: &str) -> Vec<Finding> {
    if !column.is_text() {
        return Vec::new();
    }
    let definition = &column.column.definition;
    let named = definition.collation.as_deref().or(definition.charset.as_deref());
    let three_bytes = |severity, charset: &str| {
        vec![about("LINT_UTF8MB3", severity, column.name()).with("charset", charset)]
    };
    match named {
        Some(named) if is_three_byte(named) => three_bytes(Severity::Warn, named),
        Some(named) if !belongs(named, table) => {
            let finding = about("LINT_CHARSET_MIXED", Severity::Warn, column.name()).with("charset", named);
            vec![finding.with("table", table)]
        }
        None if is_three_byte(table) => three_bytes(Severity::Info, table),
        _ => Vec::new(),
    }
}

fn is_three_byte(name: &str) -> bool {
    let name = name.to_lowercase();
    matches!(charset_of(&name), "utf8" | "utf8mb3")
}

fn charset_of(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// The table's own collation, or the character set that it belongs to.
fn belongs(named: &str, table: &str) -> bool {
    table.is_empty() || named.eq_ignore_ascii_case(table) || named.eq_ignore_ascii_case(charset_of(table))
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ADD COLUMN a VARCHAR(9) CHARACTER SET utf8", &["LINT_UTF8MB3"])]
    #[case("CONVERT TO CHARACTER SET utf8mb3", &["LINT_UTF8MB3"])]
    #[case("DEFAULT CHARSET=utf8mb3", &["LINT_UTF8MB3"])]
    #[case("CONVERT TO CHARACTER SET utf8mb4", &[])]
    #[case("ADD COLUMN a VARCHAR(9) COLLATE utf8mb4_bin", &["LINT_CHARSET_MIXED"])]
    #[case("ADD COLUMN a VARCHAR(9) CHARACTER SET ascii", &["LINT_CHARSET_MIXED"])]
    #[case("ADD COLUMN a VARCHAR(9) CHARACTER SET utf8mb4", &[])]
    #[case("ADD COLUMN a VARCHAR(9)", &[])]
    #[case("ADD COLUMN a INT NULL", &[])]
    fn one_set_throughout(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }

    #[test]
    fn what_the_table_brings_in_is_told_more_quietly() {
        let world = World::altering("ADD COLUMN a VARCHAR(9)");
        let world = world.with_table(|table| table.collation = Some("utf8mb3_general_ci".into()));
        assert_eq!(world.lints(), ["LINT_UTF8MB3"]);
    }
}
