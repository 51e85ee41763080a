//! The task that owns one run from its turn in the queue to its last state. It is the only writer of the run's record,
//! under a lease; whatever happens to windows or terminals does not reach it.

use std::time::Duration;

use mysqler_contract::{AppError, Engine, ErrorCode, Leftover, Plan, Result, RunAction, RunState, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::checksum::Comparing;
use super::cutover_time::OwedHold;
use super::gate::Gate;
use super::recorder::Recorder;
use super::replicas::Watching;
use super::supervisors::Wish;
use super::window::Minding;
use crate::Core;
use crate::ports::{Awake, FaultClass, Lease, Target};

/// A supervisor that is silent for this long has lost its run to whoever takes it, ms.
pub(super) const LEASE_MS: i64 = 10_000;
const RENEW: Duration = Duration::from_secs(3);
const FLUSH: Duration = Duration::from_millis(100);
const MAILBOX: Duration = Duration::from_millis(250);

/// Where a supervisor begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Fresh,
    /// The run was another process's, or this one's before a restart.
    Recovered,
    /// An ended run whose leftovers a person wants removed.
    Cleanup,
}

pub(super) struct Supervisor {
    pub(super) core: Core,
    pub(super) rec: Recorder,
    pub(super) plan: Plan,
    pub(super) wishes: mpsc::UnboundedReceiver<Wish>,
    pub(super) target: Option<Target>,
    pub(super) seen: Seen,
    pub(super) gate: Gate,
    pub(super) minding: Minding,
    pub(super) comparing: Option<Comparing>,
    pub(super) hold: OwedHold,
    /// Wishes to swap that came before the job's output was read again.
    pub(super) early: Vec<Wish>,
    /// Looks for holders of the lock that the run waits for.
    pub(super) holders: Option<oneshot::Receiver<Option<String>>>,
    /// Where the tool cannot watch them itself.
    pub(super) replicas: Option<Watching>,
    pub(super) ticks: Ticks,
    /// Held from the run's turn in the queue to its end.
    pub(super) awake: Option<Awake>,
}

/// What the output said so far; rebuilt by reading it again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub success: bool,
    pub fault: Option<(FaultClass, String)>,
    pub bridge: bool,
    pub bridge_missed: bool,
    pub stop_asked: bool,
    /// The run began to wait for a lock, and nobody looked yet who holds it.
    pub lock_awaited: bool,
    /// The tool is about to copy without chunks, progress or pauses.
    pub blind_copy: bool,
    /// Why the gate stays shut: the copy lacks rows, or the table's triggers could not be taken along.
    pub objection: Option<AppError>,
    /// The plugin sees to it that no write comes between the move of the triggers and the swap.
    pub move_guarded: bool,
    /// The tool read the clause's renames as the plan did.
    pub renames_confirmed: bool,
    /// A person saw the leftovers and asked for their removal.
    pub cleanup_asked: bool,
    /// Leftovers that the person saw named.
    pub shown: Vec<Leftover>,
    /// A job may have been at work that nobody has on record.
    pub unheard: bool,
    /// Sessions of the ended job that are at work and could not be ended.
    pub undying: Vec<u64>,
    /// A task sees to it that the job ends.
    pub ending: bool,
    /// A person let a held ALTER go.
    pub released: bool,
    /// What the server said last that it does.
    pub stage: String,
}

pub(super) struct Ticks {
    pub flush: Interval,
    pub renew: Interval,
    pub mailbox: Interval,
}

impl Ticks {
    fn new() -> Self {
        let every = |period| {
            let mut ticks = interval(period);
            // After a sleep of the workstation one tick is enough.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        Self {
            flush: every(FLUSH),
            renew: every(RENEW),
            mailbox: every(MAILBOX),
        }
    }
}

impl Supervisor {
    /// Starts the task; it is tracked, and ends by itself, on a lost lease, or when the process leaves.
    pub(super) fn spawn(core: Core, rec: Recorder, plan: Plan, entry: Entry) {
        let run = rec.id();
        let wishes = core.memory.supervisors.enter(&run);
        let tasks = core.memory.supervisors.tasks.clone();
        let supervisor = Self {
            core,
            rec,
            plan,
            wishes,
            target: None,
            seen: Seen::default(),
            gate: Gate::default(),
            minding: Minding::default(),
            comparing: None,
            hold: OwedHold::default(),
            early: Vec::new(),
            holders: None,
            replicas: None,
            ticks: Ticks::new(),
            awake: None,
        };
        tasks.spawn(supervisor.work(entry));
    }

    async fn work(mut self, entry: Entry) {
        let leaving = self.core.memory.supervisors.leaving.clone();
        let (core, lease) = (self.core.clone(), self.rec.lease.clone());
        let outcome = tokio::select! {
            outcome = self.drive(entry) => outcome,
            error = keep_lease(&core, &lease) => Err(error),
            () = leaving.cancelled() => Ok(()),
        };
        let run = self.rec.id();
        let lost = matches!(&outcome, Err(error) if error.code == ErrorCode::LeaseLost);
        if !lost {
            self.finish().await;
        }
        self.core.memory.supervisors.leave(&run);
        if let Err(error) = outcome {
            tracing::warn!(%run, %error, "the supervisor ended");
        }
    }

    async fn drive(&mut self, entry: Entry) -> Result<()> {
        match entry {
            Entry::Fresh => {
                if self.prepare().await? {
                    self.carry_out().await?;
                }
            }
            Entry::Recovered => self.recover().await?,
            Entry::Cleanup => {
                self.seen.cleanup_asked = true;
                self.clean_again().await?;
            }
        }
        self.rec.flush().await
    }

