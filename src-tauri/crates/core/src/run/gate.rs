//! The gate of a run whose copy could have dropped rows, or that takes the table's triggers along: before the tables change places, both are counted in one
//! snapshot. The tool stands at its gate meanwhile, and goes on only when the counts agree or a person says so.

use std::time::Duration;

use mysqler_contract::{
    AppError, ErrorCode, GateCount, LogNote, Result, RunAction, RunEventKind, RunState, TableRef,
};
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::ports::{FaultClass, Target};

/// Where the count of a gate stands.
#[derive(Debug, Default)]
pub(super) enum Gate {
    #[default]
    Away,
    /// The tool waits, and nothing is counted yet.
    Reached,
    /// Counted by whoever drove the run before; what follows may not have reached the tool.
    Counted,
    Counting {
        told: oneshot::Receiver<Result<Option<(u64, u64)>>>,
        /// Dropped with the rest, it ends the question on the server: its snapshot keeps a lock on both tables.
        _ends: DropGuard,
    },
    Done,
}

impl Supervisor {
    /// True when the run's gate is the application's to open.
    pub(super) fn guards_gate(&self) -> bool {
        self.plan.counts_at_gate && !self.plan.request.dry_run
    }

    /// The tool reached its gate; told again when its output is read again.
    pub(super) fn reach_gate(&mut self) {
        if self.guards_gate() && matches!(self.gate, Gate::Away) {
            self.gate = match self.rec.view().gate {
                None => Gate::Reached,
                Some(_) => Gate::Counted,
            };
        }
    }

    /// Counts that come after a person's decision would be of other tables.
    pub(super) fn give_count_up(&mut self) {
        if matches!(self.gate, Gate::Counting { .. }) {
            self.gate = Gate::Done;
        }
    }

    /// What was counted or compared while the tool stood still was not acted on.
    pub(super) fn decide_again(&mut self) {
        let told = self.rec.view().gate.is_some();
        if self.minding.at_gate && self.guards_gate() && told && matches!(self.gate, Gate::Done) {
            self.gate = Gate::Counted;
        }
    }

    pub(super) fn leave_gate(&mut self) {
        self.gate = Gate::Done;
    }

    /// For a tool that stands at its gate now.
    pub(super) async fn attend_gate(&mut self, job: &str) -> Result<()> {
        match self.gate {
            _ if self.stopping() => Ok(()),
            Gate::Reached => self.begin_count().await,
            Gate::Counted => {
                self.gate = Gate::Done;
                self.act_on_count(job).await
            }
            _ => Ok(()),
        }
    }

    /// Counts in a task of its own: the run's lease, its lines and a person's wishes cannot wait for it.
    pub(super) async fn begin_count(&mut self) -> Result<()> {
        if matches!(self.gate, Gate::Counting { .. }) {
            return Ok(());
        }
        self.rec.event(RunEventKind::GateCounting);
        let limit = self.gate_limit().await?;
        let (tell, told) = oneshot::channel();
        let given_up = CancellationToken::new();
        match self.both_tables().await {
            Ok((target, table, shadow)) => {
                let servers = self.core.ports.servers.clone();
                let given_up = given_up.clone();
                self.core.memory.supervisors.tasks.spawn(async move {
                    tokio::select! {
                        counts = servers.count_both(&target, &table, &shadow, limit) => {
                            // Nobody listens when the run was stopped meanwhile.
                            let _ = tell.send(counts);
                        }
                        () = given_up.cancelled() => {}
                    }
                });
            }
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        }
        let _ends = given_up.drop_guard();
        self.gate = Gate::Counting { told, _ends };
        Ok(())
    }

    /// The server, the table and its shadow.
    pub(super) async fn both_tables(&mut self) -> Result<(Target, TableRef, TableRef)> {
        let shadow = self.rec.view().shadow.clone();
        let unknown = || AppError::new(ErrorCode::Internal).detail("the shadow table's name is not known");
        let shadow = shadow.ok_or_else(unknown)?;
        Ok((
            self.reach_server().await?,
            self.plan.request.table.clone(),
            shadow,
        ))
    }

