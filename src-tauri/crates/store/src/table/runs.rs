//! Table `runs`: one row a run, with the folded view beside the columns that lists filter and sum by.

use async_trait::async_trait;
use mysqler_contract::{
    AppError, BatchId, Connection, ConnectionId, ErrorCode, HistoryFilter, HistoryPage, LogPage, Page, Plan,
    QueueMove, Result, RunAction, RunDetail, RunEvent, RunId, RunState, RunView, ServerAddress, TableRef,
    Timestamp, WishDetail, WorkKind,
};
use mysqler_core::ports::{ConnectionStore, Lease, LogCursor, MailboxEntry, NewRun, RunBatch, RunStore};
use mysqler_core::run::admission::{Contender, Rules, Turn};
use mysqler_core::run::hours::Moment;
use mysqler_core::run::{is_heavy, pace};
use sqlx::SqliteConnection;

use super::{from_json, int, json, leases, queue, run_events, run_logs, uint, word};
use crate::{Store, fault};

pub(super) fn not_found(run: &RunId) -> AppError {
    AppError::new(ErrorCode::NotFound).with("what", run)
}

/// What the columns say of a view; they follow it at every step.
struct Columns {
    state: &'static str,
    live: bool,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    duration_ms: Option<i64>,
    rows_copied: i64,
    rate_rows_s: Option<i64>,
    work: Option<String>,
    error: Option<String>,
    schedule: Option<String>,
    view: String,
}

impl Columns {
    fn of(view: &RunView) -> Result<Self> {
        let error = match &view.state {
            RunState::Failed { error } => Some(error.to_string()),
            RunState::NeedsCleanup { error, .. } => error.as_ref().map(ToString::to_string),
            _ => None,
        };
        let times = view.finished_at.zip(view.started_at);
        let pace = pace(view);
        Ok(Self {
            state: view.state.kind().as_str(),
            live: !view.state.is_terminal(),
            started_at: view.started_at.map(|at| at.0),
            finished_at: view.finished_at.map(|at| at.0),
            duration_ms: times.map(|(finished, started)| int(finished.since(started))),
            rows_copied: if view.state.is_terminal() {
                int(view.rows_copied)
            } else {
                0
            },
            rate_rows_s: pace.map(|(_, rate)| int(rate)),
            work: pace.map(|(kind, _)| word(&kind)).transpose()?,
            error,
            schedule: queue::schedule_of(view)?,
            view: json(view)?,
        })
    }
}

/// A live run on this server and table, under whichever connection.
async fn busy(conn: &mut SqliteConnection, server: ServerAddress, table: &TableRef) -> Result<Option<RunId>> {
    let ServerAddress { host, port } = server;
    let query = sqlx::query_scalar!(
        "SELECT id FROM runs WHERE live = 1 AND host = ? AND port = ? AND database = ? AND table_name = ?
        ORDER BY created_at LIMIT 1",
        host,
        port,
        table.database,
        table.table
    );
    Ok(query.fetch_optional(conn).await.map_err(fault::sql)?.map(RunId))
}

async fn next_number(conn: &mut SqliteConnection, day: &str) -> Result<i64> {
    let query = sqlx::query_scalar!(
        r#"SELECT COALESCE(MAX(number), 0) + 1 AS "next!: i64" FROM runs WHERE day = ?"#,
        day
    );
    query.fetch_one(conn).await.map_err(fault::sql)
}

