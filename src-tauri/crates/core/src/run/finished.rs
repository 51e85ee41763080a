//! Jobs of runs that have ended: a host that closes as its run completes leaves a container behind, or a local job's files. Its log is in the
//! record by then, so whoever starts next removes it.

use mysqler_contract::{DockerEndpoint, Result};

use crate::Core;
use crate::ports::{FoundJob, JobStatus};

impl Core {
    /// Looks once, on every engine that is known. An engine that does not answer is looked at by the next start.
    pub(super) async fn remove_finished_jobs(&self) {
        let settings = self.settings().await.unwrap_or_default();
        let own = settings.docker_hosts.into_iter().map(|own| Some(own.endpoint));
        let engines: Vec<Option<DockerEndpoint>> = std::iter::once(None).chain(own).collect();
        let mut all = match self.ports.runner.here() {
            Ok(here) => here.jobs().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        for engine in engines {
            all.extend(self.jobs_on(engine.as_ref()).await.unwrap_or_default());
        }
        for job in all {
            match self.is_finished(&job).await {
                Ok(true) => self.remove_finished(&job).await,
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "whose job it is cannot be told"),
            }
        }
    }

    /// The run is one of this data directory, has ended, and all that its container said is stored. Nobody is at work
    /// on it.
    async fn is_finished(&self, job: &FoundJob) -> Result<bool> {
        if !matches!(job.status, JobStatus::Exited { .. }) {
            return Ok(false);
        }
        let detail = self.ports.runs.detail(&job.run).await?;
        if detail.plan.id != job.plan || !detail.view.state.is_terminal() {
            return Ok(false);
        }
        let now = self.ports.clock.now();
        let held = self.ports.runs.lease_holder(&job.run, now).await?.is_some();
        let spooled = !self.ports.spool.steps(&job.run).await?.is_empty();
        Ok(!held && !spooled && !self.memory.supervisors.has(&job.run))
    }

    async fn remove_finished(&self, job: &FoundJob) {
        match self.ports.runner.remove(&job.job).await {
            Ok(()) => tracing::info!(run = %job.run, "removed the container of an ended run"),
            Err(error) => tracing::warn!(%error, job = job.job, "the ended container could not be removed"),
        }
    }
}
