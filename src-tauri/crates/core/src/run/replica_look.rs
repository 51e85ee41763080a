//! Looking at a run's replicas once a second, with the one secret that the run has already: nothing here keeps an idle
//! vault open, and a vault that is locked stops no copy.

use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{ErrorCode, Plan, Result};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::Core;
use crate::ports::{ReplicaMoment, Target};

/// Between two looks at the replicas.
const LOOK: Duration = Duration::from_secs(1);
/// Between two looks at a server that lists none or takes no login, and between two readings of the connection: a wrong
/// password that is tried every second locks accounts.
const SELDOM: Duration = Duration::from_secs(10);

pub(super) type Sample = std::result::Result<Vec<ReplicaMoment>, String>;

/// What is looked at.
#[async_trait]
pub(super) trait Sight: Send + Sync {
    /// The run's server by its connection as it is saved now.
    async fn target(&self) -> Result<Target>;

    async fn replicas(&self, target: &Target) -> Result<Vec<ReplicaMoment>>;
}

pub(super) struct OfRun {
    pub core: Core,
    pub plan: Plan,
}

#[async_trait]
impl Sight for OfRun {
    async fn target(&self) -> Result<Target> {
        self.core.target_of_unnoticed(&self.plan).await
    }

    async fn replicas(&self, target: &Target) -> Result<Vec<ReplicaMoment>> {
        self.core.ports.servers.replicas(target).await
    }
}

pub(super) struct Looking<S> {
    sight: S,
    /// The run's own; after a takeover it has none yet.
    target: Option<Target>,
    read_at: Option<Instant>,
}

impl<S: Sight> Looking<S> {
    pub(super) fn new(sight: S, target: Option<Target>) -> Self {
        Self {
            sight,
            target,
            read_at: None,
        }
    }

    /// Ends when nobody listens any more.
    pub(super) async fn go_on(mut self, tell: watch::Sender<Option<Sample>>) {
        loop {
            let seen = self.look().await;
            let known = matches!(&*tell.borrow(), Some(Ok(all)) if !all.is_empty());
            let pause = match &seen {
                Ok(all) if all.is_empty() && !known => SELDOM,
                Err(error) if error.code == ErrorCode::ServerAccessDenied => SELDOM,
                _ => LOOK,
            };
            let sample = seen.map_err(|error| error.to_string());
            if tell.send(Some(sample)).is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = tell.closed() => return,
            }
        }
    }

    async fn look(&mut self) -> Result<Vec<ReplicaMoment>> {
        let target = match &self.target {
            Some(target) => target.clone(),
            None => {
                let target = self.sight.target().await?;
                self.target = Some(target.clone());
                target
            }
        };
        let seen = self.sight.replicas(&target).await;
        if is_refused(&seen) && self.read_at.is_none_or(|at| at.elapsed() >= SELDOM) {
            self.read_at = Some(Instant::now());
            // The next look has it. From a locked vault there is none, and the one at hand may do again.
            if let Ok(target) = self.sight.target().await {
                self.target = Some(target);
            }
        }
        seen
    }
}

/// Whether the password may be another one by now. A session that stands hides that from the server, not from a replica.
fn is_refused(seen: &Result<Vec<ReplicaMoment>>) -> bool {
    match seen {
        Ok(all) => all.iter().any(|one| one.state.is_err()),
        Err(error) => error.code == ErrorCode::ServerAccessDenied,
    }
}

#[cfg(test)]
#[path = "replica_look_test.rs"]
mod tests;
