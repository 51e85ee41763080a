//! Changes that pt-osc refuses by itself: new unique keys, primary keys, column renames. Scope: clause and table. `block`
//! for a new unique key, because the copy uses INSERT IGNORE and drops a duplicate without an error; and for a rename or
//! a primary key that the copy would get wrong, with the reason. Those that it gets right are `warn`: the run
//! then turns the tool's check off and makes sure that it read the renames as they were meant.

use mysqler_contract::{EngineChoice, Finding, Severity};

use super::super::context::Context;
use super::super::renames::{changes_primary_key, primary_key_obstacle, rename_obstacle, renames};

pub const CODES: &[&str] = &[
    "ADDS_UNIQUE",
    "PRIMARY_KEY_CHANGED",
    "PRIMARY_KEY_BY_COPY",
    "COLUMN_RENAMED",
    "COLUMN_RENAMED_BY_COPY",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // The server's own ALTER refuses a duplicate and reads a rename right.
    if context.input.request.engine == EngineChoice::Direct {
        return Vec::new();
    }
    let mut found = unique_keys(context);
    found.extend(primary_key(context));
    found.extend(renamed(context));
    found
}

fn unique_keys(context: &Context<'_>) -> Vec<Finding> {
    let block = |name: &str| Finding::new("ADDS_UNIQUE", Severity::Block).with("name", name);
    let mut found = Vec::new();
    for operation in &context.clause.operations {
        if operation.verb == "ADD UNIQUE" {
            found.push(block(operation.subject.as_deref().unwrap_or("-")));
        }
        let defined = context.defined_columns(operation).into_iter();
        let unique = defined.filter(|(_, column)| column.unique && !column.primary);
        found.extend(unique.map(|(name, _)| block(&name)));
    }
    found
}

fn primary_key(context: &Context<'_>) -> Option<Finding> {
    if !changes_primary_key(&context.clause) {
        return None;
    }
    let facts = context.input.table?;
    Some(match primary_key_obstacle(&context.clause, facts) {
        Some(why) => Finding::new("PRIMARY_KEY_CHANGED", Severity::Block).with("why", why),
        None => Finding::new("PRIMARY_KEY_BY_COPY", Severity::Warn).with("table", context.table_name()),
    })
}

fn renamed(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let charset = context.input.request.options.charset.as_deref();
    let charset = charset.unwrap_or(&context.input.connection.charset);
    renames(&context.clause)
        .map(|(from, to)| {
            let told = match rename_obstacle(&context.clause, facts, charset, (from, to)) {
                Some(why) => Finding::new("COLUMN_RENAMED", Severity::Block).with("why", why),
                None => Finding::new("COLUMN_RENAMED_BY_COPY", Severity::Warn),
            };
            told.with("name", from).with("new_name", to)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{EngineChoice, Severity};
    use rstest::rstest;

    #[rstest]
    #[case("ADD UNIQUE KEY u (status)", "ADDS_UNIQUE")]
    #[case("ADD COLUMN code INT NULL UNIQUE", "ADDS_UNIQUE")]
    #[case("ADD (code INT NULL, extra INT NULL UNIQUE)", "ADDS_UNIQUE")]
    #[case("ADD (code INT NULL, UNIQUE KEY u (code))", "ADDS_UNIQUE")]
    #[case("MODIFY status varchar(32) UNIQUE", "ADDS_UNIQUE")]
    #[case("ADD PRIMARY KEY (status)", "PRIMARY_KEY_CHANGED")]
    #[case("DROP PRIMARY KEY", "PRIMARY_KEY_CHANGED")]
    #[case("ADD COLUMN pk BIGINT AUTO_INCREMENT PRIMARY KEY", "PRIMARY_KEY_CHANGED")]
    #[case("ADD COLUMN pk BIGINT AUTO_INCREMENT KEY", "PRIMARY_KEY_CHANGED")]
    #[case("CHANGE id pk bigint unsigned", "COLUMN_RENAMED")]
    #[case("RENAME COLUMN id TO pk", "COLUMN_RENAMED")]
    fn what_a_copy_could_lose_is_blocked(#[case] clause: &str, #[case] code: &str) {
        let world = World::altering(clause).clean();
        let codes = world.codes();
        assert!(codes.iter().any(|told| told == code), "{clause}: {codes:?}");
        let mut direct = world;
        direct.request.engine = EngineChoice::Direct;
        assert!(
            !direct.codes().iter().any(|told| told == code),
            "{clause}: the server's own ALTER carries it"
        );
    }

    #[rstest]
    #[case("CHANGE status state varchar(32)", "COLUMN_RENAMED_BY_COPY")]
    #[case("RENAME COLUMN status TO state", "COLUMN_RENAMED_BY_COPY")]
    #[case("DROP PRIMARY KEY, ADD PRIMARY KEY (id, amount)", "PRIMARY_KEY_BY_COPY")]
    fn what_the_copy_gets_right_is_a_warning(#[case] clause: &str, #[case] code: &str) {
        let found = World::altering(clause).clean().findings();
        let told = found.iter().find(|finding| finding.code == code);
        assert_eq!(
            told.map(|finding| finding.severity),
            Some(Severity::Warn),
            "{clause}"
        );
        let blocks = found.iter().filter(|finding| finding.severity == Severity::Block);
        assert_eq!(blocks.count(), 0, "{clause}: {found:?}");
    }

    #[rstest]
    #[case("CHANGE status STATUS varchar(32)")]
    #[case("RENAME INDEX idx_status TO idx_state")]
    #[case("ADD INDEX i (status)")]
    #[case("ADD COLUMN code INT COMMENT 'UNIQUE PRIMARY KEY'")]
    #[case("ADD (code INT NULL, KEY k (code))")]
    fn a_harmless_twin_passes(#[case] clause: &str) {
        assert_eq!(World::altering(clause).codes(), Vec::<String>::new(), "{clause}");
    }
}
