//! Foreign keys of and to the table. Scope: the table and its children. A table that others reference needs a chosen
//! method, else `block`; `drop_swap` is `danger` since the table is missing for a moment; the rest is `warn`, because
//! constraints get other names. Dropping a constraint under the name that the copy does not carry is `block`.

use mysqler_contract::{Finding, ForeignKeyFacts, ForeignKeysMethod, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &[
    "FOREIGN_KEYS_OWN",
    "FOREIGN_KEYS_REFERENCED",
    "FOREIGN_KEYS_REBUILD",
    "FOREIGN_KEYS_DROP_SWAP",
    "FOREIGN_KEY_DROP_NAME",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if !facts.foreign_keys.is_empty() {
        let names = list(facts.foreign_keys.iter().map(|key| key.name.as_str()));
        let renames = list(facts.foreign_keys.iter().map(|key| renames(&key.name)));
        let finding = Finding::new("FOREIGN_KEYS_OWN", Severity::Warn).with("names", names);
        found.push(finding.with("renames", renames));
    }
    if !facts.referenced_by.is_empty() {
        found.push(referenced(context, &facts.referenced_by));
    }
    found.extend(dropped_names(context, &facts.foreign_keys));
    found
}

fn referenced(context: &Context<'_>, keys: &[ForeignKeyFacts]) -> Finding {
    let (code, severity) = match context.input.request.options.foreign_keys_method {
        None => ("FOREIGN_KEYS_REFERENCED", Severity::Block),
        Some(ForeignKeysMethod::RebuildConstraints) => ("FOREIGN_KEYS_REBUILD", Severity::Warn),
        Some(ForeignKeysMethod::DropSwap) => ("FOREIGN_KEYS_DROP_SWAP", Severity::Danger),
    };
    let mut tables: Vec<String> = keys.iter().map(|key| key.table.to_string()).collect();
    tables.sort();
    tables.dedup();
    Finding::new(code, severity)
        .with("tables", list(tables))
        .with("renames", list(keys.iter().map(|key| renames(&key.name))))
        .with("table", context.table_name())
}

/// The shadow table carries each constraint under another name: none, one, two underscores, in turn.
pub(super) fn shadow_name(name: &str) -> String {
    match (name.strip_prefix("__"), name.strip_prefix('_')) {
        (Some(rest), _) => rest.to_owned(),
        (None, Some(rest)) => format!("__{rest}"),
        (None, None) => format!("_{name}"),
    }
}

/// For people: what a constraint is called, and what it will be called.
pub(super) fn renames(name: &str) -> String {
    format!("{name} → {}", shadow_name(name))
}

fn dropped_names(context: &Context<'_>, keys: &[ForeignKeyFacts]) -> Vec<Finding> {
    let drops = ["DROP FOREIGN KEY", "DROP CONSTRAINT"];
    let dropped = context
        .clause
        .operations
        .iter()
        .filter(|operation| drops.contains(&operation.verb));
    dropped
        .filter_map(|operation| operation.subject.as_deref())
        .filter(|name| keys.iter().any(|key| key.name.eq_ignore_ascii_case(name)))
        .filter(|name| {
            !keys
                .iter()
                .any(|key| shadow_name(&key.name).eq_ignore_ascii_case(name))
        })
        .map(|name| {
            let finding = Finding::new("FOREIGN_KEY_DROP_NAME", Severity::Block).with("name", name);
            finding.with("shadow_name", shadow_name(name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, foreign_key};
    use super::*;

    #[test]
    fn a_referenced_table_needs_a_chosen_method() {
        let mut world =
            World::calm().with_table(|table| table.referenced_by = vec![foreign_key("fk_item", "items")]);
        assert_eq!(world.codes(), ["FOREIGN_KEYS_REFERENCED"]);
        assert_eq!(world.findings()[0].severity, Severity::Block);
        world.request.options.foreign_keys_method = Some(ForeignKeysMethod::RebuildConstraints);
        assert_eq!(
            (world.codes(), world.findings()[0].severity),
            (vec!["FOREIGN_KEYS_REBUILD".into()], Severity::Warn)
        );
        world.request.options.foreign_keys_method = Some(ForeignKeysMethod::DropSwap);
        assert_eq!(
            (world.codes(), world.findings()[0].severity),
            (vec!["FOREIGN_KEYS_DROP_SWAP".into()], Severity::Danger)
        );
    }

    #[test]
    fn a_constraint_is_dropped_by_the_name_that_the_shadow_carries() {
        let with_key = |clause| {
            World::altering(clause).with_table(|table| table.foreign_keys = vec![foreign_key("fk", "orders")])
        };
        let codes = with_key("DROP FOREIGN KEY fk").codes();
        assert!(codes.contains(&"FOREIGN_KEY_DROP_NAME".to_owned()), "{codes:?}");
        let codes = with_key("DROP FOREIGN KEY _fk").codes();
        assert_eq!(codes, ["DROPS_CONSTRAINT", "FOREIGN_KEYS_OWN"]);
        assert_eq!(
            [shadow_name("a"), shadow_name("_a"), shadow_name("__a")],
            ["_a", "__a", "a"]
        );
    }
}
