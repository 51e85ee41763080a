//! What happens around a table at one moment.

use mysqler_contract::ServerSession;

/// Facts that change from second to second; each is `None` when the server could not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MomentFacts {
    /// Metadata locks on the table that other sessions hold or wait for.
    pub table_locks: Option<Vec<TableLock>>,
    /// Sessions in an open transaction, the oldest first.
    pub transactions: Option<Vec<ServerSession>>,
    /// Locks that hold the whole server up.
    pub server_locks: Option<Vec<ServerLock>>,
    /// Sessions that wait for a metadata, backup or global lock of whatever table, as the process list tells.
    pub waiting: Vec<ServerSession>,
    pub replicas: Vec<ReplicaMoment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLock {
    pub session: ServerSession,
    /// As the server calls it, for example `SHARED_READ`.
    pub lock: String,
    /// False while the session waits for it.
    pub granted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLock {
    pub session: ServerSession,
    pub lock: String,
    pub kind: ServerLockKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerLockKind {
    /// Every write waits: `FLUSH TABLES WITH READ LOCK`.
    Reads,
    /// A backup keeps definitions as they are: `LOCK INSTANCE FOR BACKUP`, `BACKUP STAGE`.
    Backup,
}

/// A replica of the server, asked by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaMoment {
    /// `host:port`.
    pub name: String,
    /// `Err` with the reason when it was not reached or would not tell.
    pub state: Result<ReplicaState, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplicaState {
    /// Seconds behind its source; `None` while it does not apply.
    pub lag_s: Option<u64>,
    /// Which thread does not run, with its error.
    pub stopped: Option<String>,
    /// Seconds that it stays behind on purpose.
    pub delay_s: u64,
    /// Each as `name=value`.
    pub filters: Vec<String>,
}
