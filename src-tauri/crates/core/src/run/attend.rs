//! Runs that nobody here drives: those left by a process that is gone are taken up; those of a living one are followed.

use std::collections::HashMap;
use std::time::Duration;

use mysqler_contract::{
    AppError, AppEvent, CleaningAfter, Difference, Engine, ErrorCode, LogKind, LogNote, Params, Result,
    RunAction, RunEventKind, RunId, RunState, RunView, Timestamp,
};

use super::recorder::Recorder;
use super::spool::Played;
use super::state::Input;
use super::supervisor::{Entry, LEASE_MS, Supervisor};
use crate::Core;
use crate::ports::{JobStatus, Lease};

/// What a run is ended with whose engine did not answer, below `unknown.` of the catalogue.
const UNSEEN: &str = "container_unseen";
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
                () = core.tidy_up() => {}
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

    /// What processes that ended at a bad moment left behind. Once: what fails is left to the next start.
    async fn tidy_up(&self) {
        if let Err(error) = self.clear_after_ended_runs().await {
            tracing::debug!(%error, "what is left in the spool could not be looked at");
        }
        self.remove_finished_jobs().await;
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
            // One that cannot be taken up must not keep the others from it.
            if self.memory.supervisors.has(&view.id) || self.adopted(&view.id).await {
                told.remove(&view.id);
            } else if told.insert(view.id.clone(), view.last_seq) != Some(view.last_seq) {
                self.tell(AppEvent::RunChanged { view: Box::new(view) });
            }
        }
        Ok(())
    }

    /// What stands in the way is told once, and tried again.
    async fn adopted(&self, run: &RunId) -> bool {
        let supervisors = &self.memory.supervisors;
        if !supervisors.may_try(run) {
            return false;
        }
        match self.adopt(run, Entry::Recovered).await {
            Ok(adopted) => {
                if supervisors.no_longer_fails(run) {
                    self.tell(AppEvent::StoreRecovered);
                }
                adopted
            }
            // Another process has it by now.
            Err(error) if error.code == ErrorCode::LeaseLost => false,
            Err(error) => {
                if supervisors.fails_to_enter(run) {
                    tracing::error!(%run, %error, "the run could not be taken up; it is tried again");
                    let run = Some(run.clone());
                    self.tell(AppEvent::StoreTrouble { run, error });
                }
                false
            }
        }
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
        let taken = self.take_up(id, lease.clone(), entry).await;
        if taken.is_err()
            && let Err(error) = self.ports.runs.release_lease(&lease).await
        {
            tracing::debug!(%error, "the lease was not released; it ends by itself");
        }
        taken
    }

    async fn take_up(&self, id: &RunId, lease: Lease, entry: Entry) -> Result<bool> {
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

/// What became of the search for a job that nobody has on record.
enum Search {
    Found,
    Nothing,
    /// A person ended the run while its engine did not answer.
    GivenUp,
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
        if self.rec.view().job.is_none() {
            match self.find_job().await? {
                Search::Found => {}
                Search::Nothing => return self.nothing_started().await,
                Search::GivenUp => return Ok(()),
            }
        }
        self.take_over().await?;
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
    async fn find_job(&mut self) -> Result<Search> {
        let launch = self.plan.launch.clone();
        let found = loop {
            match self.core.jobs_beside(launch.as_ref()).await {
                Ok(jobs) => break jobs.into_iter().find(|job| job.plan == self.plan.id),
                // A run that never left the queue has no job to find, with or without an engine.
                Err(_) if *self.rec.state() == RunState::Queued => break None,
                Err(error) => {
                    if self.stopped_out_of_reach(&error).await? {
                        return Ok(Search::GivenUp);
                    }
                }
            }
        };
        self.back_in_reach();
        let Some(found) = found else {
            return Ok(Search::Nothing);
        };
        if found.status == JobStatus::Created {
            // It never got its secret, so it never began.
            if let Err(error) = self.core.ports.runner.remove(&found.job).await {
                tracing::warn!(%error, "a container that never began could not be removed");
            }
            return Ok(Search::Nothing);
        }
        self.rec.event(RunEventKind::JobStarted { job: found.job });
        Ok(Search::Found)
    }

    /// The engine that would know of the job does not answer: told like a lost contact, and heard for a stop, with which
    /// the run ends. What is there then is for a person to look at.
    async fn stopped_out_of_reach(&mut self, error: &AppError) -> Result<bool> {
        let at = self.now();
        if !matches!(self.rec.state(), RunState::Interrupted { .. })
            && self.rec.input(&Input::LoseContact { at })
        {
            let why = error.to_string();
            self.rec.event(RunEventKind::ContactLost { why: why.clone() });
            let note = LogNote::ContactLost { error: why };
            self.rec.note(LogKind::Warning, &note);
        }
        self.rec.flush().await?;
        self.renew().await?;
        let mut wishes = self.read_mailbox().await?;
        let pause = tokio::time::sleep(LOOK);
        tokio::select! {
            () = pause => {}
            Some(wish) = self.wishes.recv() => wishes.push(wish),
        }
        for wish in wishes.iter().filter(|wish| wish.action != RunAction::Stop) {
            let note = LogNote::NotPossibleNow { action: wish.action };
            self.rec.note(LogKind::Info, &note);
        }
        let Some(stop) = wishes.iter().find(|wish| wish.action == RunAction::Stop) else {
            return Ok(false);
        };
        self.heed(stop);
        let engine = (self.plan.launch.as_ref()).and_then(|launch| launch.docker.as_ref());
        let engine = engine.map_or_else(|| "docker".to_owned(), ToString::to_string);
        let container = format!("mysqler-run-{}", self.rec.id());
        let params = [("container", container), ("engine", engine)];
        let look = Difference {
            what: UNSEEN.to_owned(),
            params: Params::from(params.map(|(name, value)| (name.to_owned(), value))),
        };
        self.rec.input(&Input::LoseTrack(vec![look]));
        Ok(true)
    }

    /// Why a run that was given up without a word of its engine must not be cleaned up after yet: a job of its may work.
    pub(super) async fn unseen_job(&mut self) -> Option<AppError> {
        let RunState::Unknown { check } = self.rec.state() else {
            return None;
        };
        if self.rec.view().job.is_some() || !check.iter().any(|look| look.what == UNSEEN) {
            return None;
        }
        match self.core.jobs_beside(self.plan.launch.as_ref()).await {
            Ok(jobs) => {
                let mut of_it = jobs.iter().filter(|job| job.plan == self.plan.id);
                if of_it.any(|job| job.status == JobStatus::Running) {
                    let busy = AppError::new(ErrorCode::TableBusy).with("run", self.rec.id());
                    return Some(busy.with("table", &self.plan.request.table));
                }
                self.seen.unheard = true;
                None
            }
            Err(error) => Some(error),
        }
    }

    fn back_in_reach(&mut self) {
        if matches!(self.rec.state(), RunState::Interrupted { .. }) && self.rec.input(&Input::RegainContact) {
            self.rec.event(RunEventKind::ContactRegained);
            self.rec.note(LogKind::Info, &LogNote::ContactRegained);
        }
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
