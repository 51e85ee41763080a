//! Going on from a run that broke off: whether that is possible, proven on the server piece by piece; the new run's plan;
//! and the hand-over, after which the old run has nothing left of its own.

use std::time::Duration;

use mysqler_contract::{
    AppError, ChangeRequest, CleaningAfter, Continued, EngineChoice, ErrorCode, HistoryRow, HistoryUse,
    LogKind, LogNote, Phase, Plan, Result, RunEventKind, RunId, RunState, RunView, Timestamp, Tuning,
};

use super::figures::tuning_of;
use super::own_triggers::{Marks, astray};
use super::recorder::Recorder;
use super::state::Input;
use super::supervisor::{LEASE_MS, Supervisor};
use crate::Core;
use crate::doctor::shadow_of;
use crate::plan::{fingerprint, same_definition};
use crate::ports::{FaultClass, HistoryJob, Target};
use crate::preflight::same_copying_key;

/// The tool makes one for each kind of write.
const TRIGGERS: usize = 3;
/// A supervisor that puts its run away may take so long to let go of it.
const LEASE_LOOKS: u32 = 100;
const LEASE_PAUSE: Duration = Duration::from_millis(150);

/// `why` is the name of a text below `why.continue_` of the catalogue.
pub(super) fn impossible(run: &RunId, why: &str) -> AppError {
    AppError::new(ErrorCode::ContinueImpossible)
        .with("run", run)
        .with("why", format!("continue_{why}"))
}

fn is_same_change(earlier: &ChangeRequest, request: &ChangeRequest) -> bool {
    let copies = request.engine == EngineChoice::PtOsc && !request.dry_run;
    copies
        && earlier.table == request.table
        && earlier.kind == request.kind
        && same_copying_key(&earlier.options, &request.options)
}

impl Core {
    /// Whether the run can be continued now, asked of its server. `CONTINUE_IMPOSSIBLE` with the reason.
    pub async fn run_continuable(&self, id: &RunId) -> Result<()> {
        let plan = self.ports.runs.detail(id).await?.plan;
        let target = self.target(&plan.connection.id).await?;
        self.continued(id, &target).await.map(|_| ())
    }

    /// A plan that takes over what the run left, with thresholds as they held last; started as any other. The comparison
    /// of all rows before the swap may be left out, the count may not. `CONTINUE_IMPOSSIBLE` with the reason.
    pub async fn continue_plan(
        &self,
        id: &RunId,
        skips_comparison: bool,
        ticket: Option<String>,
    ) -> Result<Plan> {
        let detail = self.ports.runs.detail(id).await?;
        let mut request: ChangeRequest = detail.plan.request.clone();
        let Some(history) = &detail.plan.history else {
            return Err(impossible(id, "no_history"));
        };
        let tuning = tuning_of(&detail.view, &detail.plan);
        let options = &mut request.options;
        options.max_load = tuning.max_load;
        options.critical_load = tuning.critical_load;
        // That nobody waited for a replica any more was said of that run.
        let limit = tuning.max_lag_s.filter(|limit| *limit != Tuning::NO_LAG_LIMIT);
        options.max_lag_s = limit.unwrap_or(options.max_lag_s);
        if options.chunk_size.is_none() {
            options.chunk_time_ms = tuning.chunk_time_ms;
        }
        options.history = Some(HistoryUse {
            schema: history.database.clone(),
            continues: Some(id.clone()),
            skips_comparison,
        });
        request.engine = EngineChoice::PtOsc;
        // Told to wait, or given a time, while it worked: what comes of it waits too.
        request.hold_cutover |= detail.view.hold_cutover;
        self.plan(request, ticket).await
    }

    /// What the change `request` takes over of the run: the very same change may, as a copy, and nothing else, since what
    /// is taken over is not in its way any more.
    pub(crate) async fn continued_by(
        &self,
        request: &ChangeRequest,
        id: &RunId,
        target: &Target,
    ) -> Result<Continued> {
        let earlier = self.ports.runs.detail(id).await?.plan.request;
        if !is_same_change(&earlier, request) {
            return Err(impossible(id, "another_change"));
        }
        self.continued(id, target).await
    }

