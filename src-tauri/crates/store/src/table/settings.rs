//! Table `settings`, and what the settings page tells of the data file.

use async_trait::async_trait;
use mysqler_contract::{DataStatus, Result, Settings, Timestamp};
use mysqler_core::ports::SettingsStore;

use super::{from_json, json};
use crate::{Store, backup, fault};

#[async_trait]
impl SettingsStore for Store {
    async fn load(&self) -> Result<Settings> {
        let value = sqlx::query_scalar!("SELECT value FROM settings WHERE name = 'core'");
        match value.fetch_optional(self.readers()).await.map_err(fault::sql)? {
            Some(text) => from_json("settings", &text),
            None => Ok(Settings::default()),
        }
    }

    async fn save(&self, settings: &Settings) -> Result<()> {
        let value = json(settings)?;
        let query = sqlx::query!(
            "INSERT INTO settings (name, value) VALUES ('core', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            value
        );
        query.execute(self.writer()).await.map_err(fault::sql)?;
        Ok(())
    }

    async fn data_status(&self) -> Result<DataStatus> {
        Ok(DataStatus {
            path: self.inner.dir.file().to_string_lossy().into_owned(),
            set_aside: self.set_aside(),
            backups: self.good_backups().await?,
        })
    }

    fn set_aside(&self) -> Option<String> {
        let path = self.inner.set_aside.as_ref();
        path.map(|path| path.to_string_lossy().into_owned())
    }

    async fn backup(&self, keep: u32, at: Timestamp) -> Result<()> {
        backup::write(&self.inner.dir, at).await?;
        backup::prune(&self.inner.dir, keep)
    }
}
