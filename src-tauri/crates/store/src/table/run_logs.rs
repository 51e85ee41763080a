//! Table `run_logs`: a run's output lines as they are shown.

use mysqler_contract::{AppError, LogLine, LogPage, Result, RunId, Timestamp};
use sqlx::SqliteConnection;

use super::{from_word, int, runs, uint, word};
use crate::{Store, fault};

/// Appends after `last` and returns the new last number; like events, lines have no holes.
pub(super) async fn append(
    conn: &mut SqliteConnection,
    run: &RunId,
    mut last: u64,
    lines: &[LogLine],
) -> Result<u64> {
    for line in lines {
        if line.seq != last + 1 {
            return Err(AppError::internal(format!(
                "line {} of run {run} follows line {last}",
                line.seq
            )));
        }
        last = line.seq;
        let (seq, stream, kind) = (int(line.seq), word(&line.stream)?, word(&line.kind)?);
        let query = sqlx::query!(
            "INSERT INTO run_logs (run_id, seq, at, stream, kind, text) VALUES (?, ?, ?, ?, ?, ?)",
            run.0,
            seq,
            line.at.0,
            stream,
            kind,
            line.text
        );
        query.execute(&mut *conn).await.map_err(fault::sql)?;
    }
    Ok(last)
}

impl Store {
    pub(super) async fn lines_after(&self, run: &RunId, after: u64, limit: u32) -> Result<LogPage> {
        let start = int(after);
        // The number of the last line is their number, since they have no holes.
        let total = sqlx::query_scalar!("SELECT last_line FROM runs WHERE id = ?", run.0);
        let total = total.fetch_optional(self.readers()).await.map_err(fault::sql)?;
        let total = total.ok_or_else(|| runs::not_found(run))?;
        let query = sqlx::query!(
            "SELECT seq, at, stream, kind, text FROM run_logs WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            run.0,
            start,
            limit
        );
        let rows = query.fetch_all(self.readers()).await.map_err(fault::sql)?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(LogLine {
                seq: uint(row.seq),
                at: Timestamp(row.at),
                stream: from_word("run_logs.stream", row.stream)?,
                kind: from_word("run_logs.kind", row.kind)?,
                text: row.text,
            });
        }
        // Lines may have come between the two looks.
        let total = uint(total).max(lines.last().map_or(0, |line| line.seq));
        Ok(LogPage { lines, total })
    }
}
