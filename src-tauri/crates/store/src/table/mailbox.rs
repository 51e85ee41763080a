//! Table `mailbox`: wishes of other processes for a run, taken out by the one that supervises it.

use mysqler_contract::{Result, RunAction, RunId, Timestamp, WishDetail};
use mysqler_core::ports::{Lease, MailboxEntry};

use super::{from_json, from_word, json, leases, runs, word};
use crate::{Store, fault};

impl Store {
    pub(super) async fn mail_post(
        &self,
        run: &RunId,
        action: RunAction,
        detail: Option<&WishDetail>,
        by: &str,
        at: Timestamp,
    ) -> Result<()> {
        let action = word(&action)?;
        let detail = detail.map(json).transpose()?;
        let query = sqlx::query!(
            "INSERT INTO mailbox (run_id, action, detail, asker, at) SELECT id, ?, ?, ?, ? FROM runs WHERE id = ?",
            action,
            detail,
            by,
            at.0,
            run.0
        );
        let posted = query.execute(self.writer()).await.map_err(fault::sql)?;
        if posted.rows_affected() == 0 {
            Err(runs::not_found(run))
        } else {
            Ok(())
        }
    }

    /// Reading and emptying are one transaction: an entry is taken by one process, once.
    pub(super) async fn mail_collect(&self, lease: &Lease) -> Result<Vec<MailboxEntry>> {
        // An empty mailbox is looked at several times a second, and must not cost a write each time.
        if self.mail_waits(lease).await? == 0 {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        leases::require(&mut write, lease).await?;
        let query = sqlx::query!(
            "SELECT id, action, detail, asker, at FROM mailbox WHERE run_id = ? ORDER BY id",
            lease.run.0
        );
        let rows = query.fetch_all(&mut *write).await.map_err(fault::sql)?;
        sqlx::query!("DELETE FROM mailbox WHERE run_id = ?", lease.run.0)
            .execute(&mut *write)
            .await
            .map_err(fault::sql)?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let action = from_word("mailbox.action", row.action)?;
            let detail = row.detail.map(|detail| from_json("mailbox.detail", &detail));
            entries.push(MailboxEntry {
                id: row.id,
                run: lease.run.clone(),
                action,
                detail: detail.transpose()?,
                by: row.asker,
                at: Timestamp(row.at),
            });
        }
        write.commit().await?;
        Ok(entries)
    }

    async fn mail_waits(&self, lease: &Lease) -> Result<i64> {
        let mut conn = self.readers().acquire().await.map_err(fault::sql)?;
        leases::require(&mut conn, lease).await?;
        let query = sqlx::query_scalar!("SELECT COUNT(*) FROM mailbox WHERE run_id = ?", lease.run.0);
        query.fetch_one(&mut *conn).await.map_err(fault::sql)
    }
}
