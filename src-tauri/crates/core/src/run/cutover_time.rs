//! The swap at a set time: kept in the record, so that it outlives this process, and fired once, by whoever holds the
//! run's lease.

use mysqler_contract::{
    GateCount, LogKind, LogNote, Result, RunAction, RunEventKind, RunState, RunView, Timestamp, WishDetail,
};

use super::gate::Gate;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::ports::Control;

/// A swap that was meant for the night must not come as a surprise in the morning, ms.
const LATE_MS: u64 = 10 * 60 * 1000;

/// A hold that the job has not confirmed yet.
#[derive(Debug, Default)]
pub(super) struct OwedHold {
    owed: bool,
    /// What the record is to say once it is.
    planned: Option<Option<Timestamp>>,
    /// That it did not reach the job was told.
    told: bool,
}

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

/// Nobody may be there at the set time, so what only a person may overlook keeps the run held.
fn blocked(view: &RunView, guarded: bool, uncompared: bool) -> Option<LogNote> {
    if super::checksum::difference(view).is_some() {
        return Some(LogNote::CutoverBlocked);
    }
    let counted = !guarded || matches!(view.gate, Some(GateCount::Equal { .. }));
    (!counted || uncompared).then_some(LogNote::CutoverUnproven)
}

impl Supervisor {
    /// Takes a person's time into the record of a run without a job. A run that was not to wait is held as well.
    pub(super) fn plan_cutover(&mut self, wish: &Wish) {
        if let Some(WishDetail::CutOverAt { at }) = wish.detail {
            self.rec.event(RunEventKind::CutoverPlanned { at });
        }
    }

    /// A run that was told to wait only after its job began: the container may know nothing of it yet.
    pub(super) fn owe_hold_again(&mut self) {
        if !self.plan.request.hold_cutover && self.rec.view().hold_cutover {
            self.hold.owed = true;
        }
    }

    /// The record says that the run waits only when the tool does.
    pub(super) async fn hold_for(&mut self, job: &str, at: Option<Timestamp>) {
        if self.plan.request.hold_cutover {
            self.rec.event(RunEventKind::CutoverPlanned { at });
            return;
        }
        self.hold = OwedHold {
            owed: true,
            planned: Some(at),
            told: false,
        };
        self.deliver_hold(job).await;
    }

    /// Looked at a few times a second, so that an engine which does not answer once does not let the run swap.
    pub(super) async fn deliver_hold(&mut self, job: &str) {
        if !self.hold.owed || self.stopping() {
            return;
        }
        match self.core.ports.runner.control(job, Control::Hold).await {
            Ok(()) => {
                if let Some(at) = std::mem::take(&mut self.hold).planned {
                    self.rec.event(RunEventKind::CutoverPlanned { at });
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.hold.told, true) {
                    let note = LogNote::NotDelivered {
                        action: RunAction::Hold,
                        error: error.to_string(),
                    };
                    self.rec.note(LogKind::Error, &note);
                }
            }
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
            Due::Now => match blocked(self.rec.view(), self.guards_gate(), self.is_comparison_due()) {
                Some(note) => {
                    self.rec.note(LogKind::Error, &note);
                    self.rec.event(RunEventKind::CutoverMissed { at });
                    None
                }
                // A try that did not reach the job is made again, for as long as the time counts.
                None if !self.is_due_to_be_told(RunAction::CutOver) => None,
                None => {
                    self.rec.note(LogKind::Info, &LogNote::CutoverFired);
                    Some(Wish {
                        action: RunAction::CutOver,
                        detail: None,
                        by: self.core.host.0.clone(),
                    })
                }
            },
            Due::Missed => {
                self.rec.note(LogKind::Warning, &LogNote::CutoverMissed);
                self.rec.event(RunEventKind::CutoverMissed { at });
                None
            }
        }
    }

    /// For a tool that is followed, and whose output is known up to now: what it said says whether it may swap.
    pub(super) async fn keep_schedule(&mut self, job: &str) -> Result<()> {
        let at = self.rec.view().cut_over_at;
        let Some(wish) = self.cut_over_now_due() else {
            return Ok(());
        };
        let opened = self.open_gate(job, &wish).await?;
        if !opened && !self.stopping() {
            self.rec.event(RunEventKind::CutoverPlanned { at });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{KeyRange, WorkKind};

    use super::super::fixture;
    use super::*;

    #[test]
    fn at_a_set_time_only_proven_rows_are_swapped() {
        let plan = fixture::plan(WorkKind::ChunkedCopy);
        let mut view = fixture::worked(&plan, 1_000);
        assert_eq!(blocked(&view, false, false), None);
        assert_eq!(
            blocked(&view, true, false),
            Some(LogNote::CutoverUnproven),
            "never counted"
        );
        view.gate = Some(GateCount::NotCounted { why: None });
        assert_eq!(blocked(&view, true, false), Some(LogNote::CutoverUnproven));
        assert_eq!(blocked(&view, false, false), None, "no count was asked for");
        view.gate = Some(GateCount::Equal { rows: 7 });
        assert_eq!(blocked(&view, true, false), None);
        let uncompared = Some(LogNote::CutoverUnproven);
        assert_eq!(blocked(&view, true, true), uncompared, "equal in number only");
        view.differs = Some(KeyRange {
            after: None,
            to: Some("9".to_owned()),
        });
        assert_eq!(
            blocked(&view, true, false),
            Some(LogNote::CutoverBlocked),
            "equal in number only"
        );
    }

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