async fn insert(
    conn: &mut SqliteConnection,
    day: &str,
    number: i64,
    view: &RunView,
    plan: &Plan,
    last: u64,
) -> Result<()> {
    let columns = Columns::of(view)?;
    let environment = word(&view.environment)?;
    let host = plan.connection.address().host;
    let (last_seq, plan_json) = (int(last), json(plan)?);
    let (rank, heavy) = (queue::last_rank(&mut *conn).await?, is_heavy(plan));
    let batch = view.batch.as_ref();
    let (batch_id, stop_on_failure) = (
        batch.map(|batch| batch.id.0.clone()),
        batch.is_some_and(|batch| batch.stop_on_failure),
    );
    let query = sqlx::query!(
        "INSERT INTO runs (id, day, number, state, live, environment, connection_id, host, port, database, table_name,
            created_at, started_at, finished_at, duration_ms, rows_copied, rate_rows_s, work, job, last_seq, clause,
            error, command, rank, heavy, server_uuid, schedule, batch_id, stop_on_failure, view, plan)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        view.id.0,
        day,
        number,
        columns.state,
        columns.live,
        environment,
        view.connection_id.0,
        host,
        plan.connection.port,
        view.table.database,
        view.table.table,
        view.created_at.0,
        columns.started_at,
        columns.finished_at,
        columns.duration_ms,
        columns.rows_copied,
        columns.rate_rows_s,
        columns.work,
        view.job,
        last_seq,
        view.clause,
        columns.error,
        plan.command,
        rank,
        heavy,
        plan.server.server_uuid,
        columns.schedule,
        batch_id,
        stop_on_failure,
        columns.view,
        plan_json
    );
    query.execute(conn).await.map_err(fault::sql)?;
    Ok(())
}

/// The cursor never goes back: a job's streams only grow, and a step that tells none must not lose the place.
async fn update(
    conn: &mut SqliteConnection,
    view: &RunView,
    batch: &RunBatch,
    seq: u64,
    line: u64,
) -> Result<()> {
    let columns = Columns::of(view)?;
    let (stdout, stderr) = (int(batch.cursor.stdout), int(batch.cursor.stderr));
    let (last_seq, last_line) = (int(seq), int(line));
    let query = sqlx::query!(
        "UPDATE runs SET job = ?, cursor_stdout = MAX(cursor_stdout, ?), cursor_stderr = MAX(cursor_stderr, ?),
            last_seq = ?, last_line = ?, schedule = ?, view = ?, definition_after = COALESCE(?, definition_after)
        WHERE id = ?",
        view.job,
        stdout,
        stderr,
        last_seq,
        last_line,
        columns.schedule,
        columns.view,
        batch.definition_after,
        view.id.0
    );
    query.execute(&mut *conn).await.map_err(fault::sql)?;
    update_indexed(conn, &view.id, &columns).await
}

/// Apart from the rest, and only when something differs: most steps are progress, and need not touch an index.
async fn update_indexed(conn: &mut SqliteConnection, id: &RunId, columns: &Columns) -> Result<()> {
    let query = sqlx::query!(
        "UPDATE runs SET state = ?1, live = ?2, started_at = ?3, finished_at = ?4, duration_ms = ?5, rows_copied = ?6,
            rate_rows_s = ?7, work = ?8, error = ?9
        WHERE id = ?10 AND (state, live, started_at, finished_at, duration_ms, rows_copied, rate_rows_s, work, error)
            IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        columns.state,
        columns.live,
        columns.started_at,
        columns.finished_at,
        columns.duration_ms,
        columns.rows_copied,
        columns.rate_rows_s,
        columns.work,
        columns.error,
        id.0
    );
    query.execute(conn).await.map_err(fault::sql)?;
    Ok(())
}

async fn create(
    conn: &mut SqliteConnection,
    day: &str,
    new: NewRun,
    holder: &str,
    lease_until: Timestamp,
) -> Result<(RunView, Lease)> {
    let NewRun { view, plan, events } = new;
    // Looked at again inside the transaction: two processes may have found the table free at the same moment.
    if let Some(other) = busy(&mut *conn, plan.connection.address(), &view.table).await? {
        return Err(AppError::new(ErrorCode::TableBusy)
            .with("run", other)
            .with("table", &view.table));
    }
    let number = next_number(&mut *conn, day).await?;
    let view = RunView {
        id: RunId(format!("{day}-{number:03}")),
        ..view
    };
    let last = events.last().map_or(0, |event| event.seq);
    insert(&mut *conn, day, number, &view, &plan, last).await?;
    run_events::append(&mut *conn, &view.id, 0, &events).await?;
    let lease = leases::first(conn, &view.id, holder, lease_until).await?;
    Ok((view, lease))
}

