//! Sessions with their transactions and statements.

use std::collections::BTreeMap;

use mysqler_contract::{Result, ServerSession, SessionTransaction, Timestamp};

use super::ask;
use crate::row::Row;
use crate::session::Session;

/// Enough of a statement to know it by, in characters.
const STATEMENT_LENGTH: usize = 1024;

pub(super) async fn all(session: &mut Session) -> Option<Vec<ServerSession>> {
    let rows = ask(session, "SHOW FULL PROCESSLIST").await?;
    Some(rows.iter().map(read).collect())
}

fn read(row: &Row) -> ServerSession {
    let number = |name| row.get(name).and_then(|text: &str| text.parse().ok());
    let text = |name| {
        row.get(name)
            .filter(|text: &&str| !text.is_empty())
            .map(str::to_owned)
    };
    ServerSession {
        id: number("Id").unwrap_or(0),
        user: row.get("User").unwrap_or_default().to_owned(),
        host: row.get("Host").unwrap_or_default().to_owned(),
        database: text("db"),
        command: row.get("Command").unwrap_or_default().to_owned(),
        state: text("State"),
        seconds: number("Time").unwrap_or(0),
        statement: text("Info").map(|statement| cut(&statement)),
        transaction: None,
    }
}

fn cut(statement: &str) -> String {
    statement.chars().take(STATEMENT_LENGTH).collect()
}

/// Open transactions of the storage engine by session; under zero the oldest that no session holds any more.
pub(super) async fn transactions(session: &mut Session) -> Option<BTreeMap<u64, SessionTransaction>> {
    let statement = "SELECT trx_mysql_thread_id, UNIX_TIMESTAMP(trx_started), \
         GREATEST(TIMESTAMPDIFF(SECOND, trx_started, NOW()), 0), trx_rows_modified \
         FROM information_schema.INNODB_TRX ORDER BY trx_started DESC";
    let rows = ask(session, statement).await?;
    // The oldest comes last and stays.
    Some(rows.iter().map(|row| (row.number(0), open(row))).collect())
}

fn open(row: &Row) -> SessionTransaction {
    let seconds: f64 = row.at(1).and_then(|text| text.parse().ok()).unwrap_or(0.0);
    SessionTransaction {
        // Milliseconds of any date that a server can know fit far inside an i64.
        started_at: Timestamp((seconds * 1000.0) as i64),
        seconds: row.number(2),
        rows_modified: row.number(3),
    }
}

/// An idle session shows no statement; the server may remember its last one.
pub(super) async fn remember_statements(session: &mut Session, present: &mut [ServerSession], named: &[u64]) {
    let wanted = |other: &ServerSession| {
        other.statement.is_none() && (other.transaction.is_some() || named.contains(&other.id))
    };
    let ids: Vec<String> = present
        .iter()
        .filter(|other| wanted(other))
        .map(|other| other.id.to_string())
        .collect();
    if ids.is_empty() {
        return;
    }
    let statement = format!(
        "SELECT t.PROCESSLIST_ID, s.SQL_TEXT FROM performance_schema.threads t \
         JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID \
         WHERE t.PROCESSLIST_ID IN ({}) AND s.SQL_TEXT IS NOT NULL AND s.NESTING_EVENT_LEVEL = 0",
        ids.join(", ")
    );
    for row in ask(session, &statement).await.unwrap_or_default() {
        let id = row.number(0);
        if let Some(other) = present.iter_mut().find(|other| other.id == id) {
            other.statement = row.at(1).map(cut);
        }
    }
}

/// Row locks are not meant: those are waited for inside the storage engine.
pub(super) fn waits_for_lock(session: &ServerSession) -> bool {
    session.state.as_deref().is_some_and(|state| {
        let state = state.to_ascii_lowercase();
        state.starts_with("waiting for") && (state.ends_with(" lock") || state.contains("table flush"))
    })
}

/// A prepared transaction whose session is gone keeps its locks until somebody decides on it.
pub(super) fn orphan(transaction: &SessionTransaction) -> ServerSession {
    ServerSession {
        command: "XA".to_owned(),
        transaction: Some(transaction.clone()),
        ..unknown(0)
    }
}

/// A session that ended between two questions, or that the account may not see.
pub(super) fn unknown(id: u64) -> ServerSession {
    ServerSession {
        id,
        user: String::new(),
        host: String::new(),
        database: None,
        command: String::new(),
        state: None,
        seconds: 0,
        statement: None,
        transaction: None,
    }
}

/// One session as it is now; `None` when it is gone.
pub(crate) async fn one(session: &mut Session, id: u64) -> Result<Option<ServerSession>> {
    let rows = session.rows("SHOW FULL PROCESSLIST").await?;
    let Some(mut found) = rows.iter().map(read).find(|other| other.id == id) else {
        return Ok(None);
    };
    found.transaction = transactions(session).await.and_then(|mut open| open.remove(&id));
    // The storage engine answers from a list that it keeps for a while after it was read; this table is exact.
    let statement = format!(
        "SELECT e.STATE FROM performance_schema.threads t \
         JOIN performance_schema.events_transactions_current e ON e.THREAD_ID = t.THREAD_ID WHERE t.PROCESSLIST_ID = {id}"
    );
    let states = ask(session, &statement).await.unwrap_or_default();
    if states.first().is_some_and(|row| row.at(0) != Some("ACTIVE")) {
        found.transaction = None;
    }
    remember_statements(session, std::slice::from_mut(&mut found), &[id]).await;
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_with_its_client_and_without_empty_words() {
        let row = Row::recorded(&[
            ("Id", Some("812")),
            ("User", Some("app")),
            ("Host", Some("10.0.0.5:40112")),
            ("db", None),
            ("Command", Some("Sleep")),
            ("Time", Some("42")),
            ("State", Some("")),
            ("Info", None),
        ]);
        let session = read(&row);
        assert_eq!((session.id, session.seconds), (812, 42));
        assert_eq!(session.host, "10.0.0.5:40112");
        assert_eq!(
            (session.database, session.state, session.statement),
            (None, None, None)
        );
    }

    #[test]
    fn a_transaction_is_read_with_its_age() {
        let row = Row::recorded(&[
            ("id", Some("812")),
            ("started", Some("1700000000")),
            ("age", Some("900")),
            ("modified", Some("12")),
        ]);
        let transaction = open(&row);
        assert_eq!(transaction.started_at, Timestamp(1_700_000_000_000));
        assert_eq!((transaction.seconds, transaction.rows_modified), (900, 12));
    }

    #[test]
    fn a_long_statement_is_cut_between_characters() {
        assert_eq!(cut(&"订".repeat(2000)).chars().count(), STATEMENT_LENGTH);
    }
}
