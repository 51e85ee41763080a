//! Runs of the past.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectionId, Environment, LogLine, RunStateKind, RunView, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct HistoryFilter {
    /// Empty means every state.
    pub states: Vec<RunStateKind>,
    pub environment: Option<Environment>,
    pub connection_id: Option<ConnectionId>,
    /// Exact name.
    pub database: Option<String>,
    /// Part of the name.
    pub table: Option<String>,
    /// Part of the clause, the id or the error.
    pub text: Option<String>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Page {
    /// From zero.
    pub index: u32,
    /// 1–500.
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HistoryPage {
    /// Newest first.
    pub runs: Vec<RunView>,
    /// Runs that match the filter on all pages.
    pub total: u64,
    pub figures: HistoryFigures,
}

/// Over all runs that match the filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct HistoryFigures {
    pub total: u64,
    pub completed: u64,
    /// Failed, cancelled, needing cleanup, unknown.
    pub ended_otherwise: u64,
    /// Of completed runs; `None` when there are none.
    pub mean_duration_ms: Option<u64>,
    pub rows_copied: u64,
}

/// A stretch of a run's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    /// Lines of the whole log.
    pub total: u64,
}

/// One message of a followed log: batches, then the end marker in the same stream so that nothing overtakes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LogBatch {
    Lines { lines: Vec<LogLine> },
    End,
}
