//! Processes of this workstation behind the core's `Runner`: the tool that is installed here, kept by a process that
//! leads a session of its own.

#[cfg(unix)]
mod files;
#[cfg(unix)]
mod find;
#[cfg(unix)]
mod follow;
#[cfg(unix)]
mod job;
#[cfg(unix)]
mod probe;
#[cfg(unix)]
mod start;
#[cfg(unix)]
mod stop;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use mysqler_contract::{
    AppError, ErrorCode, Launch, LocalJob, LocalStatus, LocalTool, PlanId, ProbeReport, Result, RunId,
    TableRef,
};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LaunchSecrets, LogCursor, OutputParser, RawLine, Runner,
};

/// Runs jobs as processes of this workstation, which outlive whoever started them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LocalRunner {
    /// A directory of its own, for this user alone: the plugin's files, and a directory a job.
    #[cfg_attr(not(unix), allow(dead_code))]
    place: Arc<PathBuf>,
}

impl LocalRunner {
    pub fn new(place: PathBuf) -> Self {
        // The tool works in its job's directory, from where a relative path would lead elsewhere.
        let place = std::path::absolute(&place).unwrap_or(place);
        Self {
            place: Arc::new(place),
        }
    }
}

/// The tool that the launch names.
#[cfg(unix)]
fn tool(launch: &Launch) -> Result<&LocalTool> {
    let none = || AppError::internal("the launch is not for this workstation");
    launch.local.as_ref().ok_or_else(none)
}

#[cfg(unix)]
fn failed(what: &str, error: impl std::fmt::Display) -> AppError {
    AppError::new(ErrorCode::LocalRunnerFailed).detail(format!("{what}: {error}"))
}

#[cfg(not(unix))]
fn unsupported<T>() -> Result<T> {
    Err(AppError::new(ErrorCode::RunnerUnsupported))
}

#[cfg(unix)]
#[async_trait]
impl Runner for LocalRunner {
    fn here(&self) -> Result<Arc<dyn Runner>> {
        Ok(Arc::new(self.clone()))
    }

    async fn local_tool(&self, program: Option<&str>) -> LocalStatus {
        find::find(&self.place, program).await
    }

    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        crate::compose::compose(input)
    }

    fn render(&self, launch: &Launch) -> String {
        match tool(launch) {
            Ok(tool) => crate::render::local(launch, tool, &start::arguments(&self.place, launch)),
            Err(_) => crate::render::render(launch),
        }
    }

    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport> {
        probe::probe(&self.place, launch, tool(launch)?, secrets).await
    }

    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String> {
        let job = start::start(&self.place, run, plan, launch, secrets).await?;
        Ok(job.to_string())
    }

    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        follow::follow(job::Job::find(&self.place, job)?, from)
    }

    async fn status(&self, job: &str) -> Result<JobStatus> {
        job::Job::find(&self.place, job)?.status()
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        job::Job::find(&self.place, job)?.control(&control)
    }

    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        stop::terminate(&job::Job::find(&self.place, job)?, grace).await
    }

    async fn remove(&self, job: &str) -> Result<()> {
        job::Job::find(&self.place, job)?.remove()
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        job::Job::all(&self.place)
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        crate::parser::parser(table, dry_run)
    }
}

/// Where processes have no sessions to lead, there is no local runner, and each question is answered so.
#[cfg(not(unix))]
#[async_trait]
impl Runner for LocalRunner {
    async fn local_tool(&self, program: Option<&str>) -> LocalStatus {
        LocalStatus::Unusable {
            program: program.unwrap_or("pt-online-schema-change").to_owned(),
            why: mysqler_contract::LocalObstacle::Platform,
        }
    }

    fn compose(&self, _: &LaunchInput<'_>) -> Result<Launch> {
        unsupported()
    }

    fn render(&self, launch: &Launch) -> String {
        crate::render::render(launch)
    }

    async fn probe(&self, _: &Launch, _: LaunchSecrets<'_>) -> Result<ProbeReport> {
        unsupported()
    }

    async fn start(&self, _: &RunId, _: &PlanId, _: &Launch, _: LaunchSecrets<'_>) -> Result<String> {
        unsupported()
    }

    async fn follow(&self, _: &str, _: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        unsupported()
    }

    async fn status(&self, _: &str) -> Result<JobStatus> {
        unsupported()
    }

    async fn control(&self, _: &str, _: Control) -> Result<()> {
        unsupported()
    }

    async fn terminate(&self, _: &str, _: Duration) -> Result<()> {
        unsupported()
    }

    async fn remove(&self, _: &str) -> Result<()> {
        unsupported()
    }

    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        unsupported()
    }

    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        crate::parser::parser(table, dry_run)
    }
}

/// A job's id is this workstation's own form.
pub(crate) fn is_local(job: &str) -> bool {
    job.parse::<LocalJob>().is_ok()
}
