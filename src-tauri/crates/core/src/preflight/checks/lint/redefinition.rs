//! A column is redefined once, whole, and where it stands. `warn` for attributes that MODIFY or CHANGE leaves out, since
//! what is not repeated is taken away; the rest is `info`.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::super::context::{Context, list};
use super::{Written, about, same, written};
use crate::clause::OperationKind;

pub const CODES: &[&str] = &["LINT_COLUMN_ORDER", "LINT_MERGEABLE", "LINT_MODIFY_FORGETS"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for column in written(context) {
        let lost = forgotten(context, &column);
        if !lost.is_empty() {
            found.push(about("LINT_MODIFY_FORGETS", Severity::Warn, column.name()).with("lost", list(lost)));
        }
        if column.column.position().is_some() && costs_a_rebuild(context, &column) {
            found.push(about("LINT_COLUMN_ORDER", Severity::Info, column.name()));
        }
    }
    found.extend(
        repeated(context)
            .into_iter()
            .map(|name| about("LINT_MERGEABLE", Severity::Info, &name)),
    );
    found
}

/// What the column has and the new definition does not repeat.
fn forgotten(context: &Context<'_>, column: &Written<'_>) -> Vec<String> {
    let Some(before) = column.before else {
        return Vec::new();
    };
    let wanted = &column.column.definition;
    let mut lost = Vec::new();
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let primary = keys
        .iter()
        .filter(|key| key.name == "PRIMARY")
        .flat_map(|key| &key.columns);
    let in_primary = primary
        .into_iter()
        .any(|part| part.name.as_deref() == Some(before.name.as_str()));
    if !before.nullable && wanted.nullable.is_none() && !wanted.primary && !in_primary {
        lost.push("NOT NULL".to_owned());
    }
    if before.auto_increment && !wanted.auto_increment {
        lost.push("AUTO_INCREMENT".to_owned());
    }
    if let Some(value) = before
        .default
        .as_ref()
        .filter(|_| wanted.default.is_none() && !wanted.generated)
    {
        lost.push(format!("DEFAULT {value}"));
    }
    if !before.comment.is_empty() && wanted.comment.is_none() {
        lost.push(format!("COMMENT {}", before.comment));
    }
    let table = context.input.table.and_then(|facts| facts.collation.as_deref());
    let own = before.collation.as_deref().filter(|own| Some(*own) != table);
    if let Some(own) =
        own.filter(|_| column.is_text() && wanted.charset.is_none() && wanted.collation.is_none())
    {
        lost.push(format!("COLLATE {own}"));
    }
    lost
}

/// MySQL 8.0.29 and MariaDB 10.4 put a new column anywhere without rewriting rows; a present one is never moved so.
fn costs_a_rebuild(context: &Context<'_>, column: &Written<'_>) -> bool {
    let server = context.input.server;
    let version = (server.version.major, server.version.minor, server.version.patch);
    let anywhere = match server.flavour {
        Flavour::MariaDb => version >= (10, 4, 0),
        _ => version >= (8, 0, 29),
    };
    column.before.is_some() || !anywhere
}

/// Columns that several operations of the clause change.
fn repeated(context: &Context<'_>) -> Vec<String> {
    let named: Vec<&str> = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::Modify(column) => Some(column.name.as_str()),
            OperationKind::Change { from, .. } | OperationKind::RenameColumn { from, .. } => {
                Some(from.as_str())
            }
            OperationKind::AlterColumn { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut twice: Vec<String> = Vec::new();
    for (at, name) in named.iter().enumerate() {
        let again = named[at + 1..].iter().any(|other| same(other, name));
        if again && !twice.iter().any(|known| same(known, name)) {
            twice.push((*name).to_owned());
        }
    }
    twice
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::ServerVersion;
    use rstest::rstest;

    fn world(clause: &str) -> World {
        World::altering(clause).with_table(|table| {
            table.columns[1].default = Some("new".into());
            table.columns[1].comment = "state".into();
        })
    }

    #[rstest]
    #[case("MODIFY status VARCHAR(40)", "DEFAULT new, COMMENT state")]
    #[case("MODIFY status VARCHAR(40) DEFAULT 'new'", "COMMENT state")]
    #[case("MODIFY status VARCHAR(40) DEFAULT 'new' COMMENT ''", "")]
    #[case("MODIFY amount DECIMAL(14,2)", "NOT NULL")]
    #[case("MODIFY amount DECIMAL(14,2) NOT NULL", "")]
    #[case("MODIFY id BIGINT UNSIGNED", "AUTO_INCREMENT")]
    fn what_is_not_repeated_is_told(#[case] clause: &str, #[case] lost: &str) {
        let findings = world(clause).linted();
        let told = findings
            .iter()
            .find(|finding| finding.code == "LINT_MODIFY_FORGETS");
        assert_eq!(
            told.map_or("", |finding| finding.params["lost"].as_str()),
            lost,
            "{clause}"
        );
    }

    #[test]
    fn a_place_is_told_where_it_costs_a_rebuild() {
        assert_eq!(
            world("ADD COLUMN a INT NULL AFTER id").lints(),
            Vec::<String>::new()
        );
        let mut old = world("ADD COLUMN a INT NULL AFTER id");
        old.server.version = ServerVersion {
            major: 8,
            minor: 0,
            patch: 28,
        };
        assert_eq!(old.lints(), ["LINT_COLUMN_ORDER"]);
        let moved = world("MODIFY amount DECIMAL(12,2) NOT NULL FIRST").lints();
        assert_eq!(moved, ["LINT_COLUMN_ORDER"]);
    }

    #[test]
    fn changes_of_one_column_belong_together() {
        let split = world("MODIFY amount DECIMAL(14,2) NOT NULL, ALTER COLUMN Amount SET DEFAULT 0").lints();
        assert_eq!(split, ["LINT_MERGEABLE"]);
        let apart =
            world("MODIFY amount DECIMAL(14,2) NOT NULL, ALTER COLUMN status SET DEFAULT 'x'").lints();
        assert_eq!(apart, Vec::<String>::new());
    }
}
