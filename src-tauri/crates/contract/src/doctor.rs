//! What online changes left on a server: found by name, told apart by proof, and removed only as far as the proof goes.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppError, Difference, RunId, TableRef, Timestamp};

/// One object that has the name of something that pt-online-schema-change, or this tool, makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FoundLeftover {
    /// Names the object as it was seen: another object under its name gets another id.
    pub id: String,
    pub object: LeftoverObject,
    /// The table that it was made for; `None` where nothing tells.
    pub table: Option<TableRef>,
    /// Data and index bytes, estimated by the server; tables only.
    pub bytes: Option<u64>,
    /// Estimated by the server; tables only.
    pub rows: Option<u64>,
    /// By the server's clock.
    pub created_at: Option<Timestamp>,
    /// Milliseconds from then to the look, both by the server's clock.
    pub age_ms: Option<u64>,
    /// The run of this workstation that made it.
    pub run: Option<RunId>,
    pub verdict: LeftoverVerdict,
    /// What speaks for the verdict; texts are `leftover.why.<what>` of the catalogue.
    pub why: Vec<Difference>,
    /// The statement that removes it.
    pub sql: String,
    /// Ids of what has to be gone before it.
    pub after: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LeftoverObject {
    Trigger {
        database: String,
        name: String,
    },
    /// Named as a table that was being filled.
    Shadow {
        table: TableRef,
    },
    /// Named as an original that was swapped out.
    Old {
        table: TableRef,
    },
    /// An empty table on which a clause was tried.
    Clone {
        table: TableRef,
    },
    /// What the tool wrote down to go on from.
    HistoryRow {
        history: TableRef,
        job: u64,
    },
}

impl LeftoverObject {
    pub fn as_table(&self) -> Option<&TableRef> {
        match self {
            LeftoverObject::Shadow { table }
            | LeftoverObject::Old { table }
            | LeftoverObject::Clone { table } => Some(table),
            LeftoverObject::Trigger { .. } | LeftoverObject::HistoryRow { .. } => None,
        }
    }
}

/// Unquoted, as a person reads it.
impl std::fmt::Display for LeftoverObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LeftoverObject::Trigger { database, name } => write!(f, "{database}.{name}"),
            LeftoverObject::Shadow { table }
            | LeftoverObject::Old { table }
            | LeftoverObject::Clone { table } => write!(f, "{table}"),
            LeftoverObject::HistoryRow { history, job } => write!(f, "{history} #{job}"),
        }
    }
}

/// How far the proof goes; the words are `leftover.verdict.<verdict>` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LeftoverVerdict {
    /// At work now: never removed here.
    Live,
    /// On record as made by an ended run of this workstation.
    Ours,
    /// Carries the marks of some other hand's tool: removed when a person picks it.
    Foreign,
    /// Nothing but the name speaks for it: only shown.
    Unproven,
}

impl LeftoverVerdict {
    pub const ALL: [LeftoverVerdict; 4] = [
        LeftoverVerdict::Live,
        LeftoverVerdict::Ours,
        LeftoverVerdict::Foreign,
        LeftoverVerdict::Unproven,
    ];

    pub fn may_be_removed(self) -> bool {
        matches!(self, LeftoverVerdict::Ours | LeftoverVerdict::Foreign)
    }
}

/// One look at a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LeftoverReport {
    pub at: Timestamp,
    /// What was searched; `None` is every database that the account sees.
    pub database: Option<String>,
    /// In the order in which they would be removed.
    pub found: Vec<FoundLeftover>,
    /// What could not be seen; texts are `leftover.unseen.<what>` of the catalogue.
    pub unseen: Vec<Difference>,
    /// Runs of this workstation that can be continued from what was found.
    #[serde(default)]
    pub continuable: Vec<RunId>,
}

impl LeftoverReport {
    /// Abandoned, as far as can be seen, and to be removed with or without a person's pick.
    pub fn removable(&self) -> impl Iterator<Item = &FoundLeftover> {
        self.found.iter().filter(|found| found.verdict.may_be_removed())
    }
}

/// What to remove: always what is on record here, and of the rest what a person picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LeftoverPick {
    /// By id, as shown.
    These { ids: Vec<String> },
    /// Everything that may be picked.
    All,
}

/// What became of one leftover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LeftoverRemoval {
    pub id: String,
    /// `None` for an id that no longer names anything.
    pub object: Option<LeftoverObject>,
    pub outcome: RemovalOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum RemovalOutcome {
    /// And seen to be gone.
    Removed,
    /// Left alone; the text is `leftover.refused.<what>` of the catalogue.
    Refused {
        why: Difference,
    },
    Failed {
        error: AppError,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LeftoverCleanup {
    pub removals: Vec<LeftoverRemoval>,
    /// What the server shows afterwards.
    pub left: LeftoverReport,
}

impl LeftoverCleanup {
    pub fn is_complete(&self) -> bool {
        let removed = |removal: &LeftoverRemoval| removal.outcome == RemovalOutcome::Removed;
        self.removals.iter().all(removed)
    }
}