impl Store {
    async fn runs_create(
        &self,
        day: &str,
        runs: Vec<NewRun>,
        holder: &str,
        lease_until: Timestamp,
    ) -> Result<Vec<(RunView, Lease)>> {
        let mut write = self.write().await?;
        let mut made = Vec::with_capacity(runs.len());
        for new in runs {
            made.push(create(&mut write, day, new, holder, lease_until).await?);
        }
        write.commit().await?;
        Ok(made)
    }

    async fn run_append(&self, lease: &Lease, batch: &RunBatch, view: &RunView) -> Result<()> {
        if lease.run != view.id {
            return Err(AppError::internal(format!(
                "a lease of {} cannot write to {}",
                lease.run, view.id
            )));
        }
        let mut write = self.write().await?;
        leases::require(&mut write, lease).await?;
        let query = sqlx::query!("SELECT last_seq, last_line FROM runs WHERE id = ?", view.id.0);
        let last = query.fetch_one(&mut *write).await.map_err(fault::sql)?;
        let seq = run_events::append(&mut write, &view.id, uint(last.last_seq), &batch.events).await?;
        let line = run_logs::append(&mut write, &view.id, uint(last.last_line), &batch.lines).await?;
        update(&mut write, view, batch, seq, line).await?;
        write.commit().await
    }
}

#[async_trait]
impl RunStore for Store {
    async fn create(
        &self,
        day: &str,
        view: RunView,
        plan: &Plan,
        events: &[RunEvent],
        holder: &str,
        lease_until: Timestamp,
    ) -> Result<(RunView, Lease)> {
        let new = NewRun {
            view,
            plan: plan.clone(),
            events: events.to_vec(),
        };
        let mut made = self.create_all(day, vec![new], holder, lease_until).await?;
        made.pop().ok_or_else(|| AppError::internal("a run was not made"))
    }

    async fn create_all(
        &self,
        day: &str,
        runs: Vec<NewRun>,
        holder: &str,
        lease_until: Timestamp,
    ) -> Result<Vec<(RunView, Lease)>> {
        let made = self.runs_create(day, runs, holder, lease_until).await;
        self.with_cause(made).await
    }

    async fn append(&self, lease: &Lease, batch: &RunBatch, view: &RunView) -> Result<()> {
        let appended = self.run_append(lease, batch, view).await;
        self.with_cause(appended).await
    }

    async fn view(&self, id: &RunId) -> Result<RunView> {
        let query = sqlx::query_scalar!("SELECT view FROM runs WHERE id = ?", id.0);
        let view = query.fetch_optional(self.readers()).await.map_err(fault::sql)?;
        from_json("runs.view", &view.ok_or_else(|| not_found(id))?)
    }

    async fn detail(&self, id: &RunId) -> Result<RunDetail> {
        let query = sqlx::query!("SELECT view, plan, definition_after FROM runs WHERE id = ?", id.0);
        let row = query
            .fetch_optional(self.readers())
            .await
            .map_err(fault::sql)?
            .ok_or_else(|| not_found(id))?;
        Ok(RunDetail {
            view: from_json("runs.view", &row.view)?,
            plan: from_json("runs.plan", &row.plan)?,
            definition_after: row.definition_after,
        })
    }

    async fn cursor(&self, id: &RunId) -> Result<LogCursor> {
        let query = sqlx::query!("SELECT cursor_stdout, cursor_stderr FROM runs WHERE id = ?", id.0);
        let row = query
            .fetch_optional(self.readers())
            .await
            .map_err(fault::sql)?
            .ok_or_else(|| not_found(id))?;
        Ok(LogCursor {
            stdout: uint(row.cursor_stdout),
            stderr: uint(row.cursor_stderr),
        })
    }