    /// Both questions read the tables once; writers only meet their snapshots, so they may take their time.
    pub(super) async fn gate_limit(&self) -> Result<Duration> {
        let minutes = self.core.settings().await?.gate_limit_min.max(1);
        Ok(Duration::from_secs(u64::from(minutes) * 60))
    }

    /// Returns when a count that is under way has ended; else never.
    pub(super) async fn count_ended(gate: &mut Gate) -> Result<Option<(u64, u64)>> {
        match gate {
            Gate::Counting { told, .. } => told
                .await
                .unwrap_or_else(|_| Err(AppError::new(ErrorCode::Cancelled))),
            _ => std::future::pending().await,
        }
    }

    pub(super) async fn counted(&mut self, counts: Result<Option<(u64, u64)>>) -> Result<()> {
        self.gate = Gate::Done;
        let count = match counts {
            Ok(Some((original, shadow))) if original == shadow => GateCount::Equal { rows: original },
            Ok(Some((original, shadow))) => GateCount::Different { original, shadow },
            Ok(None) => GateCount::NotCounted { why: None },
            Err(error) => GateCount::NotCounted {
                why: Some(error.to_string()),
            },
        };
        self.rec.event(RunEventKind::GateCounted { count: count.clone() });
        self.rec.flush().await
    }

    /// What follows from the count.
    pub(super) async fn act_on_count(&mut self, job: &str) -> Result<()> {
        let Some(count) = self.rec.view().gate.clone() else {
            return Ok(());
        };
        // A tool that stands still would swap whenever it is let go on: it is decided then.
        if matches!(self.rec.state(), RunState::Paused { .. }) {
            return Ok(());
        }
        let (held, wait) = (
            matches!(self.rec.state(), RunState::AwaitingCutover { .. }),
            self.rec.view().hold_cutover || self.outside_window(),
        );
        match count {
            // Told to whoever asked: it may not overrule what else they found, and they decide.
            GateCount::Equal { .. } if held => Ok(()),
            GateCount::Equal { .. } if self.is_comparison_due() => self.begin_comparison().await,
            GateCount::Equal { .. } if !wait => {
                let wish = Wish {
                    action: RunAction::CutOver,
                    detail: None,
                    by: self.core.host.0.clone(),
                };
                self.open_gate(job, &wish).await?;
                Ok(())
            }
            GateCount::Different { original, shadow } => {
                let error = AppError::new(ErrorCode::RowsLost)
                    .with("table", &self.plan.request.table)
                    .with("original", original)
                    .with("shadow", shadow);
                self.object(job, error);
                Ok(())
            }
            _ => {
                if self.window_guards_gate() && self.outside_window() {
                    self.wait_for_window(&LogNote::SwapOutsideWindow);
                }
                let at = self.now();
                self.rec.input(&Input::Hold { at });
                Ok(())
            }
        }
    }

    /// The run ends before anything of the original is touched.
    pub(super) fn object(&mut self, job: &str, error: AppError) {
        self.seen
            .fault
            .get_or_insert((FaultClass::DataRefused, error.to_string()));
        self.seen.objection = Some(error);
        self.terminate(job);
    }

    /// Why the tool must not go on; the run ends by it.
    pub(super) async fn objection(&mut self) -> Result<Option<AppError>> {
        if self.plan.renames.is_some() && !self.seen.renames_confirmed {
            return Ok(Some(self.unconfirmed()));
        }
        if let Some(error) = self.mark_objection().await? {
            return Ok(Some(error));
        }
        self.trigger_objection().await
    }

    pub(super) fn unconfirmed(&self) -> AppError {
        AppError::new(ErrorCode::RenamesUnconfirmed).with("table", &self.plan.request.table)
    }
}
