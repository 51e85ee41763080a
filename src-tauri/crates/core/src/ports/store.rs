//! What must outlive the process: connections, runs with their events and logs, settings, leases.

use async_trait::async_trait;
use mysqler_contract::{
    BatchId, ClauseTemplate, Connection, ConnectionId, DataStatus, HistoryFilter, HistoryPage, LogLine,
    LogPage, Page, Plan, Preset, PresetId, QueueMove, Result, RunAction, RunDetail, RunEvent, RunId, RunView,
    Settings, TemplateId, Timestamp, WishDetail, WorkKind,
};

use serde::{Deserialize, Serialize};

use super::LogCursor;
use crate::run::admission::{Contender, Rules, Turn};
use crate::run::hours::Moment;

#[async_trait]
pub trait ConnectionStore: Send + Sync {
    /// By environment (production, test, development), then by name.
    async fn list(&self) -> Result<Vec<Connection>>;
    async fn get(&self, id: &ConnectionId) -> Result<Connection>;
    /// `NAME_TAKEN` when another connection has that name (compared without case). Inserts or replaces by id; the
    /// password is sealed and written in the same transaction (`None` leaves the stored one as it is).
    async fn save(&self, connection: &Connection, password: Option<SealedSecret>) -> Result<()> {
        let secrets = SealedSecrets {
            password,
            ..SealedSecrets::default()
        };
        self.save_with(connection, secrets).await
    }
    /// The same with each of the connection's secrets. Those that the connection says it has not are removed.
    async fn save_with(&self, connection: &Connection, secrets: SealedSecrets) -> Result<()>;
    /// Removes the connection and its secrets; its runs stay.
    async fn remove(&self, id: &ConnectionId) -> Result<()>;
    async fn touch(&self, id: &ConnectionId, at: Timestamp) -> Result<()>;
    async fn sealed_password(&self, id: &ConnectionId) -> Result<Option<SealedSecret>>;
    /// The passphrase or password of the connection's tunnel.
    async fn sealed_ssh_secret(&self, id: &ConnectionId) -> Result<Option<SealedSecret>>;
}

/// What is newly sealed of a connection; `None` leaves what is stored.
#[derive(Debug, Clone, Default)]
pub struct SealedSecrets {
    pub password: Option<SealedSecret>,
    pub ssh: Option<SealedSecret>,
}

/// A vault envelope: magic, version, key id, nonce, cipher text. Opaque outside the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

/// The right to supervise a run: writes carry its token, and a stale token is refused with `LEASE_LOST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub run: RunId,
    /// Grows with every new holder.
    pub token: u64,
    pub holder: String,
}

/// One atomic step of a run's record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBatch {
    pub events: Vec<RunEvent>,
    pub lines: Vec<LogLine>,
    pub cursor: LogCursor,
    /// Set once, when the definition was read back.
    pub definition_after: Option<String>,
}

/// A run that is not on record yet; its view's id is given when it is stored.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub view: RunView,
    pub plan: Plan,
    pub events: Vec<RunEvent>,
}

/// A wish of another process for a run that this one supervises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    pub id: i64,
    pub run: RunId,
    pub action: RunAction,
    pub detail: Option<WishDetail>,
    pub by: String,
    pub at: Timestamp,
}

#[async_trait]
pub trait RunStore: Send + Sync {
    /// Gives the run the next free id of its `day` (`YYYYMMDD`) and stores it with its first events, holding a lease
    /// for `holder` until `lease_until`. `view.id` is replaced by the new id in what is returned.
    async fn create(
        &self,
        day: &str,
        view: RunView,
        plan: &Plan,
        events: &[RunEvent],
        holder: &str,
        lease_until: Timestamp,
    ) -> Result<(RunView, Lease)>;

    /// [`RunStore::create`] for runs that are queued together, in their order: all of them or none.
    async fn create_all(
        &self,
        day: &str,
        runs: Vec<NewRun>,
        holder: &str,
        lease_until: Timestamp,
    ) -> Result<Vec<(RunView, Lease)>>;

    /// Appends events and lines, moves the cursor and replaces the folded view, in one transaction that first checks
    /// the lease's token. Sequence numbers that do not follow on are refused.
    async fn append(&self, lease: &Lease, batch: &RunBatch, view: &RunView) -> Result<()>;

