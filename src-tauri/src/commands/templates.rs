//! Clause templates.

use mysqler_contract::{ClauseTemplate, Result, TemplateDraft, TemplateId};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn templates(shell: Held<'_>) -> Result<Vec<ClauseTemplate>> {
    shell.core()?.templates().await
}

#[tauri::command]
#[specta::specta]
pub async fn template_save(shell: Held<'_>, draft: TemplateDraft) -> Result<ClauseTemplate> {
    shell.core()?.template_save(&draft).await
}

#[tauri::command]
#[specta::specta]
pub async fn template_remove(shell: Held<'_>, id: TemplateId) -> Result<()> {
    shell.core()?.template_remove(&id).await
}
