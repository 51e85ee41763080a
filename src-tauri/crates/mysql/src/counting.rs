//! Counting two tables at one moment.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Result, TableRef};

use crate::session::Session;

/// Separate counts of two tables differ under writes; a snapshot of both does not, since a trigger writes to the other
/// table within the same transaction.
pub(crate) async fn both(
    session: &mut Session,
    one: &TableRef,
    other: &TableRef,
    limit: Duration,
) -> Result<Option<(u64, u64)>> {
    session.spoil();
    session
        .run(
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
             START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )
        .await?;
    let started = Instant::now();
    let mut counts = [0; 2];
    for (count, table) in counts.iter_mut().zip([one, other]) {
        let left = limit.saturating_sub(started.elapsed());
        let statement = format!("SELECT COUNT(*) FROM {}", table.quoted());
        match session.rows_within(&statement, left).await {
            Ok(rows) => *count = rows.first().map_or(0, |row| row.number(0)),
            Err(error) if error.code == ErrorCode::ServerTimeout => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    session.run("COMMIT").await?;
    Ok(Some((counts[0], counts[1])))
}
