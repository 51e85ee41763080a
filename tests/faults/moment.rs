//! The moments of a run at which a fault makes a difference, and how a run is brought to one and kept there.

use std::time::{Duration, Instant};

use mysqler_contract::{Phase, RunAction, RunId, RunState};
use mysqler_tests::desk::DEADLINE;
use mysqler_tests::sandbox::Client;
use tokio::task::JoinHandle;

use crate::eye::Eye;
use crate::scene::{Scene, TABLE};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The triggers cannot be made yet: another session uses the table.
    Triggers,
    /// The copy stands still, at its beginning or on its way.
    Copy,
    /// Before the swap.
    Gate,
    /// The swap waits for the table's lock on the server.
    Swap,
    /// The tables are swapped, and the drop of the old one waits on the server.
    Drop,
}

impl Moment {
    pub const ALL: [Moment; 5] = [
        Moment::Triggers,
        Moment::Copy,
        Moment::Gate,
        Moment::Swap,
        Moment::Drop,
    ];

    /// Rows of a chunk: the copy has to last until it is told to pause.
    pub fn chunk(self) -> u32 {
        if self == Moment::Copy { 10 } else { 200 }
    }

    pub fn holds(self) -> bool {
        !matches!(self, Moment::Triggers | Moment::Copy)
    }

    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Keeps a run where it is.
pub struct Hold {
    moment: Moment,
    /// In a transaction that has read the table.
    reader: Option<Client>,
}

impl Hold {
    /// What has to be there before the run starts.
    pub async fn before(scene: &Scene, moment: Moment) -> Self {
        let reader = match moment {
            Moment::Triggers => Some(reading(scene, TABLE).await),
            _ => None,
        };
        Self { moment, reader }
    }

    /// Returns when the run stands at the moment.
    pub async fn reach(mut self, scene: &Scene, eye: &Eye, id: &RunId) -> Self {
        match self.moment {
            Moment::Triggers => {
                eye.until(id, "the triggers", |view| {
                    view.state
                        == RunState::Running {
                            phase: Phase::CreateTriggers,
                        }
                })
                .await;
                waits(scene, "CREATE TRIGGER").await;
            }
            Moment::Copy => {
                // Asked for before the copy begins, so that it cannot be over first.
                eye.until(id, "its first phase", |view| {
                    matches!(view.state, RunState::Running { .. })
                })
                .await;
                eye.post(id, RunAction::Pause).await;
                eye.until(id, "the pause", |view| {
                    matches!(view.state, RunState::Paused { .. })
                })
                .await;
            }
            Moment::Gate => {
                eye.held(id).await;
            }
            Moment::Swap => self.reader = Some(swapping(scene, eye, id).await),
            Moment::Drop => self.reader = Some(dropping(scene, eye, id).await),
        }
        self
    }

    /// Lets whoever drives the run go on.
    pub async fn let_go(self, eye: &Eye, id: &RunId) {
        match self.moment {
            Moment::Copy => eye.post(id, RunAction::Resume).await,
            Moment::Gate => eye.post(id, RunAction::CutOver).await,
            Moment::Triggers | Moment::Swap | Moment::Drop => self.release().await,
        }
    }

    /// Takes away what the test holds on the server, and asks for nothing.
    pub async fn release(self) {
        if let Some(mut reader) = self.reader {
            // A server that was restarted has forgotten it already.
            let _ = reader.try_run("ROLLBACK").await;
        }
    }
}

async fn reading(scene: &Scene, table: &str) -> Client {
    let mut reader = scene.client().await;
    reader.run("BEGIN").await;
    reader.run(&format!("SELECT 1 FROM {table} LIMIT 1")).await;
    reader
}

async fn swapping(scene: &Scene, eye: &Eye, id: &RunId) -> Client {
    eye.held(id).await;
    let reader = reading(scene, TABLE).await;
    eye.post(id, RunAction::CutOver).await;
    eye.until(id, "the swap", |view| {
        view.state == RunState::Running { phase: Phase::Swap }
    })
    .await;
    waits(scene, "RENAME TABLE").await;
    reader
}

/// A rename that waits holds the old table's name already. Whoever asks for that name now gets it right after the swap,
/// before the tool can drop the table.
async fn dropping(scene: &Scene, eye: &Eye, id: &RunId) -> Client {
    let mut reader = swapping(scene, eye, id).await;
    let queued = queue_for_old(scene).await;
    let behind = format!("SELECT 1 FROM _{TABLE}_old");
    waits(scene, &behind).await;
    reader.run("ROLLBACK").await;
    let holder = queued.await.expect("the old table was read");
    waits(scene, "DROP TABLE").await;
    eye.until(id, "the drop", |view| {
        view.state
            == RunState::Running {
                phase: Phase::DropOld,
            }
    })
    .await;
    holder
}

async fn queue_for_old(scene: &Scene) -> JoinHandle<Client> {
    let mut client = scene.client().await;
    tokio::spawn(async move {
        client.run("SET SESSION lock_wait_timeout = 300").await;
        loop {
            client.run("BEGIN").await;
            // Between two tries of the rename nobody holds the name, and there is no such table.
            let read = format!("SELECT 1 FROM _{TABLE}_old LIMIT 1");
            if client.try_run(&read).await.is_ok() {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
}

/// Returns when a statement that begins so waits for a table's lock in the scene's schema.
async fn waits(scene: &Scene, statement: &str) {
    until(scene, statement, |waiting| {
        waiting.iter().any(|found| found.starts_with(statement))
    })
    .await;
}

/// Returns when no statement waits there that would swap or drop tables.
pub async fn no_longer_waits(scene: &Scene) {
    let dangerous = |found: &String| found.starts_with("RENAME TABLE") || found.starts_with("DROP TABLE");
    until(scene, "no RENAME and no DROP", |waiting| {
        !waiting.iter().any(dangerous)
    })
    .await;
}

async fn until(scene: &Scene, what: &str, wanted: impl Fn(&[String]) -> bool) {
    let mut client = scene.client().await;
    let started = Instant::now();
    loop {
        // Id, user, host, database, command, time, state, statement.
        let sessions = client.rows("SHOW FULL PROCESSLIST").await;
        let waiting: Vec<String> = sessions
            .into_iter()
            .filter(|session| {
                session[3] == scene.table.database && session[6].starts_with("Waiting for table")
            })
            .map(|mut session| session.remove(7))
            .collect();
        if wanted(&waiting) {
            return;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "{}: {what}: what waits is {waiting:#?}",
            scene.name
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
