//! A run in its window: when it ends the copy stands still, when the next begins it goes on, and the tables are swapped
//! inside only, unless a person says otherwise. All of it follows from the record and the clock at each look, so it is
//! the same after a restart, in another process, and under a clock that was set.

use std::time::Duration;

use mysqler_contract::{
    GateCount, LogKind, LogNote, PauseReason, Phase, Result, RunAction, RunEventKind, RunState, WaitReason,
    Waiting, WaitsFor,
};
use tokio::time::Instant;

use super::gate::Gate;
use super::hours::{is_open, next_start};
use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::ports::Control;

/// How long the job gets to do what it was told before it is told again.
const AGAIN: Duration = Duration::from_secs(5);

/// What this process told the job last on the window's account.
#[derive(Debug, Default)]
pub(super) struct Minding {
    told: Option<(RunAction, Instant)>,
    /// The tool stands at its gate, with or without the application's consent.
    pub at_gate: bool,
    /// The tool stands still on the pause file.
    pub stands_still: bool,
}

impl Supervisor {
    /// False for a run without a window.
    pub(super) fn outside_window(&self) -> bool {
        let window = self.rec.view().schedule.window.as_ref();
        window.is_some_and(|window| !is_open(window, self.moment().local))
    }

    /// The gate was shut for the window's sake alone, so the clock opens it.
    pub(super) fn window_guards_gate(&self) -> bool {
        let windowed = self.rec.view().schedule.window.is_some();
        windowed && !self.rec.view().hold_cutover && !self.plan.request.dry_run
    }

    /// Looked at a few times a second while the job works.
    pub(super) async fn mind_window(&mut self, job: &str) -> Result<()> {
        if self.rec.view().schedule.window.is_none() || self.plan.request.dry_run || self.stopping() {
            return Ok(());
        }
        match self.outside_window() {
            true => self.window_closed(job).await,
            false => self.window_open(job).await,
        }
    }

