//! Table `leases`: which process supervises a run. A token that grows with every holder fences off writes of one that
//! lost the lease without noticing.

use mysqler_contract::{AppError, ErrorCode, Result, RunId, Timestamp};
use mysqler_core::ports::Lease;
use sqlx::SqliteConnection;

use super::{int, uint};
use crate::{Store, fault};

/// How far two readings of one workstation's clock may be apart before one of them counts as set anew, ms.
const CLOCK_SLACK_MS: i64 = 60_000;

pub(super) async fn first(
    conn: &mut SqliteConnection,
    run: &RunId,
    holder: &str,
    until: Timestamp,
) -> Result<Lease> {
    let query = sqlx::query!(
        "INSERT INTO leases (run_id, token, holder, until) VALUES (?, 1, ?, ?)",
        run.0,
        holder,
        until.0
    );
    query.execute(conn).await.map_err(fault::sql)?;
    Ok(Lease {
        run: run.clone(),
        token: 1,
        holder: holder.to_owned(),
    })
}

/// `LEASE_LOST` unless `lease` is the newest one and was not given back.
pub(super) async fn require(conn: &mut SqliteConnection, lease: &Lease) -> Result<()> {
    let token = int(lease.token);
    let query = sqlx::query_scalar!(
        "SELECT token FROM leases WHERE run_id = ? AND token = ? AND holder = ?",
        lease.run.0,
        token,
        lease.holder
    );
    match query.fetch_optional(conn).await.map_err(fault::sql)? {
        Some(_) => Ok(()),
        None => Err(lost(lease)),
    }
}

fn lost(lease: &Lease) -> AppError {
    AppError::new(ErrorCode::LeaseLost).with("run", &lease.run)
}

impl Store {
    pub(super) async fn lease_take(
        &self,
        run: &RunId,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let mut write = self.write().await?;
        let query = sqlx::query!("SELECT token, holder, until FROM leases WHERE run_id = ?", run.0);
        let found = query.fetch_optional(&mut *write).await.map_err(fault::sql)?;
        let Some(found) = found else {
            return Err(AppError::new(ErrorCode::NotFound).with("what", run));
        };
        let ours = found.holder.as_deref() == Some(holder);
        // No lease reaches much farther than a new one: such a one is of a time before the clock was set back.
        let is_live = found.until > now.0 && found.until <= until.0.saturating_add(CLOCK_SLACK_MS);
        if found.holder.is_some() && !ours && is_live {
            return Ok(None);
        }
        let token = if ours { found.token } else { found.token + 1 };
        let query = sqlx::query!(
            "UPDATE leases SET token = ?, holder = ?, until = ? WHERE run_id = ?",
            token,
            holder,
            until.0,
            run.0
        );
        query.execute(&mut *write).await.map_err(fault::sql)?;
        write.commit().await?;
        Ok(Some(Lease {
            run: run.clone(),
            token: uint(token),
            holder: holder.to_owned(),
        }))
    }

    pub(super) async fn lease_renew(&self, lease: &Lease, until: Timestamp) -> Result<()> {
        let token = int(lease.token);
        let query = sqlx::query!(
            "UPDATE leases SET until = ? WHERE run_id = ? AND token = ? AND holder = ?",
            until.0,
            lease.run.0,
            token,
            lease.holder
        );
        let renewed = query.execute(self.writer()).await.map_err(fault::sql)?;
        if renewed.rows_affected() == 0 {
            Err(lost(lease))
        } else {
            Ok(())
        }
    }

    pub(super) async fn lease_release(&self, lease: &Lease) -> Result<()> {
        let token = int(lease.token);
        let query = sqlx::query!(
            "UPDATE leases SET holder = NULL, until = 0 WHERE run_id = ? AND token = ? AND holder = ?",
            lease.run.0,
            token,
            lease.holder
        );
        let released = query.execute(self.writer()).await.map_err(fault::sql)?;
        if released.rows_affected() == 0 {
            Err(lost(lease))
        } else {
            Ok(())
        }
    }

    pub(super) async fn lease_held_by(&self, run: &RunId, now: Timestamp) -> Result<Option<String>> {
        let query = sqlx::query_scalar!(
            "SELECT holder FROM leases WHERE run_id = ? AND until > ?",
            run.0,
            now.0
        );
        Ok(query
            .fetch_optional(self.readers())
            .await
            .map_err(fault::sql)?
            .flatten())
    }
}
