//! Sessions of the server.

use mysqler_contract::Result;
use mysqler_core::ports::SessionFacts;

use crate::row::Row;
use crate::session::Session;

const NO_SUCH_THREAD: u16 = 1094;

pub(crate) async fn sessions(session: &mut Session, ids: &[u64]) -> Result<Vec<SessionFacts>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = session.rows("SHOW FULL PROCESSLIST").await?;
    Ok(rows
        .iter()
        .map(thread)
        .filter(|thread| ids.contains(&thread.id))
        .collect())
}

fn thread(row: &Row) -> SessionFacts {
    let number = |name| row.get(name).and_then(|text: &str| text.parse().ok());
    SessionFacts {
        id: number("Id").unwrap_or(0),
        user: row.get("User").unwrap_or_default().to_owned(),
        seconds: number("Time").unwrap_or(0),
        statement: row.get("Info").map(str::to_owned),
    }
}

/// A session that is gone already is success.
pub(crate) async fn kill(session: &mut Session, id: u64) -> Result<()> {
    end(session, &format!("KILL {id}")).await
}

pub(crate) async fn kill_query(session: &mut Session, id: u64) -> Result<()> {
    end(session, &format!("KILL QUERY {id}")).await
}

async fn end(session: &mut Session, statement: &str) -> Result<()> {
    match session.answer(statement).await? {
        Ok(_) | Err((NO_SUCH_THREAD, _)) => Ok(()),
        Err((number, message)) => Err(session.place().statement(number, &message)),
    }
}
