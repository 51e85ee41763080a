//! Where a run's record waits while the store cannot take it.

use async_trait::async_trait;
use mysqler_contract::{Result, RunId};
use serde::{Deserialize, Serialize};

use super::RunBatch;

/// A step of a run's record that the store could not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpooledStep {
    /// Of the lease under which it was made.
    pub token: u64,
    /// The record's last event and line after this step.
    pub seq: u64,
    pub line: u64,
    pub batch: RunBatch,
}

/// Append-only, outside the data file, and nothing in it that the data file would not hold.
#[async_trait]
pub trait RunSpool: Send + Sync {
    /// Keeps the step; it is on disk when this returns. `STORE_FULL`, `STORE_READ_ONLY`, `STORE_FAILED` when no place
    /// takes it.
    async fn put(&self, run: &RunId, step: &SpooledStep) -> Result<()>;
    /// What is kept of a run, in the record's order. A step that was written by halves is left out.
    async fn steps(&self, run: &RunId) -> Result<Vec<SpooledStep>>;
    /// Runs of which something is kept, each with the files that it is in; not what was set aside.
    async fn kept(&self) -> Result<Vec<(RunId, Vec<String>)>>;
    /// For when every step is in the store.
    async fn clear(&self, run: &RunId) -> Result<()>;
    /// For steps that cannot be added any more: they stay under the names that are returned.
    async fn set_aside(&self, run: &RunId) -> Result<Vec<String>>;
}
