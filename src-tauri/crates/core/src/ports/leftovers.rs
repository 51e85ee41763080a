//! What a server shows of online changes that are at work or were given up, wherever it is. What it is is for the core to
//! judge.

use mysqler_contract::{TableRef, Timestamp, TriggerFacts};

/// A whole server, or one database, looked through for the names that pt-osc gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftoverScan {
    /// Triggers whose names begin as pt-osc's do.
    pub triggers: Vec<FoundTrigger>,
    /// Base tables of such names, and those that the caller named.
    pub tables: Vec<FoundTable>,
    /// Tables without such a name that one of those would have been made for, as far as they exist.
    pub originals: Vec<TableRef>,
    /// Unfinished jobs of pt-osc's history tables, newest first.
    pub jobs: Vec<HistoryJob>,
    pub sessions: ToolSessions,
    /// There were more than are listed here.
    pub cut_off: bool,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTrigger {
    /// Which it fires for.
    pub table: TableRef,
    pub trigger: TriggerFacts,
    pub created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTable {
    pub table: TableRef,
    pub rows: u64,
    pub bytes: u64,
    pub created_at: Option<Timestamp>,
    pub comment: String,
}

/// A row of pt-osc's `--history` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryJob {
    pub history: TableRef,
    pub job: u64,
    pub table: TableRef,
    /// The shadow table's name; `None` before it was made.
    pub shadow: Option<String>,
    pub clause: String,
    /// Some chunk was copied, and where it ended is written down.
    pub has_bounds: bool,
    pub done: bool,
    /// When the tool wrote to it last.
    pub touched_at: Timestamp,
}

/// Sessions that are, or may be, an online change at work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolSessions {
    /// Those at work on a statement of pt-osc's copy: id and the statement.
    pub copying: Vec<(u64, String)>,
    /// Those that made a table, altered one and created triggers since they are connected, which is what an online
    /// change begins with: id and the session's database.
    pub building: Vec<(u64, String)>,
    /// Those that copied rows from some table to some table since they are connected, and did not begin a change.
    pub may_copy: Vec<u64>,
    /// What an idle session did since it is connected cannot be read.
    pub idle_unread: bool,
}
