//! The statements that assert an algorithm, cheapest first: the same for the clone and for the table itself.

use mysqler_contract::{Algorithm, TableRef};

use super::{Price, Subject};
use crate::clause::{Analysis, OperationKind};
use crate::ports::{CLONE_MARK, CloneQuestion};

/// One way of carrying the clause out that the server can be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub price: Price,
}

impl Attempt {
    /// The whole statement. The assertion stands in front: a comment at the clause's end would swallow it. What
    /// partitions a table follows the other words without a comma.
    pub fn statement(self, table: &TableRef, clause: &Analysis<'_>) -> String {
        let joint = match clause.operations.first().map(|operation| &operation.kind) {
            Some(OperationKind::PartitionBy(_) | OperationKind::RemovePartitioning) => "",
            _ => ",",
        };
        // Where writers are to go on, a server that would hold them up must refuse. INSTANT takes no LOCK beside it.
        let lock = match (self.price.algorithm, self.price.blocks_writers) {
            (Algorithm::NoCopy | Algorithm::Inplace, false) => ", LOCK=NONE",
            _ => "",
        };
        format!(
            "ALTER TABLE {} ALGORITHM={}{lock}{joint} {}",
            table.quoted(),
            self.price.algorithm.keyword(),
            clause.text
        )
    }
}

/// What this server knows, cheapest first. `instant` is false where the real table has no more room for it.
pub fn attempts(subject: &Subject<'_>, instant: bool) -> Vec<Attempt> {
    let knows_instant = match subject.is_mariadb() {
        true => subject.since(10, 3, 2),
        false => subject.since(8, 0, 12),
    };
    let mut prices = Vec::new();
    if instant && knows_instant {
        prices.push(Price::INSTANT);
    }
    if subject.is_mariadb() && knows_instant {
        prices.extend([Price::NOCOPY, Price::NOCOPY_LOCKED]);
    }
    prices.extend([Price::INPLACE, Price::INPLACE_LOCKED, Price::COPY]);
    prices.into_iter().map(|price| Attempt { price }).collect()
}

/// What is asked of the server. `id` is short and new; the clone's name is plain whatever the table's is.
pub fn question(
    subject: &Subject<'_>,
    attempts: &[Attempt],
    id: &str,
    sql_mode: Option<&str>,
) -> CloneQuestion {
    let table = &subject.table.table;
    let clone = TableRef::new(&table.database, format!("_mysqler_{id}_clone"));
    let sets_comment = subject.clause.operations.iter().any(
        |operation| matches!(&operation.kind, OperationKind::TableOption(option) if option.name == "COMMENT"),
    );
    CloneQuestion {
        sql_mode: sql_mode.map(str::to_owned),
        mark: format!("{CLONE_MARK} to try a clause on ({id})"),
        comment: (!sets_comment).then(|| subject.table.comment.clone()),
        attempts: attempts
            .iter()
            .map(|attempt| attempt.statement(&clone, subject.clause))
            .collect(),
        table: table.clone(),
        clone,
    }
}
