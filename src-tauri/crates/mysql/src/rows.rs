//! Bounded questions about rows: asked without locks in a session of their own, and ended on the server whenever they
//! end here.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Result};
use mysqler_core::ports::{Explained, RowAnswer, RowQuestion, Target};
use tokio_util::sync::CancellationToken;

use crate::cache::SessionCache;
use crate::row::Row;
use crate::session::{STATEMENT_LIMIT, Session};
use crate::{reading, sql};

/// Examples are shown, not worked with.
const EXAMPLES: usize = 5;
/// Characters of a value that are kept.
const VALUE_LENGTH: usize = 120;
/// The server ends a statement by its own clock; this side does so only when the server did not.
const GRACE: Duration = Duration::from_secs(2);
/// How long a killed statement may take to end.
const END_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Less than this is not worth a count.
const LEAST: Duration = Duration::from_millis(50);

const TIME_IS_UP: [u16; 2] = [3024, 1969];
const NO_SUCH_THREAD: u16 = 1094;
const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// What came of one statement.
enum Heard {
    Rows(Vec<Row>),
    TimedOut,
    Cancelled,
    Refused(String),
}

pub(crate) async fn ask(
    cache: &SessionCache,
    target: &Target,
    question: &RowQuestion,
    limit: Duration,
    cancel: &CancellationToken,
    explained: Explained<'_>,
) -> Result<RowAnswer> {
    let begun = Instant::now();
    let mut session = Session::open(target, STATEMENT_LIMIT).await?;
    let mode = question.sql_mode.as_deref();
    let refused = match set_up(&mut session, mode).await? {
        Some(message) => Some(message),
        None if question.reads_rows => explain(&mut session, &question.sql, explained).await?,
        None => None,
    };
    let outcome = match refused {
        Some(message) => RowAnswer::Refused { message },
        None => asked(cache, target, &mut session, question, (begun, limit), cancel).await?,
    };
    session.close().await;
    Ok(outcome)
}

/// `Some` with the server's words when the table cannot be had, for which the question itself need not wait again. Any
/// other refusal is the question's own to meet.
async fn explain(session: &mut Session, statement: &str, explained: Explained<'_>) -> Result<Option<String>> {
    match reading::of(session, statement).await? {
        Ok(Some(reading)) => explained(reading),
        Err(refused) if refused.0 == LOCK_WAIT_TIMEOUT => return Ok(Some(refusal(refused))),
        Ok(None) | Err(_) => {}
    }
    Ok(None)
}

/// A session that can read and nothing else; `Some` with the server's words when it refuses a setting.
async fn set_up(session: &mut Session, sql_mode: Option<&str>) -> Result<Option<String>> {
    let mode = match sql_mode {
        Some(mode) => sql::text(mode),
        None => "@@GLOBAL.sql_mode".to_owned(),
    };
    // Nothing here that needs a privilege: MySQL guards most variables of a session, max_error_count among them.
    let settings = format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION TRANSACTION READ ONLY; \
         SET SESSION sql_mode = {mode}"
    );
    Ok(session.answer(&settings).await?.err().map(refusal))
}

fn refusal((number, message): (u16, String)) -> String {
    format!("{number}: {message}")
}

async fn asked(
    cache: &SessionCache,
    target: &Target,
    session: &mut Session,
    question: &RowQuestion,
    (begun, limit): (Instant, Duration),
    cancel: &CancellationToken,
) -> Result<RowAnswer> {
    let left = || limit.saturating_sub(begun.elapsed());
    let rows = match hear(cache, target, session, &question.sql, left(), cancel).await? {
        Heard::Rows(rows) if rows.is_empty() => return Ok(RowAnswer::None),
        Heard::Rows(rows) => rows,
        Heard::Cancelled => return Ok(RowAnswer::Cancelled),
        Heard::Refused(message) => return Ok(RowAnswer::Refused { message }),
        Heard::TimedOut => {
            return Ok(RowAnswer::TimedOut {
                after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            });
        }
    };
    // What was found stays found when the count does not come to its end.
    let count = match &question.count {
        Some(count) if left() > LEAST => match hear(cache, target, session, count, left(), cancel).await {
            Ok(Heard::Rows(rows)) => rows.first().map(|row| row.number(0)),
            _ => None,
        },
        _ => None,
    };
    Ok(RowAnswer::Found {
        examples: rows.into_iter().take(EXAMPLES).map(example).collect(),
        count,
    })
}

