//! From a previewed plan to a run: confirmation, then a record, then a supervisor.

use mysqler_contract::{
    AppError, BatchPlace, Confirmation, ErrorCode, LogKind, LogNote, Plan, PlanId, Result, RunAction,
    RunEvent, RunEventKind, RunId, RunState, RunView, Schedule, Severity, Timestamp,
};

use super::fold::RunFold;
use super::hours::validate;
use super::recorder::Recorder;
use super::supervisor::{Entry, LEASE_MS, Supervisor};
use crate::Core;
use crate::ports::{LogCursor, NewRun};

impl Core {
    /// Starts a previewed plan, which is used up by it. `PLAN_EXPIRED`, `PLAN_BLOCKED`, `CONFIRMATION_MISMATCH`,
    /// `DANGERS_NOT_ACCEPTED`, `TABLE_BUSY`.
    pub async fn run_start(&self, id: &PlanId, confirmation: &Confirmation) -> Result<RunView> {
        self.run_start_at(id, confirmation, Schedule::default()).await
    }

    /// As [`Core::run_start`], for a run that begins and works at its time only. `INVALID_INPUT` for a window that never
    /// opens.
    pub async fn run_start_at(
        &self,
        id: &PlanId,
        confirmation: &Confirmation,
        schedule: Schedule,
    ) -> Result<RunView> {
        validate(&schedule)?;
        let plan = self.memory.plans.lock().await.get(id).cloned();
        let plan = plan.ok_or_else(|| AppError::new(ErrorCode::PlanExpired))?;
        permit(&plan, confirmation)?;
        if let Some(run) = self
            .ports
            .runs
            .busy_with(&plan.connection.id, &plan.request.table)
            .await?
        {
            return Err(busy(run, &plan));
        }
        self.memory.plans.lock().await.remove(id);
        self.mark_used(&plan.connection.id).await?;
        let schedule = self.window_kept(&plan, schedule).await?;
        let mut begun = self.begin(vec![(plan, None)], &schedule).await?;
        begun.pop().ok_or_else(|| AppError::internal("no run was made"))
    }

    /// A run that goes on from another keeps to that one's window, unless it was given one of its own.
    async fn window_kept(&self, plan: &Plan, mut schedule: Schedule) -> Result<Schedule> {
        if let Some(continued) = &plan.continued
            && schedule.window.is_none()
        {
            schedule.window = self.ports.runs.view(&continued.run).await?.schedule.window;
        }
        Ok(schedule)
    }

    /// Puts runs on record in the queue, all or none, and gives each its supervisor.
    pub(super) async fn begin(
        &self,
        plans: Vec<(Plan, Option<BatchPlace>)>,
        schedule: &Schedule,
    ) -> Result<Vec<RunView>> {
        let now = self.ports.clock.now();
        let plans = plans
            .into_iter()
            .map(|(plan, batch)| (bound(plan, schedule), batch));
        let new: Vec<NewRun> = plans
            .map(|(plan, batch)| self.new_run(plan, batch, schedule, now))
            .collect();
        let plans: Vec<Plan> = new.iter().map(|run| run.plan.clone()).collect();
        let until = Timestamp(now.0 + LEASE_MS);
        let day = self.ports.clock.local_day(now);
        let _admitting = self.memory.supervisors.admitting.lock().await;
        let made = self.ports.runs.create_all(&day, new, &self.host.0, until).await?;
        let mut views = Vec::with_capacity(made.len());
        for ((view, lease), plan) in made.into_iter().zip(plans) {
            self.tell(mysqler_contract::AppEvent::RunChanged {
                view: Box::new(view.clone()),
            });
            let foreign = self.set_foreign_spool_aside(&view.id).await;
            let mut recorder = Recorder::new(self.clone(), lease, view.clone(), LogCursor::default(), 0);
            if !foreign.is_empty() {
                let names = foreign.join(", ");
                recorder.note(LogKind::Warning, &LogNote::SpoolOfAnother { names });
            }
            Supervisor::spawn(self.clone(), recorder, plan, Entry::Fresh);
            views.push(view);
        }
        Ok(views)
    }

    fn new_run(&self, plan: Plan, batch: Option<BatchPlace>, schedule: &Schedule, now: Timestamp) -> NewRun {
        let mut fold = RunFold::new(&plan, now);
        fold.view.batch = batch;
        let mut kinds = vec![
            RunEventKind::StateChanged {
                state: RunState::Queued,
            },
            RunEventKind::Requested {
                action: RunAction::Start,
                by: self.host.0.clone(),
            },
            RunEventKind::SupervisorChanged {
                host: self.host.0.clone(),
            },
            RunEventKind::Estimated {
                rows: plan.facts.summary.rows,
                source: mysqler_contract::EstimateSource::Statistics,
            },
        ];
        if !schedule.is_empty() {
            kinds.push(RunEventKind::Scheduled {
                schedule: schedule.clone(),
            });
        }
        let events: Vec<RunEvent> = kinds
            .into_iter()
            .zip(1..)
            .map(|(kind, seq)| RunEvent { seq, at: now, kind })
            .collect();
        events.iter().for_each(|event| fold.apply(event));
        NewRun {
            view: fold.view,
            plan,
            events,
        }
    }
}

pub(super) fn busy(run: RunId, plan: &Plan) -> AppError {
    AppError::new(ErrorCode::TableBusy)
        .with("run", run)
        .with("table", &plan.request.table)
}

/// A run with a window stands at its gate until it is let through: a job whose application is gone must not swap outside.
fn bound(mut plan: Plan, schedule: &Schedule) -> Plan {
    if schedule.window.is_some()
        && !plan.request.dry_run
        && let Some(launch) = &mut plan.launch
    {
        launch.hold_cutover = true;
    }
    plan
}

/// No run without a preflight that passed, and none without the words that its dangers ask for.
pub(super) fn permit(plan: &Plan, given: &Confirmation) -> Result<()> {
    if plan.blocked() {
        let codes: Vec<&str> = plan
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Block)
            .map(|f| f.code.as_str())
            .collect();
        return Err(AppError::new(ErrorCode::PlanBlocked).with("codes", codes.join(", ")));
    }
    let missing: Vec<&str> = plan
        .confirmation
        .accept
        .iter()
        .filter(|code| !given.accept.contains(code))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        return Err(AppError::new(ErrorCode::DangersNotAccepted).with("codes", missing.join(", ")));
    }
    match &plan.confirmation.typed {
        Some(wanted) if given.typed.as_ref() != Some(wanted) => {
            Err(AppError::new(ErrorCode::ConfirmationMismatch).with("wanted", wanted))
        }
        _ => Ok(()),
    }
}
