//! Several changes planned, confirmed and queued together: each stays a run of its own, with a plan and a proof of its own.

use std::collections::BTreeSet;

use mysqler_contract::{
    AppError, AppEvent, BatchId, BatchItem, BatchPlace, BatchPlan, BatchProgress, BatchTerms, ChangeRequest,
    Confirmation, ConfirmationNeed, ErrorCode, Plan, Result, RunView,
};

use super::hours::validate;
use super::start::{busy, permit};
use crate::Core;
use crate::plan::Asker;

/// Changes in one batch.
const MOST: usize = 200;
/// Batches that are kept for a later start; the oldest goes first.
const KEPT: usize = 4;

impl Core {
    /// Makes a plan for each, one after another; a change that cannot be planned says so in its item. Kept for
    /// [`Core::batch_start`]. `CANCELLED` once its `ticket` is.
    pub async fn batch_plan(
        &self,
        requests: Vec<ChangeRequest>,
        ticket: Option<String>,
    ) -> Result<BatchPlan> {
        let refuse = |reason: &str| {
            AppError::new(ErrorCode::InvalidInput)
                .with("field", "batch")
                .with("reason", reason)
        };
        match requests.len() {
            0 => return Err(refuse("batch_empty")),
            many if many > MOST => return Err(refuse("batch_size").with("most", MOST)),
            _ => {}
        }
        let asker = self.admit(ticket).await;
        let made = self.plan_all(requests, &asker).await;
        self.dismiss(&asker).await;
        let items = made?;
        let plan = BatchPlan {
            id: BatchId(uuid::Uuid::new_v4().to_string()),
            confirmation: confirmation(&items),
            items,
        };
        let mut batches = self.memory.batches.lock().await;
        if batches.len() >= KEPT {
            batches.remove(0);
        }
        batches.push(plan.clone());
        Ok(plan)
    }

    async fn plan_all(&self, requests: Vec<ChangeRequest>, asker: &Asker) -> Result<Vec<BatchItem>> {
        let of = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        let mut items = Vec::with_capacity(requests.len());
        for (done, request) in (0..).zip(requests) {
            if let Some(ticket) = asker.ticket.clone() {
                let progress = BatchProgress {
                    ticket,
                    table: request.table.clone(),
                    done,
                    of,
                };
                self.tell(AppEvent::BatchProgress { progress });
            }
            let made = self.make_plan(request.clone(), None, asker).await;
            if asker.cancel.is_cancelled() {
                return Err(AppError::new(ErrorCode::Cancelled));
            }
            let (plan, error) = match made {
                Ok(plan) => (Some(Box::new(plan)), None),
                Err(error) => (None, Some(error)),
            };
            items.push(BatchItem { request, plan, error });
        }
        Ok(items)
    }

    /// Queues every change of the batch, in its order, or none: `PLAN_EXPIRED`, `PLAN_BLOCKED`, `CONFIRMATION_MISMATCH`,
    /// `DANGERS_NOT_ACCEPTED`, `TABLE_BUSY`.
    pub async fn batch_start(
        &self,
        id: &BatchId,
        given: &Confirmation,
        terms: &BatchTerms,
    ) -> Result<Vec<RunView>> {
        validate(&terms.schedule)?;
        let kept = self
            .memory
            .batches
            .lock()
            .await
            .iter()
            .find(|batch| batch.id == *id)
            .cloned();
        let batch = kept.ok_or_else(|| AppError::new(ErrorCode::PlanExpired))?;
        let plans = permitted(&batch, given)?;
        for plan in &plans {
            if let Some(run) = self
                .ports
                .runs
                .busy_with(&plan.connection.id, &plan.request.table)
                .await?
            {
                return Err(busy(run, plan));
            }
        }
        let of = u32::try_from(plans.len()).unwrap_or(u32::MAX);
        let name = match terms.name.trim() {
            "" => batch.id.0.chars().take(8).collect(),
            name => name.to_owned(),
        };
        let used: BTreeSet<_> = plans.iter().map(|plan| plan.connection.id.clone()).collect();
        let placed = (1..).zip(plans).map(|(number, plan)| {
            let place = BatchPlace {
                id: batch.id.clone(),
                name: name.clone(),
                number,
                of,
                stop_on_failure: terms.stop_on_failure,
            };
            (plan, Some(place))
        });
        let views = self.begin(placed.collect(), &terms.schedule).await?;
        self.memory.batches.lock().await.retain(|kept| kept.id != *id);
        for connection in used {
            self.mark_used(&connection).await?;
        }
        Ok(views)
    }

    /// The runs of a batch, in the order in which they were queued.
    pub async fn batch_runs(&self, id: &BatchId) -> Result<Vec<RunView>> {
        self.ports.runs.batch(id).await
    }
}

