//! Adding to a run's record what waited in the spool: in order, with its own numbers, and never under a lease that was
//! not the last one when it was made.

use mysqler_contract::{ErrorCode, Result, RunId, UnclaimedRecord};

use super::fold::RunFold;
use super::supervisor::Entry;
use crate::Core;
use crate::ports::{Lease, SpooledStep};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Played {
    Nothing,
    /// All of it is in the store.
    In,
    /// The record went on without it, so it stays under these names.
    Aside(Vec<String>),
}

impl Core {
    /// Plays the run's spool in under `lease`, which this process holds.
    pub(super) async fn play_spool_in(&self, lease: &Lease) -> Result<Played> {
        let steps = self.ports.spool.steps(&lease.run).await?;
        if steps.is_empty() {
            return Ok(Played::Nothing);
        }
        let runs = &self.ports.runs;
        let mut fold = RunFold::from_view(runs.view(&lease.run).await?);
        let mut line = runs.log(&lease.run, 0, 1).await?.total;
        for step in steps {
            let (token, step) = (step.token, unstored(step, fold.view.last_seq, line));
            let Some(step) = step else { continue };
            // Another holder in between has written what it saw itself.
            if !is_newest(token, lease) || !follows(&step, fold.view.last_seq, line) {
                let names = self.ports.spool.set_aside(&lease.run).await?;
                tracing::error!(run = %lease.run, ?names, "the record went on without its spool, which is set aside");
                return Ok(Played::Aside(names));
            }
            step.batch.events.iter().for_each(|event| fold.apply(event));
            runs.append(lease, &step.batch, &fold.view).await?;
            line = step.line;
        }
        self.ports.spool.clear(&lease.run).await?;
        Ok(Played::In)
    }

    /// What is kept of runs that the data file does not know. Nothing can be done about it here: a file that knows them
    /// has to come back first, from a backup as a rule.
    pub async fn unclaimed_records(&self) -> Result<Vec<UnclaimedRecord>> {
        let mut unclaimed = Vec::new();
        for (run, files) in self.ports.spool.kept().await? {
            match self.ports.runs.view(&run).await {
                Ok(_) => {}
                Err(error) if error.code == ErrorCode::NotFound => {
                    unclaimed.push(UnclaimedRecord { run, files });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(unclaimed)
    }

    /// A process that ended between adding a run's last steps and clearing them away left a spool that nobody takes up
    /// for the run's sake.
    pub(super) async fn clear_after_ended_runs(&self) -> Result<()> {
        for (run, _) in self.ports.spool.kept().await? {
            let view = self.ports.runs.view(&run).await;
            if view.is_ok_and(|view| view.state.is_terminal()) {
                // Nobody waits for it, and the next start tries again.
                if let Err(error) = self.adopt(&run, Entry::Recovered).await {
                    tracing::debug!(%run, %error, "what is left in the spool of an ended run stays");
                }
            }
        }
        Ok(())
    }

    /// Numbers begin anew in a new data file: what waits under the number of a run that was just made is another's.
    pub(super) async fn set_foreign_spool_aside(&self, run: &RunId) -> Vec<String> {
        match self.ports.spool.set_aside(run).await {
            Ok(names) => names,
            Err(error) => {
                tracing::warn!(%run, %error, "the spool of an earlier run with this number stays");
                Vec::new()
            }
        }
    }
}

fn is_newest(token: u64, lease: &Lease) -> bool {
    token == lease.token || token + 1 == lease.token
}

/// What of a step is not in the record yet: a store may have taken it and not been able to say so.
fn unstored(mut step: SpooledStep, seq: u64, line: u64) -> Option<SpooledStep> {
    step.batch.events.retain(|event| event.seq > seq);
    step.batch.lines.retain(|stored| stored.seq > line);
    let batch = &step.batch;
    let is_empty = batch.events.is_empty() && batch.lines.is_empty() && batch.definition_after.is_none();
    (!is_empty).then_some(step)
}

fn follows(step: &SpooledStep, seq: u64, line: u64) -> bool {
    let (event, text) = (step.batch.events.first(), step.batch.lines.first());
    event.is_none_or(|event| event.seq == seq + 1) && text.is_none_or(|text| text.seq == line + 1)
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{RunEvent, RunEventKind, Timestamp};

    use super::*;
    use crate::ports::RunBatch;

    fn step(seqs: std::ops::RangeInclusive<u64>) -> SpooledStep {
        let event = |seq| RunEvent {
            seq,
            at: Timestamp(0),
            kind: RunEventKind::ContactRegained,
        };
        SpooledStep {
            token: 1,
            seq: *seqs.end(),
            line: 0,
            batch: RunBatch {
                events: seqs.map(event).collect(),
                ..RunBatch::default()
            },
        }
    }

    #[test]
    fn what_the_store_took_without_saying_so_is_not_added_again() {
        assert_eq!(unstored(step(3..=5), 5, 0), None);
        let rest = unstored(step(3..=5), 4, 0).expect("one event is left");
        assert_eq!(rest.batch.events[0].seq, 5);
        assert!(follows(&rest, 4, 0));
    }

    #[test]
    fn a_step_with_a_hole_before_it_does_not_follow() {
        assert!(!follows(&step(7..=8), 5, 0));
        assert!(follows(&step(6..=8), 5, 0));
    }

    #[test]
    fn only_the_last_holder_and_the_one_before_may_add() {
        let lease = Lease {
            run: RunId("20260101-001".to_owned()),
            token: 4,
            holder: String::new(),
        };
        let may: Vec<bool> = [2, 3, 4, 5]
            .into_iter()
            .map(|token| is_newest(token, &lease))
            .collect();
        assert_eq!(may, [false, true, true, false]);
    }
}
