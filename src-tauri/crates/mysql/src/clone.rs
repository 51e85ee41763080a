//! An empty table like the real one, made to see what the server takes, and dropped whatever happens. It lives on a
//! session of its own that writes nothing to the binary log; without the right for that it is never made.

use std::time::Duration;

use mysqler_contract::{ErrorCode, Result, TableRef};
use mysqler_core::ports::{CloneAnswer, CloneOutcome, CloneQuestion, Target};
use tokio::sync::oneshot;

use crate::session::Session;
use crate::{sql, table};

/// An empty table is altered in a moment; what takes longer waits for something.
const STATEMENT_LIMIT: Duration = Duration::from_secs(5);
/// All attempts together.
const WORK_LIMIT: Duration = Duration::from_secs(15);
/// Seconds that one statement waits for a metadata lock, so that nothing queues behind it.
const LOCK_WAIT_SECONDS: u32 = 1;
const DROP_TRIES: u32 = 5;
const DROP_PAUSE: Duration = Duration::from_millis(300);
/// A statement that failed for being late or locked out says nothing of the clause.
const NOT_THE_CLAUSE: [u16; 5] = [1205, 1213, 1317, 1461, 3024];

/// The work goes on in a task of its own when the caller gives up, at least to the drop.
pub(crate) async fn attempt(target: &Target, question: &CloneQuestion) -> Result<CloneOutcome> {
    let (_waiting, given_up) = oneshot::channel();
    let (target, question) = (target.clone(), question.clone());
    let work = tokio::spawn(async move { run(&target, &question, given_up).await });
    match work.await {
        Ok(outcome) => outcome,
        Err(error) => Err(mysqler_contract::AppError::internal(error)),
    }
}

/// `given_up` ends when its sender is dropped.
async fn run(
    target: &Target,
    question: &CloneQuestion,
    given_up: oneshot::Receiver<()>,
) -> Result<CloneOutcome> {
    let mut session = match unlogged(target).await? {
        Ok(session) => session,
        Err(message) => return Ok(not_tried("no_right", message)),
    };
    let made = session
        .answer(&format!(
            "CREATE TABLE {} LIKE {}",
            question.clone.quoted(),
            question.table.quoted()
        ))
        .await;
    let outcome = match made {
        Ok(Err((number, message))) => {
            session.close().await;
            return Ok(not_tried("clone_refused", format!("{number}: {message}")));
        }
        // Whether it was made is not known: it is dropped below all the same.
        Err(error) => Err(error),
        Ok(Ok(_)) => tokio::select! {
            worked = tokio::time::timeout(WORK_LIMIT, work(&mut session, question)) => worked
                .unwrap_or_else(|_| Err(session.place().error(ErrorCode::ServerTimeout))),
            _ = given_up => Err(session.place().error(ErrorCode::ServerTimeout)),
        },
    };
    let left = drop_clone(session, target, &question.clone).await;
    match outcome {
        Ok(answer) => Ok(CloneOutcome::Tried(CloneAnswer { left, ..answer })),
        Err(error) if left.is_some() => Ok(CloneOutcome::Tried(CloneAnswer {
            left,
            refusals: vec![(0, error.to_string())],
            ..CloneAnswer::default()
        })),
        Err(error) => Ok(not_tried("clone_failed", error.to_string())),
    }
}

fn not_tried(why: &'static str, message: String) -> CloneOutcome {
    CloneOutcome::NotTried { why, message }
}

/// A session that writes nothing to the binary log, or the server's words why there is none.
async fn unlogged(target: &Target) -> Result<std::result::Result<Session, String>> {
    let mut session = Session::open(target, STATEMENT_LIMIT).await?;
    if let Err((number, message)) = session.answer("SET SESSION sql_log_bin = 0").await? {
        session.close().await;
        return Ok(Err(format!("{number}: {message}")));
    }
    // Read back: a proxy in between may have sent the two statements to two servers, or dropped the first.
    let rows = session
        .rows("SELECT @@SESSION.sql_log_bin, @@GLOBAL.read_only")
        .await?;
    let (logged, read_only) = rows.first().map_or((1, 1), |row| (row.number(0), row.number(1)));
    if logged != 0 || read_only != 0 {
        session.close().await;
        return Ok(Err(format!("sql_log_bin = {logged}, read_only = {read_only}")));
    }
    session
        .run(&format!("SET SESSION lock_wait_timeout = {LOCK_WAIT_SECONDS}"))
        .await?;
    Ok(Ok(session))
}