    /// What the run can be continued from.
    pub(crate) async fn continued(&self, id: &RunId, target: &Target) -> Result<Continued> {
        let detail = self.ports.runs.detail(id).await?;
        if let Some(by) = &detail.view.continuing.continued_by {
            return Err(impossible(id, "continued").with("by", by));
        }
        if !matches!(detail.view.state, RunState::NeedsCleanup { .. }) {
            return Err(impossible(id, "state"));
        }
        self.goes_on_from(&detail.view, &detail.plan, target).await
    }

    /// Everything that the tool's own `--resume` takes for granted, proven: it looks for triggers by name alone.
    pub(super) async fn goes_on_from(
        &self,
        view: &RunView,
        plan: &Plan,
        target: &Target,
    ) -> Result<Continued> {
        let refused = |why: &str| impossible(&view.id, why).with("table", &view.table);
        let Some(history) = &plan.history else {
            return Err(refused("no_history"));
        };
        let began = |phase| view.phases.iter().any(|time| time.phase == phase);
        if began(Phase::UpdateForeignKeys) {
            return Err(refused("foreign_keys"));
        }
        let marks = &view.continuing.trigger_marks;
        let (Some(shadow), Some(altered), TRIGGERS) = (&view.shadow, &view.shadow_definition, marks.len())
        else {
            return Err(refused("too_early"));
        };
        let servers = &self.ports.servers;
        let table = &view.table;
        let facts = servers.server_facts(target, &table.database).await?;
        if facts.server_uuid.is_none() || facts.server_uuid != plan.server.server_uuid {
            return Err(refused("server"));
        }
        match servers.definition(target, table).await? {
            None => return Err(refused("table_gone")),
            Some(now) if fingerprint(&now) != plan.definition_sha256 => return Err(refused("table_altered")),
            Some(_) => {}
        }
        match servers.definition(target, shadow).await? {
            None => return Err(refused("shadow_gone").with("shadow", shadow)),
            Some(now) if !same_definition(altered, shadow, &now, shadow) => {
                return Err(refused("shadow_altered").with("shadow", shadow));
            }
            Some(_) => {}
        }
        let present = servers.trigger_marks(target, table).await?;
        if let Some((why, name)) = astray(marks, &present) {
            return Err(refused(why).with("trigger", name));
        }
        let bodies = servers.triggers(target, table).await?;
        for name in marks.keys() {
            let why = match bodies.iter().find(|trigger| &trigger.name == name) {
                None => "trigger_gone",
                Some(trigger) if shadow_of(trigger).as_ref() != Some(shadow) => "trigger_body",
                Some(_) => continue,
            };
            return Err(refused(why).with("trigger", name));
        }
        let rows = self.history_rows(view).await?;
        let numbers: Vec<u64> = rows
            .iter()
            .filter(|row| &row.table == history)
            .map(|row| row.job)
            .collect();
        let jobs = servers.history_jobs(target, history, &numbers).await?;
        let ours = |job: &&HistoryJob| {
            &job.table == table
                && job.shadow.as_deref() == Some(shadow.table.as_str())
                && job.clause == plan.request.kind.clause()
        };
        let ours: Vec<&HistoryJob> = jobs.iter().filter(ours).collect();
        if ours.is_empty() {
            return Err(refused("history_gone").with("history", history));
        }
        // A job that was resumed begins without bounds: until its first chunk the one before it knows how far the copy is.
        let Some(newest) = ours.iter().filter(|job| job.has_bounds).max_by_key(|job| job.job) else {
            return Err(refused("no_bounds"));
        };
        Ok(Continued {
            run: view.id.clone(),
            shadow: shadow.clone(),
            job: newest.job,
            copied_all: newest.done,
            rows: view.rows_copied,
        })
    }

    /// The rows that the run and those that it continues wrote.
    pub(super) async fn history_rows(&self, view: &RunView) -> Result<Vec<HistoryRow>> {
        let mut rows: Vec<HistoryRow> = view.continuing.history.clone().into_iter().collect();
        let mut before = view.continuing.continues.clone();
        while let Some(run) = before {
            let view = self.ports.runs.view(&run).await?;
            rows.extend(view.continuing.history);
            before = view.continuing.continues;
        }
        Ok(rows)
    }

