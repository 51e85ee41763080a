//! Which clauses could make a copy drop rows without an error: those under which two rows may become equal for a unique
//! key. pt-osc copies with INSERT IGNORE, and its own count of what it ignored proves nothing.

use mysqler_contract::{ColumnFacts, TableFacts};

use super::context::column_of;
use crate::clause::{Analysis, Operation};

/// True when the rows of both tables have to be counted before they change places.
pub fn may_drop_rows(clause: &Analysis<'_>, table: &TableFacts) -> bool {
    let mut operations = clause.operations.iter();
    operations.any(|operation| {
        // Not understood: nothing says that it is harmless.
        operation.unread.is_some() || makes_equal(operation, table)
    })
}

fn makes_equal(operation: &Operation, table: &TableFacts) -> bool {
    let unique = |column: &ColumnFacts| is_in_unique_key(table, column);
    match operation.verb {
        "ADD UNIQUE" | "ADD PRIMARY KEY" => true,
        "CONVERT TO CHARACTER SET" => table
            .columns
            .iter()
            .any(|column| column.charset.is_some() && unique(column)),
        "MODIFY" | "CHANGE" => {
            let present = operation
                .subject
                .as_deref()
                .and_then(|name| column_of(table, name));
            present.is_some_and(unique) || defines_key(operation)
        }
        "ADD COLUMN" => defines_key(operation),
        // Not recognised: nothing says that it is harmless.
        "OTHER" => true,
        _ => false,
    }
}

fn defines_key(operation: &Operation) -> bool {
    let indexes = operation.kind.indexes();
    indexes.iter().any(|index| index.kind.is_unique())
}

fn is_in_unique_key(table: &TableFacts, column: &ColumnFacts) -> bool {
    let keys = table.keys.iter().filter(|key| key.unique);
    keys.flat_map(|key| &key.columns)
        .any(|part| part.name.as_deref().is_none_or(|name| name == column.name))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::World;
    use super::*;
    use crate::clause::analyze;
    use rstest::rstest;

    fn table() -> TableFacts {
        let world = World::calm().with_table(|table| {
            let mut key = table.keys[1].clone();
            key.unique = true;
            table.keys.push(key);
        });
        world.table.expect("the world has a table")
    }

    #[rstest]
    #[case("ADD UNIQUE KEY u (amount)")]
    #[case("ADD COLUMN code INT UNIQUE")]
    #[case("ADD COLUMN pk BIGINT AUTO_INCREMENT PRIMARY KEY")]
    #[case("ADD (code INT, UNIQUE (code))")]
    #[case("ADD COLUMN code SERIAL")]
    #[case("ADD COLUMN code INT SPARKLING")]
    #[case("CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")]
    #[case("MODIFY status VARCHAR(32) COLLATE utf8mb4_bin")]
    #[case("ADD COLUMN a INT, MODIFY amount DECIMAL(12,2) UNIQUE")]
    fn a_clause_under_which_rows_may_become_equal_is_counted(#[case] clause: &str) {
        assert!(may_drop_rows(&analyze(clause), &table()), "{clause}");
    }

    #[rstest]
    #[case("ADD COLUMN a INT")]
    #[case("ADD INDEX i (status)")]
    #[case("MODIFY amount DECIMAL(14,2) NOT NULL")]
    #[case("ENGINE=InnoDB")]
    fn a_clause_that_leaves_unique_keys_alone_is_not(#[case] clause: &str) {
        assert!(!may_drop_rows(&analyze(clause), &table()), "{clause}");
    }
}
