//! The container engine behind the core's `Runner`: connection, image, jobs, logs.

mod container;
mod engine;
mod follow;
mod frame;
mod images;
mod jobs;
mod lines;
mod once;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{
    DockerHost, ImageStatus, Launch, PlanId, ProbeReport, Result, RunId, Secret, TableRef,
};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LogCursor, OutputParser, ProgressFn, RawLine, Runner,
};

pub(crate) use container::ContainerSpec;
use engine::Engine;

/// Runs jobs in containers of the engine that the environment names. Cheap to clone; connects when first used.
#[derive(Debug, Clone, Default)]
pub struct DockerRunner {
    engine: Engine,
    versions: images::Versions,
}

impl DockerRunner {
    /// The engine of the environment: `DOCKER_HOST`, else the platform's default socket or pipe.
    pub fn new() -> Self {
        Self::default()
    }

    /// The engine at `address`, for example `unix:///run/user/1000/docker.sock` or `tcp://build:2375`.
    pub fn at(address: &str) -> Self {
        Self {
            engine: Engine::at(address),
            versions: images::Versions::default(),
        }
    }

    async fn described(&self) -> Result<DockerHost> {
        let docker = self.engine.client().await?;
        let info = match docker.info().await {
            Ok(info) => info,
            Err(error) => return Err(self.engine.failed(error).await),
        };
        let operating_system = info.operating_system.unwrap_or_default();
        let rootless = info
            .security_options
            .unwrap_or_default()
            .iter()
            .any(|option| option.contains("rootless"));
        let desktop = operating_system.contains("Docker Desktop");
        Ok(DockerHost {
            version: info.server_version.unwrap_or_default(),
            // A rootless engine's "host" network is its own, not the workstation's.
            shares_host_network: self.engine.is_local_socket() && !desktop && !rootless,
            operating_system,
            cpus: u32::try_from(info.ncpu.unwrap_or(0)).unwrap_or(0),
            memory_bytes: u64::try_from(info.mem_total.unwrap_or(0)).unwrap_or(0),
        })
    }
}

#[async_trait]
impl Runner for DockerRunner {
    async fn host(&self) -> Result<DockerHost> {
        self.described().await
    }

    async fn image_status(&self, reference: &str) -> Result<ImageStatus> {
        images::status(&self.engine, &self.versions, reference).await
    }

    async fn image_load(&self, path: &Path, progress: ProgressFn) -> Result<ImageStatus> {
        let reference = images::load(&self.engine, path, &progress).await?;
        self.image_status(&reference).await
    }

    async fn image_pull(&self, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        images::pull(&self.engine, &progress).await?;
        images::build(&self.engine, crate::PULL_IMAGE, reference, &progress).await?;
        self.image_status(reference).await
    }

    async fn image_build(&self, base: &str, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        images::build(&self.engine, base, reference, &progress).await?;
        self.image_status(reference).await
    }

    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        crate::compose::compose(input)
    }

    fn render(&self, launch: &Launch) -> String {
        crate::render::render(launch)
    }

    async fn probe(&self, launch: &Launch, password: &Secret) -> Result<ProbeReport> {
        once::probe(&self.engine, launch, password).await
    }

    async fn start(&self, run: &RunId, plan: &PlanId, launch: &Launch, password: &Secret) -> Result<String> {
        jobs::start(&self.engine, run, plan, launch, password).await
    }

    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        follow::follow(self.engine.clone(), job, from).await
    }

    async fn status(&self, job: &str) -> Result<JobStatus> {
        jobs::status(&self.engine, job).await
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        jobs::control(&self.engine, job, control).await
    }

    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        jobs::terminate(&self.engine, job, grace).await
    }

    async fn remove(&self, job: &str) -> Result<()> {
        jobs::remove(&self.engine, job).await
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        jobs::list(&self.engine).await
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        crate::parser::parser(table, dry_run)
    }
}
