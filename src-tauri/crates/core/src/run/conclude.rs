//! The end of a run: what the exit, the success line and the server together prove.

use mysqler_contract::{
    AppError, CleaningAfter, Difference, ErrorCode, JobPlace, Leftover, LocalJob, LogKind, LogNote, Params,
    Phase, Result, RunEvent, RunEventKind, RunId, RunState, Timestamp,
};

use super::state::Input;
use super::supervisor::Supervisor;
use crate::Core;
use crate::plan::{fingerprint, same_definition};
use crate::ports::{FaultClass, JobStatus};

const EVENTS_AT_ONCE: u32 = 5_000;

impl Supervisor {
    /// The job has ended or is gone: from here to a terminal state.
    pub(super) async fn conclude(&mut self) -> Result<()> {
        let Some(job) = self.rec.view().job.clone() else {
            return Ok(());
        };
        let code = loop {
            match self.core.ports.runner.status(&job).await {
                Ok(JobStatus::Exited { code, out_of_memory }) => {
                    if out_of_memory {
                        self.rec.note(LogKind::Error, &LogNote::OutOfMemory);
                    }
                    break Some(code);
                }
                Ok(JobStatus::Gone | JobStatus::Created) => break None,
                // Nothing is cleaned under a job that works.
                Ok(JobStatus::Running) => self.follow().await?,
                Err(error) => self.wait_for_contact(&job, error).await?,
            }
        };
        if let Some(code) = code.filter(|_| self.rec.view().exit_code.is_none()) {
            self.rec.event(RunEventKind::JobExited {
                code,
                success_line: self.seen.success,
            });
        }
        self.rec.flush().await?;
        match code {
            Some(0) if self.seen.success => self.prove().await?,
            code => self.fall(code).await?,
        }
        self.rec.flush().await?;
        self.discard_job(&job).await;
        Ok(())
    }

    /// The log is stored, so the container has nothing left to say.
    async fn discard_job(&mut self, job: &str) {
        if self.is_over()
            && self.rec.is_stored()
            && let Err(error) = self.core.ports.runner.remove(job).await
        {
            tracing::warn!(%error, job, "the ended job could not be removed");
            let error = error.to_string();
            let note = match job.parse::<LocalJob>() {
                Ok(_) => LogNote::JobFilesKept { error },
                Err(_) => LogNote::ContainerKept {
                    container: JobPlace::read(job).container,
                    error,
                },
            };
            self.rec.note(LogKind::Warning, &note);
            // The last word of this run; whoever owns its record by now says more.
            if let Err(error) = self.rec.flush().await {
                tracing::warn!(%error, "the note on a kept container was not stored");
            }
        }
    }

    /// Exit 0 and the success line are two thirds of a proof; the server's own definition is the last.
    async fn prove(&mut self) -> Result<()> {
        if !self.stopping() {
            self.rec.input(&Input::Enter(Phase::Verify));
            self.rec.flush().await?;
        }
        match self.unproven().await {
            Ok(check) if check.is_empty() => {
                if self.finish_swap().await? {
                    self.measure_after().await;
                    self.rec.input(&Input::Complete);
                }
            }
            Ok(check) => {
                self.rec.input(&Input::LoseTrack(check));
            }
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => {
                self.rec.note(
                    LogKind::Error,
                    &LogNote::NotReadBack {
                        error: error.to_string(),
                    },
                );
                let table = self.plan.request.table.to_string();
                self.rec.input(&Input::LoseTrack(vec![look_at(
                    "table_definition",
                    "table",
                    table,
                )]));
            }
        }
        Ok(())
    }

    /// What stands against success, after reading the table back.
    async fn unproven(&mut self) -> Result<Vec<Difference>> {
        let target = self.reach_server().await?;
        let table = self.plan.request.table.clone();
        let now = self.patiently(|core| {
            let (target, table) = (target.clone(), table.clone());
            async move { core.ports.servers.definition(&target, &table).await }
        });
        let Some(now) = now.await? else {
            return Ok(vec![look_at("table_definition", "table", table)]);
        };
        let as_expected = match (
            self.plan.request.dry_run,
            &self.rec.view().shadow_definition,
            &self.rec.view().shadow,
        ) {
            (true, _, _) => fingerprint(&now) == self.plan.definition_sha256,
            (false, Some(shadow), Some(name)) => same_definition(shadow, name, &now, &table),
            // Without the plugin the shadow's definition is unknown; a clause that changes nothing would look alike.
            (false, _, _) => {
                self.plan.request.kind.clause() == mysqler_contract::ChangeKind::Reclaim.clause()
                    || fingerprint(&now) != self.plan.definition_sha256
            }
        };
        let mut check = Vec::new();
        if !as_expected {
            check.push(look_at("table_definition", "table", &table));
        }
        for left in self.ours_left(&target).await? {
            check.push(look_for(&left));
        }
        check.extend(self.triggers_astray(&target).await?);
        if as_expected && self.rec.view().continuing.old_table.is_none() {
            self.rec.event(RunEventKind::Verified {
                definition: now.clone(),
            });
        }
        self.rec.definition_after(now);
        Ok(check)
    }

    /// No success: remove what is ours, then say why.
    async fn fall(&mut self, code: Option<i64>) -> Result<()> {
        let after = if self.stopping() {
            CleaningAfter::Stop
        } else {
            CleaningAfter::Failure {
                error: self.cause(code),
            }
        };
        self.take_over().await?;
        self.rec.input(&Input::Clean(after));
        self.rec.flush().await?;
        self.clean().await
    }

