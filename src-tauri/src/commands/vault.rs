//! The vault: protection, lock and unlock.

use mysqler_contract::{KeyringProbe, Result, Secret, VaultProtection, VaultStatus};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn vault_probe(shell: Held<'_>) -> Result<KeyringProbe> {
    Ok(shell.core()?.vault_probe().await)
}

#[tauri::command]
#[specta::specta]
pub async fn vault_set_up(
    shell: Held<'_>,
    protection: VaultProtection,
    password: Option<Secret>,
) -> Result<VaultStatus> {
    shell.core()?.vault_set_up(protection, password.as_ref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn vault_unlock(shell: Held<'_>, password: Option<Secret>) -> Result<VaultStatus> {
    shell.core()?.vault_unlock(password.as_ref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn vault_lock(shell: Held<'_>) -> Result<VaultStatus> {
    shell.core()?.vault_lock().await
}

#[tauri::command]
#[specta::specta]
pub async fn vault_change_password(shell: Held<'_>, current: Secret, next: Secret) -> Result<()> {
    shell.core()?.vault_change_password(&current, &next).await
}
