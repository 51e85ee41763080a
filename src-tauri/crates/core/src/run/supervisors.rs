//! The tasks of this process that drive runs, and the way to reach them.

use std::collections::HashMap;
use std::sync::Mutex;

use mysqler_contract::{RunAction, RunId, WishDetail};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

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
    pub tasks: TaskTracker,
    /// Held while a run gets its supervisor: between the lease and the entry here nobody else of this process, whose
    /// lease would be the same one, may look.
    pub admitting: tokio::sync::Mutex<()>,
    pub leaving: CancellationToken,
}

impl Supervisors {
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
