//! Looks at a workstation's record beside whoever works there, and takes part in nothing.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use mysqler_contract::{RunAction, RunId, RunState, RunView};
use mysqler_core::ports::{LogCursor, RawLine, RunStore, Runner, SystemClock};
use mysqler_runner::DockerRunner;
use mysqler_store::Store;
use mysqler_tests::desk::DEADLINE;
use tokio::task::JoinHandle;

pub struct Eye {
    pub store: Store,
    jobs: Mutex<Vec<String>>,
}

impl Eye {
    pub async fn at(data: &Path) -> Self {
        let store = Store::open(data, Arc::new(SystemClock))
            .await
            .expect("the data file opens");
        Self {
            store,
            jobs: Mutex::default(),
        }
    }

    /// The only run of the workstation, as soon as there is one.
    pub async fn run(&self) -> RunId {
        let started = Instant::now();
        loop {
            let live = self.store.live().await.expect("listed");
            if let Some(view) = live.first() {
                return view.id.clone();
            }
            assert!(started.elapsed() < DEADLINE, "no run begins");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn view(&self, id: &RunId) -> RunView {
        self.store.view(id).await.expect("stored")
    }

    pub async fn until(&self, id: &RunId, what: &str, wanted: impl Fn(&RunView) -> bool) -> RunView {
        let started = Instant::now();
        loop {
            let view = self.view(id).await;
            if wanted(&view) {
                return view;
            }
            assert!(
                started.elapsed() < DEADLINE && !view.state.is_terminal(),
                "waited for {what}, and the run is {:?}\n{}",
                view.state,
                self.log(id).await
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn held(&self, id: &RunId) -> RunView {
        self.until(id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await
    }

    pub async fn log(&self, id: &RunId) -> String {
        let page = self.store.log(id, 0, 10_000).await.expect("stored");
        let lines = page.lines.iter();
        lines
            .map(|line| format!("{:?} {}\n", line.stream, line.text))
            .collect()
    }

    /// As another process asks whoever drives the run.
    pub async fn post(&self, id: &RunId, action: RunAction) {
        let now = mysqler_core::ports::Clock::now(&SystemClock);
        self.store
            .post(id, action, None, "test:eye", now)
            .await
            .expect("posted");
    }

    /// Follows the job's own output from its start, beside whoever else does.
    pub async fn tap(&self, id: &RunId) -> Tap {
        let view = self.until(id, "the job", |view| view.job.is_some()).await;
        let tap = self.tap_on(&view.job.expect("started")).await;
        tap.expect("a job that was just started is there")
    }
}

impl Eye {
    /// `None` when the job is gone already.
    pub async fn tap_on(&self, job: &str) -> Option<Tap> {
        self.jobs.lock().unwrap().push(job.to_owned());
        Tap::on(job).await
    }
}

/// A test that failed must not leave a container behind.
impl Drop for Eye {
    fn drop(&mut self) {
        for job in self.jobs.lock().unwrap().iter() {
            let mut remove = std::process::Command::new("docker");
            let _ = remove.args(["rm", "--force", job]).output();
        }
    }
}

pub struct Tap(JoinHandle<Vec<RawLine>>);

impl Tap {
    async fn on(job: &str) -> Option<Self> {
        let lines = DockerRunner::new().follow(job, LogCursor::default()).await;
        let mut lines = lines.ok()?;
        Some(Self(tokio::spawn(async move {
            let mut read = Vec::new();
            // Whoever drives the run removes the container at its end, maybe before this look at it.
            while let Some(Ok(line)) = lines.next().await {
                read.push(line);
            }
            read
        })))
    }

    /// Everything that the job ever said.
    pub async fn whole(self) -> Vec<RawLine> {
        tokio::time::timeout(DEADLINE, self.0)
            .await
            .expect("the job ends in time")
            .expect("the log was read")
    }
}