    async fn window_closed(&mut self, job: &str) -> Result<()> {
        let copying = match self.rec.state() {
            // Without an analysis after the copy its phase is the last that is told before the gate.
            RunState::Running { phase } => Some(*phase <= Phase::Copy && !self.minding.at_gate),
            _ => None,
        };
        match copying {
            Some(true) if self.rec.view().schedule_overridden => Ok(()),
            Some(true) if self.rec.view().pending == Some(RunAction::Pause) => Ok(()),
            Some(true) => {
                self.wait_for_window(&LogNote::WindowEnded);
                self.tell_job(job, Control::Pause, RunAction::Pause).await
            }
            Some(false) if self.swaps_by_itself() && !self.guards_gate() => {
                self.wait_for_window(&LogNote::SwapOutsideWindow);
                let at = self.now();
                self.rec.input(&Input::Hold { at });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn window_open(&mut self, job: &str) -> Result<()> {
        if self.rec.view().waiting.is_some() || self.rec.view().schedule_overridden {
            self.rec.event(RunEventKind::WindowOpened);
            self.rec.note(LogKind::Info, &LogNote::WindowOpened);
        }
        let state = self.rec.state().clone();
        let paused_by_person = matches!(
            state,
            RunState::Paused {
                reason: PauseReason::User,
                ..
            }
        );
        if paused_by_person {
            return Ok(());
        }
        let by_window = matches!(
            state,
            RunState::Paused {
                reason: PauseReason::Window,
                ..
            }
        );
        let at_gate = self.minding.stands_still && matches!(state, RunState::AwaitingCutover { .. });
        // Told to stand still by a window that is open again before the job obeyed.
        let on_its_way = self.was_told(RunAction::Pause) && self.rec.view().pending != Some(RunAction::Pause);
        if by_window || at_gate || on_its_way {
            return self.tell_job(job, Control::Resume, RunAction::Resume).await;
        }
        let waits = match state {
            RunState::AwaitingCutover { .. } => true,
            // The count of the rows opens its own gate.
            RunState::Running { .. } => !self.guards_gate(),
            _ => false,
        };
        if waits && self.swaps_by_itself() && self.is_due_to_be_told(RunAction::CutOver) {
            let wish = Wish {
                action: RunAction::CutOver,
                detail: None,
                by: self.core.host.0.clone(),
            };
            self.open_gate(job, &wish).await?;
        }
        Ok(())
    }

    /// The tool stands at its gate, and nothing but the window is in the way.
    fn swaps_by_itself(&self) -> bool {
        let proven = match &self.rec.view().gate {
            None => !self.guards_gate(),
            Some(count) => matches!(count, GateCount::Equal { .. }) && !self.is_comparison_due(),
        };
        // What a person asked for at the gate is answered first, and a difference is theirs to decide.
        let asked = matches!(self.gate, Gate::Counting { .. }) || self.comparing.is_some();
        let differs = super::checksum::difference(self.rec.view()).is_some();
        self.minding.at_gate && self.window_guards_gate() && proven && !asked && !differs
    }

    /// On record until the window begins again.
    pub(super) fn wait_for_window(&mut self, note: &LogNote) {
        let now = self.now();
        let at = next_start(&self.rec.view().schedule, self.core.ports.clock.as_ref(), now);
        let waiting = at.map(|at| Waiting {
            position: None,
            reason: WaitsFor::Time { at },
        });
        if self.rec.view().waiting.is_none() {
            self.rec.note(LogKind::Info, note);
        }
        self.tell_waiting(waiting);
    }

    async fn tell_job(&mut self, job: &str, control: Control, action: RunAction) -> Result<()> {
        if !self.is_due_to_be_told(action) {
            return Ok(());
        }
        // On record before it is done, and never done under a lease that another process has by now.
        self.rec.flush().await?;
        self.renew().await?;
        if let Err(error) = self.core.ports.runner.control(job, control).await {
            let error = error.to_string();
            self.rec
                .note(LogKind::Error, &LogNote::NotDelivered { action, error });
        }
        Ok(())
    }

    fn was_told(&self, action: RunAction) -> bool {
        self.minding.told.is_some_and(|(last, _)| last == action)
    }

    pub(super) fn is_due_to_be_told(&mut self, action: RunAction) -> bool {
        let now = Instant::now();
        let told = self.minding.told;
        if told.is_some_and(|(last, at)| last == action && now < at + AGAIN) {
            return false;
        }
        self.minding.told = Some((action, now));
        true
    }

    /// A person goes on although the window is closed: the copy does until the next one begins, the swap does not.
    pub(super) fn override_window(&mut self) {
        if self.outside_window() {
            self.rec.event(RunEventKind::ScheduleOverridden);
        }
    }

    /// Whose pause it is that the job tells of: a person's, if one was asked for.
    pub(super) fn pause_reason(&self) -> PauseReason {
        let view = self.rec.view();
        let by_window = matches!(
            view.waiting,
            Some(Waiting {
                reason: WaitsFor::Time { .. },
                ..
            })
        );
        match by_window && view.pending != Some(RunAction::Pause) {
            true => PauseReason::Window,
            false => PauseReason::User,
        }
    }

    /// The series that a pause goes to; of both, the one that runs.
    pub(super) fn open_pause(&self) -> WaitReason {
        let mut waits = self.rec.view().waits.iter();
        match waits.any(|wait| wait.reason == WaitReason::Window && wait.since.is_some()) {
            true => WaitReason::Window,
            false => WaitReason::Pause,
        }
    }

    /// For a statement of the server's own, which cannot stand still: it is sent inside the window only.
    pub(super) async fn await_window(&mut self) -> Result<()> {
        while self.outside_window()
            && !self.rec.view().schedule_overridden
            && !self.seen.released
            && !self.stopping()
        {
            self.wait_for_window(&LogNote::SwapOutsideWindow);
            let beat = self.beat().await;
            self.on_beat(beat).await?;
        }
        if self.rec.view().waiting.is_some() {
            self.rec.event(RunEventKind::WindowOpened);
        }
        Ok(())
    }
}
