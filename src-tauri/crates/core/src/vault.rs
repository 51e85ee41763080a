//! The vault as its owner uses it: choose a protection, unlock, lock, lock by itself after idle time.

use mysqler_contract::{
    AppEvent, AppStatus, DataStatus, KeyringProbe, Result, Secret, VaultProtection, VaultStatus,
};

use crate::Core;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

impl Core {
    pub async fn app_status(&self, version: &str) -> Result<AppStatus> {
        let vault = self.ports.vault.status().await?;
        let data = self.ports.settings.data_status().await?;
        let first_start = vault == VaultStatus::Unset && self.connections().await?.is_empty();
        Ok(AppStatus {
            version: version.to_owned(),
            vault,
            data,
            first_start,
            can_inhibit_sleep: self.ports.wakefulness.is_available(),
            unclaimed: self.unclaimed_records().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what is kept aside could not be looked at");
                Vec::new()
            }),
        })
    }

    /// Where a damaged data file was set aside by this start, and with which backup one can go on.
    pub async fn data_set_aside(&self) -> Result<Option<DataStatus>> {
        match self.ports.settings.set_aside() {
            Some(_) => self.ports.settings.data_status().await.map(Some),
            None => Ok(None),
        }
    }

    pub async fn vault_status(&self) -> Result<VaultStatus> {
        self.ports.vault.status().await
    }

    pub async fn vault_probe(&self) -> KeyringProbe {
        self.ports.vault.probe_keyring().await
    }

    pub async fn vault_set_up(
        &self,
        protection: VaultProtection,
        password: Option<&Secret>,
    ) -> Result<VaultStatus> {
        self.ports.vault.set_up(protection, password).await?;
        self.vault_opened().await
    }

    pub async fn vault_unlock(&self, password: Option<&Secret>) -> Result<VaultStatus> {
        self.ports.vault.unlock(password).await?;
        self.vault_opened().await
    }

    pub async fn vault_lock(&self) -> Result<VaultStatus> {
        self.ports.vault.lock().await;
        self.vault_told().await
    }

    pub async fn vault_change_password(&self, old: &Secret, new: &Secret) -> Result<()> {
        self.ports.vault.change_password(old, new).await
    }

    /// Locks a vault with a master password when no secret was used for as long as the settings say. A run keeps the
    /// one secret that it needs, so locking never stops one.
    pub async fn lock_idle_vault(&self) -> Result<()> {
        let minutes = self.ports.settings.load().await?.vault_lock_after_min;
        let status = self.ports.vault.status().await?;
        let idle_ms = self.ports.clock.now().since(*self.memory.vault_used.lock().await);
        let open = status
            == VaultStatus::Unlocked {
                protection: VaultProtection::MasterPassword,
            };
        if open && minutes > 0 && idle_ms >= u64::from(minutes) * 60_000 {
            self.vault_lock().await?;
        }
        Ok(())
    }

    /// A backup a day: due when the newest is older, or there is none and something is worth one.
    pub async fn backup_when_due(&self) -> Result<()> {
        let now = self.ports.clock.now();
        let newest = self
            .ports
            .settings
            .data_status()
            .await?
            .backups
            .first()
            .map(|backup| backup.made_at);
        if newest.is_some_and(|made| now.since(made) < DAY_MS) {
            return Ok(());
        }
        let keep = self.ports.settings.load().await?.backups_kept;
        self.ports.settings.backup(keep, now).await
    }

    async fn vault_opened(&self) -> Result<VaultStatus> {
        *self.memory.vault_used.lock().await = self.ports.clock.now();
        self.memory.vault_opened.notify_waiters();
        self.vault_told().await
    }

    async fn vault_told(&self) -> Result<VaultStatus> {
        let status = self.ports.vault.status().await?;
        self.tell(AppEvent::VaultChanged {
            status: status.clone(),
        });
        Ok(status)
    }
}
