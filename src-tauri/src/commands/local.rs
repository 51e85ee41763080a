//! This workstation's own tool, for changes without Docker.

use mysqler_contract::{LocalStatus, Result};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn local_status(shell: Held<'_>) -> Result<LocalStatus> {
    shell.core()?.local_status().await
}
