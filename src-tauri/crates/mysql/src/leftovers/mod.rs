//! Objects beside a table that carry pt-osc's names. What they are is for the core to judge.

mod scan;

use mysqler_contract::{Result, TableRef};
use mysqler_core::doctor::names;
use mysqler_core::ports::{CLONE_MARK, LeftoverFacts};

use crate::session::Session;
use crate::{sql, table as tables};

pub(crate) use scan::{delete_job, read_jobs, scan, sessions};

/// A pattern of names that hold ten underscores in a row, as all do in which pt-osc had to put chance.
const BY_CHANCE: &str = r"%\_\_\_\_\_\_\_\_\_\_%";

pub(crate) async fn find(session: &mut Session, table: &TableRef) -> Result<LeftoverFacts> {
    let candidates = names::table_names(&table.table);
    let list: Vec<String> = candidates.iter().map(|name| sql::text(name)).collect();
    let rows = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND (TABLE_NAME IN ({}) OR TABLE_NAME LIKE '{BY_CHANCE}') AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME",
            sql::text(&table.database),
            list.join(", ")
        ))
        .await?;
    let triggers = tables::triggers(session, table)
        .await?
        .into_iter()
        .filter(|trigger| names::is_trigger_of(&trigger.name, table))
        .collect();
    // The server compares as its names are kept, mostly without regard to case.
    let is_candidate = |name: &String| {
        let same = |candidate: &String| candidate.to_lowercase() == name.to_lowercase();
        candidates.iter().any(same) || names::is_old_by_chance(name, &table.table)
    };
    let tables = rows.iter().map(|row| row.text(0)).filter(is_candidate);
    Ok(LeftoverFacts {
        tables: tables.map(|name| TableRef::new(&table.database, name)).collect(),
        triggers,
        clones: clones(session, &table.database).await?,
    })
}

/// By name and by the mark in the comment; a minute is far more than a check works on one.
async fn clones(session: &mut Session, database: &str) -> Result<Vec<TableRef>> {
    // Names alone first: for more than that some servers open every table of the schema.
    let named = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND TABLE_NAME LIKE '\\_mysqler\\_%\\_clone'",
            sql::text(database)
        ))
        .await?;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = named.iter().map(|row| sql::text(&row.text(0))).collect();
    let rows = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ({}) \
             AND LEFT(TABLE_COMMENT, {}) = {} AND CREATE_TIME < NOW() - INTERVAL 1 MINUTE ORDER BY TABLE_NAME",
            sql::text(database),
            names.join(", "),
            CLONE_MARK.len(),
            sql::text(CLONE_MARK)
        ))
        .await?;
    let found = rows.iter().map(|row| TableRef::new(database, row.text(0)));
    Ok(found.collect())
}
