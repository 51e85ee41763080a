//! What a person changes about a run while it works, from whichever process: that it waits at its gate, when it swaps, its
//! thresholds and chunk time, and what is looked into at the gate.

use mysqler_contract::{
    AppError, ErrorCode, GateCount, OptionSetting, Result, RunAction, RunId, Timestamp, Tuning, WishDetail,
};

use crate::Core;

impl Core {
    /// Lets a run wait before its swap that was not to wait.
    pub async fn run_hold(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Hold, None).await
    }

    /// Sets when the run swaps by itself, holding it until then; `None` takes the time back, and it waits for a person.
    pub async fn run_cutover_at(&self, id: &RunId, at: Option<Timestamp>) -> Result<()> {
        if at.is_some_and(|at| at <= self.ports.clock.now()) {
            return Err(AppError::invalid("cut_over_at", "time_past"));
        }
        // Nobody may be there then, and only a person lets a run swap whose rows could have merged uncounted.
        let detail = self.ports.runs.detail(id).await?;
        let uncounted = matches!(detail.view.gate, Some(GateCount::NotCounted { .. }));
        if at.is_some() && detail.plan.counts_at_gate && uncounted {
            return Err(AppError::invalid("cut_over_at", "rows_not_counted"));
        }
        self.ask(id, RunAction::Schedule, Some(WishDetail::CutOverAt { at }))
            .await
    }

    /// Other thresholds or another chunk time from the next chunk on, in the tool's words: `max-load`, `critical-load`,
    /// `chunk-time`, `max-lag`. Returns all that is to hold then; the run's record tells when it does.
    /// `TUNING_NOT_POSSIBLE` for what needs the run to be stopped and continued.
    pub async fn run_tune(&self, id: &RunId, settings: &[OptionSetting]) -> Result<Tuning> {
        let detail = self.ports.runs.detail(id).await?;
        super::control::refuse(&detail.view, RunAction::Tune)?;
        let tuning = super::tune::tuned(&detail.view, &detail.plan, settings)?;
        let target = self.target_of(&detail.plan).await?;
        let thresholds = tuning.max_load.iter().chain(&tuning.critical_load);
        let names: Vec<String> = thresholds.map(|one| one.variable.clone()).collect();
        let present = self.ports.servers.load(&target, &names).await?;
        super::tune::stand(&tuning, &present)?;
        let wish = WishDetail::Tuning {
            tuning: tuning.clone(),
        };
        self.ask(id, RunAction::Tune, Some(wish)).await?;
        Ok(tuning)
    }

    /// Counts both tables in one snapshot, at the gate. A count that differs ends the run.
    pub async fn run_count(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Count, None).await
    }

    /// Compares both tables' rows by chunks of their key, at the gate. Rows that differ keep the run from swapping.
    pub async fn run_compare(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Compare, None).await
    }

    /// Ends a comparison that is under way; nothing is proven then.
    pub async fn run_compare_end(&self, id: &RunId) -> Result<()> {
        let view = self.ports.runs.view(id).await?;
        if !view
            .checksum
            .as_ref()
            .is_some_and(|checksum| checksum.under_way())
        {
            return Err(AppError::new(ErrorCode::RunStateForbids)
                .with("state", view.state.kind().as_str())
                .with("action", "end_compare"));
        }
        self.ask(id, RunAction::EndCompare, None).await
    }
}
