//! A column that goes while one of its kind comes was not meant to be renamed. Scope: rows. `danger` while the column
//! holds any value: DROP and ADD are no rename, and its values go.

use mysqler_contract::{Finding, Fix, Flavour, Severity};

use super::super::super::column_type::{Fit, fit, kind};
use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::{sql, uses};
use crate::clause::{Column, Operation, OperationKind, parse_definition};

pub const CODES: &[&str] = &["DROP_ADD_LOOKS_LIKE_RENAME"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let mut taken: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    for drop in &context.clause.operations {
        let OperationKind::DropColumn(name) = &drop.kind else {
            continue;
        };
        let pair = added(context).find(|(add, column)| {
            !taken.contains(&add.start) && column.name != *name && is_alike(context, name.as_str(), column)
        });
        if let Some((add, column)) = pair {
            taken.push(add.start);
            found.push(suspicion(context, drop, name.as_str(), add, column));
        }
    }
    found
}

fn added<'c>(context: &'c Context<'_>) -> impl Iterator<Item = (&'c Operation, &'c Column)> {
    let operations = context.clause.operations.iter();
    operations.flat_map(|operation| {
        let adds = matches!(
            operation.kind,
            OperationKind::AddColumn(_) | OperationKind::AddList(_)
        );
        let columns = operation.kind.columns().filter(move |_| adds);
        columns.map(move |column| (operation, column))
    })
}

/// Every value of the one could stand in the other, and both are of one kind.
fn is_alike(context: &Context<'_>, name: &str, added: &Column) -> bool {
    let Some(column) = context.column(name) else {
        return false;
    };
    let present = parse_definition(&column.column_type);
    let same_kind =
        std::mem::discriminant(&kind(&present)) == std::mem::discriminant(&kind(&added.definition));
    let plain = !added.definition.generated && !added.definition.auto_increment && !column.generated;
    plain && same_kind && fit(&present, &added.definition) == Fit::Holds
}

fn suspicion(
    context: &Context<'_>,
    drop: &Operation,
    name: &str,
    add: &Operation,
    column: &Column,
) -> Suspicion {
    let predicate = format!("{} IS NOT NULL", uses::quoted(name));
    let statements = sql::rows_where(context, &[name], &predicate);
    let finding = Finding::new("DROP_ADD_LOOKS_LIKE_RENAME", Severity::Danger)
        .with("name", name)
        .with("new_name", &column.name);
    let finding = match as_rename(context, drop, name, add, column) {
        Some(clause) => finding.fix(Fix::ReplaceClause { clause }),
        None => finding,
    };
    Suspicion::new(finding, statements.examples, statements.count)
}

/// The clause with the rename in place of the DROP, and without the ADD.
fn as_rename(
    context: &Context<'_>,
    drop: &Operation,
    name: &str,
    add: &Operation,
    column: &Column,
) -> Option<String> {
    if !matches!(add.kind, OperationKind::AddColumn(_)) {
        return None;
    }
    let (from, to) = (uses::quoted(name), uses::quoted(column.name.as_str()));
    let rename = match renames(context) {
        true => format!("RENAME COLUMN {from} TO {to}"),
        false => {
            let definition = column.definition.span.of(context.clause.text);
            format!("CHANGE COLUMN {from} {to} {definition}")
        }
    };
    let parts: Vec<&str> = context
        .clause
        .operations
        .iter()
        .filter(|operation| operation.start != add.start)
        .map(|operation| match operation.start == drop.start {
            true => rename.as_str(),
            false => context.clause.fragment(operation),
        })
        .collect();
    Some(parts.join(", "))
}

fn renames(context: &Context<'_>) -> bool {
    let server = context.input.server;
    let version = (server.version.major, server.version.minor, server.version.patch);
    match server.flavour {
        Flavour::MariaDb => version >= (10, 5, 2),
        _ => version >= (8, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::{Fix, Severity};
    use rstest::rstest;

    const CODE: &str = "DROP_ADD_LOOKS_LIKE_RENAME";

    #[rstest]
    #[case(9, "RENAME COLUMN `status` TO `state`, ADD INDEX i (amount)")]
    #[case(
        5,
        "CHANGE COLUMN `status` `state` VARCHAR(32) DEFAULT 'new', ADD INDEX i (amount)"
    )]
    fn values_that_would_go_are_told_with_the_rename(#[case] major: u16, #[case] clause: &str) {
        let mut world = World::altering(
            "DROP COLUMN status, ADD COLUMN state VARCHAR(32) DEFAULT 'new', ADD INDEX i (amount)",
        );
        world.server.version.major = major;
        let found = world.clone().offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE).unwrap();
        assert_eq!((finding.severity, finding.proven), (Severity::Danger, true));
        assert_eq!(
            finding.fixes,
            [Fix::ReplaceClause {
                clause: clause.into()
            }]
        );
        assert!(
            !world.clean().codes().contains(&CODE.to_owned()),
            "an empty column loses nothing"
        );
    }

    #[rstest]
    #[case("DROP COLUMN status")]
    #[case("DROP COLUMN status, ADD COLUMN size INT")]
    #[case("DROP COLUMN status, ADD COLUMN short VARCHAR(8)")]
    #[case("DROP COLUMN status, ADD COLUMN shout VARCHAR(32) AS (UPPER('x'))")]
    fn a_column_of_another_kind_is_no_rename(#[case] clause: &str) {
        let asked = World::altering(clause).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