    /// The old run ends as it would have with its leftovers removed: they are the new one's from here on.
    async fn hand_over(&self, old: &RunId, new: &RunId) -> Result<()> {
        for _ in 0..LEASE_LOOKS {
            if self.ports.runs.view(old).await?.continuing.continued_by.is_some() {
                return Ok(());
            }
            let now = self.ports.clock.now();
            let until = Timestamp(now.0 + LEASE_MS);
            let runs = &self.ports.runs;
            if let Some(lease) = runs.take_lease(old, &self.host.0, now, until).await? {
                let (view, cursor) = (runs.view(old).await?, runs.cursor(old).await?);
                let lines = runs.log(old, 0, 1).await?.total;
                let after = match (self.first_cleaning(old).await?, &view.state) {
                    (Some(first), _) => first,
                    (
                        None,
                        RunState::NeedsCleanup {
                            error: Some(error), ..
                        },
                    ) => CleaningAfter::Failure { error: error.clone() },
                    _ => CleaningAfter::Stop,
                };
                let mut record = Recorder::new(self.clone(), lease, view, cursor, lines);
                record.event(RunEventKind::ContinuedBy { run: new.clone() });
                record.input(&Input::Clean(after));
                record.input(&Input::Cleaned);
                record.flush().await?;
                return self.ports.runs.release_lease(&record.lease).await;
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        tracing::warn!(run = %old, "the run that was taken over is held by another process");
        Ok(())
    }
}

impl Supervisor {
    /// The last look at what is taken over, and what the tool needs to find.
    pub(super) async fn ready_to_take_over(&mut self, target: &Target) -> Result<()> {
        let Some(planned) = self.plan.continued.clone() else {
            return Ok(());
        };
        let now = self.core.continued(&planned.run, target).await?;
        if now.job != planned.job || now.shadow != planned.shadow {
            return Err(impossible(&planned.run, "changed"));
        }
        // The tool decides by its estimate how it goes on.
        self.core
            .ports
            .servers
            .analyze(target, &self.plan.request.table)
            .await?;
        let history = self.plan.history.clone();
        if let Some(history) = history.filter(|_| now.copied_all) {
            let servers = &self.core.ports.servers;
            servers.reopen_history_job(target, &history, now.job).await?;
        }
        Ok(())
    }

    /// From the moment that the job is there, what the old run left is this one's. Done again after a crash, it changes
    /// nothing.
    pub(super) async fn take_over(&mut self) -> Result<()> {
        let Some(continued) = self.plan.continued.clone() else {
            return Ok(());
        };
        if self.rec.view().job.is_none() {
            return Ok(());
        }
        if self.rec.view().shadow.is_none() {
            let old = self.core.ports.runs.view(&continued.run).await?;
            let table = continued.shadow.clone();
            self.rec.event(RunEventKind::ShadowCreated { table });
            if let Some(definition) = old.shadow_definition {
                self.rec.event(RunEventKind::ShadowAltered { definition });
            }
            self.rec
                .event(RunEventKind::TriggersCreated { names: old.triggers });
            let marks = old.continuing.trigger_marks;
            self.rec.event(RunEventKind::TriggersMarked { marks });
            self.rec.event(RunEventKind::Progress {
                rows: continued.rows,
                chunk_rows: 0,
                chunk_ms: 0,
            });
        }
        self.rec.flush().await?;
        let new = self.rec.id();
        self.core.hand_over(&continued.run, &new).await
    }

    /// A continued run has to find the triggers that were proven a moment before.
    pub(super) fn marked(&mut self, at: Timestamp, marks: Marks) {
        if self.plan.continued.is_none() {
            self.rec.event_at(at, RunEventKind::TriggersMarked { marks });
        } else if marks != self.rec.view().continuing.trigger_marks {
            self.seen.objection = Some(impossible(&self.rec.id(), "changed"));
        }
    }

    pub(super) fn keep_history(&mut self, at: Timestamp, job: u64) {
        if let Some(table) = self.plan.history.clone() {
            let row = HistoryRow { table, job };
            self.rec.event_at(at, RunEventKind::HistoryKept { row });
        }
    }

    /// The tool counts from where it goes on.
    pub(super) fn rows_before(&self) -> u64 {
        self.plan.continued.as_ref().map_or(0, |continued| continued.rows)
    }

    /// Without the plugin nothing holds the run at its gate, where its rows are proven.
    pub(super) fn end_unwatched_copy(&mut self, job: &str) {
        if self.plan.continued.is_none() || self.stopping() || self.seen.ending {
            return;
        }
        if self.seen.bridge_missed {
            let error = impossible(&self.rec.id(), "no_plugin");
            self.seen
                .fault
                .get_or_insert((FaultClass::Signal, error.to_string()));
            self.terminate(job);
        } else if self.seen.objection.is_some() {
            self.terminate(job);
        }
    }

    /// Whether what the run copied is to be left and can be gone on from.
    pub(super) async fn stays_to_be_continued(&mut self, target: &Target) -> Result<bool> {
        if self.seen.cleanup_asked || !self.is_worth_keeping() {
            return Ok(false);
        }
        match self.core.goes_on_from(self.rec.view(), &self.plan, target).await {
            Ok(_) => Ok(true),
            Err(error) if error.code == ErrorCode::ContinueImpossible => {
                let why = error.to_string();
                self.rec.note(LogKind::Warning, &LogNote::NotKept { why });
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// A stop removes everything unless it was asked to keep it; a run that broke off by no fault of its data is kept.
    fn is_worth_keeping(&self) -> bool {
        const BROKE_OFF: [&str; 7] = [
            "access_denied",
            "critical_load",
            "lock_wait",
            "server_lost",
            "signal",
            "tunnel",
            "unreachable",
        ];
        /// Of a process that was killed.
        const KILLED: [&str; 2] = ["137", "143"];
        if self.plan.history.is_none() {
            return false;
        }
        // Whatever ended a job that copied nothing yet, the hours before it are no fault of it.
        let began = |phase| self.rec.view().phases.iter().any(|time| time.phase == phase);
        let untouched = self.plan.continued.is_some() && !began(Phase::Copy);
        match self.rec.state() {
            RunState::Cleaning {
                after: CleaningAfter::Stop,
            } => self.rec.view().continuing.keeps,
            RunState::Cleaning { .. } if untouched => true,
            RunState::Cleaning {
                after: CleaningAfter::Failure { error },
            } => {
                let param = |name: &str| error.params.get(name).map(String::as_str).unwrap_or_default();
                error.code == ErrorCode::JobLost
                    || (error.code == ErrorCode::RunFailed
                        && (BROKE_OFF.contains(&param("class")) || KILLED.contains(&param("code"))))
            }
            _ => false,
        }
    }

    /// The rows that this run and those before it wrote: of no use once the work is done or thrown away.
    pub(super) async fn prune_history(&mut self, target: &Target) {
        let Some(history) = self.plan.history.clone() else {
            return;
        };
        if let Err(error) = self.delete_history(target, &history).await {
            let error = error.to_string();
            self.rec
                .note(LogKind::Warning, &LogNote::HistoryNotPruned { error });
        }
    }

    async fn delete_history(&mut self, target: &Target, history: &mysqler_contract::TableRef) -> Result<()> {
        let rows = self.core.history_rows(self.rec.view()).await?;
        let numbers: Vec<u64> = rows
            .iter()
            .filter(|row| &row.table == history)
            .map(|row| row.job)
            .collect();
        let servers = self.core.ports.servers.clone();
        // Numbers begin anew in a table that was made anew: a row of another table is another hand's.
        for job in servers.history_jobs(target, history, &numbers).await? {
            if job.table == self.plan.request.table && job.clause == self.plan.request.kind.clause() {
                servers.delete_history_job(target, history, job.job).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{ChangeKind, OptionSetting, TableRef, WorkKind};

    use super::super::fixture;
    use super::*;

    #[test]
    fn only_the_very_same_change_takes_over_what_a_run_left() {
        let mut earlier = fixture::plan(WorkKind::ChunkedCopy).request;
        earlier.engine = EngineChoice::Auto;
        let mut same = earlier.clone();
        same.engine = EngineChoice::PtOsc;
        assert!(is_same_change(&earlier, &same));
        let differs = |change: fn(&mut ChangeRequest)| {
            let mut other = same.clone();
            change(&mut other);
            !is_same_change(&earlier, &other)
        };
        assert!(differs(|request| request.dry_run = true));
        assert!(differs(|request| request.engine = EngineChoice::Direct));
        assert!(differs(|request| request.engine = EngineChoice::Auto));
        assert!(differs(|request| request.table = TableRef::new("shop", "another")));
        assert!(differs(|request| {
            request.options.others = vec![OptionSetting::new("chunk-index", Some("by_name"))];
        }));
        assert!(differs(|request| {
            request.kind = ChangeKind::Alter {
                clause: "DROP COLUMN amount".to_owned(),
            };
        }));
    }
}
