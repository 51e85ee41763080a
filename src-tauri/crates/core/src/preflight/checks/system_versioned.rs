//! The table keeps no history of its rows. Scope: the table, on MariaDB. `block`: a copy takes the present rows only, and
//! the history goes with the old table, with exit code 0.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;
use super::super::table_options::says;

pub const CODES: &[&str] = &["SYSTEM_VERSIONED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let versioned = context
        .input
        .table
        .is_some_and(|facts| says(&facts.definition, "WITH SYSTEM VERSIONING"));
    if !versioned {
        return Vec::new();
    }
    let table = context.quoted_table();
    let finding = Finding::new("SYSTEM_VERSIONED", Severity::Block).with("table", context.table_name());
    vec![finding.query(format!(
        "SELECT COUNT(*) FROM {table} FOR SYSTEM_TIME ALL WHERE ROW_END < NOW(6)"
    ))]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn a_history_would_be_lost() {
        let defined = |tail: &str| {
            let definition = format!("CREATE TABLE `orders` (\n  `id` int(11)\n) {tail}");
            World::calm()
                .with_table(|table| table.definition = definition)
                .codes()
        };
        assert_eq!(
            defined("ENGINE=InnoDB WITH SYSTEM VERSIONING"),
            ["SYSTEM_VERSIONED"]
        );
        assert_eq!(
            defined("ENGINE=InnoDB COMMENT='WITH SYSTEM VERSIONING'"),
            Vec::<String>::new()
        );
    }
}
