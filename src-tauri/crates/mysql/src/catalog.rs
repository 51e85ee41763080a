//! Lists of databases and tables: one query each, from the statistics that the server has at hand.

use std::time::Duration;

use mysqler_contract::{DatabaseSummary, ErrorCode, Result, TableKind, TableSummary};

use crate::row::Row;
use crate::session::Session;
use crate::sql;

/// In lower case; servers of the family keep their own things here.
pub(crate) const SYSTEM_SCHEMAS: &str =
    "'mysql', 'information_schema', 'performance_schema', 'sys', 'ndbinfo'";

/// Sizes are asked of each table in turn by the server. With very many tables that takes longer than a list may: the
/// caller then asks again without them.
const SIZES_LIMIT: Duration = Duration::from_secs(4);

/// Without `sizes` they are zero.
pub(crate) async fn databases(session: &mut Session, sizes: bool) -> Result<Vec<DatabaseSummary>> {
    let bytes = if sizes {
        "SUM(t.DATA_LENGTH + t.INDEX_LENGTH)"
    } else {
        "0"
    };
    let statement = format!(
        "SELECT s.SCHEMA_NAME, COUNT(t.TABLE_NAME), {bytes} \
         FROM information_schema.SCHEMATA s LEFT JOIN information_schema.TABLES t \
         ON t.TABLE_SCHEMA = s.SCHEMA_NAME AND t.TABLE_TYPE = 'BASE TABLE' \
         WHERE LOWER(s.SCHEMA_NAME) NOT IN ({SYSTEM_SCHEMAS}) GROUP BY s.SCHEMA_NAME ORDER BY s.SCHEMA_NAME"
    );
    let rows = list(session, &statement, sizes).await?;
    Ok(rows
        .iter()
        .map(|row| DatabaseSummary {
            name: row.text(0),
            tables: row.number(1),
            bytes: row.number(2),
        })
        .collect())
}

async fn list(session: &mut Session, statement: &str, sizes: bool) -> Result<Vec<Row>> {
    match sizes {
        true => session.rows_within(statement, SIZES_LIMIT).await,
        false => session.rows(statement).await,
    }
}

pub(crate) const SUMMARY_COLUMNS: &str =
    "TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH, DATA_FREE";

/// Without `sizes` they are zero, rows included.
pub(crate) async fn tables(session: &mut Session, database: &str, sizes: bool) -> Result<Vec<TableSummary>> {
    let columns = if sizes {
        SUMMARY_COLUMNS
    } else {
        "TABLE_NAME, TABLE_TYPE, ENGINE"
    };
    let statement = format!(
        "SELECT {columns} FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} ORDER BY TABLE_NAME",
        sql::text(database)
    );
    let rows = list(session, &statement, sizes).await?;
    if rows.is_empty() {
        require_database(session, database).await?;
    }
    Ok(rows.iter().map(summary).collect())
}

pub(crate) async fn require_database(session: &mut Session, database: &str) -> Result<()> {
    let found = session
        .rows(&format!(
            "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
            sql::text(database)
        ))
        .await?;
    match found.is_empty() {
        true => Err(session
            .place()
            .error(ErrorCode::DatabaseMissing)
            .with("database", database)),
        false => Ok(()),
    }
}

/// From a row that begins with [`SUMMARY_COLUMNS`].
pub(crate) fn summary(row: &Row) -> TableSummary {
    TableSummary {
        name: row.text(0),
        kind: match row.at(1) {
            Some("BASE TABLE" | "SYSTEM VERSIONED") => TableKind::Base,
            Some("VIEW") => TableKind::View,
            _ => TableKind::Other,
        },
        engine: row.optional(2),
        rows: row.number(3),
        data_bytes: row.number(4),
        index_bytes: row.number(5),
        free_bytes: row.number(6),
    }
}
