//! Trying a clause on an empty table that is made like the real one.

use mysqler_contract::TableRef;

/// What a clone's comment begins with.
pub const CLONE_MARK: &str = "MySQLer: an empty clone";

/// What is to be tried, in full: the adapter composes nothing of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneQuestion {
    pub table: TableRef,
    /// Its name carries our mark.
    pub clone: TableRef,
    /// The clone's comment while it stands, by which it can be told from a table of the user's.
    pub mark: String,
    /// The real table's comment, which the clone gets back before its definition is read; `None` when the clause
    /// itself sets one.
    pub comment: Option<String>,
    /// Under which the clause is tried; `None`: the server's own.
    pub sql_mode: Option<String>,
    /// Statements on the clone, in the order in which they are tried.
    pub attempts: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloneOutcome {
    /// No clone was made, or none could be made: the server's words.
    NotTried {
        why: &'static str,
        message: String,
    },
    Tried(CloneAnswer),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloneAnswer {
    /// Which attempt the server took; `None` when it refused them all.
    pub taken: Option<usize>,
    /// The server's errors to the attempts before that one, in their order.
    pub refusals: Vec<(u16, String)>,
    /// `SHOW CREATE TABLE` of the clone before the first attempt.
    pub before: String,
    /// The same after the attempt that was taken.
    pub after: Option<String>,
    /// The clone's own row format; the real table's may be an older default.
    pub row_format: Option<String>,
    /// The clone, when it could not be dropped.
    pub left: Option<TableRef>,
}
