//! What a person may ask of a run, from whichever host.

use mysqler_contract::{Confirmation, PlanId, Result, RunId, RunView, AppError};

use crate::Core;

#[derive(Default)]
pub(crate) struct Supervisors {}

impl Core {
    /// Starts a previewed plan. The plan is used up.
    pub async fn run_start(&self, plan: &PlanId, confirmation: &Confirmation) -> Result<RunView> {
        let _ = (plan, confirmation);
        Err(AppError::internal("not built"))
    }
    pub async fn run_pause(&self, id: &RunId) -> Result<()> {
        let _ = id;
        Err(AppError::internal("not built"))
    }
    pub async fn run_resume(&self, id: &RunId) -> Result<()> {
        self.run_pause(id).await
    }
    pub async fn run_cutover(&self, id: &RunId) -> Result<()> {
        self.run_pause(id).await
    }
    pub async fn run_stop(&self, id: &RunId) -> Result<()> {
        self.run_pause(id).await
    }
    pub async fn run_cleanup(&self, id: &RunId) -> Result<()> {
        self.run_pause(id).await
    }
}
