//! A whole server, or one database, looked through for the names that pt-osc gives: names first, since details make some
//! servers open every table.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mysqler_contract::{Result, TableRef, Timestamp, TriggerFacts};
use mysqler_core::doctor::names;
use mysqler_core::ports::{FoundTable, FoundTrigger, HistoryJob, LeftoverScan, ToolSessions};

use super::BY_CHANCE;
use crate::catalog::SYSTEM_SCHEMAS;
use crate::row::Row;
use crate::session::Session;
use crate::sql;

/// A server with very many tables takes its time over a search by pattern.
const LIMIT: Duration = Duration::from_secs(60);
/// More than this of one kind is no leftover but a habit.
const MOST: usize = 500;
const HISTORY: &str = "pt_osc_history";
const MOST_HISTORIES: usize = 10;

pub(crate) async fn scan(
    session: &mut Session,
    database: Option<&str>,
    named: &[TableRef],
) -> Result<LeftoverScan> {
    let mut scan = LeftoverScan {
        now: now(session).await?,
        ..LeftoverScan::default()
    };
    scan.triggers = triggers(session, database, &mut scan.cut_off).await?;
    let mut wanted = table_names(session, database, &mut scan.cut_off).await?;
    wanted.extend(named.iter().cloned());
    scan.jobs = jobs(session, database).await?;
    // Names that were cut are known from what refers to them only.
    wanted.extend(scan.triggers.iter().filter_map(|found| {
        let shadow = mysqler_core::doctor::shadow_of(&found.trigger)?;
        (shadow.database == found.table.database).then_some(shadow)
    }));
    let shadows = scan.jobs.iter().filter_map(|job| {
        let shadow = job.shadow.as_ref()?;
        Some(TableRef::new(&job.table.database, shadow))
    });
    wanted.extend(shadows);
    let mut origins: BTreeSet<TableRef> = scan.jobs.iter().map(|job| job.table.clone()).collect();
    for table in &wanted {
        for suffix in [names::SHADOW, names::OLD] {
            let names = names::origins(&table.table, suffix);
            origins.extend(names.into_iter().map(|name| TableRef::new(&table.database, name)));
        }
    }
    scan.tables = details(session, &wanted).await?;
    let originals = details(session, &origins).await?;
    scan.originals = originals.into_iter().map(|found| found.table).collect();
    scan.sessions = sessions(session).await?;
    Ok(scan)
}

async fn now(session: &mut Session) -> Result<Timestamp> {
    let rows = session.rows("SELECT UNIX_TIMESTAMP()").await?;
    Ok(rows.first().and_then(|row| seconds(row, 0)).unwrap_or_default())
}

fn seconds(row: &Row, at: usize) -> Option<Timestamp> {
    let seconds: f64 = row.at(at)?.parse().ok()?;
    // Milliseconds of any date that a server can know fit far inside an i64.
    Some(Timestamp((seconds * 1000.0) as i64))
}

fn within(column: &str, database: Option<&str>) -> String {
    match database {
        Some(name) => format!("{column} = {}", sql::text(name)),
        None => format!("LOWER({column}) NOT IN ({SYSTEM_SCHEMAS})"),
    }
}

async fn triggers(
    session: &mut Session,
    database: Option<&str>,
    cut_off: &mut bool,
) -> Result<Vec<FoundTrigger>> {
    let statement = format!(
        "SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, \
         ACTION_STATEMENT, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, UNIX_TIMESTAMP(CREATED) \
         FROM information_schema.TRIGGERS WHERE {} AND TRIGGER_NAME LIKE 'pt\\_osc\\_%' \
         ORDER BY TRIGGER_SCHEMA, TRIGGER_NAME LIMIT {}",
        within("TRIGGER_SCHEMA", database),
        MOST + 1
    );
    let rows = session.rows_within(&statement, LIMIT).await?;
    *cut_off |= rows.len() > MOST;
    let found = rows.iter().take(MOST).map(|row| FoundTrigger {
        table: TableRef::new(row.text(0), row.text(1)),
        trigger: TriggerFacts {
            name: row.text(2),
            timing: row.text(3),
            event: row.text(4),
            body: row.text(5),
            definer: row.text(6),
            sql_mode: row.text(7),
            charset: row.text(8),
            collation: row.text(9),
        },
        created_at: seconds(row, 10),
    });
    Ok(found.collect())
}

