//! The end of a run that was started so that it can be continued. Seen on 3.7.1: with `--nodrop-triggers` the tool leaves
//! its triggers and the old table after the swap. They went along with the original, so that nothing fires them any more,
//! and they write to a shadow table that no longer exists. Both are dropped here, after the proof, and seen to be gone.

use mysqler_contract::{
    AppError, ChecksumOutcome, CleaningAfter, ErrorCode, GateCount, Leftover, LogKind, LogNote, Phase,
    Result, RunAction, RunEventKind, RunState, TableRef,
};

use super::gate::Gate;
use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::doctor::shadow_of;
use crate::ports::Target;

/// The option by which a person keeps the original.
const KEEPS_OLD: &str = "no-drop-old-table";
/// A reader that began before the swap may hold the old table for a while.
const TRIES: u32 = 10;

impl Supervisor {
    /// The tool leaves its triggers and the old table to us.
    pub(super) fn finishes_itself(&self) -> bool {
        self.plan.history.is_some() && !self.plan.request.dry_run
    }

    /// True when the run is complete; else it has its last state.
    pub(super) async fn finish_swap(&mut self) -> Result<bool> {
        if !self.finishes_itself() {
            return Ok(true);
        }
        match self.drop_what_the_swap_left().await {
            Ok(()) => Ok(true),
            Err(error) if error.code == ErrorCode::LeaseLost => Err(error),
            Err(error) => {
                let leftovers = self.left_by_swap().await;
                let error = AppError::new(ErrorCode::RunFailedAfterSwap)
                    .with("table", &self.plan.request.table)
                    .detail(error);
                self.rec
                    .input(&Input::Clean(CleaningAfter::Failure { error: error.clone() }));
                self.rec.input(&Input::LeaveBehind {
                    leftovers,
                    error: Some(error),
                });
                Ok(false)
            }
        }
    }

    pub(super) async fn drop_what_the_swap_left(&mut self) -> Result<()> {
        let target = self.reach_server().await?;
        // On record before its triggers go, which prove what it is.
        if self.rec.view().continuing.old_table.is_none()
            && let Some(table) = self.old_tables(&target).await?.into_iter().next()
        {
            self.rec.event(RunEventKind::OldKept { table });
            self.rec.flush().await?;
        }
        let Some(old) = self.rec.view().continuing.old_table.clone() else {
            self.prune_history(&target).await;
            return Ok(());
        };
        self.tell_proof();
        self.begin_phase(Phase::DropTriggers);
        for name in self.triggers_on(&target, &old).await? {
            self.renew().await?;
            let servers = self.core.ports.servers.clone();
            servers.drop_trigger(&target, &old.database, &name).await?;
            self.note_dropped(format!("{}.{name}", old.database));
        }
        if let Some(name) = self.triggers_on(&target, &old).await?.first() {
            return Err(AppError::new(ErrorCode::ServerRefused).detail(format!("{name} is still there")));
        }
        self.end_phase(Phase::DropTriggers);
        if !self.keeps_old() {
            self.drop_old(&target, &old).await?;
        }
        self.prune_history(&target).await;
        Ok(())
    }

    async fn drop_old(&mut self, target: &Target, old: &TableRef) -> Result<()> {
        let servers = self.core.ports.servers.clone();
        let Some(now) = servers.definition(target, old).await? else {
            return Ok(());
        };
        if !self.is_the_original(&now, old) {
            let words = format!("{old} is not as the original was");
            return Err(AppError::new(ErrorCode::ServerRefused).detail(words));
        }
        self.begin_phase(Phase::DropOld);
        self.rec.flush().await?;
        let mut tries = 1;
        while let Err(error) = {
            self.renew().await?;
            servers.drop_table(target, old).await
        } {
            if tries == TRIES {
                return Err(error);
            }
            tries += 1;
        }
        if servers.definition(target, old).await?.is_some() {
            return Err(AppError::new(ErrorCode::ServerRefused).detail(format!("{old} is still there")));
        }
        self.note_dropped(old.to_string());
        self.end_phase(Phase::DropOld);
        Ok(())
    }

    /// Those of this run: they write to its shadow and do nothing else.
    async fn triggers_on(&self, target: &Target, old: &TableRef) -> Result<Vec<String>> {
        let shadow = self.rec.view().shadow.clone();
        let found = self.core.ports.servers.triggers(target, old).await?;
        let ours = found.iter().filter(|trigger| shadow_of(trigger) == shadow);
        Ok(ours.map(|trigger| trigger.name.clone()).collect())
    }

    pub(super) async fn left_by_swap(&mut self) -> Vec<Leftover> {
        let Some(old) = self.rec.view().continuing.old_table.clone() else {
            return Vec::new();
        };
        let names = match self.target.clone() {
            Some(target) => self.triggers_on(&target, &old).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let triggers = names.into_iter().map(|name| Leftover::Trigger {
            database: old.database.clone(),
            name,
        });
        let table = (!self.keeps_old()).then(|| Leftover::Table { table: old.clone() });
        triggers.chain(table).collect()
    }

    pub(super) fn keeps_old(&self) -> bool {
        let mut others = self.plan.request.options.others.iter();
        others.any(|setting| setting.name == KEEPS_OLD)
    }

    fn begin_phase(&mut self, phase: Phase) {
        self.rec.event(RunEventKind::PhaseStarted { phase });
        self.rec.input(&Input::Enter(phase));
    }

    fn end_phase(&mut self, phase: Phase) {
        self.rec.event(RunEventKind::PhaseFinished { phase });
    }

    fn note_dropped(&mut self, name: String) {
        self.rec.note(LogKind::Info, &LogNote::Dropped { name });
    }
}

impl Supervisor {
    /// A continued run swaps on equal rows, not on equal counts alone.
    pub(super) fn is_comparison_due(&self) -> bool {
        let proven = self.rec.view().checksum.as_ref();
        self.plan.compares_at_gate
            && !proven.is_some_and(|checksum| checksum.outcome == ChecksumOutcome::Equal)
    }

    /// What follows from a comparison that the run itself asked for.
    pub(super) async fn act_on_comparison(&mut self, job: &str) -> Result<()> {
        let at_gate = matches!(self.gate, Gate::Done) && !self.rec.state().waits_for_person();
        if !self.plan.compares_at_gate || self.comparing.is_some() || self.stopping() || !at_gate {
            return Ok(());
        }
        // A tool that stands still would swap whenever it is let go on: it is decided then.
        if matches!(self.rec.state(), RunState::Paused { .. }) {
            return Ok(());
        }
        if let Some(error) = super::checksum::difference(self.rec.view()) {
            self.object(job, error);
            return Ok(());
        }
        let counted = matches!(self.rec.view().gate, Some(GateCount::Equal { .. }));
        let held = self.rec.view().hold_cutover || self.outside_window();
        if counted && !self.is_comparison_due() && !held {
            let wish = Wish {
                action: RunAction::CutOver,
                detail: None,
                by: self.core.host.0.clone(),
            };
            self.open_gate(job, &wish).await?;
            return Ok(());
        }
        if self.outside_window() {
            self.wait_for_window(&LogNote::SwapOutsideWindow);
        }
        let at = self.now();
        self.rec.input(&Input::Hold { at });
        Ok(())
    }
}
