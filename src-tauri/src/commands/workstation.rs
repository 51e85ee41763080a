//! The application itself: its state at start and its settings.

use mysqler_contract::{AppStatus, LintRule, Result, Settings};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn app_status(shell: Held<'_>) -> Result<AppStatus> {
    shell.core()?.app_status(env!("CARGO_PKG_VERSION")).await
}

#[tauri::command]
#[specta::specta]
pub async fn settings_get(shell: Held<'_>) -> Result<Settings> {
    shell.core()?.settings().await
}

#[tauri::command]
#[specta::specta]
pub async fn settings_set(shell: Held<'_>, settings: Settings) -> Result<Settings> {
    shell.core()?.settings_save(&settings).await
}

#[tauri::command]
#[specta::specta]
pub async fn lint_rules(shell: Held<'_>) -> Result<Vec<LintRule>> {
    Ok(shell.core()?.lint_rules())
}