    fn cause(&self, code: Option<i64>) -> AppError {
        let Some(code) = code else {
            return AppError::new(ErrorCode::JobLost).with("run", self.rec.id());
        };
        if let Some(error) = &self.seen.objection {
            return error.clone();
        }
        let (class, text) = match &self.seen.fault {
            Some((class, text)) => (*class, Some(text.clone())),
            None => (FaultClass::Other, None),
        };
        let error = AppError::new(ErrorCode::RunFailed)
            .with("class", class_name(class))
            .with("code", code)
            .with("table", &self.plan.request.table);
        match text {
            Some(text) => error.detail(text),
            None => error,
        }
    }

    /// For a run that ended as `needs_cleanup` or `unknown`: a person asked to remove what is ours.
    pub(super) async fn clean_again(&mut self) -> Result<()> {
        let before = self.rec.state().clone();
        if let Some(error) = self.unseen_job().await {
            let error = error.to_string();
            self.rec.note(LogKind::Error, &LogNote::CleaningStopped { error });
            return Ok(());
        }
        if let RunState::NeedsCleanup { leftovers, .. } = &before {
            self.seen.shown = leftovers.clone();
        }
        let error = match self.rec.state() {
            RunState::NeedsCleanup { error, .. } => error.clone(),
            _ => None,
        };
        // A cleanup that was held up says why, and that is not what the run ended of.
        let swapped = error
            .as_ref()
            .is_some_and(|error| error.code == ErrorCode::RunFailedAfterSwap);
        let first = if swapped {
            None
        } else {
            self.core.first_cleaning(&self.rec.id()).await?
        };
        let after = match (first, error) {
            (Some(first), _) => first,
            (None, Some(error)) => CleaningAfter::Failure { error },
            (None, None) if matches!(self.rec.state(), RunState::Unknown { .. }) => CleaningAfter::Failure {
                error: AppError::new(ErrorCode::JobLost).with("run", self.rec.id()),
            },
            (None, None) => CleaningAfter::Stop,
        };
        if !self.rec.input(&Input::Clean(after)) {
            return Ok(());
        }
        self.rec.flush().await?;
        // From here on no run may begin on this table; one that began a moment ago may have a shadow of the same name.
        match self.core.other_run_on(&self.rec.id(), &self.plan).await {
            Ok(None) => self.clean().await,
            Ok(Some(_)) | Err(_) => {
                self.rec.input(&match before {
                    RunState::NeedsCleanup { leftovers, error } => Input::LeaveBehind { leftovers, error },
                    RunState::Unknown { check } => Input::LoseTrack(check),
                    _ => Input::LoseTrack(Vec::new()),
                });
                Ok(())
            }
        }
    }
}

impl Core {
    /// What the run was cleaned after when it ended.
    pub(super) async fn first_cleaning(&self, run: &RunId) -> Result<Option<CleaningAfter>> {
        self.first(run, |event| match event.kind {
            RunEventKind::StateChanged {
                state: RunState::Cleaning { after },
            } => Some(after),
            _ => None,
        })
        .await
    }

    /// When its job was first taken for ended.
    pub(super) async fn first_end(&self, run: &RunId) -> Result<Option<Timestamp>> {
        self.first(run, |event| match event.kind {
            RunEventKind::StateChanged { state } => {
                let ends = state.is_terminal() || matches!(state, RunState::Cleaning { .. });
                ends.then_some(event.at)
            }
            _ => None,
        })
        .await
    }

    /// What `pick` takes of the first event on record that it takes anything of.
    async fn first<T>(&self, run: &RunId, pick: impl Fn(RunEvent) -> Option<T>) -> Result<Option<T>> {
        let mut after = 0;
        loop {
            let events = self.ports.runs.events(run, after, EVENTS_AT_ONCE).await?;
            let Some(last) = events.last() else {
                return Ok(None);
            };
            after = last.seq;
            let found = events.into_iter().find_map(&pick);
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

pub(super) fn look_for(left: &Leftover) -> Difference {
    match left {
        Leftover::Trigger { name, .. } => look_at("triggers_exist", "names", name),
        Leftover::Table { table } => look_at("shadow_exists", "table", table),
        Leftover::Session { id } => look_at("sessions_alive", "ids", id),
    }
}

pub(super) fn look_at(what: &str, name: &str, value: impl ToString) -> Difference {
    Difference {
        what: what.to_owned(),
        params: Params::from([(name.to_owned(), value.to_string())]),
    }
}

/// The fault's name as the catalogue knows it, below `fault.`.
pub(super) fn class_name(class: FaultClass) -> &'static str {
    match class {
        FaultClass::AccessDenied => "access_denied",
        FaultClass::Unreachable => "unreachable",
        FaultClass::ServerLost => "server_lost",
        FaultClass::Tunnel => "tunnel",
        FaultClass::TableMissing => "table_missing",
        FaultClass::NoUsableKey => "no_usable_key",
        FaultClass::TriggersExist => "triggers_exist",
        FaultClass::AlterRefused => "alter_refused",
        FaultClass::TriggerCreation => "trigger_creation",
        FaultClass::LockWait => "lock_wait",
        FaultClass::CriticalLoad => "critical_load",
        FaultClass::DataRefused => "data_refused",
        FaultClass::Privilege => "privilege",
        FaultClass::Signal => "signal",
        FaultClass::Other => "other",
    }
}
