//! CHECK constraints get other names, as foreign keys do. Scope: table and clause. `info`: each name gains an underscore or
//! loses two. Naming one in the clause as the table has it is `block`: the shadow table knows it by the other name.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};
use super::foreign_keys::{renames, shadow_name};

pub const CODES: &[&str] = &["CHECKS_RENAMED", "CHECK_NAMED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let definition = context
        .input
        .table
        .map(|facts| facts.definition.as_str())
        .unwrap_or_default();
    let present = named_checks(definition);
    if present.is_empty() {
        return Vec::new();
    }
    let mut found = vec![
        Finding::new("CHECKS_RENAMED", Severity::Info)
            .with("count", present.len())
            .with("renames", list(present.iter().map(|name| renames(name)))),
    ];
    let naming = ["DROP CHECK", "DROP CONSTRAINT", "ALTER CHECK", "ALTER CONSTRAINT"];
    let operations = context
        .clause
        .operations
        .iter()
        .filter(|operation| naming.contains(&operation.verb));
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    found.extend(
        operations
            .filter_map(|operation| operation.subject.as_deref())
            .filter(|name| present.iter().any(|known| same(known, name)))
            .filter(|name| !present.iter().any(|known| same(&shadow_name(known), name)))
            .map(|name| {
                let finding = Finding::new("CHECK_NAMED", Severity::Block).with("name", name);
                finding.with("shadow_name", shadow_name(name))
            }),
    );
    found
}

/// The server prints each constraint on a line of its own.
fn named_checks(definition: &str) -> Vec<String> {
    let lines = definition
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("CONSTRAINT `"));
    lines
        .filter_map(|line| line.split_once("` CHECK "))
        .map(|(name, _)| name.replace("``", "`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    fn checked(clause: &str) -> World {
        World::altering(clause).with_table(|table| {
            table.definition = "CREATE TABLE `orders` (\n  `id` int,\n  CONSTRAINT `positive` CHECK ((`id` > 0))\n) ENGINE=InnoDB".into();
        })
    }

    #[test]
    fn a_check_is_told_with_its_next_name() {
        let world = checked("ADD COLUMN note VARCHAR(64)");
        assert_eq!(world.codes(), ["CHECKS_RENAMED"]);
        assert_eq!(world.findings()[0].params["renames"], "positive → _positive");
        assert_eq!(World::calm().codes(), Vec::<String>::new());
    }

    #[test]
    fn it_is_dropped_by_the_name_that_the_shadow_carries() {
        let told = |clause| checked(clause).codes().contains(&"CHECK_NAMED".to_owned());
        assert!(told("DROP CHECK positive") && told("DROP CONSTRAINT Positive"));
        assert!(!told("DROP CHECK _positive") && !told("DROP CHECK other"));
    }
}
