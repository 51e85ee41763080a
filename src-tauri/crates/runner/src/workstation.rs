//! All places of this workstation where the tool can work, behind one runner: a launch and a job's id name theirs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{
    DockerEndpoint, DockerHost, DockerHostEntry, ImageStatus, Launch, LocalStatus, PlanId, ProbeReport,
    Result, RunId, TableRef,
};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LaunchSecrets, LogCursor, OutputParser, ProgressFn, RawLine,
    Runner,
};

use crate::local::is_local;
use crate::{DockerRunner, LocalRunner};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct WorkstationRunner {
    docker: DockerRunner,
    local: LocalRunner,
}

impl WorkstationRunner {
    pub fn new(docker: DockerRunner, local: LocalRunner) -> Self {
        Self { docker, local }
    }

    fn by_launch(&self, launch: &Launch) -> &dyn Runner {
        match launch.local {
            Some(_) => &self.local,
            None => &self.docker,
        }
    }

    fn by_job(&self, job: &str) -> &dyn Runner {
        match is_local(job) {
            true => &self.local,
            false => &self.docker,
        }
    }
}

#[async_trait]
impl Runner for WorkstationRunner {
    async fn docker_hosts(&self) -> Vec<DockerHostEntry> {
        self.docker.docker_hosts().await
    }

    fn on(&self, docker: Option<&DockerEndpoint>) -> Result<Arc<dyn Runner>> {
        self.docker.on(docker)
    }

    fn here(&self) -> Result<Arc<dyn Runner>> {
        self.local.here()
    }

    async fn local_tool(&self, program: Option<&str>) -> LocalStatus {
        self.local.local_tool(program).await
    }

    async fn host(&self) -> Result<DockerHost> {
        self.docker.host().await
    }

    async fn examine(&self) -> Result<DockerHost> {
        self.docker.examine().await
    }

    fn image_archives(&self) -> Vec<PathBuf> {
        self.docker.image_archives()
    }

    async fn image_status(&self, reference: &str) -> Result<ImageStatus> {
        self.docker.image_status(reference).await
    }

    async fn image_load(&self, path: &Path, progress: ProgressFn) -> Result<ImageStatus> {
        self.docker.image_load(path, progress).await
    }

    async fn image_pull(&self, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.docker.image_pull(reference, progress).await
    }

    async fn image_build(&self, base: &str, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.docker.image_build(base, reference, progress).await
    }

    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        crate::compose::compose(input)
    }

    fn render(&self, launch: &Launch) -> String {
        self.by_launch(launch).render(launch)
    }

    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport> {
        self.by_launch(launch).probe(launch, secrets).await
    }

    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String> {
        self.by_launch(launch).start(run, plan, launch, secrets).await
    }

    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        self.by_job(job).follow(job, from).await
    }

    async fn status(&self, job: &str) -> Result<JobStatus> {
        self.by_job(job).status(job).await
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        self.by_job(job).control(job, control).await
    }

    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        self.by_job(job).terminate(job, grace).await
    }

    async fn remove(&self, job: &str) -> Result<()> {
        self.by_job(job).remove(job).await
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        self.docker.jobs().await
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        crate::parser::parser(table, dry_run)
    }
}
