//! Objects of a run that are still on the server.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{TableRef, quote_identifier};

/// Something of ours that is still on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Leftover {
    Trigger { database: String, name: String },
    Table { table: TableRef },
    Session { id: u64 },
}

impl Leftover {
    /// The statement that removes it, to be pasted as it is.
    pub fn statement(&self) -> String {
        match self {
            Leftover::Trigger { database, name } => format!(
                "DROP TRIGGER IF EXISTS {}.{};",
                quote_identifier(database),
                quote_identifier(name)
            ),
            Leftover::Table { table } => format!("DROP TABLE IF EXISTS {};", table.quoted()),
            Leftover::Session { id } => format!("KILL {id};"),
        }
    }

    /// The safe order: a session may be at work on the table, and without the table the triggers fail every write.
    pub fn in_drop_order(leftovers: &[Leftover]) -> Vec<Leftover> {
        let rank = |leftover: &Leftover| match leftover {
            Leftover::Session { .. } => 0,
            Leftover::Trigger { .. } => 1,
            Leftover::Table { .. } => 2,
        };
        let mut ordered = leftovers.to_vec();
        ordered.sort_by_key(rank);
        ordered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_can_be_removed_by_pasting() {
        let left = [
            Leftover::Table {
                table: TableRef::new("a`b", "_t new"),
            },
            Leftover::Trigger {
                database: "a`b".into(),
                name: "pt_osc_`x".into(),
            },
            Leftover::Session { id: 812 },
        ];
        let statements = Leftover::in_drop_order(&left)
            .iter()
            .map(Leftover::statement)
            .collect::<Vec<_>>();
        assert_eq!(
            statements,
            [
                "KILL 812;",
                "DROP TRIGGER IF EXISTS `a``b`.`pt_osc_``x`;",
                "DROP TABLE IF EXISTS `a``b`.`_t new`;"
            ]
        );
    }
}
