//! The product's runner, which looks at each server from inside a container once and not for every plan: one folder
//! after another asks the same of the same server.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{DockerHost, ImageStatus, Launch, PlanId, ProbeReport, Result, RunId, TableRef};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LaunchSecrets, LogCursor, OutputParser, ProgressFn, RawLine,
    Runner,
};
use mysqler_runner::DockerRunner;
use tokio::sync::Mutex;

pub struct ProbedOnce {
    runner: DockerRunner,
    /// By host and port.
    reports: Mutex<HashMap<(String, u16), ProbeReport>>,
}

impl ProbedOnce {
    pub fn new() -> Self {
        Self {
            runner: DockerRunner::new(),
            reports: Mutex::default(),
        }
    }
}

#[async_trait]
impl Runner for ProbedOnce {
    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport> {
        let place = (launch.host.clone(), launch.port);
        let mut reports = self.reports.lock().await;
        if let Some(report) = reports.get(&place) {
            return Ok(report.clone());
        }
        let report = self.runner.probe(launch, secrets).await?;
        reports.insert(place, report.clone());
        Ok(report)
    }

    async fn host(&self) -> Result<DockerHost> {
        self.runner.host().await
    }

    async fn image_status(&self, reference: &str) -> Result<ImageStatus> {
        self.runner.image_status(reference).await
    }

    async fn image_load(&self, path: &Path, progress: ProgressFn) -> Result<ImageStatus> {
        self.runner.image_load(path, progress).await
    }

    async fn image_pull(&self, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.runner.image_pull(reference, progress).await
    }

    async fn image_build(&self, base: &str, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.runner.image_build(base, reference, progress).await
    }

    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        self.runner.compose(input)
    }

    fn render(&self, launch: &Launch) -> String {
        self.runner.render(launch)
    }

    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String> {
        self.runner.start(run, plan, launch, secrets).await
    }

    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        self.runner.follow(job, from).await
    }

    async fn status(&self, job: &str) -> Result<JobStatus> {
        self.runner.status(job).await
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        self.runner.control(job, control).await
    }

    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        self.runner.terminate(job, grace).await
    }

    async fn remove(&self, job: &str) -> Result<()> {
        self.runner.remove(job).await
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        self.runner.jobs().await
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        self.runner.parser(table, dry_run)
    }
}
