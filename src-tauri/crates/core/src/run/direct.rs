//! The direct engine: one ALTER by the server itself, under the same record, wishes and proof as a job in a container.
//!
//! A session's number is on record before the statement is sent in it, and taken off when the server has refused it for
//! certain: a run with a session on record may have changed the table, one without has not.

use std::time::Duration;

use mysqler_contract::{
    AppError, CleaningAfter, DirectLaunch, ErrorCode, LogKind, LogNote, LogStream, Phase, Result, RunAction,
    RunEventKind, WaitReason,
};
use tokio::time::Instant;

use super::figures::lock_holders;
use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::plan::direct::head;
use crate::ports::{DdlAnswer, Target};

/// The lock was not had in time, or waiting for it would never have ended.
const LOCK_WAIT_TIMEOUT: u16 = 1205;
const LOCK_DEADLOCK: u16 = 1213;
/// What an attempt takes beside its wait for the lock before its work has to be taken for begun, s.
const BEGUN_AFTER_S: u64 = 3;
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// Something to do beside the run's own work.
pub(super) enum Beat {
    Wish(Wish),
    Flush,
    Renew,
    Mailbox,
}

enum Attempt {
    Answered(DdlAnswer),
    /// Nothing reached the server.
    NotSent(CleaningAfter),
}

impl Supervisor {
    /// From a second look at the world to a terminal state.
    pub(super) async fn alter(&mut self) -> Result<()> {
        let Some(launch) = self.plan.direct.clone() else {
            self.rec.input(&Input::Fail(
                AppError::new(ErrorCode::PlanBlocked).with("codes", ""),
            ));
            return Ok(());
        };
        self.begin(Phase::Prepare);
        self.rec.flush().await?;
        if self.plan.request.dry_run {
            return self.try_out(&launch).await;
        }
        if self.rec.view().hold_cutover {
            self.rec.event(RunEventKind::PhaseStarted { phase: Phase::Gate });
            let at = self.now();
            self.rec.input(&Input::Hold { at });
        }
        self.send_when_told(&launch).await
    }

    /// Where a run stands that holds, or does not have to.
    pub(super) async fn send_when_told(&mut self, launch: &DirectLaunch) -> Result<()> {
        let held = self.rec.view().hold_cutover;
        while held && !self.seen.released && !self.stopping() {
            let beat = self.beat().await;
            self.on_beat(beat).await?;
            if let Some(wish) = self.cut_over_now_due() {
                self.hear(&wish).await?;
            }
        }
        if self.stopping() {
            return self.end_unchanged(CleaningAfter::Stop).await;
        }
        if held {
            self.rec.input(&Input::Release);
            if let Some(error) = self.changed_while_held().await? {
                return self.end_unchanged(CleaningAfter::Failure { error }).await;
            }
        }
        let target = match self.reach_server().await {
            Ok(target) => target,
            Err(error) => return self.end_unchanged(CleaningAfter::Failure { error }).await,
        };
        self.measure_before().await;
        self.begin(Phase::Alter);
        self.attempts(&target, launch).await
    }

    /// A run may be held for days: what it would change then is not what a person looked at.
    async fn changed_while_held(&mut self) -> Result<Option<AppError>> {
        let looked = match self.reach_server().await {
            Ok(target) => self.quick_differences(&target).await,
            Err(error) => Err(error),
        };
        Ok(match looked {
            Ok(differences) if differences.is_empty() => None,
            Ok(differences) => {
                let names: Vec<&str> = differences.iter().map(|entry| entry.what.as_str()).collect();
                Some(self.fault(ErrorCode::AlterNotSent).detail(names.join(", ")))
            }
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => Some(error),
        })
    }

    async fn attempts(&mut self, target: &Target, launch: &DirectLaunch) -> Result<()> {
        let attempts = launch.attempts.max(1);
        let mut backoff = Duration::from_millis(launch.backoff_ms);
        let mut words = String::new();
        for attempt in 1..=attempts {
            if attempt > 1 {
                self.stand_back(backoff).await?;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
            }
            self.await_window().await?;
            if self.stopping() {
                return self.end_unchanged(CleaningAfter::Stop).await;
            }
            let place = format!("{attempt}/{attempts}");
            if let Some(holders) = self.long_holders(target, launch).await {
                words = format!("{LOCK_WAIT_TIMEOUT}: not sent, the table is held by {holders}");
                self.wait_for_lock(format!("{place}, {holders}"));
                continue;
            }
            let begun = Instant::now();
            let answer = match self.attempt(target, launch, &place).await? {
                Attempt::Answered(answer) => answer,
                Attempt::NotSent(after) => return self.end_unchanged(after).await,
            };
            match answer {
                DdlAnswer::Done { warnings } => return self.carried_out(warnings).await,
                DdlAnswer::Refused { number, message }
                    if matches!(number, LOCK_WAIT_TIMEOUT | LOCK_DEADLOCK) =>
                {
                    words = format!("{number}: {message}");
                    self.rec.event(RunEventKind::Sessions { ids: Vec::new() });
                    let holders = self.holders(target, 0).await;
                    if let Some(holders) = &holders {
                        words = format!("{words}; held by {holders}");
                    }
                    let who = holders.map(|holders| format!(", {holders}")).unwrap_or_default();
                    self.wait_for_lock(format!("{place}{who}"));
                    self.rec.flush().await?;
                    if begun.elapsed() > at_most(launch) {
                        // The lock was missed at the end of the work: hours of it are not repeated by themselves.
                        break;
                    }
                }
                DdlAnswer::Refused { number, message } => return self.refused(number, &message).await,
                DdlAnswer::Lost { why } => return self.regain(&why).await,
            }
        }
        if self.stopping() {
            return self.end_unchanged(CleaningAfter::Stop).await;
        }
        let error = self.fault(ErrorCode::AlterLockedOut).detail(words);
        self.end_unchanged(CleaningAfter::Failure { error }).await
    }

