//! Access to MySQL and MariaDB servers.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{
    DatabaseSummary, DirectLaunch, Flavour, PrepareVerdict, ReplicationRole, Result, Secret, ServerAddress,
    ServerReport, ServerSession, ServerVersion, TableFacts, TableRef, TableSummary, TlsMode, TriggerFacts,
};
use tokio_util::sync::CancellationToken;

use super::{
    CloneOutcome, CloneQuestion, ComparisonEnd, DdlSession, DdlWork, Explained, HistoryJob, LaunchSecrets,
    LeftoverScan, MomentFacts, ReplicaMoment, RowAnswer, RowComparison, RowQuestion, ToolSessions, Tunnel,
};

/// A server and the account to reach it with. Cloned into every session; the secret wipes itself.
#[derive(Debug, Clone)]
pub struct Target {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Secret,
    pub database: Option<String>,
    pub connect_timeout: Duration,
    pub charset: String,
    pub tls: TlsMode,
    /// PEM text of the authorities to trust.
    pub ca_pem: Option<String>,
    pub tunnel: Option<Tunnel>,
}

impl Target {
    pub fn address(&self) -> ServerAddress {
        let tunnel = self
            .tunnel
            .as_ref()
            .map(|tunnel| (tunnel.ssh.host.as_str(), tunnel.ssh.port));
        ServerAddress::new(&self.host, self.port, tunnel)
    }

    /// What a job on this server is given.
    pub fn launch_secrets(&self) -> LaunchSecrets<'_> {
        LaunchSecrets {
            password: &self.password,
            ssh: self.tunnel.as_ref().map(|tunnel| &tunnel.ssh.login),
        }
    }
}

/// What preflight needs of the server as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    pub server_uuid: Option<String>,
    pub flavour: Flavour,
    pub version: ServerVersion,
    pub version_text: String,
    pub role: ReplicationRole,
    pub replicas: Vec<String>,
    pub account: String,
    /// Privileges held globally, upper case as `SHOW GRANTS` prints them; roles resolved where the server can.
    pub global_privileges: Vec<String>,
    /// Privileges held on the database in question (database-level grants and matching patterns).
    pub schema_privileges: Vec<String>,
    /// Global variables, lower-case names; absent when the server does not have one.
    pub variables: BTreeMap<String, String>,
    /// Global status counters, lower-case names.
    pub status: BTreeMap<String, u64>,
    /// What the binary log leaves out, each as `binlog_do_db=…` or `binlog_ignore_db=…`.
    pub binlog_filters: Vec<String>,
    /// The server's file systems; `None` when it does not tell.
    pub disks: Option<Vec<DiskFacts>>,
}

/// A file system as the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFacts {
    /// Where it is mounted.
    pub path: String,
    pub total_bytes: u64,
    /// For the server's own user.
    pub available_bytes: u64,
}

/// Objects beside a table that look like pt-osc's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftoverFacts {
    /// Tables named `_t_new`, `__t_new`, … and `_t_old`, … of this table.
    pub tables: Vec<TableRef>,
    /// Triggers on this table whose names follow pt-osc's pattern, with their bodies.
    pub triggers: Vec<TriggerFacts>,
    /// Empty clones of ours in the same database that no check can still be at work on.
    pub clones: Vec<TableRef>,
}

/// The server's certificate as our own handshake saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerCertificate {
    /// SHA-1 of the DER bytes, upper-case hex without separators; what libmariadb's `ssl-fp` takes.
    pub sha1: String,
    pub sha256: String,
    /// The chain leads to the given authorities.
    pub verified_by_ca: bool,
    /// It also names the host that the target names; `false` where nobody asked for that.
    pub names_host: bool,
}

/// A session on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    pub id: u64,
    pub user: String,
    pub seconds: u64,
    pub statement: Option<String>,
}

#[async_trait]
pub trait Servers: Send + Sync {
    /// Connects, reads identity, TLS, role and rights. Bounded by the target's timeout for connecting and a fixed
    /// limit for each statement. `for_schema` narrows the missing-privileges answer to one database.
    async fn test(&self, target: &Target, for_schema: Option<&str>) -> Result<ServerReport>;

    async fn databases(&self, target: &Target) -> Result<Vec<DatabaseSummary>>;

    /// `DATABASE_MISSING` when there is none of that name.
    async fn require_database(&self, target: &Target, database: &str) -> Result<()>;

    async fn tables(&self, target: &Target, database: &str) -> Result<Vec<TableSummary>>;

    /// `TABLE_MISSING` or `DATABASE_MISSING` when it is not there. Views are described too (kind `View`).
    async fn table_facts(&self, target: &Target, table: &TableRef) -> Result<TableFacts>;

    async fn server_facts(&self, target: &Target, database: &str) -> Result<ServerFacts>;

    /// The global sql_mode, which new sessions begin with.
    async fn sql_mode(&self, target: &Target) -> Result<String>;

    /// `PREPARE ALTER TABLE … <clause>` under `sql_mode` (the server's own when `None`); executes nothing.
    async fn prepare(
        &self,
        target: &Target,
        table: &TableRef,
        clause: &str,
        sql_mode: Option<&str>,
    ) -> Result<PrepareVerdict>;

    /// The binary log's files with their sizes in bytes, oldest first; `None` where it is off, or not to be seen.
    async fn binary_logs(&self, target: &Target) -> Result<Option<Vec<(String, u64)>>>;

    /// `SHOW CREATE TABLE`; `None` when there is no such table.
    async fn definition(&self, target: &Target, table: &TableRef) -> Result<Option<String>>;

    async fn leftovers(&self, target: &Target, table: &TableRef) -> Result<LeftoverFacts>;

