//! Questions about a table's rows, and what a server answered.

use std::collections::BTreeMap;

use mysqler_contract::Reading;

/// One bounded question. It finds offending rows: no row in the answer means that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuestion {
    /// The code of the finding that it may give.
    pub code: String,
    /// A SELECT of a few example rows, to be run as it stands.
    pub sql: String,
    /// A SELECT of one number: how many there are. Asked only after something was found.
    pub count: Option<String>,
    /// What the clause's own expressions are read under; the server's own when `None`.
    pub sql_mode: Option<String>,
    /// It goes through the table's rows, so that how the server reads them is worth telling.
    pub reads_rows: bool,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAnswer {
    /// The whole table was looked at, and there is no such row.
    None,
    /// There are some.
    Found {
        /// Each an example: column names and values as text, `None` for NULL. Long values are cut and end in `…`.
        examples: Vec<Vec<(String, Option<String>)>>,
        /// How many there are, when they were counted within the limit.
        count: Option<u64>,
    },
    /// The time limit, ms, ended the question.
    TimedOut { after_ms: u64 },
    /// A person ended it.
    Cancelled,
    /// The server would not answer.
    Refused { message: String },
}

/// Answers by the question's statement.
pub type RowAnswers = BTreeMap<String, RowAnswer>;

/// Hears how the server will read for a question, before it does.
pub type Explained<'a> = &'a (dyn Fn(Reading) + Send + Sync);
