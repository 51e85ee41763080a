//! Watching an ALTER that is at work on the server: from the session that sent it, or without it.

use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, LogKind, LogNote, Result, RunEventKind};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::state::Input;
use super::supervisor::Supervisor;
use crate::plan::direct::head;
use crate::ports::{DdlAnswer, DdlSession, DdlWork, Target};

const LOOK: Duration = Duration::from_millis(500);
/// Looks that may miss a session whose answer is on its way before its connection is given up.
const MISSES: u32 = 20;

impl Supervisor {
    /// Sends the statement and returns with its answer; ends it on the server when a person wants it to end.
    pub(super) async fn watch(
        &mut self,
        target: &Target,
        head: &str,
        session: Box<dyn DdlSession>,
        place: &str,
    ) -> Result<DdlAnswer> {
        let mut executing = session.execute();
        let mut looks = interval_at(Instant::now() + LOOK, LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut misses = 0;
        loop {
            tokio::select! {
                answer = &mut executing => return Ok(answer),
                beat = self.beat() => {
                    let stopping = self.stopping();
                    self.on_beat(beat).await?;
                    if self.stopping() && !stopping {
                        looks.reset_immediately();
                    }
                }
                _ = looks.tick() => match self.core.ports.servers.ddl_work(target, head).await {
                    Ok(work) if work.is_empty() => misses += 1,
                    Ok(work) => {
                        misses = 0;
                        self.at_work(target, &work, place).await;
                    }
                    // A server that cannot be asked for a moment says nothing of the statement.
                    Err(_) => {}
                },
            }
            if misses > MISSES {
                let why = "the server lists the session no longer, and its answer did not arrive".to_owned();
                return Ok(DdlAnswer::Lost { why });
            }
        }
    }

    /// What the server tells of the statement; ends it when the run is stopping.
    async fn at_work(&mut self, target: &Target, work: &[DdlWork], place: &str) {
        for work in work {
            if work.waits_for_lock {
                if !self.waits_for_lock() {
                    self.wait_for_lock(place.to_owned());
                }
            } else {
                self.lock_is_had();
            }
            self.progressed(work);
            if self.stopping() {
                self.end_statement(target, work.session).await;
            }
        }
    }

    /// Repeated at every look until the server has answered: one that comes before the statement does ends nothing.
    async fn end_statement(&mut self, target: &Target, session: u64) {
        match self.core.ports.servers.kill_query(target, session).await {
            Ok(()) => self.rec.note(LogKind::Info, &LogNote::StatementEnded { session }),
            Err(error) => {
                let error = error.to_string();
                let note = LogNote::StatementNotEnded { session, error };
                self.rec.note(LogKind::Error, &note);
            }
        }
    }

    /// The server counts in units of its own; they are told as the same share of the rows.
    fn progressed(&mut self, work: &DdlWork) {
        if !work.state.is_empty() && self.seen.stage != work.state {
            self.seen.stage.clone_from(&work.state);
            self.say(LogKind::Progress, work.state.clone());
        }
        let (Some((done, meant)), Some(rows)) = (work.progress, self.rec.view().rows_estimated) else {
            return;
        };
        let share = u128::from(rows) * u128::from(done) / u128::from(meant.max(1));
        let rows = u64::try_from(share).unwrap_or(rows);
        if rows > self.rec.view().rows_copied {
            self.rec.event(RunEventKind::Progress {
                rows,
                chunk_rows: 0,
                chunk_ms: 0,
            });
        }
    }

    /// No answer will arrive any more: the server is asked until it can tell what became of the statement.
    pub(super) async fn regain(&mut self, why: &str) -> Result<()> {
        let at = self.now();
        if self.rec.input(&Input::LoseContact { at }) {
            self.rec.event(RunEventKind::ContactLost { why: why.to_owned() });
            let error = why.to_owned();
            self.rec.note(LogKind::Warning, &LogNote::ContactLost { error });
        }
        self.rec.flush().await?;
        let target = match self.reach_server().await {
            Ok(target) => target,
            Err(error) => return self.give_up(&error).await,
        };
        match self.until_it_ended(&target).await {
            Ok(()) => {}
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => return self.give_up(&error).await,
        }
        self.back_in_contact();
        self.judge(&target).await
    }

    /// Returns when the server says that no session works on the statement.
    async fn until_it_ended(&mut self, target: &Target) -> Result<()> {
        let Some(launch) = self.plan.direct.clone() else {
            return Ok(());
        };
        let head = head(&launch, &self.plan.request);
        loop {
            match self.core.ports.servers.ddl_work(target, &head).await {
                Ok(work) if work.is_empty() => match self.end_idle_session(target).await {
                    Ok(()) => return Ok(()),
                    Err(error) if out_of_reach(&error) => {}
                    Err(error) => return Err(error),
                },
                Ok(work) => {
                    self.back_in_contact();
                    self.at_work(target, &work, "").await;
                }
                Err(error) if out_of_reach(&error) => {}
                Err(error) => return Err(error),
            }
            let until = Instant::now() + LOOK;
            while Instant::now() < until {
                let beat = tokio::select! {
                    beat = self.beat() => beat,
                    () = tokio::time::sleep_until(until) => break,
                };
                self.on_beat(beat).await?;
            }
        }
    }

    /// A statement may still be on its way to a session that nobody holds any more: without the session it cannot begin.
    async fn end_idle_session(&mut self, target: &Target) -> Result<()> {
        let servers = self.core.ports.servers.clone();
        let ids = self.rec.view().sessions.clone();
        if ids.is_empty() || !self.is_server_the_same_since(target).await? {
            return Ok(());
        }
        for session in servers.sessions(target, &ids).await? {
            if session.user == target.user && session.statement.is_none() {
                servers.kill(target, session.id).await?;
                let note = LogNote::IdleSessionEnded { session: session.id };
                self.rec.note(LogKind::Info, &note);
            }
        }
        Ok(())
    }

    fn back_in_contact(&mut self) {
        if self.rec.input(&Input::RegainContact) {
            self.rec.event(RunEventKind::ContactRegained);
            self.rec.note(LogKind::Info, &LogNote::ContactRegained);
        }
    }
}

fn out_of_reach(error: &AppError) -> bool {
    matches!(
        error.code,
        ErrorCode::ServerUnreachable | ErrorCode::ServerTimeout | ErrorCode::ServerLost
    )
}
