//! Indexes of a useful shape. `warn` for a unique index that lets the same row in twice by way of NULL; the rest is `info`.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::{Context, column_of};
use super::{Written, about, indexes, same, written};
use crate::clause::{IndexKind, IndexPart};

pub const CODES: &[&str] = &["LINT_INDEX_COUNT", "LINT_INDEX_WIDE", "LINT_UNIQUE_NULLABLE"];

const MANY_INDEXES: usize = 12;
const MANY_COLUMNS: usize = 5;

/// Characters of one column; what is longer is better indexed by a prefix.
const LONG: u64 = 255;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let columns = written(context);
    let added = indexes(context);
    let mut found = Vec::new();
    for index in &added {
        let name = index.name().unwrap_or("-");
        let plain = !matches!(
            index.kind,
            IndexKind::Fulltext | IndexKind::Spatial | IndexKind::Vector
        );
        let long = |part: &IndexPart| part.prefix.is_none() && characters(context, &columns, part) > LONG;
        if plain && (index.parts.len() > MANY_COLUMNS || index.parts.iter().any(long)) {
            found.push(about("LINT_INDEX_WIDE", Severity::Info, name).with("columns", index.parts.len()));
        }
        let nullable = |part: &&IndexPart| {
            part.column()
                .is_some_and(|column| may_be_null(context, &columns, column))
        };
        if index.kind == IndexKind::Unique
            && let Some(part) = index.parts.iter().find(nullable)
        {
            let column = part.column().unwrap_or("-");
            found.push(about("LINT_UNIQUE_NULLABLE", Severity::Warn, name).with("column", column));
        }
    }
    let own = columns.iter().filter(|column| column.column.definition.unique);
    let own = own.filter(|column| column.column.definition.nullable != Some(false));
    found.extend(own.map(|column| {
        about("LINT_UNIQUE_NULLABLE", Severity::Warn, column.name()).with("column", column.name())
    }));
    let present = context.input.table.map_or(0, |facts| facts.keys.len());
    let count = present + added.len();
    if !added.is_empty() && count > MANY_INDEXES {
        found.push(about("LINT_INDEX_COUNT", Severity::Info, "*").with("count", count));
    }
    found
}

fn of<'w, 'c>(columns: &'w [Written<'c>], name: &str) -> Option<&'w Written<'c>> {
    columns.iter().find(|column| same(column.name(), name))
}

fn may_be_null(context: &Context<'_>, columns: &[Written<'_>], name: &str) -> bool {
    match of(columns, name) {
        Some(column) => column.column.definition.nullable != Some(false),
        None => context
            .input
            .table
            .and_then(|facts| column_of(facts, name))
            .is_some_and(|column| column.nullable),
    }
}

fn characters(context: &Context<'_>, columns: &[Written<'_>], part: &IndexPart) -> u64 {
    let Some(name) = part.column() else { return 0 };
    let counted = |base: &str, arguments: &[String]| match base {
        "varchar" | "char" | "varbinary" | "binary" => {
            arguments.first().and_then(|n| n.parse().ok()).unwrap_or(0)
        }
        _ => 0,
    };
    if let Some(column) = of(columns, name) {
        return counted(column.base(), &column.column.definition.arguments);
    }
    let present = context.input.table.and_then(|facts| column_of(facts, name));
    present.map_or(0, |column| {
        let read = crate::clause::parse_definition(&column.column_type);
        counted(&read.base, &read.arguments)
    })
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::{World, column};
    use rstest::rstest;

    #[rstest]
    #[case("ADD UNIQUE uk_status (status)", &["LINT_UNIQUE_NULLABLE"])]
    #[case("ADD UNIQUE uk_amount (amount)", &[])]
    #[case("ADD COLUMN code INT NULL UNIQUE", &["LINT_UNIQUE_NULLABLE"])]
    #[case("ADD COLUMN code INT NOT NULL DEFAULT 0 UNIQUE", &[])]
    #[case("ADD COLUMN code INT NOT NULL DEFAULT 0, ADD UNIQUE uk_code (code)", &[])]
    #[case("ADD COLUMN url VARCHAR(500), ADD INDEX idx_url (url)", &["LINT_INDEX_WIDE"])]
    #[case("ADD COLUMN url VARCHAR(500), ADD INDEX idx_url (url(40))", &[])]
    fn indexes_of_a_useful_shape_pass(#[case] clause: &str, #[case] codes: &[&str]) {
        let told: Vec<String> = World::altering(clause)
            .lints()
            .into_iter()
            .filter(|code| super::CODES.contains(&code.as_str()))
            .collect();
        assert_eq!(told, codes, "{clause}");
    }

    #[test]
    fn many_columns_and_many_indexes_are_told() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let world = |clause: &str, keys: usize| {
            World::altering(clause).with_table(|table| {
                table.columns.extend(names.map(|name| column(name, "int")));
                let key = table.keys[1].clone();
                table.keys.extend((2..keys).map(|at| {
                    let mut other = key.clone();
                    other.name = format!("idx_{at}");
                    other.columns[0].name = None;
                    other
                }));
            })
        };
        assert_eq!(
            world("ADD INDEX idx_six (a, b, c, d, e, f)", 2).lints(),
            ["LINT_INDEX_WIDE"]
        );
        assert_eq!(
            world("ADD INDEX idx_five (a, b, c, d, e)", 2).lints(),
            Vec::<String>::new()
        );
        assert_eq!(world("ADD INDEX idx_a (a)", 12).lints(), ["LINT_INDEX_COUNT"]);
        assert_eq!(world("ADD INDEX idx_a (a)", 11).lints(), Vec::<String>::new());
    }
}
