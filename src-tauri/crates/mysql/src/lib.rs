//! Access to MySQL and MariaDB servers: the core's [`Servers`] port over the MySQL protocol. Nothing here knows of runs,
//! containers or the local store.

mod cache;
mod catalog;
mod certificate;
mod clone;
mod comparing;
mod continuing;
mod counting;
mod ddl;
mod direct;
mod error;
mod foreign_keys;
mod grants;
mod greeting;
mod identity;
mod leftovers;
mod moment;
mod prepare;
mod privileges;
mod reading;
mod replication;
mod room;
mod route;
mod row;
mod row_versions;
mod rows;
mod server;
mod session;
mod sql;
mod table;
mod threads;
mod triggers;
mod trust;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{
    DatabaseSummary, DirectLaunch, ErrorCode, PrepareVerdict, Result, ServerReport, ServerSession,
    TableFacts, TableRef, TableSummary, TriggerFacts,
};
use mysqler_core::ports::{
    CloneOutcome, CloneQuestion, ComparisonEnd, DdlSession, DdlWork, Explained, HistoryJob, LeftoverFacts,
    LeftoverScan, MomentFacts, ReplicaMoment, RowAnswer, RowComparison, RowQuestion, ServerCertificate,
    ServerFacts, Servers, SessionFacts, Target, ToolSessions,
};
use tokio_util::sync::CancellationToken;

use cache::SessionCache;

/// Sessions to any number of servers; idle ones are kept for a short while so that consecutive calls are fast.
pub struct MySqlServers {
    cache: SessionCache,
}

impl MySqlServers {
    pub fn new() -> Self {
        Self::with_statement_limit(session::STATEMENT_LIMIT)
    }

    /// `limit` bounds each statement that reads; one that exceeds it is killed on the server.
    pub fn with_statement_limit(limit: Duration) -> Self {
        Self {
            cache: SessionCache::new(limit),
        }
    }
}

impl Default for MySqlServers {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Servers for MySqlServers {
    async fn test(&self, target: &Target, for_schema: Option<&str>) -> Result<ServerReport> {
        // A test proves that a connection can be made now, so it never reuses one.
        let mut session = self.cache.fresh(target).await?;
        server::report(&mut session, target, for_schema).await
    }

    async fn databases(&self, target: &Target) -> Result<Vec<DatabaseSummary>> {
        match catalog::databases(&mut *self.cache.lease(target).await?, true).await {
            Err(error) if error.code == ErrorCode::ServerTimeout => {
                catalog::databases(&mut *self.cache.lease(target).await?, false).await
            }
            outcome => outcome,
        }
    }

    async fn require_database(&self, target: &Target, database: &str) -> Result<()> {
        catalog::require_database(&mut *self.cache.lease(target).await?, database).await
    }

    async fn tables(&self, target: &Target, database: &str) -> Result<Vec<TableSummary>> {
        match catalog::tables(&mut *self.cache.lease(target).await?, database, true).await {
            Err(error) if error.code == ErrorCode::ServerTimeout => {
                catalog::tables(&mut *self.cache.lease(target).await?, database, false).await
            }
            outcome => outcome,
        }
    }

    async fn table_facts(&self, target: &Target, table: &TableRef) -> Result<TableFacts> {
        table::facts(&mut *self.cache.lease(target).await?, table).await
    }

    async fn server_facts(&self, target: &Target, database: &str) -> Result<ServerFacts> {
        server::facts(&mut *self.cache.lease(target).await?, database).await
    }

    async fn sql_mode(&self, target: &Target) -> Result<String> {
        server::sql_mode(&mut *self.cache.lease(target).await?).await
    }

    async fn prepare(
        &self,
        target: &Target,
        table: &TableRef,
        clause: &str,
        sql_mode: Option<&str>,
    ) -> Result<PrepareVerdict> {
        prepare::verdict(&mut *self.cache.lease(target).await?, table, clause, sql_mode).await
    }

    async fn binary_logs(&self, target: &Target) -> Result<Option<Vec<(String, u64)>>> {
        room::binary_logs(&mut *self.cache.lease(target).await?).await
    }

    async fn definition(&self, target: &Target, table: &TableRef) -> Result<Option<String>> {
        table::definition(&mut *self.cache.lease(target).await?, table).await
    }

    async fn leftovers(&self, target: &Target, table: &TableRef) -> Result<LeftoverFacts> {
        leftovers::find(&mut *self.cache.lease(target).await?, table).await
    }

    async fn scan_leftovers(
        &self,
        target: &Target,
        database: Option<&str>,
        named: &[TableRef],
    ) -> Result<LeftoverScan> {
        leftovers::scan(&mut *self.cache.lease(target).await?, database, named).await
    }

    async fn tool_sessions(&self, target: &Target) -> Result<ToolSessions> {
        leftovers::sessions(&mut *self.cache.lease(target).await?).await
    }

