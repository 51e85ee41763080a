//! The tasks of this process that drive runs, and the way to reach them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mysqler_contract::{RunAction, RunId, WishDetail};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const TRY_AGAIN: Duration = Duration::from_secs(10);

/// A wish and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub action: RunAction,
    pub detail: Option<WishDetail>,
    pub by: String,
}

#[derive(Default)]
pub(crate) struct Supervisors {
    reach: Mutex<HashMap<RunId, mpsc::UnboundedSender<Wish>>>,
    /// Runs that could not be taken up, and when that was tried last.
    failing: Mutex<HashMap<RunId, Instant>>,
    pub tasks: TaskTracker,
    /// Held while a run gets its supervisor: between the lease and the entry here nobody else of this process, whose
    /// lease would be the same one, may look.
    pub admitting: tokio::sync::Mutex<()>,
    pub leaving: CancellationToken,
}

impl Supervisors {
    /// True when that is news.
    pub fn fails_to_enter(&self, run: &RunId) -> bool {
        let known = self.failing().insert(run.clone(), Instant::now());
        known.is_none()
    }

    /// One that failed is left alone for a while: each try is a write to the data file, which wakes every process.
    pub fn may_try(&self, run: &RunId) -> bool {
        let failing = self.failing();
        failing.get(run).is_none_or(|at| at.elapsed() > TRY_AGAIN)
    }

    /// True when it was the last one in trouble.
    pub fn no_longer_fails(&self, run: &RunId) -> bool {
        let mut failing = self.failing();
        failing.remove(run).is_some() && failing.is_empty()
    }

    fn failing(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Instant>> {
        self.failing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn enter(&self, run: &RunId) -> mpsc::UnboundedReceiver<Wish> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().insert(run.clone(), sender);
        receiver
    }

    pub fn leave(&self, run: &RunId) {
        self.lock().remove(run);
    }

    pub fn has(&self, run: &RunId) -> bool {
        // A task that was torn away leaves its entry behind, and its run to whoever takes it up.
        self.lock().get(run).is_some_and(|reach| !reach.is_closed())
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// False when no task here drives that run.
    pub fn tell(&self, run: &RunId, wish: Wish) -> bool {
        self.lock()
            .get(run)
            .is_some_and(|sender| sender.send(wish).is_ok())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, mpsc::UnboundedSender<Wish>>> {
        self.reach
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
