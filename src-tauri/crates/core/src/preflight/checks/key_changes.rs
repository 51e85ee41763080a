//! Changes that pt-osc refuses, or would copy with loss: new unique keys, primary keys, column renames. Scope: the
//! clause. `block`: the copy uses INSERT IGNORE, so a duplicate under a new unique key is dropped without an error, and
//! a renamed column is copied only when the tool guesses the rename right.

use mysqler_contract::{EngineChoice, Finding, Severity};

use super::super::context::Context;
use crate::clause::Operation;

pub const CODES: &[&str] = &["ADDS_UNIQUE", "PRIMARY_KEY_CHANGED", "COLUMN_RENAMED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let block = |code, name: &str| Finding::new(code, Severity::Block).with("name", name);
    // The server's own ALTER refuses a duplicate and reads a rename right.
    if context.input.request.engine == EngineChoice::Direct {
        return Vec::new();
    }
    let mut found = Vec::new();
    for operation in &context.clause.operations {
        let subject = operation.subject.as_deref().unwrap_or("-");
        match operation.verb {
            "ADD UNIQUE" => found.push(block("ADDS_UNIQUE", subject)),
            "ADD PRIMARY KEY" => found.push(block("PRIMARY_KEY_CHANGED", subject)),
            "DROP PRIMARY KEY" => found.push(block("PRIMARY_KEY_CHANGED", "PRIMARY")),
            _ => {}
        }
        for (name, column) in context.defined_columns(operation) {
            if column.primary {
                found.push(block("PRIMARY_KEY_CHANGED", &name));
            } else if column.unique {
                found.push(block("ADDS_UNIQUE", &name));
            }
        }
        if let Some(new_name) = renamed(operation) {
            found.push(block("COLUMN_RENAMED", subject).with("new_name", new_name));
        }
    }
    found
}

fn renamed(operation: &Operation) -> Option<&str> {
    let subject = operation.subject.as_deref()?;
    let new_name = operation.new_name.as_deref()?;
    let renames = matches!(operation.verb, "CHANGE" | "RENAME COLUMN")
        && subject.to_lowercase() != new_name.to_lowercase();
    renames.then_some(new_name)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::EngineChoice;
    use rstest::rstest;

    #[rstest]
    #[case("ADD UNIQUE KEY u (status)", "ADDS_UNIQUE")]
    #[case("ADD COLUMN code INT NULL UNIQUE", "ADDS_UNIQUE")]
    #[case("ADD (code INT NULL, extra INT NULL UNIQUE)", "ADDS_UNIQUE")]
    #[case("ADD (code INT NULL, UNIQUE KEY u (code))", "ADDS_UNIQUE")]
    #[case("MODIFY status varchar(32) UNIQUE", "ADDS_UNIQUE")]
    #[case("ADD PRIMARY KEY (id)", "PRIMARY_KEY_CHANGED")]
    #[case("DROP PRIMARY KEY", "PRIMARY_KEY_CHANGED")]
    #[case("ADD COLUMN pk BIGINT AUTO_INCREMENT PRIMARY KEY", "PRIMARY_KEY_CHANGED")]
    #[case("ADD COLUMN pk BIGINT AUTO_INCREMENT KEY", "PRIMARY_KEY_CHANGED")]
    #[case("CHANGE status state varchar(32)", "COLUMN_RENAMED")]
    #[case("RENAME COLUMN status TO state", "COLUMN_RENAMED")]
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
    #[case("CHANGE status STATUS varchar(32)")]
    #[case("RENAME INDEX idx_status TO idx_state")]
    #[case("ADD INDEX i (status)")]
    #[case("ADD COLUMN code INT COMMENT 'UNIQUE PRIMARY KEY'")]
    #[case("ADD (code INT NULL, KEY k (code))")]
    fn a_harmless_twin_passes(#[case] clause: &str) {
        assert_eq!(World::altering(clause).codes(), Vec::<String>::new(), "{clause}");
    }
}
