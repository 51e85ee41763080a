//! What a run that broke off goes on from: rows of the tool's history, and the marks of its triggers.

use std::collections::BTreeMap;

use mysqler_contract::{Result, TableRef};
use mysqler_core::ports::HistoryJob;

use crate::session::Session;
use crate::{leftovers, sql};

pub(crate) async fn jobs(session: &mut Session, history: &TableRef, jobs: &[u64]) -> Result<Vec<HistoryJob>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<String> = jobs.iter().map(u64::to_string).collect();
    let condition = format!("job_id IN ({})", numbers.join(", "));
    let read = leftovers::read_jobs(session, history, &condition).await?;
    Ok(read.unwrap_or_default())
}

pub(crate) async fn reopen(session: &mut Session, history: &TableRef, job: u64) -> Result<()> {
    let statement = format!("UPDATE {} SET done = 'no' WHERE job_id = {job}", history.quoted());
    session.run(&statement).await
}

/// The plugin asks the same, in the same words.
pub(crate) async fn marks(session: &mut Session, table: &TableRef) -> Result<BTreeMap<String, String>> {
    let statement = format!(
        "SELECT TRIGGER_NAME, CONCAT(IFNULL(UNIX_TIMESTAMP(CREATED), ''), ' ', SHA2(CONCAT_WS('/', ACTION_TIMING, \
         EVENT_MANIPULATION, SQL_MODE, DEFINER, ACTION_STATEMENT), 256)) FROM INFORMATION_SCHEMA.TRIGGERS \
         WHERE TRIGGER_SCHEMA = {} AND EVENT_OBJECT_TABLE = {} AND TRIGGER_NAME LIKE 'pt\\_osc\\_%'",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    let rows = session.rows(&statement).await?;
    Ok(rows.iter().map(|row| (row.text(0), row.text(1))).collect())
}