fn example(row: Row) -> Vec<(String, Option<String>)> {
    let shown = |value: String| match value.char_indices().nth(VALUE_LENGTH) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value,
    };
    let pairs = row.into_pairs().into_iter();
    pairs.map(|(name, value)| (name, value.map(shown))).collect()
}

/// One statement, over the text protocol so that zero dates stay what they are. It goes through PREPARE, which takes one
/// statement and no more: parts of it are the user's own words.
async fn hear(
    cache: &SessionCache,
    target: &Target,
    session: &mut Session,
    statement: &str,
    limit: Duration,
    cancel: &CancellationToken,
) -> Result<Heard> {
    if limit.is_zero() {
        return Ok(Heard::TimedOut);
    }
    let bound = match session.identity().is_mariadb() {
        true => format!(
            "SET SESSION max_statement_time = {:.3}",
            limit.as_secs_f64().max(0.001)
        ),
        false => format!("SET SESSION max_execution_time = {}", limit.as_millis().max(1)),
    };
    let text = format!(
        "SET @mysqler_question = {}; PREPARE mysqler_question FROM @mysqler_question; {bound}; EXECUTE mysqler_question",
        sql::bytes(statement)
    );
    let thread = session.thread();
    let answer = tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        answer = session.answer_within(&text, limit + GRACE) => Some(answer),
    };
    let ended = match answer {
        Some(Ok(Ok(rows))) => return Ok(Heard::Rows(rows)),
        Some(Ok(Err((number, _)))) if TIME_IS_UP.contains(&number) => return Ok(Heard::TimedOut),
        Some(Ok(Err(refused))) => return Ok(Heard::Refused(refusal(refused))),
        Some(Err(error)) if error.code == ErrorCode::ServerTimeout => Heard::TimedOut,
        Some(Err(error)) => return Err(error),
        None => Heard::Cancelled,
    };
    session.abandon();
    match end(cache, target, thread).await {
        Ok(true) => Ok(ended),
        Ok(false) => Ok(Heard::Refused(format!("session {thread} could not be ended"))),
        Err(error) => Ok(Heard::Refused(format!(
            "session {thread} could not be ended: {error}"
        ))),
    }
}

/// Kills the session's statement and waits until the server says that it has ended.
async fn end(cache: &SessionCache, target: &Target, thread: u64) -> Result<bool> {
    let mut control = cache.lease(target).await?;
    if let Err((number, message)) = control.answer(&format!("KILL QUERY {thread}")).await?
        && number != NO_SUCH_THREAD
    {
        return Err(control.place().statement(number, &message));
    }
    let begun = Instant::now();
    while works(&mut control, thread).await? {
        if begun.elapsed() > END_WITHIN {
            control.answer(&format!("KILL {thread}")).await?.ok();
            return Ok(!works(&mut control, thread).await?);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(true)
}

async fn works(control: &mut Session, thread: u64) -> Result<bool> {
    let id = thread.to_string();
    let sessions = control.rows("SHOW PROCESSLIST").await?;
    Ok(sessions
        .iter()
        .any(|row| row.get("Id") == Some(id.as_str()) && row.get("Command") != Some("Sleep")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters_and_marked() {
        let long = "字".repeat(VALUE_LENGTH + 1);
        let row = Row::recorded(&[("a", Some(&long)), ("b", None), ("c", Some("0000-00-00"))]);
        let shown = example(row);
        assert_eq!(
            shown[0].1.as_deref(),
            Some(format!("{}…", "字".repeat(VALUE_LENGTH)).as_str())
        );
        assert_eq!(shown[1], ("b".to_owned(), None), "NULL stays NULL");
        assert_eq!(shown[2].1.as_deref(), Some("0000-00-00"));
    }
}
