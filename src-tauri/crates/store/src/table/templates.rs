//! Table `templates`: clauses that people keep under a name.

use async_trait::async_trait;
use mysqler_contract::{AppError, ClauseTemplate, ErrorCode, Result, TemplateId, Timestamp};
use mysqler_core::ports::TemplateStore;

use crate::{Store, fault};

#[async_trait]
impl TemplateStore for Store {
    async fn list(&self) -> Result<Vec<ClauseTemplate>> {
        let rows =
            sqlx::query!("SELECT id, name, clause, created_at, updated_at FROM templates ORDER BY name_key");
        let rows = rows.fetch_all(self.readers()).await.map_err(fault::sql)?;
        let read = rows.into_iter().map(|row| ClauseTemplate {
            id: TemplateId(row.id),
            name: row.name,
            clause: row.clause,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        });
        Ok(read.collect())
    }

    async fn save(&self, template: &ClauseTemplate) -> Result<()> {
        let name_key = template.name.to_lowercase();
        let mut write = self.write().await?;
        let other = sqlx::query_scalar!(
            "SELECT id FROM templates WHERE name_key = ? AND id <> ?",
            name_key,
            template.id.0
        );
        if other
            .fetch_optional(&mut *write)
            .await
            .map_err(fault::sql)?
            .is_some()
        {
            return Err(AppError::new(ErrorCode::NameTaken).with("name", &template.name));
        }
        let query = sqlx::query!(
            "INSERT INTO templates (id, name, name_key, clause, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
                clause = excluded.clause, updated_at = excluded.updated_at",
            template.id.0,
            template.name,
            name_key,
            template.clause,
            template.created_at.0,
            template.updated_at.0
        );
        query.execute(&mut *write).await.map_err(fault::sql)?;
        write.commit().await
    }

    async fn remove(&self, id: &TemplateId) -> Result<()> {
        let gone = sqlx::query!("DELETE FROM templates WHERE id = ?", id.0);
        let gone = gone.execute(self.writer()).await.map_err(fault::sql)?;
        if gone.rows_affected() == 0 {
            return Err(AppError::new(ErrorCode::NotFound).with("what", &id.0));
        }
        Ok(())
    }
}