async fn work(session: &mut Session, question: &CloneQuestion) -> Result<CloneAnswer> {
    let clone = &question.clone;
    let before = table::definition(session, clone).await?.unwrap_or_default();
    set_comment(session, clone, &question.mark).await?;
    let row_format = row_format(session, clone).await?;
    let mut answer = CloneAnswer {
        before,
        row_format,
        ..CloneAnswer::default()
    };
    let mode = match &question.sql_mode {
        Some(mode) => sql::text(mode),
        None => "@@GLOBAL.sql_mode".to_owned(),
    };
    session.run(&format!("SET SESSION sql_mode = {mode}")).await?;
    for (at, statement) in question.attempts.iter().enumerate() {
        match execute(session, statement).await? {
            Ok(()) => {
                answer.taken = Some(at);
                break;
            }
            Err((number, message)) if NOT_THE_CLAUSE.contains(&number) => {
                let error = session.place().error(ErrorCode::ServerRefused);
                return Err(error.detail(format!("{number}: {message}")));
            }
            Err(refusal) => answer.refusals.push(refusal),
        }
    }
    session.mend().await?;
    if answer.taken.is_some() {
        if let Some(comment) = &question.comment {
            set_comment(session, clone, comment).await?;
        }
        answer.after = table::definition(session, clone).await?;
    }
    Ok(answer)
}

/// Prepared, because that takes one statement and no more, whatever quotes mean under the server's mode.
async fn execute(session: &mut Session, statement: &str) -> Result<std::result::Result<(), (u16, String)>> {
    session
        .run(&format!("SET @mysqler_statement = {}", sql::bytes(statement)))
        .await?;
    if let Err(refusal) = session
        .answer("PREPARE mysqler_attempt FROM @mysqler_statement")
        .await?
    {
        return Ok(Err(refusal));
    }
    let executed = session.answer("EXECUTE mysqler_attempt").await?.map(drop);
    session.run("DEALLOCATE PREPARE mysqler_attempt").await?;
    Ok(executed)
}

async fn set_comment(session: &mut Session, clone: &TableRef, comment: &str) -> Result<()> {
    session
        .run(&format!(
            "ALTER TABLE {} COMMENT = {}",
            clone.quoted(),
            sql::text(comment)
        ))
        .await
}

async fn row_format(session: &mut Session, clone: &TableRef) -> Result<Option<String>> {
    let rows = session
        .rows(&format!(
            "SELECT ROW_FORMAT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
            sql::text(&clone.database),
            sql::text(&clone.table)
        ))
        .await?;
    Ok(rows.first().and_then(|row| row.optional(0)))
}

/// The clone, when it is still there after every try. A session that was lost or cut off is replaced; a statement that
/// was killed may hold the table for a moment.
async fn drop_clone(session: Session, target: &Target, clone: &TableRef) -> Option<TableRef> {
    let statement = format!("DROP TABLE IF EXISTS {}", clone.quoted());
    let mut session = Some(session).filter(Session::reusable);
    for _ in 0..DROP_TRIES {
        if session.as_ref().is_none_or(|session| !session.reusable()) {
            session = match unlogged(target).await {
                Ok(Ok(session)) => Some(session),
                Ok(Err(_)) | Err(_) => None,
            };
        }
        if let Some(at_work) = session.as_mut() {
            match at_work.answer(&statement).await {
                Ok(Ok(_)) => {
                    if let Some(session) = session {
                        session.close().await;
                    }
                    return None;
                }
                Ok(Err((number, message))) => tracing::warn!(%clone, number, message, "the clone stays"),
                Err(error) => tracing::warn!(%clone, %error, "the clone stays"),
            }
        }
        tokio::time::sleep(DROP_PAUSE).await;
    }
    Some(clone.clone())
}