async fn table_names(
    session: &mut Session,
    database: Option<&str>,
    cut_off: &mut bool,
) -> Result<BTreeSet<TableRef>> {
    let statement = format!(
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE {} \
         AND (TABLE_NAME LIKE '\\_%\\_new' OR TABLE_NAME LIKE '\\_%\\_old' OR TABLE_NAME LIKE '{BY_CHANCE}\\_old' \
         OR TABLE_NAME LIKE '\\_mysqler\\_%\\_clone') \
         ORDER BY TABLE_SCHEMA, TABLE_NAME LIMIT {}",
        within("TABLE_SCHEMA", database),
        MOST + 1
    );
    let rows = session.rows_within(&statement, LIMIT).await?;
    *cut_off |= rows.len() > MOST;
    let names = rows.iter().take(MOST);
    Ok(names.map(|row| TableRef::new(row.text(0), row.text(1))).collect())
}

/// Those of `wanted` that are base tables.
async fn details(session: &mut Session, wanted: &BTreeSet<TableRef>) -> Result<Vec<FoundTable>> {
    let mut by_schema: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in wanted {
        let names = by_schema.entry(&table.database).or_default();
        names.push(sql::text(&table.table));
    }
    let mut found = Vec::new();
    for (schema, names) in by_schema {
        let statement = format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH, UNIX_TIMESTAMP(CREATE_TIME), \
             TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ({}) \
             AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME",
            sql::text(schema),
            names.join(", ")
        );
        let rows = session.rows_within(&statement, LIMIT).await?;
        let tables = rows.iter().map(|row| FoundTable {
            table: TableRef::new(row.text(0), row.text(1)),
            rows: row.number(2),
            bytes: row.number(3),
            created_at: seconds(row, 4),
            comment: row.text(5),
        });
        // A comparison without case can bring a namesake along.
        found.extend(tables.filter(|found| wanted.contains(&found.table)));
    }
    Ok(found)
}

/// A history table that is no history table, or not this account's to read, tells nothing.
async fn jobs(session: &mut Session, database: Option<&str>) -> Result<Vec<HistoryJob>> {
    let named = session
        .rows_within(
            &format!(
                "SELECT TABLE_SCHEMA FROM information_schema.TABLES WHERE TABLE_NAME = '{HISTORY}' \
                 ORDER BY TABLE_SCHEMA LIMIT {MOST_HISTORIES}"
            ),
            LIMIT,
        )
        .await?;
    let mut jobs = Vec::new();
    for row in &named {
        let history = TableRef::new(row.text(0), HISTORY);
        let only = database.map(|name| format!("AND db = {}", sql::text(name)));
        let condition = format!("done = 'no' {}", only.unwrap_or_default());
        jobs.extend(
            read_jobs(session, &history, &condition)
                .await?
                .unwrap_or_default(),
        );
    }
    Ok(jobs)
}

/// `None` where there is no such table, or none of pt-osc's shape. A bound of zero is none to the tool.
pub(crate) async fn read_jobs(
    session: &mut Session,
    history: &TableRef,
    condition: &str,
) -> Result<Option<Vec<HistoryJob>>> {
    let statement = format!(
        "SELECT job_id, db, tbl, new_table_name, altr, \
         new_table_name IS NOT NULL AND lower_boundary NOT IN ('', '0') AND upper_boundary NOT IN ('', '0'), done, \
         UNIX_TIMESTAMP(ts) FROM {} WHERE {condition} ORDER BY job_id DESC LIMIT {MOST}",
        history.quoted()
    );
    let Ok(rows) = session.answer_within(&statement, LIMIT).await? else {
        return Ok(None);
    };
    let jobs = rows.iter().map(|row| HistoryJob {
        history: history.clone(),
        job: row.number(0),
        table: TableRef::new(row.text(1), row.text(2)),
        shadow: row.optional(3).filter(|name| !name.is_empty()),
        clause: row.text(4),
        has_bounds: row.number(5) == 1,
        done: row.at(6) == Some("yes"),
        touched_at: seconds(row, 7).unwrap_or_default(),
    });
    Ok(Some(jobs.collect()))
}

pub(crate) async fn delete_job(session: &mut Session, history: &TableRef, job: u64) -> Result<()> {
    let statement = format!("DELETE FROM {} WHERE job_id = {job}", history.quoted());
    match session.run(&statement).await {
        Err(error) if error.code == mysqler_contract::ErrorCode::TableMissing => Ok(()),
        outcome => outcome,
    }
}

/// How each chunk of a copy begins, and what the tool writes at the end of the statements around it.
const COPIES: &str = "INSERT LOW_PRIORITY IGNORE INTO ";
/// It may wait long for its lock.
const MAKES_TRIGGER: &str = "CREATE TRIGGER `pt_osc_";
const COMMENTS: [&str; 3] = [
    "/*pt-online-schema-change ",
    "/*explain pt-online-schema-change ",
    "/*next chunk boundary*/",
];

