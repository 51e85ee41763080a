//! The key that the copy goes by stays. Scope: the table. `block` where no other would be left: the copy's triggers find
//! a row by a key that is unique and never NULL before and after. `warn` where another takes its place. The server's own
//! ALTER needs none.

use mysqler_contract::{EngineChoice, Finding, KeyFacts, Severity};

use super::super::super::context::Context;
use super::super::super::renames::{changes_primary_key, primary_key_obstacle};
use super::becoming;
use super::index_in_use::goes;
use super::suspicion::Suspicion;
use crate::clause::OperationKind;

pub const CODES: &[&str] = &["CHUNK_KEY_DROPPED"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let usable: Vec<&KeyFacts> = keys.iter().filter(|key| key.unique && key.not_null).collect();
    // The primary key stands first, and is what the tool takes where there is one.
    let Some(first) = usable.first().filter(|key| !stays(context, key)) else {
        return Vec::new();
    };
    if context.input.request.engine == EngineChoice::Direct {
        return Vec::new();
    }
    let left: Vec<&str> = usable
        .iter()
        .filter(|key| stays(context, key))
        .map(|key| key.name.as_str())
        .collect();
    // A wider primary key in its place names a row as well.
    let replaced = changes_primary_key(&context.clause)
        && context
            .input
            .table
            .is_some_and(|facts| primary_key_obstacle(&context.clause, facts).is_none());
    if left.is_empty() && replaced {
        return Vec::new();
    }
    let severity = if left.is_empty() {
        Severity::Block
    } else {
        Severity::Warn
    };
    let left = if left.is_empty() {
        "-".to_owned()
    } else {
        left.join(", ")
    };
    let finding = Finding::new("CHUNK_KEY_DROPPED", severity);
    vec![Suspicion::known(
        finding.with("name", &first.name).with("left", left),
    )]
}

fn stays(context: &Context<'_>, key: &KeyFacts) -> bool {
    let has = |name: &str| {
        key.columns.iter().any(|part| {
            part.name
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        })
    };
    let loses = context
        .clause
        .operations
        .iter()
        .any(|operation| match &operation.kind {
            OperationKind::DropColumn(name) => has(name.as_str()),
            OperationKind::RenameColumn { from, .. } => has(from.as_str()),
            OperationKind::Change { from, column } => has(from.as_str()) && !column.name.is(from.as_str()),
            _ => false,
        });
    let nullable = becoming::all(context).iter().any(|becoming| {
        has(&becoming.column.name) && !becoming.converted && !becoming.is_not_null() && key.name != "PRIMARY"
    });
    !goes(context, key) && !loses && !nullable
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::{EngineChoice, Severity};
    use rstest::rstest;

    const CODE: &str = "CHUNK_KEY_DROPPED";

    fn severity(mut world: World, engine: EngineChoice) -> Option<Severity> {
        world.request.engine = engine;
        let found = world
            .clean()
            .findings()
            .into_iter()
            .find(|finding| finding.code == CODE);
        found.map(|finding| finding.severity)
    }

    #[rstest]
    #[case("DROP PRIMARY KEY", Some(Severity::Block))]
    #[case("DROP COLUMN id", Some(Severity::Block))]
    #[case("DROP INDEX idx_status", None)]
    #[case("MODIFY id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT", None)]
    fn the_only_usable_key_must_stay(#[case] clause: &str, #[case] expected: Option<Severity>) {
        assert_eq!(
            severity(World::altering(clause), EngineChoice::Auto),
            expected,
            "{clause}"
        );
        assert_eq!(
            severity(World::altering(clause), EngineChoice::Direct),
            None,
            "{clause}"
        );
    }

    #[test]
    fn another_usable_key_takes_its_place() {
        let world = World::altering("DROP PRIMARY KEY").with_table(|table| {
            let mut key = table.keys[0].clone();
            key.name = "u_amount".into();
            key.columns[0].name = Some("amount".into());
            table.keys.push(key);
        });
        assert_eq!(severity(world, EngineChoice::Auto), Some(Severity::Warn));
    }
}