    /// Looks through `database`, or every database that the account sees, for what has the name of something that
    /// pt-osc makes; what `named` tells is told of too. Bounded in number and time.
    async fn scan_leftovers(
        &self,
        target: &Target,
        database: Option<&str>,
        named: &[TableRef],
    ) -> Result<LeftoverScan>;

    /// Sessions of any account that are about a copy of pt-osc's.
    async fn tool_sessions(&self, target: &Target) -> Result<ToolSessions>;

    /// Removes one row of a pt-osc history table; one that is gone already is success.
    async fn delete_history_job(&self, target: &Target, history: &TableRef, job: u64) -> Result<()>;

    /// Those of a history table's jobs that are of these numbers; none where there is no such table, or it is not this
    /// account's to read.
    async fn history_jobs(
        &self,
        target: &Target,
        history: &TableRef,
        jobs: &[u64],
    ) -> Result<Vec<HistoryJob>>;

    /// Lets a job go on that had copied all rows: the tool resumes no other that says it is done.
    async fn reopen_history_job(&self, target: &Target, history: &TableRef, job: u64) -> Result<()>;

    /// What tells each of the tool's triggers on the table from one that was made later, by name.
    async fn trigger_marks(&self, target: &Target, table: &TableRef) -> Result<BTreeMap<String, String>>;

    /// The table's triggers, those of the same event and timing in the order in which they fire; empty when there is no
    /// such table.
    async fn triggers(&self, target: &Target, table: &TableRef) -> Result<Vec<TriggerFacts>>;

    /// Makes each of `triggers` one of `table`, as it was and in the order given, from wherever in the schema it is now:
    /// on `beside`, on the table itself, or nowhere. Both tables are locked against writes meanwhile.
    async fn restore_triggers(
        &self,
        target: &Target,
        table: &TableRef,
        beside: Option<&TableRef>,
        triggers: &[TriggerFacts],
    ) -> Result<()>;

    /// Idempotent: a trigger that is gone already is success. Bounded by a short metadata-lock wait.
    async fn drop_trigger(&self, target: &Target, database: &str, name: &str) -> Result<()>;

    /// Idempotent, never touches a view. Bounded by a short metadata-lock wait.
    async fn drop_table(&self, target: &Target, table: &TableRef) -> Result<()>;

    /// Rows of both tables as one consistent snapshot has them; `None` when counting took longer than `limit`.
    async fn count_both(
        &self,
        target: &Target,
        one: &TableRef,
        other: &TableRef,
        limit: Duration,
    ) -> Result<Option<(u64, u64)>>;

    /// Compares both tables' rows by chunks of their key, each chunk of both in one consistent snapshot; `heard` is
    /// told the rows so far. Ends at the first chunk that differs.
    async fn compare_rows(
        &self,
        target: &Target,
        comparison: &RowComparison,
        limit: Duration,
        cancel: &CancellationToken,
        heard: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<ComparisonEnd>;

    /// Those of `ids` that are still connected.
    async fn sessions(&self, target: &Target, ids: &[u64]) -> Result<Vec<SessionFacts>>;

    /// What happens around the table now: each question bounded, and unknown where the server does not tell.
    async fn moment(&self, target: &Target, table: &TableRef) -> Result<MomentFacts>;

    /// The replicas that the server lists, each asked by itself; the replicas' part of [`Servers::moment`].
    async fn replicas(&self, target: &Target) -> Result<Vec<ReplicaMoment>>;

    /// Global status counters of these names, as they are given; one that the server does not have is absent.
    async fn load(&self, target: &Target, variables: &[String]) -> Result<BTreeMap<String, u64>>;

    /// One session as it is now; `None` when it is gone.
    async fn session(&self, target: &Target, id: u64) -> Result<Option<ServerSession>>;

    async fn kill(&self, target: &Target, id: u64) -> Result<()>;

    /// Ends a session's statement and leaves the session. One that is gone already is success.
    async fn kill_query(&self, target: &Target, id: u64) -> Result<()>;

    /// A new session, never one that was used before, prepared as the launch says; nothing of the ALTER is sent.
    async fn open_ddl(&self, target: &Target, launch: &DirectLaunch) -> Result<Box<dyn DdlSession>>;

    /// Sessions of the target's account that are at work on a statement that begins with `head`.
    async fn ddl_work(&self, target: &Target, head: &str) -> Result<Vec<DdlWork>>;

    /// Makes an empty table like the real one, tries the statements on it in turn until the server takes one, and drops
    /// it, also when the caller gives up. Nothing of it reaches the binary log: without the right for that no table is
    /// made.
    async fn try_on_clone(&self, target: &Target, question: &CloneQuestion) -> Result<CloneOutcome>;

    /// Row versions that instant changes have left in the table, the greatest of its partitions; `None` where the
    /// server does not tell.
    async fn row_versions(&self, target: &Target, table: &TableRef) -> Result<Option<u64>>;

    /// `None` when the server offers no TLS.
    async fn certificate(&self, target: &Target) -> Result<Option<ServerCertificate>>;

    async fn analyze(&self, target: &Target, table: &TableRef) -> Result<()>;

    /// Asks in a session of its own, without locks, under the question's sql_mode. Whatever ends it early, the limit or
    /// `cancel`, ends it on the server too. What the server itself refuses is an answer, not an error. Of a question
    /// that reads rows, `explained` hears first what its EXPLAIN says, where it says anything.
    async fn ask_rows(
        &self,
        target: &Target,
        question: &RowQuestion,
        limit: Duration,
        cancel: &CancellationToken,
        explained: Explained<'_>,
    ) -> Result<RowAnswer>;
}
