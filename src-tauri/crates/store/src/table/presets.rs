//! Tables `presets` and `connection_presets`.

use async_trait::async_trait;
use mysqler_contract::{AppError, ConnectionId, ErrorCode, Preset, PresetId, Result, Timestamp};
use mysqler_core::ports::PresetStore;

use super::{from_json, json};
use crate::{Store, fault};

#[async_trait]
impl PresetStore for Store {
    async fn list(&self) -> Result<Vec<Preset>> {
        let rows = sqlx::query!("SELECT id, name, settings, updated_at FROM presets ORDER BY name_key");
        let rows = rows.fetch_all(self.readers()).await.map_err(fault::sql)?;
        let read = rows.into_iter().map(|row| {
            Ok(Preset {
                id: PresetId(row.id),
                name: row.name,
                built_in: false,
                settings: from_json("presets.settings", &row.settings)?,
                updated_at: Some(Timestamp(row.updated_at)),
            })
        });
        read.collect()
    }

    async fn save(&self, preset: &Preset) -> Result<()> {
        let name_key = preset.name.to_lowercase();
        let settings = json(&preset.settings)?;
        let at = preset.updated_at.unwrap_or(Timestamp(0)).0;
        let mut write = self.write().await?;
        let other = sqlx::query_scalar!(
            "SELECT id FROM presets WHERE name_key = ? AND id <> ?",
            name_key,
            preset.id.0
        );
        if other
            .fetch_optional(&mut *write)
            .await
            .map_err(fault::sql)?
            .is_some()
        {
            return Err(AppError::new(ErrorCode::NameTaken).with("name", &preset.name));
        }
        let query = sqlx::query!(
            "INSERT INTO presets (id, name, name_key, settings, updated_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
                settings = excluded.settings, updated_at = excluded.updated_at",
            preset.id.0,
            preset.name,
            name_key,
            settings,
            at
        );
        query.execute(&mut *write).await.map_err(fault::sql)?;
        write.commit().await
    }

    async fn remove(&self, id: &PresetId) -> Result<()> {
        let mut write = self.write().await?;
        let choices = sqlx::query!("DELETE FROM connection_presets WHERE preset = ?", id.0);
        choices.execute(&mut *write).await.map_err(fault::sql)?;
        let gone = sqlx::query!("DELETE FROM presets WHERE id = ?", id.0);
        let gone = gone.execute(&mut *write).await.map_err(fault::sql)?;
        if gone.rows_affected() == 0 {
            return Err(AppError::new(ErrorCode::NotFound).with("what", &id.0));
        }
        write.commit().await
    }

    async fn chosen(&self, connection: &ConnectionId) -> Result<Option<PresetId>> {
        let chosen = sqlx::query_scalar!(
            "SELECT preset FROM connection_presets WHERE connection = ?",
            connection.0
        );
        let chosen = chosen.fetch_optional(self.readers()).await.map_err(fault::sql)?;
        Ok(chosen.map(PresetId))
    }

    async fn choose(&self, connection: &ConnectionId, preset: Option<&PresetId>) -> Result<()> {
        let Some(preset) = preset else {
            let gone = sqlx::query!(
                "DELETE FROM connection_presets WHERE connection = ?",
                connection.0
            );
            gone.execute(self.writer()).await.map_err(fault::sql)?;
            return Ok(());
        };
        let query = sqlx::query!(
            "INSERT INTO connection_presets (connection, preset) VALUES (?, ?)
            ON CONFLICT (connection) DO UPDATE SET preset = excluded.preset",
            connection.0,
            preset.0
        );
        query.execute(self.writer()).await.map_err(fault::sql)?;
        Ok(())
    }
}
