//! The real runner, with trouble on order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use mysqler_contract::{
    AppError, DockerHost, ErrorCode, ImageStatus, Launch, PlanId, ProbeReport, Result, RunId, TableRef,
};
use mysqler_core::ports::{
    Control, FoundJob, JobStatus, LaunchInput, LaunchSecrets, LogCursor, OutputParser, ProgressFn, RawLine,
    Runner,
};
use mysqler_runner::DockerRunner;
use tokio::sync::Notify;

#[derive(Default)]
pub struct Trouble {
    pub start_takes_s: AtomicU64,
    /// So many questions for an ended job's status get no answer.
    pub silent_questions: AtomicU32,
    /// So many stops get lost.
    pub deaf_to_stops: AtomicU32,
    pub knows_no_job: AtomicBool,
    /// The engine does not answer when it is asked which jobs there are.
    pub lists_nothing: AtomicBool,
    /// Leaves out the setting that makes the tool see how many rows there are.
    pub explains_as_a_tree: AtomicBool,
    /// Ended jobs stay where they are, as when the host leaves before it removes them.
    pub keeps_jobs: AtomicBool,
    /// Breaks the logs that are being followed.
    pub cut: Notify,
}

pub struct Troubled {
    inner: DockerRunner,
    trouble: Arc<Trouble>,
}

impl Troubled {
    pub fn new() -> Self {
        Self {
            inner: DockerRunner::new(),
            trouble: Arc::default(),
        }
    }

    pub fn trouble(&self) -> Arc<Trouble> {
        self.trouble.clone()
    }
}

/// Counts one down; false when none was left.
fn one_of(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

fn silent() -> AppError {
    AppError::new(ErrorCode::DockerUnreachable).detail("no answer, on order")
}

#[async_trait]
impl Runner for Troubled {
    async fn host(&self) -> Result<DockerHost> {
        self.inner.host().await
    }
    async fn image_status(&self, reference: &str) -> Result<ImageStatus> {
        self.inner.image_status(reference).await
    }
    async fn image_load(&self, path: &Path, progress: ProgressFn) -> Result<ImageStatus> {
        self.inner.image_load(path, progress).await
    }
    async fn image_pull(&self, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.inner.image_pull(reference, progress).await
    }
    async fn image_build(&self, base: &str, reference: &str, progress: ProgressFn) -> Result<ImageStatus> {
        self.inner.image_build(base, reference, progress).await
    }
    fn compose(&self, input: &LaunchInput<'_>) -> Result<Launch> {
        let mut launch = self.inner.compose(input)?;
        if self.trouble.explains_as_a_tree.load(Ordering::SeqCst) {
            for word in &mut launch.argv {
                *word = word.replace("explain_format=TRADITIONAL", "explain_format=TREE");
            }
        }
        Ok(launch)
    }
    fn render(&self, launch: &Launch) -> String {
        self.inner.render(launch)
    }
    async fn probe(&self, launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<ProbeReport> {
        self.inner.probe(launch, secrets).await
    }
    async fn start(
        &self,
        run: &RunId,
        plan: &PlanId,
        launch: &Launch,
        secrets: LaunchSecrets<'_>,
    ) -> Result<String> {
        tokio::time::sleep(Duration::from_secs(
            self.trouble.start_takes_s.load(Ordering::SeqCst),
        ))
        .await;
        self.inner.start(run, plan, launch, secrets).await
    }
    async fn follow(&self, job: &str, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
        if self.trouble.knows_no_job.load(Ordering::SeqCst) {
            return Err(AppError::new(ErrorCode::JobLost).detail(job));
        }
        let lines = self.inner.follow(job, from).await?;
        let trouble = self.trouble.clone();
        let cut = futures::stream::once(async move {
            trouble.cut.notified().await;
            Err(silent())
        });
        // Ends with its log, or with the cut.
        let ended = Arc::new(Notify::new());
        let told = ended.clone();
        let lines = lines.chain(futures::stream::poll_fn(move |_| {
            told.notify_one();
            std::task::Poll::Ready(None)
        }));
        Ok(futures::stream::select(lines, cut.take_until(async move { ended.notified().await })).boxed())
    }
    async fn status(&self, job: &str) -> Result<JobStatus> {
        if self.trouble.knows_no_job.load(Ordering::SeqCst) {
            return Ok(JobStatus::Gone);
        }
        let status = self.inner.status(job).await?;
        match status {
            JobStatus::Exited { .. } if one_of(&self.trouble.silent_questions) => Err(silent()),
            status => Ok(status),
        }
    }
    async fn control(&self, job: &str, control: Control) -> Result<()> {
        self.inner.control(job, control).await
    }
    async fn terminate(&self, job: &str, grace: Duration) -> Result<()> {
        if one_of(&self.trouble.deaf_to_stops) {
            return Err(silent());
        }
        self.inner.terminate(job, grace).await
    }
    async fn remove(&self, job: &str) -> Result<()> {
        if self.trouble.keeps_jobs.load(Ordering::SeqCst) {
            return Err(silent());
        }
        self.inner.remove(job).await
    }
    async fn jobs(&self) -> Result<Vec<FoundJob>> {
        if self.trouble.lists_nothing.load(Ordering::SeqCst) {
            return Err(silent());
        }
        self.inner.jobs().await
    }
    fn parser(&self, table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
        self.inner.parser(table, dry_run)
    }
}
