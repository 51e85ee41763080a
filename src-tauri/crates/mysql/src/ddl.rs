//! The few statements that change something: dropping what a run left, and gathering statistics.

use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Result, TableRef, quote_identifier};

use crate::session::Session;
use crate::sql;

/// Seconds that one try waits for a metadata lock: short, since everything behind a waiting DROP waits too.
const LOCK_WAIT_SECONDS: u32 = 2;
const TRIES: u32 = 3;
/// Dropping or analysing a huge table may take its time once the lock is held.
const WORK_LIMIT: Duration = Duration::from_secs(600);
const LOCK_WAIT_TIMEOUT: u16 = 1205;

pub(crate) async fn drop_trigger(session: &mut Session, database: &str, name: &str) -> Result<()> {
    let statement = format!(
        "DROP TRIGGER IF EXISTS {}.{}",
        quote_identifier(database),
        quote_identifier(name)
    );
    let rows = session
        .rows(&format!(
            "SELECT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {} AND TRIGGER_NAME = {}",
            sql::text(database),
            sql::text(name)
        ))
        .await?;
    let locked = rows.first().map(|row| TableRef::new(database, row.text(0)));
    match drop_patiently(session, &statement, locked.as_ref()).await {
        Err(error) if matches!(error.code, ErrorCode::DatabaseMissing | ErrorCode::TableMissing) => Ok(()),
        outcome => outcome,
    }
}

pub(crate) async fn drop_table(session: &mut Session, table: &TableRef) -> Result<()> {
    let rows = session
        .rows(&format!(
            "SELECT TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
            sql::text(&table.database),
            sql::text(&table.table)
        ))
        .await?;
    match rows.first().and_then(|row| row.at(0)) {
        None => Ok(()),
        Some("BASE TABLE") => {
            let statement = format!("DROP TABLE IF EXISTS {}", table.quoted());
            drop_patiently(session, &statement, Some(table)).await
        }
        Some(kind) => {
            let detail = format!("{table} is no base table but a {kind}");
            Err(session
                .place()
                .error(ErrorCode::ServerRefused)
                .with("table", table)
                .detail(detail))
        }
    }
}

async fn drop_patiently(session: &mut Session, statement: &str, locked: Option<&TableRef>) -> Result<()> {
    session.spoil();
    session
        .run(&format!("SET SESSION lock_wait_timeout = {LOCK_WAIT_SECONDS}"))
        .await?;
    for _ in 0..TRIES {
        match session.answer_within(statement, WORK_LIMIT).await? {
            Ok(_) => return Ok(()),
            Err((LOCK_WAIT_TIMEOUT, _)) => {}
            Err((number, message)) => return Err(session.place().statement(number, &message)),
        }
    }
    Err(locked_out(session, locked).await)
}

/// Names the sessions that hold the metadata lock, where the server lets this account see them.
async fn locked_out(session: &mut Session, locked: Option<&TableRef>) -> AppError {
    let mut words = format!(
        "{LOCK_WAIT_TIMEOUT}: another session holds a metadata lock; gave up after {TRIES} × {LOCK_WAIT_SECONDS} s"
    );
    let mut error = session.place().error(ErrorCode::ServerRefused);
    if let Some(table) = locked {
        error = error.with("table", table);
        let holders = lock_holders(session, table).await;
        if !holders.is_empty() {
            words = format!("{words}; held by {}", holders.join(", "));
        }
    }
    error.detail(words)
}

async fn lock_holders(session: &mut Session, table: &TableRef) -> Vec<String> {
    let statement = if session.identity().is_mariadb() {
        // Needs the metadata_lock_info plugin.
        format!(
            "SELECT p.ID, CONCAT(p.USER, '@', p.HOST), p.TIME FROM information_schema.METADATA_LOCK_INFO l \
             JOIN information_schema.PROCESSLIST p ON p.ID = l.THREAD_ID \
             WHERE l.TABLE_SCHEMA = {} AND l.TABLE_NAME = {} AND p.ID <> CONNECTION_ID()",
            sql::text(&table.database),
            sql::text(&table.table)
        )
    } else {
        format!(
            "SELECT DISTINCT t.PROCESSLIST_ID, CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST), t.PROCESSLIST_TIME \
             FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID \
             WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = {} AND l.OBJECT_NAME = {} AND l.LOCK_STATUS = 'GRANTED' \
             AND t.PROCESSLIST_ID <> CONNECTION_ID()",
            sql::text(&table.database),
            sql::text(&table.table)
        )
    };
    let rows = match session.answer(&statement).await {
        Ok(Ok(rows)) => rows,
        Ok(Err(_)) | Err(_) => return Vec::new(),
    };
    rows.iter()
        .map(|row| format!("session {} ({}, {} s)", row.text(0), row.text(1), row.text(2)))
        .collect()
}

pub(crate) async fn analyze(session: &mut Session, table: &TableRef) -> Result<()> {
    let rows = session
        .rows_within(&format!("ANALYZE TABLE {}", table.quoted()), WORK_LIMIT)
        .await?;
    // The statement itself succeeds; its rows tell what went wrong.
    let failure = rows.iter().find(|row| {
        row.get("Msg_type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("error"))
    });
    let Some(failure) = failure else { return Ok(()) };
    let words = failure.get("Msg_text").unwrap_or_default();
    let code = match words.contains("doesn't exist") {
        true => ErrorCode::TableMissing,
        false => ErrorCode::ServerRefused,
    };
    Err(session
        .place()
        .error(code)
        .with("table", table)
        .with("database", &table.database)
        .detail(words))
}