    async fn delete_history_job(&self, target: &Target, history: &TableRef, job: u64) -> Result<()> {
        leftovers::delete_job(&mut *self.cache.lease(target).await?, history, job).await
    }

    async fn history_jobs(
        &self,
        target: &Target,
        history: &TableRef,
        jobs: &[u64],
    ) -> Result<Vec<HistoryJob>> {
        continuing::jobs(&mut *self.cache.lease(target).await?, history, jobs).await
    }

    async fn reopen_history_job(&self, target: &Target, history: &TableRef, job: u64) -> Result<()> {
        continuing::reopen(&mut *self.cache.lease(target).await?, history, job).await
    }

    async fn trigger_marks(&self, target: &Target, table: &TableRef) -> Result<BTreeMap<String, String>> {
        continuing::marks(&mut *self.cache.lease(target).await?, table).await
    }

    async fn triggers(&self, target: &Target, table: &TableRef) -> Result<Vec<TriggerFacts>> {
        table::triggers(&mut *self.cache.lease(target).await?, table).await
    }

    async fn restore_triggers(
        &self,
        target: &Target,
        table: &TableRef,
        beside: Option<&TableRef>,
        triggers: &[TriggerFacts],
    ) -> Result<()> {
        triggers::restore(&mut *self.cache.fresh(target).await?, table, beside, triggers).await
    }

    async fn drop_trigger(&self, target: &Target, database: &str, name: &str) -> Result<()> {
        ddl::drop_trigger(&mut *self.cache.lease(target).await?, database, name).await
    }

    async fn drop_table(&self, target: &Target, table: &TableRef) -> Result<()> {
        ddl::drop_table(&mut *self.cache.lease(target).await?, table).await
    }

    async fn count_both(
        &self,
        target: &Target,
        one: &TableRef,
        other: &TableRef,
        limit: Duration,
    ) -> Result<Option<(u64, u64)>> {
        counting::both(&mut *self.cache.lease(target).await?, one, other, limit).await
    }

    async fn compare_rows(
        &self,
        target: &Target,
        comparison: &RowComparison,
        limit: Duration,
        cancel: &CancellationToken,
        heard: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<ComparisonEnd> {
        let session = &mut *self.cache.fresh(target).await?;
        comparing::compare(session, comparison, limit, cancel, heard).await
    }

    async fn sessions(&self, target: &Target, ids: &[u64]) -> Result<Vec<SessionFacts>> {
        threads::sessions(&mut *self.cache.lease(target).await?, ids).await
    }

    async fn moment(&self, target: &Target, table: &TableRef) -> Result<MomentFacts> {
        let session = &mut *self.cache.lease(target).await?;
        moment::facts(session, &self.cache, target, table).await
    }

    async fn replicas(&self, target: &Target) -> Result<Vec<ReplicaMoment>> {
        let session = &mut *self.cache.lease(target).await?;
        moment::replicas(session, &self.cache, target).await
    }

    async fn load(&self, target: &Target, variables: &[String]) -> Result<BTreeMap<String, u64>> {
        server::load(&mut *self.cache.lease(target).await?, variables).await
    }

    async fn session(&self, target: &Target, id: u64) -> Result<Option<ServerSession>> {
        moment::one(&mut *self.cache.lease(target).await?, id).await
    }

    async fn kill(&self, target: &Target, id: u64) -> Result<()> {
        threads::kill(&mut *self.cache.lease(target).await?, id).await
    }

    async fn kill_query(&self, target: &Target, id: u64) -> Result<()> {
        threads::kill_query(&mut *self.cache.lease(target).await?, id).await
    }

    async fn open_ddl(&self, target: &Target, launch: &DirectLaunch) -> Result<Box<dyn DdlSession>> {
        Ok(Box::new(direct::Ddl::open(target, launch).await?))
    }

    async fn ddl_work(&self, target: &Target, head: &str) -> Result<Vec<DdlWork>> {
        direct::work(&mut *self.cache.lease(target).await?, &target.user, head).await
    }

    async fn try_on_clone(&self, target: &Target, question: &CloneQuestion) -> Result<CloneOutcome> {
        clone::attempt(target, question).await
    }

    async fn row_versions(&self, target: &Target, table: &TableRef) -> Result<Option<u64>> {
        row_versions::read(&mut *self.cache.lease(target).await?, table).await
    }

    async fn certificate(&self, target: &Target) -> Result<Option<ServerCertificate>> {
        certificate::read(target).await
    }

    async fn analyze(&self, target: &Target, table: &TableRef) -> Result<()> {
        ddl::analyze(&mut *self.cache.lease(target).await?, table).await
    }

    async fn ask_rows(
        &self,
        target: &Target,
        question: &RowQuestion,
        limit: Duration,
        cancel: &CancellationToken,
        explained: Explained<'_>,
    ) -> Result<RowAnswer> {
        rows::ask(&self.cache, target, question, limit, cancel, explained).await
    }
}
