//! A run's gate, and what is changed about a run while it works.

use mysqler_contract::{GateFigures, OptionSetting, Result, RunId, Timestamp, Tuning};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn run_gate(shell: Held<'_>, id: RunId) -> Result<GateFigures> {
    shell.core()?.run_gate(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_count(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_count(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_compare(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_compare(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_compare_end(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_compare_end(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_hold(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_hold(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_cutover_at(shell: Held<'_>, id: RunId, at: Option<Timestamp>) -> Result<()> {
    shell.core()?.run_cutover_at(&id, at).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_tune(shell: Held<'_>, id: RunId, settings: Vec<OptionSetting>) -> Result<Tuning> {
    shell.core()?.run_tune(&id, &settings).await
}
