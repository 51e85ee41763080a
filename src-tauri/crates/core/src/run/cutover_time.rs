//! The swap at a set time: kept in the record, so that it outlives this process, and fired once, by whoever holds the
//! run's lease.

use mysqler_contract::{LogKind, LogNote, Result, RunAction, RunEventKind, RunState, Timestamp, WishDetail};

use super::gate::Gate;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::ports::Control;

/// A swap that was meant for the night must not come as a surprise in the morning, ms.
const LATE_MS: u64 = 10 * 60 * 1000;

/// What a set time means at one moment.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    NotYet,
    Now,
    /// Nobody was there, or the run was not ready.
    Missed,
}

fn due(at: Timestamp, now: Timestamp) -> Due {
    match now {
        now if now < at => Due::NotYet,
        now if now.since(at) <= LATE_MS => Due::Now,
        _ => Due::Missed,
    }
}

impl Supervisor {
    /// Takes a person's time into the record. A run that was not to wait is held as well.
    pub(super) fn plan_cutover(&mut self, wish: &Wish) {
        if let Some(WishDetail::CutOverAt { at }) = wish.detail {
            self.rec.event(RunEventKind::CutoverPlanned { at });
        }
    }

    /// A run that was told to wait only after it began: its container knows nothing of it yet.
    pub(super) async fn hold_late(&mut self, job: &str) {
        if self.plan.request.hold_cutover || !self.rec.view().hold_cutover || self.stopping() {
            return;
        }
        if let Err(error) = self.core.ports.runner.control(job, Control::Hold).await {
            let note = LogNote::NotDelivered {
                action: RunAction::Hold,
                error: error.to_string(),
            };
            self.rec.note(LogKind::Error, &note);
        }
    }

    /// The wish to swap, when the set time is here and the run stands at its gate with nothing against it.
    pub(super) fn cut_over_now_due(&mut self) -> Option<Wish> {
        let at = self.rec.view().cut_over_at?;
        if self.stopping() {
            return None;
        }
        let held = matches!(self.rec.state(), RunState::AwaitingCutover { .. });
        let busy = matches!(self.gate, Gate::Counting { .. }) || self.comparing.is_some();
        match due(at, self.now()) {
            Due::NotYet => None,
            Due::Now if !held || busy => None,
            Due::Now if super::checksum::difference(self.rec.view()).is_none() => {
                self.rec.note(LogKind::Info, &LogNote::CutoverFired);
                Some(Wish {
                    action: RunAction::CutOver,
                    detail: None,
                    by: self.core.host.0.clone(),
                })
            }
            Due::Now => {
                self.rec.note(LogKind::Error, &LogNote::CutoverBlocked);
                self.rec.event(RunEventKind::CutoverMissed { at });
                None
            }
            Due::Missed => {
                self.rec.note(LogKind::Warning, &LogNote::CutoverMissed);
                self.rec.event(RunEventKind::CutoverMissed { at });
                None
            }
        }
    }

    /// For a tool that is followed.
    pub(super) async fn keep_schedule(&mut self, job: &str) -> Result<()> {
        match self.cut_over_now_due() {
            Some(wish) => self.open_gate(job, &wish).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_time_counts_for_ten_minutes_and_never_before() {
        let at = Timestamp(1_000_000);
        let later = |ms: i64| Timestamp(at.0 + ms);
        assert_eq!(due(at, later(-1)), Due::NotYet);
        assert_eq!(due(at, at), Due::Now);
        assert_eq!(due(at, later(600_000)), Due::Now);
        assert_eq!(due(at, later(600_001)), Due::Missed);
    }
}
