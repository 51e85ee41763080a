//! The queue in table `runs`: who waits, who works, and the one step that lets a run in.

use mysqler_contract::{
    AppError, BatchId, ErrorCode, QueueMove, Result, RunId, RunState, RunStateKind, RunView, TableRef,
    Timestamp,
};
use mysqler_core::ports::Lease;
use mysqler_core::run::admission::{Contender, Place, Rules, ServerKey, Turn, turn};
use mysqler_core::run::hours::Moment;
use sqlx::SqliteConnection;

use super::{from_json, leases};
use crate::{Store, fault};

/// Live runs, and those of `run`'s batch that have ended, in the queue's order.
async fn contenders(conn: &mut SqliteConnection, run: &RunId, now: Timestamp) -> Result<Vec<Contender>> {
    let query = sqlx::query!(
        r#"SELECT r.id, r.state, r.live AS "live: bool", r.admitted AS "admitted: bool", r.heavy AS "heavy: bool",
            r.host, r.port AS "port: u16", r.server_uuid, r.database, r.table_name, r.schedule, r.batch_id,
            r.stop_on_failure AS "stop_on_failure: bool", l.holder, COALESCE(l.until, 0) AS "until!: i64"
        FROM runs r LEFT JOIN leases l ON l.run_id = r.id
        WHERE r.live = 1 OR r.batch_id = (SELECT batch_id FROM runs WHERE id = ?)
        ORDER BY r.rank, r.created_at, r.id"#,
        run.0
    );
    let rows = query.fetch_all(conn).await.map_err(fault::sql)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let queued = row.state == RunStateKind::Queued.as_str();
        let place = match (row.live, queued && !row.admitted) {
            (true, true) => Place::Queued {
                schedule: match &row.schedule {
                    Some(text) => from_json("runs.schedule", text)?,
                    None => Default::default(),
                },
                attended: row.holder.is_some() && row.until > now.0,
            },
            (true, false) => Place::Works,
            (false, _) => Place::Ended {
                badly: ended_badly(&row.state),
            },
        };
        all.push(Contender {
            run: RunId(row.id),
            server: ServerKey {
                host: row.host,
                port: row.port,
                uuid: row.server_uuid,
            },
            table: TableRef::new(row.database, row.table_name),
            heavy: row.heavy,
            place,
            batch: row.batch_id.map(|id| (BatchId(id), row.stop_on_failure)),
        });
    }
    Ok(all)
}

/// A member that a person took back is no failure.
fn ended_badly(state: &str) -> bool {
    ![RunStateKind::Completed.as_str(), RunStateKind::Cancelled.as_str()].contains(&state)
}

impl Store {
    pub(super) async fn queue_around(&self, run: &RunId, now: Timestamp) -> Result<Vec<Contender>> {
        let mut conn = self.readers().acquire().await.map_err(fault::sql)?;
        contenders(&mut conn, run, now).await
    }

    /// Asked again under the write lock: two processes may have found the same place free.
    pub(super) async fn queue_admit(&self, lease: &Lease, rules: Rules, now: Moment) -> Result<Turn> {
        let mut write = self.write().await?;
        leases::require(&mut write, lease).await?;
        let all = contenders(&mut write, &lease.run, now.at).await?;
        let verdict = turn(&all, &lease.run, rules, now);
        if verdict == Turn::Now {
            let query = sqlx::query!("UPDATE runs SET admitted = 1 WHERE id = ?", lease.run.0);
            query.execute(&mut *write).await.map_err(fault::sql)?;
            write.commit().await?;
        }
        Ok(verdict)
    }

    pub(super) async fn queue_move(&self, run: &RunId, to: &QueueMove) -> Result<Vec<RunId>> {
        let mut write = self.write().await?;
        let query = sqlx::query_scalar!(
            "SELECT id FROM runs WHERE live = 1 AND state = 'queued' AND admitted = 0 ORDER BY rank, created_at, id"
        );
        let mut order: Vec<String> = query.fetch_all(&mut *write).await.map_err(fault::sql)?;
        let from = order
            .iter()
            .position(|id| *id == run.0)
            .ok_or_else(|| not_waiting(run))?;
        let moved = order.remove(from);
        let at = match to {
            QueueMove::First => 0,
            QueueMove::Last => order.len(),
            QueueMove::Up => from.saturating_sub(1),
            QueueMove::Down => (from + 1).min(order.len()),
            QueueMove::Before { run: other } if other == run => from,
            QueueMove::Before { run: other } => {
                let place = order.iter().position(|id| *id == other.0);
                place.ok_or_else(|| not_waiting(other))?
            }
        };
        order.insert(at, moved);
        for (rank, id) in (1_i64..).zip(&order) {
            let query = sqlx::query!("UPDATE runs SET rank = ? WHERE id = ?", rank, id);
            query.execute(&mut *write).await.map_err(fault::sql)?;
        }
        write.commit().await?;
        Ok(order.into_iter().map(RunId).collect())
    }

    /// The runs of a batch, in the order in which they were queued.
    pub(super) async fn batch_views(&self, batch: &BatchId) -> Result<Vec<RunView>> {
        let query = sqlx::query_scalar!("SELECT view FROM runs WHERE batch_id = ?", batch.0);
        let views = query.fetch_all(self.readers()).await.map_err(fault::sql)?;
        let mut views = (views.iter())
            .map(|view| from_json::<RunView>("runs.view", view))
            .collect::<Result<Vec<_>>>()?;
        views.sort_by_key(|view| view.batch.as_ref().map(|batch| batch.number));
        Ok(views)
    }
}

fn not_waiting(run: &RunId) -> AppError {
    AppError::new(ErrorCode::RunStateForbids)
        .with("run", run)
        .with("action", "move")
}

/// Behind all that wait.
pub(super) async fn last_rank(conn: &mut SqliteConnection) -> Result<i64> {
    let query =
        sqlx::query_scalar!(r#"SELECT COALESCE(MAX(rank), 0) + 1 AS "rank!: i64" FROM runs WHERE live = 1"#);
    query.fetch_one(conn).await.map_err(fault::sql)
}

/// What the schedule's column says: a person's word stands over the schedule.
pub(super) fn schedule_of(view: &RunView) -> Result<Option<String>> {
    let waits = view.state == RunState::Queued && !view.schedule_overridden && !view.schedule.is_empty();
    waits.then(|| super::json(&view.schedule)).transpose()
}