/// Switched off as a whole, MariaDB still lists its parts as enabled.
const COUNTERS_ON: &str = "SELECT @@GLOBAL.performance_schema = 1 AND COUNT(*) = 1 \
     FROM performance_schema.setup_consumers WHERE NAME = 'thread_instrumentation' AND ENABLED = 'YES'";

/// Between two chunks the tool does so much else, and a paused one nothing at all for so long, that no list of last
/// statements shows the copy: only the counters of a session know what it was about. Of each session its database, how
/// many of the three kinds it did that make an online change, and whether it copied rows, made triggers and made tables:
/// after a lock that it waited for in vain the tool makes its triggers over a new connection, which made no table.
const COUNTERS: &str = "SELECT t.PROCESSLIST_ID, t.PROCESSLIST_DB, \
     SUM(s.EVENT_NAME <> 'statement/sql/insert_select'), SUM(s.EVENT_NAME = 'statement/sql/insert_select'), \
     SUM(s.EVENT_NAME = 'statement/sql/create_trigger'), SUM(s.EVENT_NAME = 'statement/sql/create_table') \
     FROM performance_schema.threads t \
     JOIN performance_schema.events_statements_summary_by_thread_by_event_name s ON s.THREAD_ID = t.THREAD_ID \
     WHERE s.EVENT_NAME IN ('statement/sql/create_table', 'statement/sql/alter_table', 'statement/sql/create_trigger', \
     'statement/sql/insert_select') AND s.COUNT_STAR > 0 AND t.PROCESSLIST_ID IS NOT NULL \
     GROUP BY t.PROCESSLIST_ID, t.PROCESSLIST_DB ORDER BY t.PROCESSLIST_ID LIMIT 500";
const BUILDING: u64 = 3;

pub(crate) async fn sessions(session: &mut Session) -> Result<ToolSessions> {
    let own = session.thread();
    let rows = session.rows("SHOW FULL PROCESSLIST").await?;
    let mut copying: BTreeMap<u64, String> = BTreeMap::new();
    for row in &rows {
        let id = row.get("Id").and_then(|text| text.parse().ok()).unwrap_or(0);
        let statement = row.get("Info").unwrap_or_default();
        if id != own && is_copy(statement) {
            copying.insert(id, head(statement));
        }
    }
    let readable = session.answer(COUNTERS_ON).await?;
    let readable = readable.is_ok_and(|rows| rows.first().is_some_and(|row| row.number(0) == 1));
    let counters = if readable {
        session.answer(COUNTERS).await?.ok()
    } else {
        None
    };
    let idle_unread = counters.is_none();
    let (mut building, mut may_copy) = (Vec::new(), Vec::new());
    for row in counters.unwrap_or_default() {
        let id = row.number(0);
        if id == own || copying.contains_key(&id) {
            continue;
        }
        let reconnected = row.number(4) > 0 && row.number(5) == 0;
        match row.optional(1) {
            Some(database) if row.number(2) == BUILDING || reconnected => building.push((id, database)),
            _ if row.number(3) > 0 => may_copy.push(id),
            _ => {}
        }
    }
    Ok(ToolSessions {
        copying: copying.into_iter().collect(),
        building,
        may_copy,
        idle_unread,
    })
}

fn is_copy(statement: &str) -> bool {
    statement.starts_with(COPIES)
        || statement.starts_with(MAKES_TRIGGER)
        || COMMENTS.iter().any(|comment| statement.contains(comment))
}

/// Enough to see both tables' names by: they come before the columns, and after them.
fn head(statement: &str) -> String {
    statement.chars().take(64 * 1024).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_known_by_its_beginning_or_by_the_tools_comment() {
        assert!(is_copy(
            "CREATE TRIGGER `pt_osc_s_t_ins` AFTER INSERT ON `s`.`t` FOR EACH ROW BEGIN END"
        ));
        assert!(!is_copy(
            "CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW SET @x = 1"
        ));
        assert!(is_copy(
            "INSERT LOW_PRIORITY IGNORE INTO `s`.`_t_new` (`id`) SELECT `id` FROM `s`.`t`"
        ));
        assert!(is_copy(
            "SELECT `id` FROM `s`.`t` LIMIT 1 /*pt-online-schema-change 7 copy nibble*/"
        ));
        assert!(!is_copy("INSERT INTO t VALUES (1)"));
    }
}