/// Every danger of every plan once; typed is how many tables are changed, and where.
fn confirmation(items: &[BatchItem]) -> ConfirmationNeed {
    let plans: Vec<&Plan> = items.iter().filter_map(|item| item.plan.as_deref()).collect();
    let accept: BTreeSet<String> = plans
        .iter()
        .flat_map(|plan| plan.confirmation.accept.clone())
        .collect();
    let typed = plans.iter().any(|plan| plan.confirmation.typed.is_some());
    let names: BTreeSet<&str> = plans.iter().map(|plan| plan.connection.name.as_str()).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(" ");
    ConfirmationNeed {
        typed: typed.then(|| format!("{} {names}", plans.len())),
        accept: accept.into_iter().collect(),
    }
}

/// One word for the whole batch; each plan is then held to its own need of it.
fn permitted(batch: &BatchPlan, given: &Confirmation) -> Result<Vec<Plan>> {
    let mut plans = Vec::with_capacity(batch.items.len());
    for item in &batch.items {
        match (&item.plan, &item.error) {
            (Some(plan), _) => plans.push(plan.as_ref().clone()),
            (None, Some(error)) => return Err(error.clone()),
            (None, None) => return Err(AppError::new(ErrorCode::PlanExpired)),
        }
    }
    if let Some(wanted) = &batch.confirmation.typed
        && given.typed.as_ref() != Some(wanted)
    {
        return Err(AppError::new(ErrorCode::ConfirmationMismatch).with("wanted", wanted));
    }
    for plan in &plans {
        let said = Confirmation {
            typed: plan.confirmation.typed.clone(),
            accept: given.accept.clone(),
        };
        permit(plan, &said)?;
    }
    Ok(plans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preflight::fixture::World;
    use crate::run::fixture::plan;
    use mysqler_contract::WorkKind;

    fn batch(changes: impl Fn(usize, &mut Plan)) -> BatchPlan {
        let items: Vec<BatchItem> = (0..3)
            .map(|number| {
                let mut plan = plan(WorkKind::Rebuild);
                // Nothing but a way makes it unblocked.
                plan.direct = Some(crate::plan::direct::compose(
                    &plan.request,
                    &crate::clause::analyze(plan.request.kind.clause()),
                    crate::advice::Price::INSTANT,
                    mysqler_contract::Flavour::MySql,
                ));
                changes(number, &mut plan);
                BatchItem {
                    request: World::calm().request,
                    plan: Some(Box::new(plan)),
                    error: None,
                }
            })
            .collect();
        BatchPlan {
            id: BatchId("b".into()),
            confirmation: confirmation(&items),
            items,
        }
    }

    fn endangered(number: usize, plan: &mut Plan) {
        if number > 0 {
            plan.confirmation = ConfirmationNeed {
                typed: Some("shop.orders".into()),
                accept: vec![["DESTRUCTIVE", "ROW_LOSS", "DESTRUCTIVE"][number].into()],
            };
        }
    }

    #[test]
    fn every_danger_of_the_batch_is_accepted_and_the_number_of_its_tables_typed() {
        let calm = batch(|_, _| {});
        assert_eq!(calm.confirmation, ConfirmationNeed::default());
        assert_eq!(permitted(&calm, &Confirmation::default()).unwrap().len(), 3);

        let batch = batch(endangered);
        let name = &batch.items[0].plan.as_ref().unwrap().connection.name;
        assert_eq!(batch.confirmation.accept, ["DESTRUCTIVE", "ROW_LOSS"]);
        assert_eq!(batch.confirmation.typed, Some(format!("3 {name}")));
        let said = |typed: Option<String>, accept: &[&str]| Confirmation {
            typed,
            accept: accept.iter().map(|code| (*code).to_owned()).collect(),
        };
        let whole = batch.confirmation.typed.clone();
        let refusal = |given: Confirmation| permitted(&batch, &given).unwrap_err().code;
        let both = ["DESTRUCTIVE", "ROW_LOSS"];
        assert_eq!(refusal(said(None, &both)), ErrorCode::ConfirmationMismatch);
        assert_eq!(
            refusal(said(Some("shop.orders".into()), &both)),
            ErrorCode::ConfirmationMismatch
        );
        assert_eq!(
            refusal(said(whole.clone(), &["ROW_LOSS"])),
            ErrorCode::DangersNotAccepted
        );
        assert!(permitted(&batch, &said(whole, &both)).is_ok());
    }

    #[test]
    fn one_plan_that_may_not_run_keeps_the_whole_batch_from_running() {
        let blocked = batch(|number, plan| {
            if number == 1 {
                plan.direct = None;
            }
        });
        assert!(blocked.blocked());
        let error = permitted(&blocked, &Confirmation::default()).unwrap_err();
        assert_eq!(error.code, ErrorCode::PlanBlocked);
        let mut failed = batch(|_, _| {});
        failed.items[2].plan = None;
        failed.items[2].error = Some(AppError::new(ErrorCode::TableMissing));
        assert!(failed.blocked());
        assert_eq!(
            permitted(&failed, &Confirmation::default()).unwrap_err().code,
            ErrorCode::TableMissing
        );
    }
}