    /// From a passed second look to a terminal state.
    pub(super) async fn carry_out(&mut self) -> Result<()> {
        self.stay_awake().await;
        match self.plan.engine {
            Engine::PtOsc => {
                self.follow().await?;
                self.conclude().await
            }
            Engine::Direct => self.alter().await,
        }
    }

    /// A workstation that falls asleep would find its sessions gone and its lease with another host.
    pub(super) async fn stay_awake(&mut self) {
        let settings = self.core.settings().await.unwrap_or_default();
        if self.awake.is_none() && settings.inhibit_sleep {
            self.awake = self.core.ports.wakefulness.hold();
        }
    }

    /// The record's last lines are worth waiting for; a store that stays in trouble is not worth waiting for ever
    /// when the process wants to end, and whoever comes next finds them in the spool.
    async fn finish(&mut self) {
        let leaving = self.core.memory.supervisors.leaving.clone();
        while !self.rec.is_stored() {
            if self.rec.flush().await.is_err() || (leaving.is_cancelled() && !self.rec.is_stored()) {
                break;
            }
            self.ticks.flush.tick().await;
        }
        self.rec.put_aside().await;
        if let Err(error) = self.core.ports.runs.release_lease(&self.rec.lease).await {
            tracing::debug!(%error, "the lease was not released; it ends by itself");
        }
    }

    pub(super) async fn renew(&mut self) -> Result<()> {
        let until = Timestamp(self.now().0 + LEASE_MS);
        match self.core.ports.runs.renew_lease(&self.rec.lease, until).await {
            Err(error) if error.code == ErrorCode::LeaseLost => Err(error),
            // A store in trouble is no reason to leave the run alone.
            _ => Ok(()),
        }
    }

    /// Wishes that other processes posted.
    pub(super) async fn read_mailbox(&mut self) -> Result<Vec<Wish>> {
        match self.core.ports.runs.collect(&self.rec.lease).await {
            Ok(entries) => Ok(entries
                .into_iter()
                .map(|entry| Wish {
                    action: entry.action,
                    detail: entry.detail,
                    by: entry.by,
                })
                .collect()),
            Err(error) if error.code == ErrorCode::LeaseLost => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.core.ports.clock.now()
    }

    /// The server's address and secret, waiting for a locked vault to be opened: after a restart the run goes on in its
    /// container meanwhile, and only cleaning and proving need the server.
    pub(super) async fn reach_server(&mut self) -> Result<Target> {
        if let Some(target) = &self.target {
            return Ok(target.clone());
        }
        loop {
            let opened = self.core.memory.vault_opened.notified();
            match self.core.target_of_unnoticed(&self.plan).await {
                Ok(target) => {
                    self.target = Some(target.clone());
                    return Ok(target);
                }
                Err(error) if error.code == ErrorCode::VaultLocked => {
                    self.rec.flush().await?;
                    // The lease has to be kept while a person looks for the password.
                    let _ = tokio::time::timeout(RENEW, opened).await;
                    self.renew().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn heed(&mut self, wish: &Wish) {
        let kind = mysqler_contract::RunEventKind::Requested {
            action: wish.action,
            by: wish.by.clone(),
        };
        self.rec.event(kind);
    }

    pub(super) fn is_over(&self) -> bool {
        self.rec.state().is_terminal()
    }

    pub(super) fn stopping(&self) -> bool {
        self.seen.stop_asked
            || match self.rec.state() {
                RunState::Stopping { .. } => true,
                RunState::Interrupted { before, .. } => matches!(**before, RunState::Stopping { .. }),
                _ => false,
            }
    }

    /// Whether `action` makes sense in the run's present state.
    pub(super) fn allows(&self, action: RunAction) -> bool {
        // Whoever asked may not have been able to read this.
        let kept_in_vain = action == RunAction::StopKeep && self.plan.history.is_none();
        !kept_in_vain && super::control::allowed(self.plan.engine, self.rec.state(), action)
    }
}

impl Core {
    /// The server of `plan`, by its connection as it is saved now.
    pub(super) async fn target_of(&self, plan: &Plan) -> Result<Target> {
        let target = self.target(&plan.connection.id).await?;
        self.require_same_server(plan, &target).await?;
        Ok(target)
    }

    /// As [`Core::target_of`], for what a run does again and again by itself.
    pub(super) async fn target_of_unnoticed(&self, plan: &Plan) -> Result<Target> {
        let target = self.target_unnoticed(&plan.connection.id).await?;
        self.require_same_server(plan, &target).await?;
        Ok(target)
    }

    /// A saved connection may have been edited since: where it leads now has to be where the run went.
    async fn require_same_server(&self, plan: &Plan, target: &Target) -> Result<()> {
        let (planned, now) = (plan.connection.address(), target.address());
        if planned == now {
            return Ok(());
        }
        let database = &plan.request.table.database;
        let facts = self.ports.servers.server_facts(target, database).await?;
        if facts.server_uuid.is_some() && facts.server_uuid == plan.server.server_uuid {
            return Ok(());
        }
        let detail = format!("the connection leads to {now} now, and the run works on {planned}");
        Err(AppError::new(ErrorCode::ServerRefused).detail(detail))
    }
}

/// Renews the lease whatever else takes its time: a probe, a container's start, the drop of a huge table. Returns only
/// when the lease is lost, and whoever works under it has to stop then.
async fn keep_lease(core: &Core, lease: &Lease) -> AppError {
    loop {
        tokio::time::sleep(RENEW).await;
        let until = Timestamp(core.ports.clock.now().0 + LEASE_MS);
        match core.ports.runs.renew_lease(lease, until).await {
            Err(error) if error.code == ErrorCode::LeaseLost => return error,
            // A store in trouble is no reason to leave the run alone.
            _ => {}
        }
    }
}
