//! What a run does to the server beside its rows, for its forecast to be held against: figures to compare with, no part of
//! the proof. Without them a run ends all the same.

use mysqler_contract::{BinlogPlace, RunEventKind};

use super::compare::compare;
use super::supervisor::Supervisor;

impl Supervisor {
    /// Before the work begins: how far the binary log is.
    pub(super) async fn measure_before(&mut self) {
        let known = self.rec.view().measures.binlog_from.is_some();
        if known || self.plan.request.dry_run || self.plan.forecast.binlog_bytes.is_none() {
            return;
        }
        if let Some((file, position)) = self.binary_logs().await.into_iter().next_back() {
            let place = BinlogPlace { file, position };
            self.rec.event(RunEventKind::BinlogAt { place });
        }
    }

    /// After the proof: what the table takes now and what the binary log grew by, and both beside the forecast.
    pub(super) async fn measure_after(&mut self) {
        if self.plan.request.dry_run {
            return;
        }
        self.measure_table().await;
        if let Some(from) = self.rec.view().measures.binlog_from.clone()
            && let Some(bytes) = grown(&from, &self.binary_logs().await)
        {
            self.rec.event(RunEventKind::BinlogGrew { bytes });
        }
        let figures = compare(&self.plan, self.rec.view(), self.now());
        self.rec.event(RunEventKind::Compared { figures });
    }

    async fn measure_table(&mut self) {
        let Ok(target) = self.reach_server().await else {
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

    async fn binary_logs(&mut self) -> Vec<(String, u64)> {
        let Ok(target) = self.reach_server().await else {
            return Vec::new();
        };
        match self.core.ports.servers.binary_logs(&target).await {
            Ok(files) => files.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the binary log was not measured");
                Vec::new()
            }
        }
    }
}

/// `None` when the file that was begun in is gone.
fn grown(from: &BinlogPlace, files: &[(String, u64)]) -> Option<u64> {
    let begun = files.iter().position(|(name, _)| *name == from.file)?;
    let sizes = files.get(begun..)?.iter().map(|(_, bytes)| bytes);
    sizes.sum::<u64>().checked_sub(from.position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_grew_by_the_rest_of_its_file_and_all_that_follow() {
        let file = |name: &str, bytes| (name.to_owned(), bytes);
        let from = BinlogPlace {
            file: "log.2".into(),
            position: 400,
        };
        let files = [file("log.1", 9_000), file("log.2", 1_000), file("log.3", 50)];
        assert_eq!(grown(&from, &files), Some(650));
        assert_eq!(grown(&from, &files[..2]), Some(600));
        assert_eq!(grown(&from, &files[2..]), None, "purged meanwhile");
        assert_eq!(grown(&from, &[file("log.2", 7)]), None, "begun anew");
    }
}
