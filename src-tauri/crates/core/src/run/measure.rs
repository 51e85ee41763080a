//! What a run left, for its forecast to be held against.

use mysqler_contract::RunEventKind;

use super::supervisor::Supervisor;

impl Supervisor {
    /// Reads the table's size. A figure to compare with, no part of the proof: without it a run ends all the same.
    pub(super) async fn measure(&mut self) {
        if self.plan.request.dry_run {
            return;
        }
        let Ok(target) = self.core.target(&self.plan.connection.id).await else {
            return;
        };
        let table = self.plan.request.table.clone();
        match self.core.ports.servers.table_facts(&target, &table).await {
            Ok(facts) => self.rec.event(RunEventKind::Measured {
                data_bytes: facts.summary.data_bytes,
                index_bytes: facts.summary.index_bytes,
            }),
            Err(error) => tracing::warn!(%error, %table, "the table was not measured"),
        }
    }
}
