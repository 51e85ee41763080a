//! Table `run_events`: the append-only record that a run's state is folded from.

use mysqler_contract::{AppError, Result, RunEvent, RunEventKind, RunId, Timestamp};
use sqlx::SqliteConnection;

use super::{from_json, int, json, uint};
use crate::{Store, fault};

/// Appends after `last` and returns the new last number. A number that does not follow on is refused: it would mean that
/// an event was lost or stored twice.
pub(super) async fn append(
    conn: &mut SqliteConnection,
    run: &RunId,
    mut last: u64,
    events: &[RunEvent],
) -> Result<u64> {
    for event in events {
        if event.seq != last + 1 {
            return Err(AppError::internal(format!(
                "event {} of run {run} follows event {last}",
                event.seq
            )));
        }
        last = event.seq;
        let (seq, kind) = (int(event.seq), json(&event.kind)?);
        let query = sqlx::query!(
            "INSERT INTO run_events (run_id, seq, at, event) VALUES (?, ?, ?, ?)",
            run.0,
            seq,
            event.at.0,
            kind
        );
        query.execute(&mut *conn).await.map_err(fault::sql)?;
    }
    Ok(last)
}

impl Store {
    pub(super) async fn events_after(&self, run: &RunId, after: u64, limit: u32) -> Result<Vec<RunEvent>> {
        let after = int(after);
        let query = sqlx::query!(
            "SELECT seq, at, event FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            run.0,
            after,
            limit
        );
        let rows = query.fetch_all(self.readers()).await.map_err(fault::sql)?;
        let events = rows.into_iter().map(|row| {
            let kind: RunEventKind = from_json("run_events.event", &row.event)?;
            Ok(RunEvent {
                seq: uint(row.seq),
                at: Timestamp(row.at),
                kind,
            })
        });
        events.collect()
    }
}
