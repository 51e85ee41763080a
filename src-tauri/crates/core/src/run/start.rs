//! From a previewed plan to a run: confirmation, then a record, then a supervisor.

use mysqler_contract::{
    AppError, Confirmation, ErrorCode, Plan, PlanId, Result, RunAction, RunEvent, RunEventKind, RunState,
    RunView, Severity,
};

use super::fold::RunFold;
use super::recorder::Recorder;
use super::supervisor::{Entry, LEASE_MS, Supervisor};
use crate::Core;
use crate::ports::LogCursor;

impl Core {
    /// Starts a previewed plan, which is used up by it. `PLAN_EXPIRED`, `PLAN_BLOCKED`, `CONFIRMATION_MISMATCH`,
    /// `DANGERS_NOT_ACCEPTED`, `TABLE_BUSY`.
    pub async fn run_start(&self, id: &PlanId, confirmation: &Confirmation) -> Result<RunView> {
        let plan = self.memory.plans.lock().await.get(id).cloned();
        let plan = plan.ok_or_else(|| AppError::new(ErrorCode::PlanExpired))?;
        permit(&plan, confirmation)?;
        if let Some(run) = self
            .ports
            .runs
            .busy_with(&plan.connection.id, &plan.request.table)
            .await?
        {
            return Err(AppError::new(ErrorCode::TableBusy)
                .with("run", run)
                .with("table", &plan.request.table));
        }
        self.memory.plans.lock().await.remove(id);
        self.mark_used(&plan.connection.id).await?;
        self.begin(plan).await
    }

    async fn begin(&self, plan: Plan) -> Result<RunView> {
        let now = self.ports.clock.now();
        let mut fold = RunFold::new(&plan, now);
        let kinds = [
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
        let events: Vec<RunEvent> = kinds
            .into_iter()
            .zip(1..)
            .map(|(kind, seq)| RunEvent { seq, at: now, kind })
            .collect();
        events.iter().for_each(|event| fold.apply(event));
        let until = mysqler_contract::Timestamp(now.0 + LEASE_MS);
        let day = self.ports.clock.local_day(now);
        let _admitting = self.memory.supervisors.admitting.lock().await;
        let (view, lease) = self
            .ports
            .runs
            .create(&day, fold.view, &plan, &events, &self.host.0, until)
            .await?;
        self.tell(mysqler_contract::AppEvent::RunChanged {
            view: Box::new(view.clone()),
        });
        let recorder = Recorder::new(self.clone(), lease, view.clone(), LogCursor::default(), 0);
        Supervisor::spawn(self.clone(), recorder, plan, Entry::Fresh);
        Ok(view)
    }
}

/// No run without a preflight that passed, and none without the words that its dangers ask for.
fn permit(plan: &Plan, given: &Confirmation) -> Result<()> {
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