    async fn events(&self, id: &RunId, after: u64, limit: u32) -> Result<Vec<RunEvent>> {
        self.events_after(id, after, limit).await
    }

    async fn log(&self, id: &RunId, after: u64, limit: u32) -> Result<LogPage> {
        self.lines_after(id, after, limit).await
    }

    async fn live(&self) -> Result<Vec<RunView>> {
        let query =
            sqlx::query_scalar!("SELECT view FROM runs WHERE live = 1 ORDER BY created_at DESC, id DESC");
        let views = query.fetch_all(self.readers()).await.map_err(fault::sql)?;
        views.iter().map(|view| from_json("runs.view", view)).collect()
    }

    async fn busy_with(&self, connection: &ConnectionId, table: &TableRef) -> Result<Option<RunId>> {
        let mut conn = self.readers().acquire().await.map_err(fault::sql)?;
        let query = sqlx::query_scalar!(
            "SELECT id FROM runs WHERE live = 1 AND connection_id = ? AND database = ? AND table_name = ?
            ORDER BY created_at LIMIT 1",
            connection.0,
            table.database,
            table.table
        );
        if let Some(id) = query.fetch_optional(&mut *conn).await.map_err(fault::sql)? {
            return Ok(Some(RunId(id)));
        }
        match ConnectionStore::get(self, connection).await {
            Ok(saved) => busy(&mut conn, saved.address(), table).await,
            Err(error) if error.code == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn history(&self, filter: &HistoryFilter, page: Page) -> Result<HistoryPage> {
        self.history_page(filter, page).await
    }

    async fn past_rates(&self, connection: &Connection, kind: WorkKind, limit: u32) -> Result<Vec<u64>> {
        let (host, work) = (connection.address().host, word(&kind)?);
        let query = sqlx::query_scalar!(
            r#"SELECT rate_rows_s AS "rate!: i64" FROM runs WHERE host = ? AND port = ? AND work = ?
            ORDER BY finished_at DESC LIMIT ?"#,
            host,
            connection.port,
            work,
            limit
        );
        let rates = query.fetch_all(self.readers()).await.map_err(fault::sql)?;
        Ok(rates.into_iter().map(uint).collect())
    }

    async fn take_lease(
        &self,
        run: &RunId,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let taken = self.lease_take(run, holder, now, until).await;
        self.with_cause(taken).await
    }

    async fn renew_lease(&self, lease: &Lease, until: Timestamp) -> Result<()> {
        self.lease_renew(lease, until).await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<()> {
        self.lease_release(lease).await
    }

    async fn lease_holder(&self, run: &RunId, now: Timestamp) -> Result<Option<String>> {
        self.lease_held_by(run, now).await
    }

    async fn post(
        &self,
        run: &RunId,
        action: RunAction,
        detail: Option<&WishDetail>,
        by: &str,
        at: Timestamp,
    ) -> Result<()> {
        let posted = self.mail_post(run, action, detail, by, at).await;
        self.with_cause(posted).await
    }

    async fn collect(&self, lease: &Lease) -> Result<Vec<MailboxEntry>> {
        self.mail_collect(lease).await
    }

    async fn queue(&self, around: &RunId, now: Timestamp) -> Result<Vec<Contender>> {
        self.queue_around(around, now).await
    }

    async fn admit(&self, lease: &Lease, rules: Rules, now: Moment) -> Result<Turn> {
        self.queue_admit(lease, rules, now).await
    }

    async fn move_in_queue(&self, run: &RunId, to: &QueueMove) -> Result<Vec<RunId>> {
        self.queue_move(run, to).await
    }

    async fn batch(&self, batch: &BatchId) -> Result<Vec<RunView>> {
        self.batch_views(batch).await
    }

    /// On the writer's connection, which its own changes do not count for: what is left are other processes'.
    async fn data_version(&self) -> Result<i64> {
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(self.writer())
            .await
            .map_err(fault::sql)
    }
}
