//! Connections: list, test, save, copy, remove, export, import.

use std::path::PathBuf;

use mysqler_contract::{
    Connection, ConnectionDraft, ConnectionId, FieldProblem, ImportPreview, ImportResult, PastedConnection,
    Result, Secret, ServerReport,
};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn connections_list(shell: Held<'_>) -> Result<Vec<Connection>> {
    shell.core()?.connections().await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_problems(shell: Held<'_>, draft: ConnectionDraft) -> Result<Vec<FieldProblem>> {
    shell.core()?.connection_problems(&draft).await
}

/// The password of the pasted text is not sent back: the form holds that text and cuts it out itself.
#[tauri::command]
#[specta::specta]
pub async fn connection_parse_paste(text: Secret) -> Result<Option<PastedConnection>> {
    Ok(mysqler_core::connections::paste::parse(text.expose()).map(|(pasted, _)| pasted))
}

#[tauri::command]
#[specta::specta]
pub async fn connection_test(shell: Held<'_>, draft: ConnectionDraft) -> Result<ServerReport> {
    shell.core()?.connection_test(&draft).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_test_saved(shell: Held<'_>, id: ConnectionId) -> Result<ServerReport> {
    shell.core()?.connection_test_saved(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_save(
    shell: Held<'_>,
    draft: ConnectionDraft,
    keep_untested: bool,
) -> Result<Connection> {
    shell.core()?.connection_save(&draft, keep_untested).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_duplicate(shell: Held<'_>, id: ConnectionId) -> Result<Connection> {
    shell.core()?.connection_duplicate(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_remove(shell: Held<'_>, id: ConnectionId) -> Result<()> {
    shell.core()?.connection_remove(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn connections_export(shell: Held<'_>, path: PathBuf, passphrase: Option<Secret>) -> Result<u32> {
    shell.core()?.connections_export(&path, passphrase.as_ref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn connections_import_preview(
    shell: Held<'_>,
    path: PathBuf,
    passphrase: Option<Secret>,
) -> Result<ImportPreview> {
    shell
        .core()?
        .connections_import_preview(&path, passphrase.as_ref())
        .await
}

#[tauri::command]
#[specta::specta]
pub async fn connections_import_apply(shell: Held<'_>, token: String) -> Result<ImportResult> {
    shell.core()?.connections_import_apply(&token).await
}

#[tauri::command]
#[specta::specta]
pub async fn connections_import_discard(shell: Held<'_>, token: String) -> Result<()> {
    shell.core()?.connections_import_discard(&token).await;
    Ok(())
}
