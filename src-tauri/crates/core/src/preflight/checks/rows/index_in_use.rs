//! Nothing uses an index that goes. Scope: the table and the server. `block` for an index that a foreign key needs,
//! since the server refuses; `warn` for one that was read by since the server started counting.

use mysqler_contract::{Finding, KeyFacts, Severity};

use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::uses;
use crate::clause::{Index, OperationKind};

pub const CODES: &[&str] = &["INDEX_IN_USE"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    keys.iter()
        .filter(|key| goes(context, key))
        .flat_map(|key| of_index(context, key))
        .collect()
}

/// Whether the clause drops the index by its name.
pub fn goes(context: &Context<'_>, key: &KeyFacts) -> bool {
    context
        .clause
        .operations
        .iter()
        .any(|operation| match &operation.kind {
            OperationKind::DropPrimaryKey => key.name == "PRIMARY",
            OperationKind::DropIndex(name) | OperationKind::DropConstraint(name) => name.is(&key.name),
            _ => false,
        })
}

fn of_index(context: &Context<'_>, key: &KeyFacts) -> Vec<Suspicion> {
    let finding = |severity| Finding::new("INDEX_IN_USE", severity).with("name", &key.name);
    let needed = needed_by(context, key);
    let refused = (!needed.is_empty()).then(|| {
        let told = finding(Severity::Block)
            .with("why", "used")
            .with("users", needed.join(", "));
        Suspicion::known(told)
    });
    let read = uses::reads(context, &key.name).map(|sql| {
        let finding = finding(Severity::Warn);
        Suspicion {
            unproven: None,
            ..Suspicion::new(finding, sql, None).at_a_glance()
        }
    });
    refused.into_iter().chain(read).collect()
}

/// Foreign keys that would be left without an index.
fn needed_by(context: &Context<'_>, key: &KeyFacts) -> Vec<String> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let added: Vec<Index> = context
        .clause
        .added_indexes()
        .map(|(_, index)| index.into_owned())
        .collect();
    let stays = |columns: &[String]| {
        let present = facts
            .keys
            .iter()
            .filter(|other| other.name != key.name && !goes(context, other));
        present.map(names).any(|names| leads(&names, columns))
            || added
                .iter()
                .filter_map(Index::columns)
                .any(|names| leads(&names, columns))
    };
    let needs = |columns: &[String]| leads(&names(key), columns) && !stays(columns);
    let own = facts
        .foreign_keys
        .iter()
        .filter(|foreign| needs(&foreign.columns));
    let own = own.filter(|foreign| !is_dropped(context, &foreign.name));
    let others = facts
        .referenced_by
        .iter()
        .filter(|foreign| needs(&foreign.referenced_columns));
    own.map(|foreign| format!("foreign key {}", foreign.name))
        .chain(others.map(|foreign| format!("foreign key {} of {}", foreign.name, foreign.table)))
        .collect()
}

fn is_dropped(context: &Context<'_>, foreign_key: &str) -> bool {
    context
        .clause
        .operations
        .iter()
        .any(|operation| match &operation.kind {
            OperationKind::DropForeignKey(name) | OperationKind::DropConstraint(name) => name.is(foreign_key),
            _ => false,
        })
}

fn names(key: &KeyFacts) -> Vec<&str> {
    key.columns
        .iter()
        .map_while(|part| part.name.as_deref())
        .collect()
}

/// Whether the columns stand first in the index, in any order.
fn leads(names: &[&str], columns: &[String]) -> bool {
    let first = names.get(..columns.len());
    first.is_some_and(|first| {
        columns
            .iter()
            .all(|column| first.iter().any(|name| name.eq_ignore_ascii_case(column)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, foreign_key};
    use mysqler_contract::Severity;

    const CODE: &str = "INDEX_IN_USE";

    #[test]
    fn an_index_that_a_foreign_key_needs_is_refused_unless_another_takes_its_place() {
        let severity = |clause: &str| {
            let world = World::altering(clause).with_table(|table| {
                let mut key = foreign_key("fk_status", "orders");
                key.columns = vec!["status".into()];
                table.foreign_keys = vec![key];
            });
            let found = world
                .clean()
                .findings()
                .into_iter()
                .find(|finding| finding.code == CODE);
            found.map(|finding| finding.severity)
        };
        assert_eq!(severity("DROP INDEX idx_status"), Some(Severity::Block));
        assert_eq!(
            severity("DROP INDEX idx_status, ADD INDEX wider (status, amount)"),
            None
        );
        assert_eq!(
            severity("DROP INDEX idx_status, DROP FOREIGN KEY fk_status"),
            None
        );
    }

    #[test]
    fn an_index_that_was_read_by_is_told_where_the_server_counts() {
        let world = World::altering("DROP INDEX idx_status");
        assert!(world.questions().iter().all(|question| question.code != CODE));
        let counting = world.with_variable("performance_schema", "ON");
        let found = counting.clone().offending(CODE).findings();
        let read = found.iter().find(|finding| finding.code == CODE).unwrap();
        assert_eq!(read.severity, Severity::Warn);
        assert!(!counting.clean().codes().contains(&CODE.to_owned()));
    }
}
