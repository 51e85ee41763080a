//! Foreign keys of and to the table. Scope: the table and its children. A table that others reference needs a chosen
//! method, else `block`; `drop_swap` is `danger` since the table is missing for a moment; the rest is `warn`, because
//! constraints get other names. Dropping a constraint under the name that the copy does not carry is `block`, with the
//! name that it does carry a click away; and so is one that could be either of two.

use mysqler_contract::{Finding, Fix, ForeignKeyFacts, ForeignKeysMethod, Severity, quote_identifier};

use super::super::context::{Context, list};
use crate::clause::{Name, OperationKind};

pub const CODES: &[&str] = &[
    "FOREIGN_KEYS_OWN",
    "FOREIGN_KEYS_REFERENCED",
    "FOREIGN_KEYS_REBUILD",
    "FOREIGN_KEYS_DROP_SWAP",
    "FOREIGN_KEY_DROP_NAME",
    "FOREIGN_KEY_DROP_AMBIGUOUS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let goes = |key: &&ForeignKeyFacts| dropped(context).any(|name| name.is(&shadow_name(&key.name)));
    let kept: Vec<&ForeignKeyFacts> = facts.foreign_keys.iter().filter(|key| !goes(key)).collect();
    if !kept.is_empty() {
        let names = list(kept.iter().map(|key| key.name.as_str()));
        let renames = list(kept.iter().map(|key| renames(&key.name)));
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
    let finding = Finding::new(code, severity)
        .with("tables", list(tables))
        .with("renames", list(keys.iter().map(|key| renames(&key.name))))
        .with("table", context.table_name());
    match severity {
        // Of the two methods the one under which the table never goes missing.
        Severity::Block => finding.fix(Fix::SetOption {
            option: "foreign_keys_method".to_owned(),
            value: Some("rebuild_constraints".to_owned()),
        }),
        _ => finding,
    }
}

/// Characters of a constraint's name; the tool cuts what is longer.
const NAME_LIMIT: usize = 64;

/// The shadow table carries each constraint under another name: none, one, two underscores, in turn.
pub(super) fn shadow_name(name: &str) -> String {
    let full = match (name.strip_prefix("__"), name.strip_prefix('_')) {
        (Some(rest), _) => rest.to_owned(),
        (None, Some(rest)) => format!("__{rest}"),
        (None, None) => format!("_{name}"),
    };
    full.chars().take(NAME_LIMIT).collect()
}

/// For people: what a constraint is called, and what it will be called.
pub(super) fn renames(name: &str) -> String {
    format!("{name} → {}", shadow_name(name))
}

/// The clause with the name that the shadow table carries in this one place.
pub(super) fn by_shadow_name(context: &Context<'_>, name: &Name) -> Fix {
    let clause = context.clause.text;
    let (before, after) = (clause.get(..name.span.start), clause.get(name.span.end..));
    let wanted = quote_identifier(&shadow_name(name.as_str()));
    Fix::ReplaceClause {
        clause: [before.unwrap_or_default(), &wanted, after.unwrap_or_default()].concat(),
    }
}

/// Names of constraints that the clause drops.
fn dropped<'c>(context: &'c Context<'_>) -> impl Iterator<Item = &'c Name> {
    let operations = context.clause.operations.iter();
    operations.filter_map(|operation| match &operation.kind {
        OperationKind::DropForeignKey(name) | OperationKind::DropConstraint(name) => Some(name),
        _ => None,
    })
}

fn dropped_names(context: &Context<'_>, keys: &[ForeignKeyFacts]) -> Vec<Finding> {
    let now = |name: &Name| keys.iter().find(|key| name.is(&key.name));
    let then = |name: &Name| keys.iter().find(|key| name.is(&shadow_name(&key.name)));
    let block = |code, name: &Name| Finding::new(code, Severity::Block).with("name", name);
    dropped(context)
        .filter_map(|name| match (now(name), then(name)) {
            (Some(_), None) => {
                let finding = block("FOREIGN_KEY_DROP_NAME", name);
                let finding = finding.with("shadow_name", shadow_name(name.as_str()));
                Some(finding.fix(by_shadow_name(context, name)))
            }
            (Some(_), Some(other)) => {
                Some(block("FOREIGN_KEY_DROP_AMBIGUOUS", name).with("other", &other.name))
            }
            (None, _) => None,
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
        assert!(
            matches!(&world.findings()[0].fixes[..], [Fix::SetOption { option, .. }] if option == "foreign_keys_method")
        );
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
        assert_eq!(codes, ["DROPS_CONSTRAINT"], "what goes is not told as renamed");
        assert_eq!(
            [shadow_name("a"), shadow_name("_a"), shadow_name("__a")],
            ["_a", "__a", "a"]
        );
    }

    #[test]
    fn one_click_writes_the_name_that_the_shadow_carries_and_touches_nothing_else() {
        let fixed = |name: &str, clause: &str| {
            let world = World::altering(clause)
                .with_table(|table| table.foreign_keys = vec![foreign_key(name, "orders")]);
            let found = world.findings().into_iter();
            let mut found = found.filter(|finding| finding.code == "FOREIGN_KEY_DROP_NAME");
            found.next().map(|finding| finding.fixes)
        };
        let replaced = |clause: &str| {
            let clause = clause.to_owned();
            Some(vec![Fix::ReplaceClause { clause }])
        };
        assert_eq!(
            fixed(
                "fk",
                "ADD COLUMN fk INT,  DROP FOREIGN KEY fk /* fk */, ADD INDEX (fk)"
            ),
            replaced("ADD COLUMN fk INT,  DROP FOREIGN KEY `_fk` /* fk */, ADD INDEX (fk)")
        );
        assert_eq!(
            fixed("f`k", "drop constraint `f``k`"),
            replaced("drop constraint `_f``k`")
        );
        assert_eq!(
            fixed("_fk", "DROP FOREIGN KEY _fk"),
            replaced("DROP FOREIGN KEY `__fk`")
        );
        assert_eq!(
            fixed("__fk", "DROP FOREIGN KEY __fk"),
            replaced("DROP FOREIGN KEY `fk`")
        );
        assert_eq!(
            fixed("键", "DROP FOREIGN KEY 键, DROP COLUMN a"),
            replaced("DROP FOREIGN KEY `_键`, DROP COLUMN a")
        );
        assert_eq!(shadow_name(&"n".repeat(64)), format!("_{}", "n".repeat(63)));
    }

    #[test]
    fn a_name_that_is_one_now_and_another_on_the_shadow_is_refused() {
        let world = World::altering("DROP FOREIGN KEY _fk").with_table(|table| {
            table.foreign_keys = vec![foreign_key("fk", "orders"), foreign_key("_fk", "orders")];
        });
        let found = world.findings();
        let told = found
            .iter()
            .find(|finding| finding.code == "FOREIGN_KEY_DROP_AMBIGUOUS")
            .unwrap();
        assert_eq!(
            (told.severity, told.params["other"].as_str()),
            (Severity::Block, "fk")
        );
        assert!(told.fixes.is_empty());
    }
}
