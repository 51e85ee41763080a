//! The server explains in TREE format by default. Scope: the server. `info`: the launch sets TRADITIONAL in its own
//! session, because the tool reads no row count from a tree and would copy the whole table in one locking statement.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["EXPLAIN_FORMAT_SET"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let other = context
        .variable("explain_format")
        .filter(|format| !format.eq_ignore_ascii_case("TRADITIONAL"));
    other
        .map(|format| Finding::new("EXPLAIN_FORMAT_SET", Severity::Info).with("format", format))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn a_tree_is_told_and_tables_are_not() {
        assert_eq!(
            World::calm().with_variable("explain_format", "TREE").codes(),
            ["EXPLAIN_FORMAT_SET"]
        );
        assert_eq!(
            World::calm()
                .with_variable("explain_format", "TRADITIONAL")
                .codes(),
            Vec::<String>::new()
        );
    }
}
