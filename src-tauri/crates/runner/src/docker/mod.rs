//! Container engines behind the core's `Runner`: connection, image, jobs, logs.

mod agent;
mod container;
mod discover;
mod engine;
mod follow;
mod frame;
mod host;
mod images;
mod jobs;
mod lines;
mod once;
mod ssh;
mod transport;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{
    DockerEndpoint, DockerHost, DockerHostEntry, DockerHostId, DockerHostSource, ImageStatus, JobPlace,
    Launch, PlanId, ProbeReport, Result, RunId, TableRef,
};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LaunchSecrets, LogCursor, OutputParser, ProgressFn, RawLine,
    Runner,
};

pub(crate) use container::ContainerSpec;
use discover::Place;
use engine::Engine;

/// Runs jobs in containers of any engine. Cheap to clone; connects when first used.
#[derive(Debug, Clone)]
pub struct DockerRunner {
    /// The engine in mind where a question names none; `None` for the standard one.
    mind: Option<DockerEndpoint>,
    world: Arc<World>,
}

/// What all runners of one process share.
#[derive(Debug)]
struct World {
    /// What `None` means.
    standard: DockerEndpoint,
    /// The standard engine is the only one that there is.
    alone: bool,
    engines: Mutex<HashMap<DockerEndpoint, Engine>>,
    versions: images::Versions,
    /// Directories where a file with the image may lie.
    archives: Vec<PathBuf>,
}

impl World {
    fn new(standard: &str, alone: bool, archives: Vec<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            standard: DockerEndpoint::plain(standard),
            alone,
            engines: Mutex::default(),
            versions: images::Versions::default(),
            archives,
        })
    }
}

impl Default for DockerRunner {
    fn default() -> Self {
        Self::new()
    }
}

impl DockerRunner {
    /// The engine that `DOCKER_HOST` names in mind, else the platform's standard one.
    pub fn new() -> Self {
        Self::with_archives(Vec::new())
    }

    /// The same, and looks for a file with the runner image in these directories.
    pub fn with_archives(archives: Vec<PathBuf>) -> Self {
        let mind = Place::of_this_process().of_environment();
        Self {
            mind,
            world: World::new(discover::STANDARD, false, archives),
        }
    }

    /// As if the engine at `address` were the only one of this workstation.
    pub fn at(address: &str) -> Self {
        Self {
            mind: None,
            world: World::new(address, true, Vec::new()),
        }
    }

    fn with(&self, docker: Option<&DockerEndpoint>) -> Self {
        Self {
            mind: docker.filter(|docker| **docker != self.world.standard).cloned(),
            world: Arc::clone(&self.world),
        }
    }

    /// The engine in mind.
    fn engine(&self) -> Engine {
        self.engine_at(self.mind.as_ref())
    }

    fn engine_at(&self, docker: Option<&DockerEndpoint>) -> Engine {
        let endpoint = docker.unwrap_or(&self.world.standard);
        let mut engines = self.world.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = engines
            .entry(endpoint.clone())
            .or_insert_with(|| Engine::at(endpoint.clone()));
        engine.clone()
    }

    /// Where the job lives, and its container there.
    fn find(&self, job: &str) -> (Engine, String) {
        let place = JobPlace::read(job);
        (self.engine_at(place.docker.as_ref()), place.container)
    }
}

#[async_trait]
impl Runner for DockerRunner {
    async fn docker_hosts(&self) -> Vec<DockerHostEntry> {
        if !self.world.alone {
            return Place::of_this_process().engines();
        }
        let endpoint = self.world.standard.clone();
        vec![DockerHostEntry {
            id: DockerHostId(endpoint.to_string()),
            name: endpoint.address.clone(),
            source: DockerHostSource::Standard,
            endpoint,
            is_default: false,
        }]
    }

    fn on(&self, docker: Option<&DockerEndpoint>) -> Result<Arc<dyn Runner>> {
        Ok(Arc::new(self.with(docker)))
    }

    async fn host(&self) -> Result<DockerHost> {
        host::described(&self.engine(), self.mind.clone()).await
    }

    async fn examine(&self) -> Result<DockerHost> {
        let engine = self.engine();
        let mut told = host::described(&engine, self.mind.clone()).await?;
        told.free_bytes = host::free_bytes(&engine).await?;
        Ok(told)
    }

    fn image_archives(&self) -> Vec<PathBuf> {
        crate::image::archives(&self.world.archives)
    }

    async fn image_status(&self, reference: &str) -> Result<ImageStatus> {
        images::status(&self.engine(), &self.world.versions, reference).await
    }

    async fn image_load(&self, path: &Path, progress: ProgressFn) -> Result<ImageStatus> {
        let reference = images::load(&self.engine(), path, &progress).await?;
        self.image_status(&reference).await
    }

    async fn image_pull(&self, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        images::pull(&self.engine(), &progress).await?;
        images::build(&self.engine(), crate::PULL_IMAGE, reference, &progress).await?;
        self.image_status(reference).await
    }

    async fn image_build(&self, base: &str, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        images::build(&self.engine(), base, reference, &progress).await?;
        self.image_status(reference).await
    }

    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        crate::compose::compose(input)
    }

    fn render(&self, launch: &Launch) -> String {
        crate::render::render(launch)
    }

    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport> {
        once::probe(&self.engine_at(launch.docker.as_ref()), launch, secrets).await
    }

    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String> {
        let engine = self.engine_at(launch.docker.as_ref());
        let place = JobPlace {
            container: jobs::start(&engine, run, plan, launch, secrets).await?,
            docker: launch.docker.clone(),
        };
        Ok(place.to_string())
    }

    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        let (engine, container) = self.find(job);
        follow::follow(engine, &container, from).await
    }

    async fn status(&self, job: &str) -> Result<JobStatus> {
        let (engine, container) = self.find(job);
        jobs::status(&engine, &container).await
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        let (engine, container) = self.find(job);
        jobs::control(&engine, &container, control).await
    }

    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        let (engine, container) = self.find(job);
        jobs::terminate(&engine, &container, grace).await
    }

    async fn remove(&self, job: &str) -> Result<()> {
        let (engine, container) = self.find(job);
        jobs::remove(&engine, &container).await
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        let mut found = jobs::list(&self.engine()).await?;
        for job in &mut found {
            let place = JobPlace {
                container: std::mem::take(&mut job.job),
                docker: self.mind.clone(),
            };
            job.job = place.to_string();
        }
        Ok(found)
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        crate::parser::parser(table, dry_run)
    }
}