    async fn view(&self, id: &RunId) -> Result<RunView>;
    async fn detail(&self, id: &RunId) -> Result<RunDetail>;
    async fn cursor(&self, id: &RunId) -> Result<LogCursor>;
    /// Events after `after`, oldest first, at most `limit`.
    async fn events(&self, id: &RunId, after: u64, limit: u32) -> Result<Vec<RunEvent>>;
    /// Lines after `after`, oldest first, at most `limit`.
    async fn log(&self, id: &RunId, after: u64, limit: u32) -> Result<LogPage>;
    /// Runs that are not in a terminal state, newest first.
    async fn live(&self) -> Result<Vec<RunView>>;
    /// Live or waiting runs on the same server and table as (host, port, table).
    async fn busy_with(
        &self,
        connection: &ConnectionId,
        table: &mysqler_contract::TableRef,
    ) -> Result<Option<RunId>>;
    async fn history(&self, filter: &HistoryFilter, page: Page) -> Result<HistoryPage>;
    /// Rows per second of completed work of that kind on the connection's server, newest first, at most `limit`.
    async fn past_rates(&self, connection: &Connection, kind: WorkKind, limit: u32) -> Result<Vec<u64>>;

    /// Takes the lease when it is free, expired at `now`, or already ours. `None` when another live holder has it.
    async fn take_lease(
        &self,
        run: &RunId,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>>;
    /// `LEASE_LOST` when the token is stale.
    async fn renew_lease(&self, lease: &Lease, until: Timestamp) -> Result<()>;
    async fn release_lease(&self, lease: &Lease) -> Result<()>;
    /// Who holds a live lease at `now`.
    async fn lease_holder(&self, run: &RunId, now: Timestamp) -> Result<Option<String>>;

    async fn post(
        &self,
        run: &RunId,
        action: RunAction,
        detail: Option<&WishDetail>,
        by: &str,
        at: Timestamp,
    ) -> Result<()>;
    /// Takes the oldest entries for a run out of its mailbox.
    async fn collect(&self, lease: &Lease) -> Result<Vec<MailboxEntry>>;

    /// Live runs in the queue's order, and those of the run's batch that have ended.
    async fn queue(&self, around: &RunId, now: Timestamp) -> Result<Vec<Contender>>;
    /// Lets the lease's run in when the rules allow it, in one step with looking whether they do; it takes a place from
    /// then on. `LEASE_LOST` when the token is stale.
    async fn admit(&self, lease: &Lease, rules: Rules, now: Moment) -> Result<Turn>;
    /// Those that wait, in their new order. `RUN_STATE_FORBIDS` for a run that does not wait.
    async fn move_in_queue(&self, run: &RunId, to: &QueueMove) -> Result<Vec<RunId>>;
    /// The runs of a batch, in the order in which they were queued.
    async fn batch(&self, batch: &BatchId) -> Result<Vec<RunView>>;

    /// A number that changes whenever another process has written; cheap.
    async fn data_version(&self) -> Result<i64>;
}

#[async_trait]
pub trait SettingsStore: Send + Sync {
    async fn load(&self) -> Result<Settings>;
    async fn save(&self, settings: &Settings) -> Result<()>;
    async fn data_status(&self) -> Result<DataStatus>;
    /// Where a damaged data file was set aside by this opening.
    fn set_aside(&self) -> Option<String>;
    /// Writes a consistent copy beside the data file and keeps the newest `keep`.
    async fn backup(&self, keep: u32, at: Timestamp) -> Result<()>;
}

#[async_trait]
pub trait TemplateStore: Send + Sync {
    /// By name.
    async fn list(&self) -> Result<Vec<ClauseTemplate>>;
    /// Inserts or replaces by id. `NAME_TAKEN` when another template has that name (compared without case).
    async fn save(&self, template: &ClauseTemplate) -> Result<()>;
    /// `NOT_FOUND` when there is none.
    async fn remove(&self, id: &TemplateId) -> Result<()>;
}

#[async_trait]
pub trait PresetStore: Send + Sync {
    /// Presets that people made, by name.
    async fn list(&self) -> Result<Vec<Preset>>;
    /// Inserts or replaces by id. `NAME_TAKEN` when another preset has that name (compared without case).
    async fn save(&self, preset: &Preset) -> Result<()>;
    /// Removes the preset, and every connection's choice of it. `NOT_FOUND` when there is none.
    async fn remove(&self, id: &PresetId) -> Result<()>;
    /// The preset that was chosen for a connection's changes to begin with.
    async fn chosen(&self, connection: &ConnectionId) -> Result<Option<PresetId>>;
    /// `None` takes the choice back.
    async fn choose(&self, connection: &ConnectionId, preset: Option<&PresetId>) -> Result<()>;
}
