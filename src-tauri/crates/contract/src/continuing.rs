//! Runs that can be continued after they broke off: a person's agreement to a history table, and what goes on from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{RunId, TableRef};

/// The history table's name; its schema is the person's to choose.
pub const HISTORY_TABLE: &str = "pt_osc_history";
/// The schema that is proposed, the tool's own.
pub const HISTORY_SCHEMA: &str = "percona";

/// A person's agreement that pt-osc keeps a history table on the server, and leaves the copied rows and its triggers
/// there when a run breaks off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HistoryUse {
    /// Where the history table is made.
    pub schema: String,
    /// The run that this one takes over.
    #[serde(default)]
    pub continues: Option<RunId>,
    /// A continued run swaps on equal counts alone.
    #[serde(default)]
    pub skips_comparison: bool,
}

impl HistoryUse {
    pub fn of(schema: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            continues: None,
            skips_comparison: false,
        }
    }

    pub fn table(&self) -> TableRef {
        TableRef::new(&self.schema, HISTORY_TABLE)
    }

    /// pt-osc takes the name apart at dots and hands it to LIKE, so only plain names are carried.
    pub fn is_acceptable(schema: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !schema.is_empty() && schema.len() <= 64 && schema.bytes().all(plain)
    }
}

/// What a run goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Continued {
    pub run: RunId,
    pub shadow: TableRef,
    /// The row of the history table.
    pub job: u64,
    /// That job had copied all rows.
    pub copied_all: bool,
    /// Rows that were copied before, as far as they were told.
    pub rows: u64,
}

/// What a run that broke off can be continued by, and what came of that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Continuing {
    /// It was started so that it can be continued.
    pub prepared: bool,
    /// The run whose shadow table this one took over.
    pub continues: Option<RunId>,
    /// The run that took over this one's.
    pub continued_by: Option<RunId>,
    /// A person asked to leave what was copied.
    pub keeps: bool,
    /// Where the tool wrote down how far it is.
    pub history: Option<HistoryRow>,
    /// What tells each of the run's triggers from one that was made later, by name.
    pub trigger_marks: BTreeMap<String, String>,
    /// The original after the swap, with the triggers on it, as long as the run has to drop it.
    pub old_table: Option<TableRef>,
}

/// A row of a history table that a run wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HistoryRow {
    pub table: TableRef,
    pub job: u64,
}