    /// Opens a session, puts it on record, and sends the statement in it.
    async fn attempt(&mut self, target: &Target, launch: &DirectLaunch, place: &str) -> Result<Attempt> {
        let session = match self.core.ports.servers.open_ddl(target, launch).await {
            Ok(session) => session,
            Err(error) => return Ok(Attempt::NotSent(CleaningAfter::Failure { error })),
        };
        let id = session.id();
        self.rec.event(RunEventKind::Sessions { ids: vec![id] });
        let place = place.to_owned();
        self.rec.note(
            LogKind::Info,
            &LogNote::Attempt {
                place: place.clone(),
                session: id,
            },
        );
        self.say(LogKind::Sql, launch.statement.clone());
        while !self.rec.is_stored() && !self.stopping() {
            self.rec.flush().await?;
            if !self.rec.is_stored() {
                let beat = self.beat().await;
                self.on_beat(beat).await?;
            }
        }
        if self.stopping() {
            self.rec.event(RunEventKind::Sessions { ids: Vec::new() });
            return Ok(Attempt::NotSent(CleaningAfter::Stop));
        }
        // Never under a lease that another process has by now.
        self.renew().await?;
        let head = head(launch, &self.plan.request);
        self.watch(target, &head, session, &place)
            .await
            .map(Attempt::Answered)
    }

    pub(super) fn wait_for_lock(&mut self, detail: String) {
        let note = LogNote::LockAwaited {
            detail: detail.clone(),
        };
        self.rec.note(LogKind::Wait, &note);
        let reason = WaitReason::Lock;
        self.rec.event(RunEventKind::WaitStarted { reason, detail });
    }

    pub(super) fn waits_for_lock(&self) -> bool {
        let mut waits = self.rec.view().waits.iter();
        waits.any(|wait| wait.reason == WaitReason::Lock && wait.since.is_some())
    }

    pub(super) fn lock_is_had(&mut self) {
        if self.waits_for_lock() {
            let reason = WaitReason::Lock;
            self.rec.event(RunEventKind::WaitEnded { reason });
        }
    }

    async fn stand_back(&mut self, pause: Duration) -> Result<()> {
        let until = Instant::now() + pause;
        while !self.stopping() && Instant::now() < until {
            let beat = tokio::select! {
                beat = self.beat() => beat,
                () = tokio::time::sleep_until(until) => return Ok(()),
            };
            self.on_beat(beat).await?;
        }
        Ok(())
    }

    /// Who has held the table for longer than an attempt would wait: behind a statement that waits for its lock every
    /// statement of the application waits too, so none is sent for nothing.
    async fn long_holders(&self, target: &Target, launch: &DirectLaunch) -> Option<String> {
        self.holders(target, u64::from(launch.lock_wait_timeout_s)).await
    }

    async fn holders(&self, target: &Target, seconds: u64) -> Option<String> {
        lock_holders(&self.core, target, &self.plan.request.table, &[], seconds).await
    }

    /// A line in foreign words, as they came.
    pub(super) fn say(&mut self, kind: LogKind, text: String) {
        let at = self.now();
        self.rec.line(at, LogStream::App, kind, text);
    }

    pub(super) fn begin(&mut self, phase: Phase) {
        if self.rec.input(&Input::Enter(phase)) {
            self.rec.event(RunEventKind::PhaseStarted { phase });
        }
    }

    /// An error of this engine about this run's table.
    pub(super) fn fault(&self, code: ErrorCode) -> AppError {
        AppError::new(code).with("table", &self.plan.request.table)
    }

    /// Dropping the future loses nothing, so it may race a statement under way; what is done about it must not.
    pub(super) async fn beat(&mut self) -> Beat {
        tokio::select! {
            Some(wish) = self.wishes.recv() => Beat::Wish(wish),
            _ = self.ticks.flush.tick() => Beat::Flush,
            _ = self.ticks.renew.tick() => Beat::Renew,
            _ = self.ticks.mailbox.tick() => Beat::Mailbox,
        }
    }

    pub(super) async fn on_beat(&mut self, beat: Beat) -> Result<()> {
        match beat {
            Beat::Wish(wish) => self.hear(&wish).await,
            Beat::Flush => self.rec.flush().await,
            Beat::Renew => self.renew().await,
            Beat::Mailbox => {
                for wish in self.read_mailbox().await? {
                    self.hear(&wish).await?;
                }
                Ok(())
            }
        }
    }

    async fn hear(&mut self, wish: &Wish) -> Result<()> {
        if !self.allows(wish.action) {
            self.rec
                .note(LogKind::Info, &LogNote::NotPossibleNow { action: wish.action });
            return Ok(());
        }
        self.heed(wish);
        match wish.action {
            RunAction::Stop => {
                self.seen.stop_asked = true;
                let at = self.now();
                self.rec.input(&Input::Stop { at });
            }
            RunAction::CutOver => self.seen.released = true,
            RunAction::StartNow => self.rec.event(RunEventKind::ScheduleOverridden),
            RunAction::Schedule => self.plan_cutover(wish),
            RunAction::Pause
            | RunAction::Resume
            | RunAction::Start
            | RunAction::StopKeep
            | RunAction::Cleanup
            | RunAction::Hold
            | RunAction::Tune
            | RunAction::Count
            | RunAction::Compare
            | RunAction::EndCompare => {}
        }
        self.rec.flush().await
    }
}

/// How long an attempt takes that never had the lock.
fn at_most(launch: &DirectLaunch) -> Duration {
    Duration::from_secs(u64::from(launch.lock_wait_timeout_s) + BEGUN_AFTER_S)
}
