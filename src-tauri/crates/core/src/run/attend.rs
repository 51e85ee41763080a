//! Runs that nobody here drives: those left by a process that is gone are taken up; those of a living one are followed.

use std::collections::HashMap;
use std::time::Duration;

use mysqler_contract::{
    AppError, AppEvent, CleaningAfter, Engine, ErrorCode, LogKind, LogNote, Result, RunEventKind, RunId,
    RunState, RunView, Timestamp,
};

use super::recorder::Recorder;
use super::spool::Played;
use super::state::Input;
use super::supervisor::{Entry, LEASE_MS, Supervisor};
use crate::Core;
use crate::ports::JobStatus;

const LOOK: Duration = Duration::from_millis(500);
/// Every so many looks orphans are searched even when the file did not change: leases end without a write.
const ORPHANS_EVERY: u32 = 4;

impl Core {
    /// For a long-lived host: returns when [`Core::leave`] was called.
    pub async fn attend(&self) {
        let leaving = self.memory.supervisors.leaving.clone();
        let (core, until) = (self.clone(), leaving.clone());
        self.memory.supervisors.tasks.spawn(async move {
            tokio::select! {
                () = core.remove_finished_jobs() => {}
                () = until.cancelled() => {}
            }
        });
        let mut told: HashMap<RunId, u64> = HashMap::new();
        let mut version = None;
        let mut looks = 0;
        while !leaving.is_cancelled() {
            if let Err(error) = self.look_round(&mut told, &mut version, looks).await {
                tracing::debug!(%error, "looking for runs failed; the next look tries again");
            }
            looks = (looks + 1) % ORPHANS_EVERY;
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = leaving.cancelled() => {}
            }
        }
    }

    async fn look_round(
        &self,
        told: &mut HashMap<RunId, u64>,
        version: &mut Option<i64>,
        looks: u32,
    ) -> Result<()> {
        let now_version = self.ports.runs.data_version().await?;
        let changed = version.replace(now_version) != Some(now_version);
        if !changed && looks != 0 {
            return Ok(());
        }
        let live = self.ports.runs.live().await?;
        // A run that left the list has ended: its last view was not told yet.
        let ended: Vec<RunId> = told
            .keys()
            .filter(|id| !live.iter().any(|view| &view.id == *id))
            .cloned()
            .collect();
        for id in ended {
            told.remove(&id);
            let view = self.ports.runs.view(&id).await?;
            self.tell(AppEvent::RunChanged { view: Box::new(view) });
        }
        for view in live {
            if self.memory.supervisors.has(&view.id) || self.adopt(&view.id, Entry::Recovered).await? {
                told.remove(&view.id);
            } else if told.insert(view.id.clone(), view.last_seq) != Some(view.last_seq) {
                self.tell(AppEvent::RunChanged { view: Box::new(view) });
            }
        }
        Ok(())
    }

    /// Takes the run up when no living process has it. False when one has.
    pub(super) async fn adopt(&self, id: &RunId, entry: Entry) -> Result<bool> {
        let _admitting = self.memory.supervisors.admitting.lock().await;
        if self.memory.supervisors.has(id) {
            return Ok(true);
        }
        let now = self.ports.clock.now();
        let until = Timestamp(now.0 + LEASE_MS);
        let Some(lease) = self.ports.runs.take_lease(id, &self.host.0, now, until).await? else {
            return Ok(false);
        };
        let played = self.play_spool_in(&lease).await?;
        let detail = self.ports.runs.detail(id).await?;
        if entry == Entry::Recovered && detail.view.state.is_terminal() {
            if played == Played::In {
                self.discard_recorded(&detail.view).await;
            }
            self.ports.runs.release_lease(&lease).await?;
            return Ok(false);
        }
        let cursor = self.ports.runs.cursor(id).await?;
        let lines = self.ports.runs.log(id, 0, 1).await?.total;
        let mut recorder = Recorder::new(self.clone(), lease, detail.view, cursor, lines);
        recorder.event(RunEventKind::SupervisorChanged {
            host: self.host.0.clone(),
        });
        if let Played::Aside(names) = played {
            let names = names.join(", ");
            recorder.note(LogKind::Warning, &LogNote::SpoolSetAside { names });
        }
        recorder.flush().await?;
        Supervisor::spawn(self.clone(), recorder, detail.plan, entry);
        Ok(true)
    }

    /// A run whose end waited in the spool: its container was kept for its log, which is stored now.
    async fn discard_recorded(&self, view: &RunView) {
        if let Some(job) = &view.job
            && let Err(error) = self.ports.runner.remove(job).await
        {
            tracing::warn!(%error, job, "the ended container could not be removed");
        }
    }

    /// Lets go of every run without touching it: containers go on, and whoever opens the data file next takes them up.
    pub async fn leave(&self) {
        let supervisors = &self.memory.supervisors;
        supervisors.leaving.cancel();
        supervisors.tasks.close();
        supervisors.tasks.wait().await;
    }

    /// Runs that this process drives.
    pub fn supervised(&self) -> usize {
        self.memory.supervisors.count()
    }
}

impl Supervisor {
    /// Finds out where a run stands whose former supervisor is gone, and goes on from there.
    pub(super) async fn recover(&mut self) -> Result<()> {
        if *self.rec.state() != RunState::Queued {
            self.stay_awake().await;
        }
        if self.plan.engine == Engine::Direct {
            return self.recover_direct().await;
        }
        if let RunState::Cleaning { .. } = self.rec.state() {
            return self.clean().await;
        }
        if self.rec.view().job.is_none() && !self.find_job().await? {
            return self.nothing_started().await;
        }
        self.rec.note(LogKind::Info, &LogNote::TakenUpAgain);
        self.forget_questions();
        if matches!(self.rec.state(), RunState::Interrupted { .. }) {
            self.rec.event(RunEventKind::ContactRegained);
            self.rec.input(&Input::RegainContact);
        }
        self.follow().await?;
        self.conclude().await
    }

    /// A job may have been made just before its id could be stored; its label tells whose it is.
    async fn find_job(&mut self) -> Result<bool> {
        let docker = (self.plan.launch.as_ref()).and_then(|launch| launch.docker.clone());
        let found = loop {
            match self.core.jobs_on(docker.as_ref()).await {
                Ok(jobs) => break jobs.into_iter().find(|job| job.plan == self.plan.id),
                // A run that never left the queue has no job to find, with or without an engine.
                Err(_) if *self.rec.state() == RunState::Queued => break None,
                Err(_) => {
                    self.renew().await?;
                    tokio::time::sleep(LOOK).await;
                }
            }
        };
        let Some(found) = found else { return Ok(false) };
        if found.status == JobStatus::Created {
            // It never got its secret, so it never began.
            if let Err(error) = self.core.ports.runner.remove(&found.job).await {
                tracing::warn!(%error, "a container that never began could not be removed");
            }
            return Ok(false);
        }
        self.rec.event(RunEventKind::JobStarted { job: found.job });
        Ok(true)
    }

    async fn nothing_started(&mut self) -> Result<()> {
        if *self.rec.state() == RunState::Queued {
            if self.prepare().await? {
                self.carry_out().await?;
            }
            return Ok(());
        }
        let error = AppError::new(ErrorCode::JobLost).with("run", self.rec.id());
        if !self.rec.input(&Input::Fail(error.clone())) {
            let after = if self.stopping() {
                CleaningAfter::Stop
            } else {
                CleaningAfter::Failure { error }
            };
            self.rec.input(&Input::Clean(after));
            self.clean().await?;
        }
        Ok(())
    }
}
