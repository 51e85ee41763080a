//! A job's log from any place on, to its true end.

use std::collections::VecDeque;
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::LogsOptions;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use mysqler_contract::{AppError, ErrorCode, LogStream, Result};
use mysqler_core::ports::{JobStatus, LogCursor, RawLine};

use super::engine::Engine;
use super::jobs;
use super::lines::Lines;
use super::once::Output;

/// The engine closes the log a moment before it says that the container has ended.
const END_ALLOWANCE: Duration = Duration::from_secs(5);

pub(super) async fn follow(
    engine: Engine,
    job: &str,
    from: LogCursor,
) -> Result<BoxStream<'static, Result<RawLine>>> {
    let docker = engine.client().await?;
    if jobs::status(&engine, job).await? == JobStatus::Gone {
        return Err(AppError::new(ErrorCode::JobLost).detail(job));
    }
    let live = log(&docker, job, true);
    let follower = Follower {
        engine,
        docker,
        job: job.to_owned(),
        taken: from,
        seen: LogCursor::default(),
        lines: Lines::default(),
        queue: VecDeque::new(),
        stage: Stage::Live(live),
    };
    Ok(stream::unfold(follower, |mut follower| async move {
        Some((follower.next().await?, follower))
    })
    .boxed())
}

fn log(docker: &Docker, job: &str, follow: bool) -> Output {
    let options = LogsOptions {
        follow,
        stdout: true,
        stderr: true,
        timestamps: true,
        tail: "all".into(),
        ..Default::default()
    };
    docker.logs(job, Some(options)).boxed()
}

enum Stage {
    Live(Output),
    /// A followed log can lose its last line when that has no line end: the whole log is read once more.
    Reread,
    Done,
}

struct Follower {
    engine: Engine,
    docker: Docker,
    job: String,
    /// Lines that need not be told: those before the start, then those that were told.
    taken: LogCursor,
    /// Lines that the present reading of the log has passed.
    seen: LogCursor,
    lines: Lines,
    queue: VecDeque<RawLine>,
    stage: Stage,
}

impl Follower {
    async fn next(&mut self) -> Option<Result<RawLine>> {
        loop {
            if let Some(line) = self.queue.pop_front() {
                self.taken.advance(line.stream);
                return Some(Ok(line));
            }
            let step = match &mut self.stage {
                Stage::Live(output) => match output.next().await {
                    Some(Ok(frame)) => {
                        let lines = self.lines.push(frame);
                        self.keep_new(lines);
                        Ok(())
                    }
                    Some(Err(error)) => Err(self.engine.failed(error).await),
                    None => self.closed().await,
                },
                Stage::Reread => self.reread().await,
                Stage::Done => return None,
            };
            if let Err(error) = step {
                self.stage = Stage::Done;
                return Some(Err(error));
            }
        }
    }

    fn keep_new(&mut self, lines: Vec<RawLine>) {
        for line in lines {
            self.seen.advance(line.stream);
            let (seen, taken) = match line.stream {
                LogStream::Stderr => (self.seen.stderr, self.taken.stderr),
                _ => (self.seen.stdout, self.taken.stdout),
            };
            // Lines in the queue are told before the next reading begins, so `taken` grows only when they leave it.
            if seen > taken {
                self.queue.push_back(line);
            }
        }
    }

    /// The log ended: that the job ended too has to be proven.
    async fn closed(&mut self) -> Result<()> {
        let ended = tokio::time::timeout(END_ALLOWANCE, jobs::wait(&self.docker, &self.job)).await;
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(self.engine.failed(error).await),
            Err(_) => return Err(lost("the log closed while the job runs")),
        }
        match jobs::status(&self.engine, &self.job).await? {
            JobStatus::Exited { .. } => {
                self.stage = Stage::Reread;
                Ok(())
            }
            JobStatus::Gone => Err(AppError::new(ErrorCode::JobLost).detail(&self.job)),
            JobStatus::Created | JobStatus::Running => Err(lost("the log closed while the job runs")),
        }
    }

    async fn reread(&mut self) -> Result<()> {
        self.seen = LogCursor::default();
        self.lines = Lines::default();
        let mut whole = log(&self.docker, &self.job, false);
        while let Some(frame) = whole.next().await {
            match frame {
                Ok(frame) => {
                    let lines = self.lines.push(frame);
                    self.keep_new(lines);
                }
                Err(error) => return Err(self.engine.failed(error).await),
            }
        }
        let rest = self.lines.finish();
        self.keep_new(rest);
        self.stage = Stage::Done;
        Ok(())
    }
}

fn lost(why: &str) -> AppError {
    AppError::new(ErrorCode::DockerUnreachable).detail(why)
}
