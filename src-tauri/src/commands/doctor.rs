//! Leftovers of online changes: looked for, and removed.

use mysqler_contract::{ConnectionId, LeftoverCleanup, LeftoverPick, LeftoverReport, Result};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn leftovers(
    shell: Held<'_>,
    id: ConnectionId,
    database: Option<String>,
) -> Result<LeftoverReport> {
    shell.core()?.leftovers(&id, database.as_deref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn leftovers_remove(
    shell: Held<'_>,
    id: ConnectionId,
    database: Option<String>,
    pick: LeftoverPick,
) -> Result<LeftoverCleanup> {
    shell
        .core()?
        .leftovers_remove(&id, database.as_deref(), &pick)
        .await
}
