//! What the clause names exists, and what it adds does not. Scope: clause and table. `block`, and only when certain: a
//! name that another operation of the clause adds, drops or renames is left to the server, and so is IF [NOT] EXISTS.

use mysqler_contract::{Finding, Severity, TableFacts};

use super::super::context::{Context, column_of};
use crate::clause::Operation;

pub const CODES: &[&str] = &["COLUMN_MISSING", "COLUMN_EXISTS", "INDEX_MISSING"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let operations = &context.clause.operations;
    let certain = operations.iter().filter(|operation| !operation.conditional);
    certain
        .flat_map(|operation| judge(operation, operations, facts))
        .collect()
}

fn judge(operation: &Operation, all: &[Operation], facts: &TableFacts) -> Vec<Finding> {
    let subject = operation.subject.as_deref().unwrap_or_default();
    let new_name = operation.new_name.as_deref();
    let renamed = new_name.filter(|name| !same(name, subject));
    let mut found = Vec::new();
    match operation.verb {
        "ADD COLUMN" => found.extend(operation.names.iter().filter_map(|name| taken(name, all, facts))),
        "DROP COLUMN" | "MODIFY" | "ALTER COLUMN" => found.extend(missing_column(subject, all, facts)),
        "CHANGE" | "RENAME COLUMN" => {
            found.extend(missing_column(subject, all, facts));
            found.extend(renamed.and_then(|name| taken(name, all, facts)));
        }
        "DROP INDEX" | "RENAME INDEX" | "ALTER INDEX"
            if !facts.keys.iter().any(|key| same(&key.name, subject)) =>
        {
            found.push(block("INDEX_MISSING", subject, facts));
        }
        _ => {}
    }
    found
}

fn missing_column(name: &str, all: &[Operation], facts: &TableFacts) -> Option<Finding> {
    let arrives = all.iter().any(|other| {
        let added = other.verb == "ADD COLUMN" && other.names.iter().any(|added| same(added, name));
        added || other.new_name.as_deref().is_some_and(|new| same(new, name))
    });
    (column_of(facts, name).is_none() && !arrives).then(|| block("COLUMN_MISSING", name, facts))
}

fn taken(name: &str, all: &[Operation], facts: &TableFacts) -> Option<Finding> {
    let leaves = all.iter().any(|other| {
        matches!(other.verb, "DROP COLUMN" | "CHANGE" | "RENAME COLUMN")
            && other
                .subject
                .as_deref()
                .is_some_and(|subject| same(subject, name))
    });
    let column = column_of(facts, name).filter(|_| !leaves)?;
    Some(block("COLUMN_EXISTS", &column.name, facts))
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn block(code: &str, name: &str, facts: &TableFacts) -> Finding {
    Finding::new(code, Severity::Block)
        .with("name", name)
        .with("table", &facts.table)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("DROP COLUMN nope", "COLUMN_MISSING")]
    #[case("MODIFY nope INT", "COLUMN_MISSING")]
    #[case("ALTER COLUMN nope SET DEFAULT 1", "COLUMN_MISSING")]
    #[case("RENAME COLUMN nope TO x", "COLUMN_MISSING")]
    #[case("ADD COLUMN STATUS INT", "COLUMN_EXISTS")]
    #[case("ADD (x INT, status INT)", "COLUMN_EXISTS")]
    #[case("CHANGE amount status DECIMAL(10,2) NOT NULL", "COLUMN_EXISTS")]
    #[case("DROP INDEX nope", "INDEX_MISSING")]
    #[case("RENAME INDEX nope TO x", "INDEX_MISSING")]
    fn a_wrong_name_blocks(#[case] clause: &str, #[case] code: &str) {
        let codes = World::altering(clause).codes();
        assert!(codes.contains(&code.to_owned()), "{clause}: {codes:?}");
    }

    #[rstest]
    #[case("ADD COLUMN fresh INT")]
    #[case("ADD COLUMN IF NOT EXISTS status INT")]
    #[case("DROP COLUMN IF EXISTS nope")]
    #[case("DROP COLUMN status, ADD COLUMN status INT")]
    #[case("MODIFY Status varchar(32)")]
    #[case("RENAME COLUMN status TO a, RENAME COLUMN amount TO status")]
    #[case("DROP INDEX idx_status")]
    fn a_name_that_may_be_right_passes(#[case] clause: &str) {
        let codes = World::altering(clause).codes();
        assert!(
            !codes.iter().any(|code| super::CODES.contains(&code.as_str())),
            "{clause}: {codes:?}"
        );
    }
}
